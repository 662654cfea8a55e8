import type { PostgresSession } from './connection.ts';

/**
 * Runs work in a session and closes it; the session is cut off when the signal aborts, whatever it is doing then: the
 * server undoes what was not committed, and the work fails.
 */
export async function withSession<T>(
  session: PostgresSession,
  signal: AbortSignal,
  work: (session: PostgresSession) => Promise<T>,
): Promise<T> {
  const cut = () => void session.close();
  signal.addEventListener('abort', cut, { once: true });
  try {
    if (signal.aborted) cut();
    return await work(session);
  } finally {
    signal.removeEventListener('abort', cut);
    await session.close();
  }
}
