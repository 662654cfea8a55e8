import type { Connection } from 'mysql2/promise';
import { disposable, rowValues, TABLES } from './table.ts';

/** Changes of an ordinary application: one row a statement, one to ten statements a transaction. */
export interface Backlog {
  readonly changes: number;
  readonly transactions: number;
}

const SCRIPT_TRANSACTIONS = 50;
const MOST_STATEMENTS = 10;
/** Prime, so that updates and deletes walk all over a table and no row is deleted twice. */
const STEP = 7919;

/** 60 % inserts, 30 % updates, 10 % deletes in tables of `rows` rows each. */
export async function makeBacklog(url: string, rows: number, changes: number): Promise<Backlog> {
  await using connection = await disposable(url);
  const script = new Script(rows);
  let transactions = 0;
  while (script.changes < changes) {
    const parts = Array.from({ length: SCRIPT_TRANSACTIONS }, () => script.transaction(changes));
    const made = parts.filter((part) => part !== '');
    transactions += made.length;
    await run(connection.link, made.join(''));
  }
  return { changes: script.changes, transactions };
}

async function run(link: Connection, sql: string): Promise<void> {
  if (sql !== '') await link.query(sql);
}

class Script {
  readonly #rows: number;
  #random = 1;
  changes = 0;

  constructor(rows: number) {
    this.#rows = rows;
  }

  /** Empty when there are `most` changes. */
  transaction(most: number): string {
    this.#random = (this.#random * 48271) % 2147483647;
    const statements = Math.min(1 + (this.#random % MOST_STATEMENTS), most - this.changes);
    if (statements <= 0) return '';
    return `BEGIN;${Array.from({ length: statements }, () => this.#statement()).join('')}COMMIT;`;
  }

  #statement(): string {
    const n = this.changes++;
    const table = TABLES[n % TABLES.length] ?? '';
    const turn = Math.floor(n / TABLES.length);
    const old = 1 + ((turn * STEP) % this.#rows);
    if (turn % 10 < 6) return `INSERT INTO ${table} SELECT ${rowValues(`(${this.#rows + 1 + turn})`)};`;
    if (turn % 10 < 9)
      return `UPDATE ${table} SET status = 'back', total = total + 1, note = CONCAT(note, '.') WHERE id = ${old};`;
    return `DELETE FROM ${table} WHERE id = ${old};`;
  }
}
