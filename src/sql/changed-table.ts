import type { Context } from './context.ts';
import type { Name } from './expression.ts';
import { quoteName } from './fragment.ts';
import type { TableName } from './query.ts';
import { findColumn, isSame, type Source } from './query-scope.ts';
import type { TableColumn, TableShape } from './scope.ts';
import { UNKNOWN } from './value-type.ts';

/** A table that a statement writes. */
export interface ChangedTable {
  /** As it stands behind INTO: with the source's name where the target calls it otherwise. */
  readonly sql: string;
  /** What qualifies its columns. */
  readonly name: string;
  readonly source: Source;
  readonly shape: TableShape;
}

/** The table that INSERT names. One that is not known has no columns and no keys. */
export function changedTable(table: TableName, context: Context): ChangedTable {
  const name = table.parts.at(-1)?.text ?? '';
  const found = context.scope.table(table.parts);
  if (found === undefined) {
    const full = table.parts.map(({ text }) => text).join('.');
    context.report('UNKNOWN_COLUMN', table, `nothing is known of the table ${full}`);
  }
  const sql = table.parts.map(({ text }) => quoteName(text)).join('.');
  const shape = found ?? { sql, columns: [], key: [] };
  const alias = shape.sql.endsWith(quoteName(name)) ? '' : ` AS ${quoteName(name)}`;
  const source = { name, columns: shape.columns, isOpen: found === undefined, key: shape.key };
  return { sql: `${shape.sql}${alias}`, name: quoteName(name), source, shape };
}

/** A column that is written; one that is not known takes any value. */
export function writtenColumn(parts: readonly Name[], table: ChangedTable, context: Context): TableColumn {
  const found = findColumn([table.source], parts);
  if (found !== undefined) return found.column;
  const [name = { text: '', start: 0, end: 0, isQuoted: false }] = parts.slice(-1);
  if (!table.source.isOpen) context.report('UNKNOWN_COLUMN', name, `nothing is known of the column ${name.text}`);
  return { name: name.text, sql: quoteName(name.text), type: UNKNOWN };
}

/** All unique keys by their columns, the primary one first; undefined when they are not known. */
export function uniqueKeys({ key, uniques }: TableShape): readonly (readonly string[])[] | undefined {
  return uniques === undefined ? undefined : [...(key.length === 0 ? [] : [key]), ...uniques];
}

/** What finds a row again: its primary key, or its place. */
export function rowKey(source: Source): readonly string[] {
  if (source.key.length === 0) return ['ctid'];
  return source.key.map((name) => source.columns.find((one) => isSame(one.name, name))?.sql ?? quoteName(name));
}

/** The columns of a key of the table. */
export function keyColumns(key: readonly string[], { columns }: TableShape): readonly TableColumn[] {
  return key.flatMap((name) => columns.find((one) => isSame(one.name, name)) ?? []);
}
