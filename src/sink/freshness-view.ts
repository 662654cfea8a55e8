import type { TableName } from '../contract/change.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import type { Mapping } from './plan-book.ts';

/** A process that has said nothing for so long is gone, and its pause with it; it says so every ten seconds. */
const HELD_FOR = '1 minute';

/**
 * Which tables are wholly here, and for BI tools the views over that: up to when each table is complete. A heartbeat row
 * is written at the source after everything that was committed before it, so with it on the target all of that is here (INV-165).
 */
export const FRESHNESS = `
  CREATE TABLE IF NOT EXISTS sluice.table_load (
    pipeline text NOT NULL, database text NOT NULL, "table" text NOT NULL, schema_name text NOT NULL,
    table_name text NOT NULL, loaded_at timestamptz, PRIMARY KEY (pipeline, database, "table"));
  CREATE TABLE IF NOT EXISTS sluice.held_stream (
    pipeline text PRIMARY KEY, advice text NOT NULL, seen_at timestamptz NOT NULL);
  CREATE OR REPLACE VIEW sluice.freshness AS
  WITH reached AS (
    SELECT pipeline, min(to_timestamp(
        CASE WHEN heartbeat ~ '^[0-9]+$' THEN heartbeat::numeric ELSE last_commit_us END / 1000000.0)) AS complete_to
      FROM sluice.checkpoint GROUP BY pipeline),
  waiting AS (
    SELECT pipeline, database, "table", count(*) AS changes
      FROM sluice.quarantine WHERE state = 'waiting' GROUP BY pipeline, database, "table"),
  held AS (
    SELECT pipeline, advice FROM sluice.held_stream WHERE seen_at > clock_timestamp() - interval '${HELD_FOR}'),
  told AS (
    SELECT l.pipeline, l.schema_name, l.table_name, l.database AS source_database, l."table" AS source_table,
        CASE WHEN p.pipeline IS NOT NULL THEN 'paused' WHEN l.loaded_at IS NULL THEN 'loading'
          WHEN w.changes > 0 THEN 'behind' ELSE 'streaming' END AS state,
        r.complete_to, coalesce(w.changes, 0) AS changes_waiting, p.advice
      FROM sluice.table_load l
      LEFT JOIN reached r USING (pipeline)
      LEFT JOIN waiting w USING (pipeline, database, "table")
      LEFT JOIN sluice.paused_table p USING (pipeline, database, "table")
      WHERE to_regclass(format('%I.%I', l.schema_name, l.table_name)) IS NOT NULL)
  SELECT pipeline, schema_name, table_name, source_database, source_table,
      CASE WHEN state = 'streaming' AND h.advice IS NOT NULL THEN 'paused' ELSE state END AS state,
      CASE WHEN state = 'streaming' THEN complete_to END AS complete_to,
      CASE WHEN state = 'streaming' THEN clock_timestamp() - complete_to END AS age, changes_waiting,
      CASE WHEN state = 'streaming' THEN h.advice ELSE told.advice END AS advice
    FROM told LEFT JOIN held h USING (pipeline);
  CREATE OR REPLACE VIEW sluice.freshness_summary AS
  SELECT pipeline, CASE WHEN bool_and(complete_to IS NOT NULL) THEN min(complete_to) END AS complete_to,
      CASE WHEN bool_and(complete_to IS NOT NULL) THEN max(age) END AS age,
      count(*) AS tables, count(*) FILTER (WHERE complete_to IS NULL) AS incomplete_tables
    FROM sluice.freshness GROUP BY pipeline;`;

const RECORDS = `jsonb_to_recordset($2::jsonb) AS t (database text, "table" text, schema_name text, table_name text)`;
const COLUMNS = `(pipeline, database, "table", schema_name, table_name, loaded_at)`;

const LOADING = `INSERT INTO sluice.table_load ${COLUMNS}
  SELECT $1, t.database, t."table", t.schema_name, t.table_name, NULL FROM ${RECORDS}
  ON CONFLICT (pipeline, database, "table") DO UPDATE SET loaded_at = NULL`;

const LOADED = `INSERT INTO sluice.table_load AS l ${COLUMNS}
  SELECT $1, t.database, t."table", t.schema_name, t.table_name, clock_timestamp() FROM ${RECORDS}
  ON CONFLICT (pipeline, database, "table") DO UPDATE SET loaded_at = coalesce(l.loaded_at, excluded.loaded_at),
    schema_name = excluded.schema_name, table_name = excluded.table_name`;

/**
 * That the whole stream stands at a person's wish, with what ends that; null: it does not. Tables keep their instants
 * meanwhile. Nothing where the sink has made no table yet.
 */
export async function noteHeld(session: PostgresSession, pipeline: string, advice: string | null): Promise<void> {
  const { rows } = await session.query(`SELECT to_regclass('sluice.held_stream') IS NOT NULL AS made`);
  if (rows[0]?.['made'] !== 't') return;
  if (advice === null) await session.query('DELETE FROM sluice.held_stream WHERE pipeline = $1', [pipeline]);
  else await session.query(HELD, [pipeline, advice]);
}

const HELD = `INSERT INTO sluice.held_stream (pipeline, advice, seen_at) VALUES ($1, $2, clock_timestamp())
  ON CONFLICT (pipeline) DO UPDATE SET advice = excluded.advice, seen_at = excluded.seen_at`;

export interface LoadNote {
  readonly pipeline: string;
  readonly tables: readonly TableName[];
  readonly mapping: Pick<Mapping, 'targetOf'>;
}

/** In the transaction that begins to copy them, the first time or anew. */
export async function noteLoading(session: PostgresSession, note: LoadNote): Promise<void> {
  await session.query(LOADING, [note.pipeline, recordsOf(note)]);
}

/** Everything of them has come, and what cascades left behind is swept. */
export async function noteLoaded(session: PostgresSession, note: LoadNote): Promise<void> {
  await session.query(LOADED, [note.pipeline, recordsOf(note)]);
}

/** Tables that take no part are told nothing of: nobody follows them, and none is complete up to any instant of now. */
export async function forgetLeftOut(session: PostgresSession, { pipeline, mapping }: Omit<LoadNote, 'tables'>) {
  const { rows } = await session.query('SELECT database, "table" FROM sluice.table_load WHERE pipeline = $1', [
    pipeline,
  ]);
  const known = rows.map((row) => ({ database: row['database'] ?? '', table: row['table'] ?? '' }));
  const leftOut = known.filter(({ database, table }) => mapping.targetOf(database, table) === null);
  if (leftOut.length > 0) await session.query(FORGET, [pipeline, JSON.stringify(leftOut)]);
}

const FORGET = `DELETE FROM sluice.table_load l USING jsonb_to_recordset($2::jsonb) AS t (database text, "table" text)
  WHERE l.pipeline = $1 AND l.database = t.database AND l."table" = t."table"`;

function recordsOf({ tables, mapping }: LoadNote): string {
  const records = tables.flatMap(({ database, table }) => {
    const target = mapping.targetOf(database, table);
    return target === null ? [] : [{ database, table, schema_name: target.schema, table_name: target.table }];
  });
  return JSON.stringify(records);
}
