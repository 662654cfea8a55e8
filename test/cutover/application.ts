import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import pg from 'pg';

/** One side as the application logs in to it. */
export interface Side {
  write(token: string): Promise<void>;
  close(): Promise<void>;
}

export const LEDGER = {
  mysql: `CREATE TABLE ledger (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, token varchar(40) NOT NULL UNIQUE,
    note varchar(20) NULL) ENGINE=InnoDB`,
  account: `CREATE TABLE account (id int NOT NULL PRIMARY KEY, balance int NOT NULL) ENGINE=InnoDB`,
} as const;

async function mysqlSide(url: string): Promise<Side> {
  const link = await mysql.createConnection({ uri: url, connectTimeout: 20_000 });
  return {
    write: async (token) => {
      await link.beginTransaction();
      await link.query('UPDATE account SET balance = balance - 1 WHERE id = 1');
      await link.query('INSERT INTO ledger (token, note) VALUES (?, NULL)', [token]);
      await link.query('UPDATE account SET balance = balance + 1 WHERE id = 2');
      await link.commit();
    },
    close: async () => link.destroy(),
  };
}

async function postgresSide(url: string): Promise<Side> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 20_000 });
  client.on('error', () => {});
  await client.connect();
  return {
    write: async (token) => {
      await client.query('BEGIN');
      await client.query('UPDATE account SET balance = balance - 1 WHERE id = 1');
      await client.query('INSERT INTO ledger (token, note) VALUES ($1, NULL)', [token]);
      await client.query('UPDATE account SET balance = balance + 1 WHERE id = 2');
      await client.query('COMMIT');
    },
    close: () => client.end().catch(() => {}),
  };
}

/** One write through a login of its own. */
export async function writeOnce(url: string, token: string): Promise<void> {
  const side = await sideAt(url);
  try {
    await side.write(token);
  } finally {
    await side.close();
  }
}

function sideAt(url: string): Promise<Side> {
  return url.startsWith('mysql') ? mysqlSide(url) : postgresSide(url);
}

export interface Acknowledged {
  readonly token: string;
  readonly atMs: number;
}

/**
 * A small application of our own: several workers, each a transaction of three statements over and over, through the
 * login that `url` names just then. A write counts as acknowledged when its COMMIT was answered.
 */
export class Application {
  readonly acknowledged: Acknowledged[] = [];
  readonly failures: { readonly atMs: number; readonly text: string }[] = [];
  readonly #url: () => string;
  readonly #end = new AbortController();
  readonly #workers: Promise<void>[];

  constructor(url: () => string, { workers = 3, everyMs = 5 } = {}) {
    this.#url = url;
    this.#workers = Array.from({ length: workers }, (_, worker) => this.#work(worker, everyMs));
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#workers);
  }

  /** The longest time without an acknowledged write, milliseconds. */
  get longestGapMs(): number {
    const times = this.acknowledged.map(({ atMs }) => atMs).sort((a, b) => a - b);
    return Math.max(...times.slice(1).map((atMs, at) => atMs - (times[at] ?? atMs)));
  }

  async #work(worker: number, everyMs: number): Promise<void> {
    let side: Side | null = null;
    let url = '';
    for (let number = 0; !this.#end.signal.aborted; number++) {
      const token = `w${worker}-${number}`;
      try {
        if (side === null || url !== this.#url()) {
          await side?.close();
          side = null;
          url = this.#url();
          side = await sideAt(url);
        }
        await side.write(token);
        this.acknowledged.push({ token, atMs: performance.now() });
      } catch (error) {
        this.failures.push({ atMs: performance.now(), text: error instanceof Error ? error.message : String(error) });
        await side?.close();
        side = null;
        await sleep(10);
      }
      await sleep(everyMs);
    }
    await side?.close();
  }
}
