import type { TableName } from '../contract/change.ts';
import type { TargetState } from './target-state.ts';
import { sourceName } from './waiting-index.ts';

/**
 * A change of a table that is in the log and takes no part here: nothing of it is applied, and that it went by is kept, so
 * that the table waits for a reload should it take part again (INV-48). Until then nobody waits for it.
 */
export async function noteLeftOut({ paused }: TargetState, { database, table }: TableName): Promise<void> {
  const name = sourceName(database, table);
  if (paused.get(name)?.kind === 'rows') return;
  const shown = `${database}.${table}`;
  const advice = `changes of ${shown} went by while tables.include, tables.exclude or source.databases left it out. Load it anew: sluice tables reload ${shown}`;
  await paused.pause({ database, table, kind: 'rows', advice });
}
