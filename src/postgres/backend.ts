import type { PostgresSession } from './connection.ts';

/** The server's process behind a session. Its number alone may be another's by now. */
export interface Backend {
  readonly pid: string;
  readonly startedAt: string;
}

/** null: the server does not tell. */
export async function backendOf(session: PostgresSession): Promise<Backend | null> {
  const { rows } = await session.query(
    'SELECT pid::text, backend_start::text AS at FROM pg_stat_activity WHERE pid = pg_backend_pid()',
  );
  const [pid, startedAt] = [rows[0]?.['pid'], rows[0]?.['at']];
  return pid && startedAt ? { pid, startedAt } : null;
}

/** `gone`: it has ended; `listens`: it waits for words of its client's; `works`: it does something, or waits for others. */
export async function stateOfBackend(
  session: PostgresSession,
  { pid, startedAt }: Backend,
): Promise<'gone' | 'listens' | 'works'> {
  const { rows } = await session.query(
    `SELECT coalesce(wait_event_type = 'Client', false) AS listens
      FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2`,
    [pid, startedAt],
  );
  if (rows[0] === undefined) return 'gone';
  return rows[0]['listens'] === 't' ? 'listens' : 'works';
}

/** Ends it where it still stands: what it had not committed is undone. */
export async function endBackend(session: PostgresSession, { pid, startedAt }: Backend): Promise<void> {
  await session.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2', [
    pid,
    startedAt,
  ]);
}
