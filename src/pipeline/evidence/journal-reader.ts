import { randomUUID } from 'node:crypto';
import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import type { Attempt } from '../../cutover/journal.ts';
import { PostgresJournal } from '../../cutover/postgres-journal.ts';
import { connectPostgres } from '../../postgres/connection.ts';

/** The journal on the target for whoever only reads it: it owns no attempt, and closes no stream. */
export async function withJournal<T>(config: Config, read: (journal: PostgresJournal) => Promise<T>): Promise<T> {
  const journal = new PostgresJournal({
    pipeline: config.pipeline,
    owner: randomUUID(),
    connect: () => connectPostgres(targetLogin(config)),
    closeStream: async () => false,
  });
  try {
    return await read(journal);
  } finally {
    await journal.close();
  }
}

/** The cutover by which the application writes to the target; null: there was none, or a rollback has undone it. */
export async function standingCutover(journal: Pick<PostgresJournal, 'lastCommitted'>): Promise<Attempt | null> {
  const [there, back] = [await journal.lastCommitted('forward'), await journal.lastCommitted('back')];
  return there !== null && Number(there.id) > Number(back?.id ?? 0) ? there : null;
}
