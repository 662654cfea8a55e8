import { keepsKey } from '../../convert/ruled-table.ts';
import type { CatalogueForeignKey, CatalogueTable } from '../../mysql/catalogue-table.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { quoteIdentifier, quoteTable } from '../../mysql/identifier.ts';
import type { TargetName } from '../../postgres/quote.ts';
import type { Scope } from '../scope.ts';

/** Values of a foreign key's columns, as the target prints them. */
export type KeyValues = readonly string[];

/** A foreign key that acts on deletes, with both tables as the target names them. */
export interface Reference {
  readonly key: CatalogueForeignKey;
  readonly table: CatalogueTable;
  readonly child: TargetName;
  readonly parent: TargetName;
  readonly columns: readonly string[];
  readonly parentColumns: readonly string[];
  /** Both sides hold a hash of the column, which the source could not be asked for. */
  readonly isMasked: (column: string) => boolean;
}

export function referencesOf(table: CatalogueTable, scope: Scope): Reference[] {
  return table.foreignKeys.flatMap((key): Reference[] => {
    const child = scope.targetOf(key.database, key.table);
    const parent = scope.targetOf(key.parentDatabase, key.parentTable);
    if (!child || !parent || !['CASCADE', 'SET NULL'].includes(key.onDelete)) return [];
    const columns = key.columns.map((column) => scope.columnOf(key.database, key.table, column));
    const parents = key.parentColumns.map((column) => scope.columnOf(key.parentDatabase, key.parentTable, column));
    if ([...columns, ...parents].includes(null) || !keepsKey(key, scope.rulesOf)) return [];
    const names = { columns: columns.filter(isName), parentColumns: parents.filter(isName) };
    const isMasked = (column: string) => scope.rulesOf(key.database, key.table)?.mask.has(column) ?? false;
    return [{ key, table, child, parent, ...names, isMasked }];
  });
}

function isName(name: string | null): name is string {
  return name !== null;
}

/**
 * Whether the source can tell which orphans of this key are gone. After an update of the parent's key a row is there
 * with another value; without a key of its own a row cannot come back by an update; and a value whose printed form is
 * not the source's would not be found there.
 */
export function isDecidable({ key, table, isMasked }: Reference): boolean {
  if (key.onUpdate === 'CASCADE' || key.onUpdate === 'SET NULL' || table.version.key.length === 0) return false;
  return key.columns.every((name) => {
    if (isMasked(name)) return false;
    const column = table.columns.find((one) => one.name === name);
    // tinyint(1) may have become boolean.
    return column !== undefined && column.columnType !== 'tinyint(1)' && ['integer', 'text'].includes(column.type.kind);
  });
}

/** For each of the values, whether the source has a row of the child with them. Its own comparison finds no fewer. */
export async function referredTo(
  source: MysqlConnection,
  { key }: Reference,
  all: readonly KeyValues[],
): Promise<readonly boolean[]> {
  if (all.length === 0) return [];
  const child = quoteTable({ database: key.database, table: key.table });
  const given = key.columns.map((column) => `${quoteIdentifier(column)} = ?`).join(' AND ');
  const one = `SELECT EXISTS (SELECT 1 FROM ${child} WHERE ${given}) AS has`;
  const rows = await source.rows(
    all.map((_, i) => one.replace('AS has', `AS has, ${i} AS i`)).join(' UNION ALL '),
    all.flat(),
  );
  const found = new Set(rows.filter((row) => row['has'] !== '0').map((row) => Number(row['i'])));
  return all.map((_, i) => found.has(i));
}
