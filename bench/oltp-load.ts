import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, createConnection } from 'mysql2/promise';
import { rowValues } from './table.ts';

const CONNECTIONS = 4;
/** Of all connections together; fewer where the machine does not give them. */
const TRANSACTIONS_PER_SECOND = 200;
const FIRST_ID = 1_000_000_000;

/** An application's steady load on the source: short transactions that read, change and insert by key. */
export class OltpLoad {
  readonly #connections: readonly Connection[];
  /** Rows of each table. */
  readonly #rows: number;
  readonly #end = new AbortController();
  readonly #running: Promise<unknown>;
  #tookMs: number[] = [];
  #n = 0;

  private constructor(connections: readonly Connection[], rows: number) {
    this.#connections = connections;
    this.#rows = rows;
    this.#running = Promise.all(connections.map((connection) => this.#work(connection)));
    this.#running.catch(() => {});
  }

  static async start(url: string, rows: number): Promise<OltpLoad> {
    const open = () => createConnection({ uri: url });
    return new OltpLoad(await Promise.all(Array.from({ length: CONNECTIONS }, open)), rows);
  }

  /** Milliseconds that each transaction of the next seconds takes. */
  async during(seconds: number): Promise<readonly number[]> {
    this.#tookMs = [];
    await Promise.race([sleep(seconds * 1e3), this.#running]);
    return this.#tookMs;
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#running;
    for (const connection of this.#connections) await connection.end();
  }

  async #work(connection: Connection): Promise<void> {
    const everyMs = (CONNECTIONS * 1e3) / TRANSACTIONS_PER_SECOND;
    let dueMs = performance.now() + Math.random() * everyMs;
    while (!this.#end.signal.aborted) {
      await sleep(Math.max(0, dueMs - performance.now()));
      const sentMs = performance.now();
      await this.#transaction(connection);
      this.#tookMs.push(performance.now() - sentMs);
      dueMs = Math.max(dueMs + everyMs, sentMs);
    }
  }

  async #transaction(connection: Connection): Promise<void> {
    const id = 1 + Math.floor(Math.random() * this.#rows);
    await connection.query('BEGIN');
    await connection.query('SELECT * FROM customer WHERE id = ?', [id]);
    await connection.query("UPDATE purchase SET total = total + 1, status = 'paid' WHERE id = ?", [id]);
    await connection.query(`INSERT INTO item SELECT ${rowValues(`(${FIRST_ID + this.#n++})`)}`);
    await connection.query('COMMIT');
  }
}
