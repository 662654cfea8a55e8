import { createHash } from 'node:crypto';
import { type TableVersion, tableVersion } from '../contract/table.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { nameOf, sourceName } from './waiting-index.ts';

const LATEST = `SELECT DISTINCT ON (database, "table") fingerprint FROM sluice.table_version
  WHERE pipeline = $1 ORDER BY database, "table", seen DESC`;
const NOTE = `INSERT INTO sluice.table_version (pipeline, id, database, "table", fingerprint) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (pipeline, id) DO UPDATE SET seen = DEFAULT`;

const FORGET = `DELETE FROM sluice.table_version v WHERE pipeline = $1 AND database = $2 AND "table" = $3
  AND NOT EXISTS (SELECT FROM sluice.quarantine q WHERE q.pipeline = v.pipeline AND q.version = v.id AND q.state = 'waiting')`;

/**
 * Table versions met, kept on the target: what waits in quarantine is decoded by its own version, and a cascade needs
 * the children of a table whose rows this process has not seen yet.
 */
export class VersionBook {
  readonly #session: PostgresSession;
  readonly #pipeline: string;
  readonly #latest = new Map<string, TableVersion>();
  readonly #ids = new Map<string, string>();

  constructor(session: PostgresSession, pipeline: string) {
    this.#session = session;
    this.#pipeline = pipeline;
  }

  async load(): Promise<void> {
    const { rows } = await this.#session.query(LATEST, [this.#pipeline]);
    for (const row of rows) {
      const version = tableVersion(JSON.parse(row['fingerprint'] ?? ''));
      this.#latest.set(nameOf(version), version);
    }
  }

  /** After a rollback: what was noted since is not there. */
  async reload(): Promise<void> {
    this.#latest.clear();
    this.#ids.clear();
    await this.load();
  }

  /** The table is gone, or is another one now; what waits in quarantine keeps the versions that it is decoded by. */
  async forget(database: string, table: string): Promise<void> {
    await this.#session.query(FORGET, [this.#pipeline, database, table]);
    this.#latest.delete(sourceName(database, table));
    this.#ids.clear();
  }

  latest(database: string, table: string): TableVersion | undefined {
    return this.#latest.get(sourceName(database, table));
  }

  /** Keeps the version, in the caller's transaction, and answers its id. */
  async note(version: TableVersion): Promise<string> {
    const { fingerprint, database, table } = version;
    const known = this.#ids.get(fingerprint);
    if (known !== undefined && this.#latest.get(nameOf(version))?.fingerprint === fingerprint) return known;
    const id = createHash('sha256').update(fingerprint).digest('hex').slice(0, 32);
    await this.#session.query(NOTE, [this.#pipeline, id, database, table, fingerprint]);
    this.#ids.set(fingerprint, id);
    this.#latest.set(nameOf(version), version);
    return id;
  }
}
