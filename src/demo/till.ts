import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import pg from 'pg';

export type TillSide = 'mysql' | 'postgresql';

/** A receipt whose COMMIT was answered. */
export interface Receipt {
  readonly token: string;
  readonly side: TillSide;
  readonly atMs: number;
}

interface Link {
  readonly side: TillSide;
  readonly url: string;
  write(token: string): Promise<unknown>;
  close(): Promise<unknown>;
}

/** Its own table in the shop. */
export const RECEIPT_DDL = `CREATE TABLE tbl_receipt (id int NOT NULL AUTO_INCREMENT PRIMARY KEY,
  token varchar(40) NOT NULL UNIQUE, printed_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP) ENGINE=InnoDB`;
const KEY = 'SHOP_DATABASE_URL';
const EVERY_MS = 10;
const AGAIN_MS = 20;
const WORKERS = 2;

/** What the till's env file says before the flip. */
export function tillEnv(url: string): string {
  return `# The till of the shop reads this before each receipt.\n${KEY}=${url}\n`;
}

/** The shop's till, an application like any other: it writes receipts to where its env file points, over and over. */
export class Till {
  readonly receipts: Receipt[] = [];
  refused = 0;
  readonly #file: string;
  readonly #end = new AbortController();
  readonly #workers: readonly Promise<void>[];

  constructor(file: string) {
    this.#file = file;
    this.#workers = Array.from({ length: WORKERS }, (_, worker) => this.#work(worker));
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#workers);
  }

  on(side: TillSide): number {
    return this.receipts.filter((receipt) => receipt.side === side).length;
  }

  /** Without an acknowledged receipt, the longest time, milliseconds. */
  get longestPauseMs(): number {
    const times = this.receipts.map(({ atMs }) => atMs).sort((a, b) => a - b);
    return Math.max(0, ...times.slice(1).map((atMs, at) => atMs - (times[at] ?? atMs)));
  }

  async #work(worker: number): Promise<void> {
    let link: Link | null = null;
    for (let number = 0; !this.#end.signal.aborted; number++) {
      const token = `receipt-${worker}-${number}`;
      try {
        link = await this.#linked(link);
        await link.write(token);
        this.receipts.push({ token, side: link.side, atMs: performance.now() });
      } catch {
        this.refused++;
        await link?.close().catch(() => {});
        link = null;
        await sleep(AGAIN_MS);
      }
      await sleep(EVERY_MS);
    }
    await link?.close().catch(() => {});
  }

  async #linked(link: Link | null): Promise<Link> {
    const url = new RegExp(`^${KEY}=(.*)$`, 'm').exec(readFileSync(this.#file, 'utf8'))?.[1] ?? '';
    if (link?.url === url) return link;
    await link?.close().catch(() => {});
    return url.startsWith('mysql') ? await mysqlLink(url) : await postgresLink(url);
  }
}

async function mysqlLink(url: string): Promise<Link> {
  const session = await mysql.createConnection({ uri: url, connectTimeout: 2_000 });
  session.on('error', () => {});
  return {
    ...{ side: 'mysql', url },
    write: (token) => session.query('INSERT INTO tbl_receipt (token) VALUES (?)', [token]),
    close: async () => session.destroy(),
  };
}

async function postgresLink(url: string): Promise<Link> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  await client.connect();
  return {
    ...{ side: 'postgresql', url },
    write: (token) => client.query('INSERT INTO tbl_receipt (token) VALUES ($1)', [token]),
    close: () => client.end(),
  };
}
