import type { SchemaChange } from '../../contract/change.ts';
import type { SchemaChangeStatus } from '../../contract/measurement.ts';

/** What a DDL did to a table's shape, in names alone: its statement may hold values. */
export function schemaNote(change: SchemaChange, atMs: number): SchemaChangeStatus {
  return { atMs, table: `${change.database}.${change.table}`, what: whatOf(change) };
}

function whatOf({ before, after, to, was }: SchemaChange): string {
  if (to) return `renamed to ${to.database}.${to.table}`;
  if (was) return `was ${was.database}.${was.table} before`;
  if (after === null) return 'dropped';
  if (before === null) return 'made';
  const added = namesBeyond(after.columns, before.columns);
  const dropped = namesBeyond(before.columns, after.columns);
  const told = [
    ...(added.length > 0 ? [`columns added: ${added.join(', ')}`] : []),
    ...(dropped.length > 0 ? [`columns dropped: ${dropped.join(', ')}`] : []),
  ];
  return told.length > 0 ? told.join('; ') : 'changed';
}

interface Named {
  readonly name: string;
}

function namesBeyond(columns: readonly Named[], others: readonly Named[]): readonly string[] {
  const known = new Set(others.map(({ name }) => name));
  return columns.map(({ name }) => name).filter((name) => !known.has(name));
}
