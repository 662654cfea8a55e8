import { createHash } from 'node:crypto';
import { type TableVersion, tableVersion } from '../contract/table.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { nameOf, sourceName } from './waiting-index.ts';

const LATEST = `SELECT DISTINCT ON (database, "table") fingerprint FROM sluice.table_version
  WHERE pipeline = $1 ORDER BY database, "table", seen DESC`;
const NOTE = `INSERT INTO sluice.table_version (pipeline, id, database, "table", fingerprint) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (pipeline, id) DO UPDATE SET seen = DEFAULT`;

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
