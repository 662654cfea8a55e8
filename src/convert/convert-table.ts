import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { PartitionScheme } from '../mysql/schema-object.ts';
import type { SourceSchema } from '../mysql/source-schema.ts';
import { tableKey } from '../mysql/table-key.ts';
import type { TargetName } from '../postgres/quote.ts';
import { toldApart } from './case-choice.ts';
import { NUL_IN_COMMENT, withoutNul } from './comment-text.ts';
import { convertChecks } from './convert-check.ts';
import { type ConvertedColumn, convertColumn } from './convert-column.ts';
import { convertIndexes } from './convert-index.ts';
import { convertForeignKeys, type TablesByKey } from './convert-key.ts';
import { convertPartitions, oneTable, type PartitionPlace } from './convert-partition.ts';
import type { CommentDesign, IdentityDesign, KeyDesign, OnUpdateDesign, TableDesign } from './design.ts';
import { changed, converted, type InventoryEntry, noted } from './inventory.ts';
import { apart, type NameBook } from './name-book.ts';
import type { ConvertOptions } from './options.ts';
import { objectOf } from './source-objects.ts';

export interface ConvertedTable {
  readonly design: TableDesign;
  readonly others: readonly InventoryEntry[];
}

/** PostgreSQL's limit (`MaxHeapAttributeNumber`). */
export const MOST_COLUMNS = 1600;

export function convertTable(
  table: CatalogueTable,
  target: TargetName,
  known: { readonly names: NameBook; readonly tables: TablesByKey; readonly schemes: SourceSchema['partitions'] },
  options: ConvertOptions,
): ConvertedTable {
  const scheme = known.schemes.get(tableKey(table.version.database, table.version.table)) ?? null;
  const parts = columnsOf(table, options);
  const columns = parts.map(({ column }) => column);
  const checks = convertChecks(table, target.table, columns, options);
  const key = keyOf(table, target, known.names, options);
  const taken = new Set([...checks.checks, ...(key === null ? [] : [key])].map(({ name }) => name));
  const indexes = convertIndexes(table, target, known.names, options);
  const foreignKeys = convertForeignKeys(table, taken, known.tables, options);
  const divided =
    scheme === null ? null : partitionsOf(scheme, { table, target, columns, names: known.names }, options);
  const design: TableDesign = {
    entry: tableEntry(table, target),
    name: target,
    columns,
    key,
    checks: checks.checks,
    indexes: indexes.indexes,
    foreignKeys: foreignKeys.keys,
    onUpdates: onUpdatesOf(parts, target, known.names),
    comments: commentsOf(table, parts),
    identity: identityOf(parts, target, known.names),
    partitions: divided !== null && 'by' in divided ? divided : null,
  };
  const others = [
    ...parts.flatMap((part) => part.others),
    ...checks.others,
    ...indexes.others,
    ...foreignKeys.others,
    ...(divided !== null && !('by' in divided) ? [divided] : []),
  ];
  return { design, others };
}

function columnsOf(table: CatalogueTable, options: ConvertOptions): readonly ConvertedColumn[] {
  const { database, table: name } = table.version;
  const used = new Set<string>();
  return table.columns.map((column) => {
    const wanted = options.columnOf(database, name, column.name);
    const given = used.has(wanted) ? apart(wanted, column.name) : wanted;
    used.add(given);
    return convertColumn(table, column, given, options);
  });
}

function partitionsOf(scheme: PartitionScheme, place: PartitionPlace, { keepsPartitions }: ConvertOptions) {
  if (keepsPartitions) return convertPartitions(scheme, place);
  return oneTable(place.table, scheme, 'target.partitions says so');
}

function identityOf(parts: readonly ConvertedColumn[], target: TargetName, names: NameBook): IdentityDesign | null {
  const identity = parts.find((part) => part.identity !== null)?.identity ?? null;
  if (identity === null || identity.sequence === null) return identity;
  const wanted = `${target.table}_${identity.column}_seq`;
  const { name } = names.take(target.schema, wanted, `${target.table}\0sequence`);
  return { ...identity, sequence: { schema: target.schema, table: name } };
}

function onUpdatesOf(
  parts: readonly ConvertedColumn[],
  target: TargetName,
  names: NameBook,
): readonly OnUpdateDesign[] {
  const found = parts.map(({ onUpdate }) => onUpdate).filter((piece) => piece !== null);
  return found.map((piece, i) => {
    const wanted = `${target.table}_${piece.column}_on_update`;
    return {
      ...piece,
      order: i + 1,
      name: names.takeRoutine(target.schema, wanted, `${target.table}\0${piece.column}`),
    };
  });
}

function keyOf(table: CatalogueTable, target: TargetName, names: NameBook, options: ConvertOptions): KeyDesign | null {
  const { description, keyIndex, version } = table;
  const index = table.indexes.find(({ name }) => name === keyIndex);
  if (description.key.length === 0 || index === undefined) return null;
  const columns = description.key.map((name) => options.columnOf(version.database, version.table, name));
  const { name } = names.take(target.schema, `${target.table}_pkey`, `${target.table}\0primary key`);
  const object = objectOf(table, index.isPrimary ? 'primary-key' : 'index', index.name);
  const serves = index.isPrimary ? [] : ['the table has no primary key at the source; this unique key serves as one'];
  return { name, columns, entry: noted(object, name, [...serves, ...toldApart(index.parts, table, options)]) };
}

function tableEntry(table: CatalogueTable, target: TargetName): InventoryEntry {
  const object = { ...objectOf(table, 'table', table.version.table), table: null };
  const name = `${target.schema}.${target.table}`;
  if (target.table === table.version.table) return converted(object, name);
  return changed(object, name, `the name becomes ${target.table}`, null);
}

function commentsOf(table: CatalogueTable, parts: readonly ConvertedColumn[]): readonly CommentDesign[] {
  const ofTable = table.comment === '' ? [] : [comment(table, null, '', table.comment)];
  const ofColumns = parts.flatMap(({ column }) => {
    const text = table.columns.find(({ name }) => name === column.entry.name)?.comment ?? '';
    return text === '' ? [] : [comment(table, column.name, column.entry.name, text)];
  });
  return [...ofTable, ...ofColumns];
}

function comment(table: CatalogueTable, column: string | null, name: string, text: string): CommentDesign {
  const object = objectOf(table, 'comment', name);
  const bare = withoutNul(text);
  if (bare === text) return { column, text, entry: converted(object, 'COMMENT') };
  return { column, text: bare, entry: changed(object, 'COMMENT', NUL_IN_COMMENT, null) };
}
