import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { SourceSchema } from '../mysql/source-schema.ts';
import { tableKey } from '../mysql/table-key.ts';
import type { ObjectKind, SourceObject } from './inventory.ts';

/** Every object of a schema, each exactly once: what the inventory must account for. */
export function sourceObjects(schema: SourceSchema): readonly SourceObject[] {
  const { tables, views, sequences, programs, partitions } = schema;
  return [
    ...tables.flatMap((table) => [
      ...tableObjects(table),
      ...(partitions.has(tableKey(table.version.database, table.version.table))
        ? [objectOf(table, 'partitioning')]
        : []),
    ]),
    ...views.map(({ database, name }) => ({ kind: 'view' as const, database, table: null, name })),
    ...sequences.map(({ database, name }) => ({ kind: 'sequence' as const, database, table: null, name })),
    ...programs.map(({ kind, database, name, table }) => ({ kind, database, table, name })),
  ];
}

function tableObjects(table: CatalogueTable): readonly SourceObject[] {
  const of = (kind: ObjectKind, name: string) => objectOf(table, kind, name);
  return [
    { kind: 'table', database: table.version.database, table: null, name: table.version.table },
    ...table.columns.flatMap((column) => [
      of('column', column.name),
      ...(column.default === null ? [] : [of('default', column.name)]),
      ...(column.generated === null ? [] : [of('generated-column', column.name)]),
      ...(onUpdateOf(column.extra) === null ? [] : [of('on-update', column.name)]),
      ...(column.extra.includes('auto_increment') ? [of('auto-increment', column.name)] : []),
      ...(column.comment === '' ? [] : [of('comment', column.name)]),
    ]),
    ...table.indexes.map((index) => of(index.isPrimary ? 'primary-key' : 'index', index.name)),
    ...table.foreignKeys.map((key) => of('foreign-key', key.name)),
    ...table.checks.map((check) => of('check', check.name)),
    ...(table.comment === '' ? [] : [of('comment', '')]),
    ...(table.isSystemVersioned ? [of('history', '')] : []),
  ];
}

/** An object that belongs to a table; of one that a table has at most once the name is ''. */
export function objectOf({ version }: CatalogueTable, kind: ObjectKind, name = ''): SourceObject {
  return { kind, database: version.database, table: version.table, name };
}

/** Digits after the second of `on update current_timestamp(3)`; null without it. */
export function onUpdateOf(extra: string): number | null {
  const found = /on update current_timestamp(?:\((\d*)\))?/.exec(extra);
  return found === null ? null : Number(found[1] ?? 0);
}
