import { OBJECT_KINDS } from '../../src/existing/dropped-object.ts';
import { readJournal } from '../../src/existing/journal.ts';
import { restoreObject } from '../../src/existing/restore.ts';
import type { PostgresSession } from '../../src/postgres/connection.ts';

export async function restoreAll(session: PostgresSession, onStep: () => void = () => {}): Promise<void> {
  for (const entry of await readJournal(session, 'shop', OBJECT_KINDS))
    await restoreObject(session, entry, { pipeline: 'shop', onStep });
}
