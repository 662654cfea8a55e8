import { createHash } from 'node:crypto';
import type { Step } from '../../convert/step.ts';
import type { PostgresSession } from '../../postgres/connection.ts';

export type StepState = 'begun' | 'made' | 'failed';

/** "SLSS": the class of the lock that whoever makes steps on this target holds; the second half is 0. */
const LOCK_CLASS = 0x534c5353;

const TABLE = `CREATE TABLE IF NOT EXISTS sluice.schema_step (
    pipeline text NOT NULL, kind text NOT NULL, schema text NOT NULL, "table" text NOT NULL, name text NOT NULL,
    statement_hash text NOT NULL, state text NOT NULL CHECK (state IN ('begun', 'made', 'failed')), message text,
    changed_at timestamptz NOT NULL, PRIMARY KEY (pipeline, kind, schema, "table", name))`;

const NOTE = `INSERT INTO sluice.schema_step VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp())
  ON CONFLICT (pipeline, kind, schema, "table", name) DO UPDATE
  SET statement_hash = EXCLUDED.statement_hash, state = EXCLUDED.state, message = EXCLUDED.message,
      changed_at = EXCLUDED.changed_at`;

/**
 * Our table `sluice.schema_step` on the target: what was begun, made and refused, for people and for the next run. What
 * a run has left to do is decided by what stands, never by the journal alone: the one may be there without the other.
 */
export async function makeJournal(session: PostgresSession): Promise<void> {
  const { rows } = await session.query(
    `SELECT to_regclass('sluice.schema_step') IS NOT NULL AS made, to_regnamespace('sluice') IS NOT NULL AS schema`,
  );
  if (rows[0]?.['made'] === 't') return;
  // CREATE SCHEMA IF NOT EXISTS asks for the right even where the schema is there.
  if (rows[0]?.['schema'] !== 't') await session.query('CREATE SCHEMA IF NOT EXISTS sluice');
  await session.query(TABLE);
}

export async function noteStep(
  session: PostgresSession,
  pipeline: string,
  step: Step,
  outcome: { readonly state: StepState; readonly message?: string },
): Promise<void> {
  const { kind, target, name } = step;
  const hash = createHash('sha256').update(step.statements(name).join('\n')).digest('hex').slice(0, 16);
  const values = [pipeline, kind, target.schema, target.table, name, hash, outcome.state, outcome.message ?? null];
  await session.query(NOTE, values);
}

/**
 * True when this session now holds the right to make steps on this target: two processes that repair one index would
 * undo each other's work. Asked again by who waits, since a session that waits inside the server holds a snapshot, for
 * which CREATE INDEX CONCURRENTLY of the other one would wait.
 */
export async function tryStepLock(session: PostgresSession): Promise<boolean> {
  const { rows } = await session.query(`SELECT pg_try_advisory_lock(${LOCK_CLASS}, 0) AS held`);
  return rows[0]?.['held'] === 't';
}
