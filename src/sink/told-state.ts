import type { TableName } from '../contract/change.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';

/** A change that was ever set aside, without its rows. */
export interface SetAside extends TableName {
  readonly id: string;
  readonly op: string;
  readonly reason: string;
  readonly message: string;
  readonly position: string;
  readonly behind: string | null;
  readonly state: string;
  readonly setAsideAtMs: number;
  readonly settledAtMs: number | null;
}

export interface LoadedTable extends TableName {
  /** `schema.table` of the target. */
  readonly target: string;
  readonly loadedAtMs: number | null;
  readonly paused: string | null;
}

/** What the sink's own tables on the target tell of a pipeline. */
export interface SinkState {
  readonly checkpoint: Checkpoint | null;
  readonly checkpointAtMs: number | null;
  readonly quarantine: readonly SetAside[];
  readonly tables: readonly LoadedTable[];
}

const MADE = `SELECT to_regclass('sluice.quarantine') IS NOT NULL AND to_regclass('sluice.table_load') IS NOT NULL AS made`;
const MS = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint::text`;

/** Reads and makes nothing: a target on which nothing was made yet tells nothing. */
export async function readSinkState(session: PostgresSession, pipeline: string): Promise<SinkState> {
  if ((await session.query(MADE)).rows[0]?.['made'] !== 't')
    return { checkpoint: null, checkpointAtMs: null, quarantine: [], tables: [] };
  const moved = await session.query(
    `SELECT ${MS('updated_at')} AS at FROM sluice.checkpoint WHERE pipeline = $1 AND lane = 'main'`,
    [pipeline],
  );
  const at = moved.rows[0]?.['at'];
  return {
    checkpoint: await readCheckpoint(session, { pipeline, lane: 'main' }),
    checkpointAtMs: at ? Number(at) : null,
    quarantine: await readQuarantine(session, pipeline),
    tables: await readTables(session, pipeline),
  };
}

async function readQuarantine(session: PostgresSession, pipeline: string): Promise<readonly SetAside[]> {
  const { rows } = await session.query(
    `SELECT id::text, database, "table", op, reason, message, position, behind::text, state,
      ${MS('set_aside_at')} AS aside, ${MS('settled_at')} AS settled
     FROM sluice.quarantine WHERE pipeline = $1 ORDER BY sluice.quarantine.id`,
    [pipeline],
  );
  return rows.map((row) => ({
    id: row['id'] ?? '',
    database: row['database'] ?? '',
    table: row['table'] ?? '',
    op: row['op'] ?? '',
    reason: row['reason'] ?? '',
    message: row['message'] ?? '',
    position: row['position'] ?? '',
    behind: row['behind'] ?? null,
    state: row['state'] ?? '',
    setAsideAtMs: Number(row['aside']),
    settledAtMs: row['settled'] ? Number(row['settled']) : null,
  }));
}

async function readTables(session: PostgresSession, pipeline: string): Promise<readonly LoadedTable[]> {
  const { rows } = await session.query(
    `SELECT database, "table", schema_name, table_name, ${MS('loaded_at')} AS loaded, advice
     FROM sluice.table_load FULL JOIN sluice.paused_table USING (pipeline, database, "table")
     WHERE pipeline = $1 ORDER BY database, "table"`,
    [pipeline],
  );
  return rows.map((row) => ({
    database: row['database'] ?? '',
    table: row['table'] ?? '',
    target: row['schema_name'] ? `${row['schema_name']}.${row['table_name']}` : '',
    loadedAtMs: row['loaded'] ? Number(row['loaded']) : null,
    paused: row['advice'] ?? null,
  }));
}
