import type { TableName } from '../contract/change.ts';
import type { VerifyState } from '../contract/verify.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { parseProgress, type TableProgress } from './progress.ts';
import type { RepairRecord } from './repair.ts';

const TABLE = `CREATE TABLE IF NOT EXISTS sluice.verification (
  pipeline text NOT NULL, database text NOT NULL, "table" text NOT NULL, state text NOT NULL, advice text,
  progress text, finished_at timestamptz, updated_at timestamptz NOT NULL, PRIMARY KEY (pipeline, database, "table"))`;

const REPAIR = `CREATE TABLE IF NOT EXISTS sluice.repair (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pipeline text NOT NULL, database text NOT NULL,
  "table" text NOT NULL, "key" jsonb NOT NULL, kind text NOT NULL, "before" text, "after" text, asked_by text NOT NULL,
  asked_at timestamptz NOT NULL DEFAULT clock_timestamp(), equal_at timestamptz)`;

const RECORD = `INSERT INTO sluice.repair (pipeline, database, "table", "key", kind, "before", "after", asked_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id::text`;

const READ = `SELECT database, "table", state, advice, progress,
  (extract(epoch FROM finished_at) * 1000)::bigint::text AS finished FROM sluice.verification WHERE pipeline = $1`;

const WRITE = `INSERT INTO sluice.verification (pipeline, database, "table", state, advice, progress, finished_at, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7::numeric / 1000), clock_timestamp())
  ON CONFLICT (pipeline, database, "table") DO UPDATE
  SET state = $4, advice = $5, progress = $6, finished_at = to_timestamp($7::numeric / 1000), updated_at = clock_timestamp()`;

export interface StoredVerification extends TableName {
  readonly state: VerifyState;
  readonly advice: string | null;
  readonly progress: TableProgress | null;
  readonly finishedAtMs: number | null;
}

/** What is known of each table's comparison, on the target. */
export class VerifyStore {
  readonly #session: PostgresSession;
  readonly #pipeline: string;

  private constructor(session: PostgresSession, pipeline: string) {
    this.#session = session;
    this.#pipeline = pipeline;
  }

  static async open(session: PostgresSession, pipeline: string): Promise<VerifyStore> {
    const { rows } = await session.query(
      "SELECT to_regclass('sluice.verification') IS NULL OR to_regclass('sluice.repair') IS NULL AS missing",
    );
    if (rows[0]?.['missing'] === 't') await session.query(`${TABLE}; ${REPAIR}`);
    return new VerifyStore(session, pipeline);
  }

  async read(): Promise<readonly StoredVerification[]> {
    const { rows } = await this.#session.query(READ, [this.#pipeline]);
    return rows.map((row) => ({
      database: row['database'] ?? '',
      table: row['table'] ?? '',
      state: (row['state'] ?? 'waiting') as VerifyState,
      advice: row['advice'] ?? null,
      progress: row['progress'] ? parseProgress(row['progress']) : null,
      finishedAtMs: row['finished'] ? Number(row['finished']) : null,
    }));
  }

  /** Ids of the records, in order. */
  async recordRepairs(records: readonly RepairRecord[]): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const { database, table, key, kind, before, after, by } of records) {
      const values = [this.#pipeline, database, table, key, kind, before, after, by];
      const { rows } = await this.#session.query(RECORD, values);
      ids.push(rows[0]?.['id'] ?? '');
    }
    return ids;
  }

  /** These rows were equal when they were looked at again. */
  async endRepairs(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const sql = 'UPDATE sluice.repair SET equal_at = clock_timestamp() WHERE id = ANY ($1::bigint[])';
    await this.#session.query(sql, [`{${ids.join(',')}}`]);
  }

  async write({ database, table, state, advice, progress, finishedAtMs }: StoredVerification): Promise<void> {
    const finished = finishedAtMs === null ? null : String(finishedAtMs);
    const text = progress === null ? null : JSON.stringify(progress);
    await this.#session.query(WRITE, [this.#pipeline, database, table, state, advice, text, finished]);
  }
}
