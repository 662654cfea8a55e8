import { SluiceError } from '../contract/error.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import type { CheckpointKey } from './checkpoint.ts';

/** First half of our advisory locks: "SLUC". The second is 0 while tables are made, else the pipeline's hash. */
const LOCK_CLASS = 0x534c5543;

/** Our own tables on the target. `CREATE SCHEMA IF NOT EXISTS` asks for the right even where the schema is there. */
const TABLES = `
  CREATE TABLE IF NOT EXISTS sluice.checkpoint (
    pipeline text NOT NULL, lane text NOT NULL, log_id text NOT NULL, epoch bigint NOT NULL, next_offset bigint NOT NULL,
    server text NOT NULL, position text NOT NULL, last_commit_us bigint, heartbeat text,
    updated_at timestamptz NOT NULL, PRIMARY KEY (pipeline, lane)) WITH (fillfactor = 50);`;

export async function makeBookkeeping(session: PostgresSession): Promise<void> {
  const { rows } = await session.query(`SELECT to_regclass('sluice.checkpoint') IS NOT NULL AS made`);
  if (rows[0]?.['made'] === 't') return;
  await session.query('BEGIN');
  await session.query(`SELECT pg_advisory_xact_lock(${LOCK_CLASS}, 0)`);
  const schema = await session.query(`SELECT 1 FROM pg_namespace WHERE nspname = 'sluice'`);
  if (schema.rowCount === 0) await session.query('CREATE SCHEMA sluice');
  await session.query(TABLES);
  await session.query('COMMIT');
}

/**
 * Holds the pipeline's lock for the life of the session. A dead sink's server process may hold it until it has noticed,
 * so it is asked for until `waitMs` is over; then TARGET_SINK_RUNNING.
 */
export async function lockPipeline(session: PostgresSession, key: CheckpointKey, waitMs: number): Promise<void> {
  const until = performance.now() + waitMs;
  for (;;) {
    const { rows } = await session.query(`SELECT pg_try_advisory_lock(${LOCK_CLASS}, hashtext($1)) AS locked`, [
      `${key.pipeline}/${key.lane}`,
    ]);
    if (rows[0]?.['locked'] === 't') return;
    if (performance.now() >= until) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new SluiceError({
    code: 'TARGET_SINK_RUNNING',
    message: `another sink of pipeline ${key.pipeline} is connected to this target`,
    remedy: `Stop the other process; its session is named sluice:${key.pipeline} in pg_stat_activity.`,
    disposition: 'stop',
  });
}
