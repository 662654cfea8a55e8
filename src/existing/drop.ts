import type { PostgresSession } from '../postgres/connection.ts';
import { type DroppedObject, dropStatement } from './dropped-object.ts';
import { makeJournal, noteDropped } from './journal.ts';
import { type DropChoice, type LoadedTable, readObjects } from './read-object.ts';

/** The instants between which a crash differs; the tests end the process at each of them. */
export const DROP_STEPS = ['noted', 'dropped', 'committed'] as const;
export type DropStep = (typeof DROP_STEPS)[number];

export interface DropOptions {
  readonly pipeline: string;
  readonly tables: readonly LoadedTable[];
  readonly choice: DropChoice;
  readonly onStep?: (step: DropStep) => void | Promise<void>;
}

/**
 * Drops what the choice names of these tables, one object a transaction, each together with its entry in the journal
 * (INV-58). A second run after a crash drops the rest. Returns what this call dropped.
 */
export async function dropForLoad(session: PostgresSession, options: DropOptions): Promise<readonly DroppedObject[]> {
  await makeJournal(session);
  await session.query('BEGIN');
  const objects = await readObjects(session, options.tables, options.choice);
  await session.query('COMMIT');
  for (const object of objects) {
    await session.query('BEGIN');
    await noteDropped(session, options.pipeline, object);
    await options.onStep?.('noted');
    await session.query(dropStatement(object));
    await options.onStep?.('dropped');
    await session.query('COMMIT');
    await options.onStep?.('committed');
  }
  return objects;
}
