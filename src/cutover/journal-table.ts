import type { PostgresSession } from '../postgres/connection.ts';

/** "SLCO": the class of the lock under which the journal's tables are made. */
const LOCK_CLASS = 0x534c434f;

const TABLES = `
  CREATE TABLE IF NOT EXISTS sluice.cutover (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pipeline text NOT NULL, owner text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('forward', 'back')),
    outcome text NOT NULL DEFAULT 'running' CHECK (outcome IN ('running', 'committed', 'aborted')),
    is_over boolean NOT NULL DEFAULT false, is_rehearsal boolean NOT NULL, started_by text NOT NULL,
    started_at_ms bigint NOT NULL, ended_at_ms bigint, blocked_at_ms bigint, opened_at_ms bigint,
    write_block_limit_ms bigint NOT NULL, waivers jsonb NOT NULL, reason text,
    CHECK (NOT (is_over AND outcome = 'running')));
  CREATE UNIQUE INDEX IF NOT EXISTS cutover_running ON sluice.cutover (pipeline) WHERE NOT is_over;
  CREATE TABLE IF NOT EXISTS sluice.cutover_step (
    cutover bigint NOT NULL, ordinal integer NOT NULL, name text NOT NULL,
    title text NOT NULL, phase text NOT NULL, state text NOT NULL DEFAULT 'waiting', record jsonb, detail text,
    started_at_ms bigint, took_ms bigint, PRIMARY KEY (cutover, name));
  ALTER TABLE sluice.cutover ADD COLUMN IF NOT EXISTS away jsonb NOT NULL DEFAULT '[]'`;

/** Nothing is made on a target before the first attempt begins. */
export async function areMade(session: PostgresSession): Promise<boolean> {
  const { rows } = await session.query(`SELECT to_regclass('sluice.cutover_step') IS NOT NULL AS made`);
  return rows[0]?.['made'] === 't';
}

/** As this version makes them. */
async function areWhole(session: PostgresSession): Promise<boolean> {
  const { rows } = await session.query(
    `SELECT count(*) = 1 AS whole FROM pg_attribute WHERE attrelid = to_regclass('sluice.cutover') AND attname = 'away'`,
  );
  return rows[0]?.['whole'] === 't' && (await areMade(session));
}

/** Under a lock: two that make one table at once would fail on each other's catalogue rows. */
export async function makeTables(session: PostgresSession): Promise<void> {
  if (await areWhole(session)) return;
  const { rows } = await session.query(`SELECT to_regnamespace('sluice') IS NOT NULL AS schema`);
  await session.query(`BEGIN; SELECT pg_advisory_xact_lock(${LOCK_CLASS}, 0)`);
  // CREATE SCHEMA IF NOT EXISTS asks for the right even where the schema is there.
  if (rows[0]?.['schema'] !== 't') await session.query('CREATE SCHEMA IF NOT EXISTS sluice');
  await session.query(`${TABLES}; COMMIT`);
}
