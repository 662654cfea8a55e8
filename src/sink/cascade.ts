import { fieldOffsets, rowLayout } from '../column/row.ts';
import type { RowChange } from '../contract/change.ts';
import type { Cascade, TableVersion } from '../contract/table.ts';
import { sourceName } from './waiting-index.ts';

/** Finds the version of a child table; undefined when no row of it was ever seen: then it has no children either. */
export type LatestVersion = (database: string, table: string) => TableVersion | undefined;

/** True when the source did to other rows, without logging it, what these foreign keys say (protocols 4). */
export function hasCascade(change: RowChange): boolean {
  const { cascades } = change.table;
  if (!change.cascades || cascades.length === 0) return false;
  if (change.op === 'd') return cascades.some((cascade) => cascade.onDelete !== null);
  return change.op === 'u' && cascades.some((cascade) => isReferenceMoved(change, cascade));
}

/** True when an update changed what the child's key refers to, and the key acts on updates. */
export function isReferenceMoved(change: RowChange, cascade: Cascade): boolean {
  if (cascade.onUpdate === null || change.before === null || change.after === null) return false;
  const layout = rowLayout(change.table);
  const [old, now] = [fieldOffsets(layout, change.before), fieldOffsets(layout, change.after)];
  return cascade.parentColumns.some((name) => {
    const index = change.table.columns.findIndex((column) => column.name === name);
    const field = (row: Uint8Array, offsets: number[]) => Buffer.from(row).subarray(offsets[index], offsets[index + 1]);
    return !field(change.before as Uint8Array, old).equals(field(change.after as Uint8Array, now));
  });
}

/** Names of all tables whose rows a cascade of this table can change, at any depth; itself when keys lead back. */
export function reachedTables(version: TableVersion, latest: LatestVersion): ReadonlySet<string> {
  const reached = new Set<string>();
  const visit = (cascades: readonly Cascade[]) => {
    for (const { childDatabase, childTable, onDelete, onUpdate } of cascades) {
      const name = sourceName(childDatabase, childTable);
      if ((onDelete === null && onUpdate === null) || reached.has(name)) continue;
      reached.add(name);
      visit(latest(childDatabase, childTable)?.cascades ?? []);
    }
  };
  visit(version.cascades);
  return reached;
}
