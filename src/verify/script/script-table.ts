import { codecOf } from '../../column/family.ts';
import type { CatalogueForeignKey, CatalogueTable } from '../../mysql/catalogue-table.ts';
import { quoteTable } from '../../mysql/identifier.ts';
import { quoteTable as quoteTargetTable, type TargetName } from '../../postgres/quote.ts';
import { type TargetTable, valueType } from '../../postgres/target-catalogue.ts';
import type { MeasuredColumn } from './measure.ts';
import type { ColumnNames } from './name.ts';

/** One thing's name on each side. */
export interface Pair {
  readonly source: string;
  readonly target: string;
}

export interface LeftOutColumn {
  readonly name: string;
  readonly reason: string;
}

export interface ScriptKey {
  readonly name: string;
  readonly columns: readonly Pair[];
}

export interface ScriptForeignKey extends ScriptKey {
  readonly parent: Pair;
  readonly parentColumns: readonly Pair[];
}

/** What the scripts ask of one table; table names are quoted, column names are not. */
export interface ScriptTable {
  readonly label: string;
  readonly from: Pair;
  readonly columns: readonly MeasuredColumn[];
  readonly leftOut: readonly LeftOutColumn[];
  readonly uniques: readonly ScriptKey[];
  readonly foreignKeys: readonly ScriptForeignKey[];
  /** Columns that the source sets when a row changes. */
  readonly lastUpdates: readonly MeasuredColumn[];
}

/** A table that stands on both sides, with the columns that both have. */
export function scriptTable(table: CatalogueTable, target: TargetTable, names: ColumnNames): ScriptTable {
  const { version } = table;
  const columns: MeasuredColumn[] = [];
  const leftOut: LeftOutColumn[] = [];
  for (const column of version.columns) {
    const reason = names.hiddenOf(version, column.name) ?? (column.unlogged ? 'computed, and not in the log' : null);
    const wanted = names.columnOf(version, column.name);
    const found = target.columns.find(({ name }) => name === wanted);
    if (reason !== null) leftOut.push({ name: column.name, reason });
    else if (wanted !== null && !found) leftOut.push({ name: column.name, reason: 'not there on the target' });
    if (reason !== null || !found) continue;
    const { name, type } = column;
    const policy = names.policyOf(version, name);
    columns.push({ name, type, codec: codecOf(type), targetName: found.name, targetType: valueType(found), policy });
  }
  const isUpdated = (name: string) =>
    table.columns.some((column) => column.name === name && column.extra.includes('on update'));
  return {
    label: names.labelOf(version),
    from: { source: quoteTable(version), target: quoteTargetTable(target) },
    columns,
    leftOut,
    uniques: uniquesOf(table, columns),
    foreignKeys: table.foreignKeys.flatMap((key) => foreignKey(key, names)),
    lastUpdates: columns.filter(({ name }) => isUpdated(name)),
  };
}

/** Unique keys over whole columns that both sides have. */
function uniquesOf({ indexes }: CatalogueTable, columns: readonly MeasuredColumn[]): readonly ScriptKey[] {
  return indexes.flatMap((index): ScriptKey[] => {
    if (!index.isUnique || index.parts.some((part) => part.column === null || part.prefix !== null)) return [];
    const pairs = index.parts.flatMap((part) => columns.filter(({ name }) => name === part.column).map(pairOf));
    return pairs.length === index.parts.length ? [{ name: index.name, columns: pairs }] : [];
  });
}

function pairOf({ name, targetName }: MeasuredColumn): Pair {
  return { source: name, target: targetName };
}

function foreignKey(key: CatalogueForeignKey, names: ColumnNames): ScriptForeignKey[] {
  const child = { database: key.database, table: key.table };
  const parent = { database: key.parentDatabase, table: key.parentTable };
  const there = names.targetOf(parent);
  const pairs = (table: typeof child, columns: readonly string[]): Pair[] =>
    columns.flatMap((source) => {
      const target = names.columnOf(table, source);
      return target === null || names.hiddenOf(table, source) !== null ? [] : [{ source, target }];
    });
  const [columns, parentColumns] = [pairs(child, key.columns), pairs(parent, key.parentColumns)];
  const isWhole = columns.length === key.columns.length && parentColumns.length === key.columns.length;
  if (there === null || !isWhole) return [];
  const from = { source: quoteTable(parent), target: quoteTargetTable(there as TargetName) };
  return [{ name: key.name, columns, parent: from, parentColumns }];
}
