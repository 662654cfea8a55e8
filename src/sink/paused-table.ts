import type { PostgresSession } from '../postgres/connection.ts';
import { sourceName } from './waiting-index.ts';

/** A table whose changes are kept in quarantine, in order, until its target fits again (INV-57). */
export interface PausedTable {
  readonly database: string;
  readonly table: string;
  /** Why, and what to do. */
  readonly advice: string;
}

/** Our table `sluice.paused_table` with its copy in memory. */
export class PausedTables {
  readonly #session: PostgresSession;
  readonly #pipeline: string;
  readonly #paused = new Map<string, PausedTable>();

  constructor(session: PostgresSession, pipeline: string) {
    this.#session = session;
    this.#pipeline = pipeline;
  }

  get all(): readonly PausedTable[] {
    return [...this.#paused.values()];
  }

  get isEmpty(): boolean {
    return this.#paused.size === 0;
  }

  async load(): Promise<void> {
    this.#paused.clear();
    const { rows } = await this.#session.query(
      'SELECT database, "table", advice FROM sluice.paused_table WHERE pipeline = $1',
      [this.#pipeline],
    );
    for (const row of rows) {
      const paused = { database: row['database'] ?? '', table: row['table'] ?? '', advice: row['advice'] ?? '' };
      this.#paused.set(sourceName(paused.database, paused.table), paused);
    }
  }

  has(table: string): boolean {
    return this.#paused.has(table);
  }

  async pause(paused: PausedTable): Promise<void> {
    const { database, table, advice } = paused;
    await this.#session.query(
      `INSERT INTO sluice.paused_table (pipeline, database, "table", advice) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
      [this.#pipeline, database, table, advice],
    );
    this.#paused.set(sourceName(database, table), paused);
  }

  async resume(database: string, table: string): Promise<void> {
    await this.#session.query(
      'DELETE FROM sluice.paused_table WHERE pipeline = $1 AND database = $2 AND "table" = $3',
      [this.#pipeline, database, table],
    );
    this.#paused.delete(sourceName(database, table));
  }
}
