import { connectPostgres, type PostgresSession, type PostgresSettings } from '../postgres/connection.ts';
import { withSession } from '../postgres/within.ts';

/** Runs work in a session of its own, which is cut off when the signal aborts. */
export async function withTarget<T>(
  settings: PostgresSettings,
  signal: AbortSignal,
  work: (session: PostgresSession) => Promise<T>,
): Promise<T> {
  return await withSession(await connectPostgres(settings), signal, work);
}
