import type { PostgresSession } from './connection.ts';

/**
 * Messages in the write-ahead log by which our transactions are known, and which tell that the stream has come so far.
 * `pg_logical_emit_message` needs no right and no table.
 */
export const FORWARD_PREFIX = 'sluice.forward';
export const HEARTBEAT_PREFIX = 'sluice.beat';
export const DRAIN_PREFIX = 'sluice.drain';

const EMIT = 'SELECT pg_logical_emit_message(true, $1, $2)::text AS lsn';

/** Begins a transaction of the forward sink: marked before any row of it, so that nothing of it goes back (INV-143). */
export async function beginMarked(session: PostgresSession): Promise<void> {
  await session.query(`BEGIN; SELECT pg_logical_emit_message(true, '${FORWARD_PREFIX}', '')`);
}

/** Microseconds since 1970 UTC, by our clock. */
export async function emitHeartbeat(session: PostgresSession, pipeline: string, us: bigint): Promise<void> {
  await session.query(EMIT, [HEARTBEAT_PREFIX, `${pipeline} ${us}`]);
}

/** A mark behind everything that has been committed; `token` comes back as state of the log. Answers its LSN. */
export async function emitDrain(session: PostgresSession, pipeline: string, token: string): Promise<string> {
  const { rows } = await session.query(EMIT, [DRAIN_PREFIX, `${pipeline} ${token}`]);
  return rows[0]?.['lsn'] ?? '0/0';
}
