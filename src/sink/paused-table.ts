import type { PostgresSession } from '../postgres/connection.ts';
import { sourceName } from './waiting-index.ts';

/**
 * `shape`: the target is missing or does not fit, and the table goes on when it does. `rows`: rows on the target may not
 * be what the source holds, whatever its columns look like, so only a reload (or TRUNCATE) ends it (INV-59).
 */
export type PauseKind = 'shape' | 'rows';

export interface Pause {
  readonly kind: PauseKind;
  /** Why, and what to do. */
  readonly advice: string;
}

/** A table whose changes are kept in quarantine, in order, until it can go on (INV-57). */
export interface PausedTable extends Pause {
  readonly database: string;
  readonly table: string;
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
      'SELECT database, "table", kind, advice FROM sluice.paused_table WHERE pipeline = $1',
      [this.#pipeline],
    );
    for (const row of rows) {
      const { database, table, kind, advice } = row;
      const paused = { database: database ?? '', table: table ?? '', advice: advice ?? '' };
      this.#keep({ ...paused, kind: kind === 'shape' ? 'shape' : 'rows' });
    }
  }

  has(table: string): boolean {
    return this.#paused.has(table);
  }

  get(table: string): PausedTable | undefined {
    return this.#paused.get(table);
  }

  /** Of a table that is paused already the reasons add up: rows that may be wrong do not come right by another one. */
  async pause(paused: PausedTable): Promise<void> {
    const { database, table, kind, advice } = paused;
    const known = this.get(sourceName(database, table));
    if (known && (known.kind === 'rows' || kind === 'shape')) return;
    await this.#session.query(
      `INSERT INTO sluice.paused_table (pipeline, database, "table", kind, advice) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (pipeline, database, "table") DO UPDATE SET kind = excluded.kind, advice = excluded.advice`,
      [this.#pipeline, database, table, kind, advice],
    );
    this.#keep(paused);
  }

  #keep(paused: PausedTable): void {
    this.#paused.set(sourceName(paused.database, paused.table), paused);
  }

  async resume(database: string, table: string): Promise<void> {
    await this.#session.query(
      'DELETE FROM sluice.paused_table WHERE pipeline = $1 AND database = $2 AND "table" = $3',
      [this.#pipeline, database, table],
    );
    this.#paused.delete(sourceName(database, table));
  }
}
