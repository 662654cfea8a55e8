/** What one transaction of the traffic works with: its random choices, its statements, and a tally of the rows it wrote. */
import type { Connection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { Random } from '../random.ts';
import type { ShopFacts } from './fact.ts';

export type RowCounts = { insert: number; update: number; delete: number };

/** What a transaction asks for when its statements are done. */
export type Outcome = 'commit' | 'rollback';

/** One kind of transaction. Run again from the start, with the same random numbers, after a deadlock. */
export type Action = (work: Work) => Promise<Outcome>;

export type Value = string | number | null | Buffer;

export type WorkOptions = {
  readonly connection: Connection;
  readonly random: Random;
  readonly facts: ShopFacts;
  /** A text of at most 13 characters (ascii, any case) that no other transaction has used. */
  readonly unique: string;
};

export class Work {
  readonly random: Random;
  readonly facts: ShopFacts;
  readonly unique: string;
  readonly counts: RowCounts = { insert: 0, update: 0, delete: 0 };
  readonly #connection: Connection;

  constructor(options: WorkOptions) {
    this.#connection = options.connection;
    this.random = options.random;
    this.facts = options.facts;
    this.unique = options.unique;
  }

  async read(sql: string, values: readonly Value[] = []): Promise<RowDataPacket[]> {
    const [rows] = await this.#connection.query<RowDataPacket[]>(sql, [...values]);
    return rows;
  }

  /** The rows that the statement inserted; for an upsert MySQL counts an updated row twice. */
  async insert(sql: string, values: readonly (Value | readonly (readonly Value[])[])[] = []): Promise<ResultSetHeader> {
    return await this.#write('insert', sql, values);
  }

  /** The rows that the statement's condition met, changed or not. */
  async update(sql: string, values: readonly Value[] = []): Promise<number> {
    return (await this.#write('update', sql, values)).affectedRows;
  }

  async delete(sql: string, values: readonly Value[] = []): Promise<number> {
    return (await this.#write('delete', sql, values)).affectedRows;
  }

  /** A statement that writes no row itself: a savepoint, a call. */
  async run(sql: string, values: readonly Value[] = []): Promise<void> {
    await this.#connection.query(sql, [...values]);
  }

  async #write(kind: keyof RowCounts, sql: string, values: readonly unknown[]): Promise<ResultSetHeader> {
    const [result] = await this.#connection.query<ResultSetHeader>(sql, [...values]);
    this.counts[kind] += result.affectedRows;
    return result;
  }
}
