import type { CatalogueColumn, CatalogueTable } from '../mysql/catalogue-table.ts';
import { quoteIdentifier, quoteTable } from '../mysql/identifier.ts';
import { inRow, type Probe, type Subject } from './probe.ts';

/** Text that MySQL compares by more than its bytes: without case or accents, or with trailing spaces ignored. */
export function isLoose({ type, collation }: CatalogueColumn): boolean {
  if (type.kind !== 'text' || collation === null || collation === 'binary') return false;
  return !/_(bin|cs)$/.test(collation);
}

/** Unique columns: rows that a look-up finds today by another spelling, and on the target only by their own. */
export function uniqueSpellings({ table, columns }: Subject): readonly Probe[] {
  const unique = new Set(uniqueColumns(table));
  return columns
    .filter((column) => unique.has(column.name) && isLoose(column))
    .map((column) => {
      const name = inRow(column);
      const plain = `TRIM(TRAILING ' ' FROM LOWER(${name}))`;
      const condition = `CAST(${name} AS BINARY) <> CAST(${plain} AS BINARY)`;
      return { rule: 'unique-spelling', columns: [column.name], condition };
    });
}

/** Columns that an index of their own keeps unique: no two values of them are equal. */
function uniqueColumns({ indexes }: CatalogueTable): readonly string[] {
  return indexes
    .filter(({ isUnique, parts }) => isUnique && parts.length === 1 && parts[0]?.prefix === null)
    .flatMap(({ parts }) => parts[0]?.column ?? []);
}

/** Columns that lead an index and may hold one value in several spellings: each is asked of its index alone. */
export function spelledColumns({ table, columns }: Subject): readonly { column: CatalogueColumn; index: string }[] {
  const unique = new Set(uniqueColumns(table));
  return columns.flatMap((column) => {
    const leads = table.indexes.find(({ type, parts, isVisible }) => {
      return type === 'BTREE' && isVisible && parts[0]?.column === column.name && parts[0].prefix === null;
    });
    return leads === undefined || unique.has(column.name) || !isLoose(column) ? [] : [{ column, index: leads.name }];
  });
}

/**
 * Groups of equal values with more than one spelling, in the order of the index: one read of the index, of its first
 * `limit` entries where that is set. `g` groups, `r` rows in them.
 */
export function spellingQuery(table: CatalogueTable, name: string, index: string, limit: number | null): string {
  return `SELECT COUNT(*) AS g, COALESCE(SUM(n), 0) AS r FROM (${groups(table, name, index, limit)}) x`;
}

/** Keys of rows in such groups; `keys` are expressions over `t`. */
export function spellingExamples(
  table: CatalogueTable,
  { name, index, limit }: { readonly name: string; readonly index: string; readonly limit: number | null },
  keys: readonly string[],
): string {
  const list = keys.map((key, at) => `${key} AS k${at}`).join(', ');
  return `SELECT ${list} FROM (${groups(table, name, index, limit)} LIMIT 3) g JOIN ${quoteTable(table.version)} AS t
    ON t.${quoteIdentifier(name)} = g.v LIMIT 5`;
}

function groups(table: CatalogueTable, name: string, index: string, limit: number | null): string {
  const column = quoteIdentifier(name);
  const from = `${quoteTable(table.version)} FORCE INDEX (${quoteIdentifier(index)})`;
  const read =
    limit === null
      ? `${from} WHERE ${column} IS NOT NULL`
      : `(SELECT ${column} FROM ${from} WHERE ${column} IS NOT NULL ORDER BY ${column} LIMIT ${limit}) s`;
  const bytes = `CAST(${column} AS BINARY)`;
  return `SELECT COUNT(*) AS n, MIN(${column}) AS v FROM ${read} GROUP BY ${column} HAVING MIN(${bytes}) <> MAX(${bytes})`;
}
