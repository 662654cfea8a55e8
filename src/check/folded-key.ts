import { type FoldedKey, type KeyColumn, keepsKey } from '../cutover/schema-gate.ts';
import type { CatalogueColumn, CatalogueTable } from '../mysql/catalogue-table.ts';
import { quoteIdent, quoteTable } from '../postgres/quote.ts';
import type { StandingTable } from '../postgres/standing-schema.ts';
import { textRule } from '../sql/value-type.ts';

/** A unique index of the source over a text that it compares without case, every column of which is on the target. */
interface FoldedIndex {
  readonly columns: readonly CatalogueColumn[];
  /** Those that are compared without case. */
  readonly folded: readonly CatalogueColumn[];
}

type ColumnOf = (column: string) => string | null;

/** A key with a column that a rule leaves out, or an expression, is none on the target. */
export function foldedIndexes({ indexes, columns: all }: CatalogueTable, columnOf: ColumnOf): readonly FoldedIndex[] {
  return indexes
    .filter(({ isUnique }) => isUnique)
    .flatMap(({ parts }) => {
      const columns = parts.flatMap(({ column }) => all.find(({ name }) => name === column) ?? []);
      const folded = columns.filter(isFolded);
      const isCarried = columns.length === parts.length && columns.every(({ name }) => columnOf(name) !== null);
      return isCarried && folded.length > 0 ? [{ columns, folded }] : [];
    });
}

export interface StandingPair {
  readonly table: CatalogueTable;
  readonly standing: StandingTable | null;
  readonly columnOf: ColumnOf;
}

/** Each of them, and whether what stands on the target refuses the same. */
export function foldedKeys({ table, standing, columnOf }: StandingPair, ddl: 'convert' | 'existing'): FoldedKey[] {
  const { database, table: plain } = table.version;
  const uniques = standing?.indexes.filter(({ isUnique, isValid }) => isUnique && isValid) ?? [];
  return foldedIndexes(table, columnOf).map(({ columns, folded }) => {
    const key = columns.map((column): KeyColumn => {
      const name = columnOf(column.name) ?? '';
      const there = standing?.columns.find((one) => one.name === name);
      const isNative = there !== undefined && (/(^|\.)citext$/.test(there.type) || there.isNondeterministic);
      return { name, isFolded: isFolded(column), isNative };
    });
    const isKept = uniques.some((index) => keepsKey({ ...index, isPartial: index.predicate !== null }, key));
    const names = folded.map((column) => `${database}.${plain}.${column.name}`);
    return { names, isKept, cure: ddl === 'convert' ? foldingRule(plain, folded) : byIndex(standing, key) };
  });
}

function isFolded({ type, collation }: CatalogueColumn): boolean {
  return type.kind === 'text' && textRule(collation ?? undefined) === 'lower';
}

/** Lines of sluice.yaml, and what then. */
export function foldingRule(table: string, folded: readonly CatalogueColumn[]): string {
  const rules = folded.map(({ name }) => `${JSON.stringify(name)}: lower`).join(', ');
  return `tables: { rules: { ${JSON.stringify(table)}: { case: { ${rules} } } } }, then sluice schema apply; or waive it where case never differs.`;
}

function byIndex(standing: StandingTable | null, key: readonly KeyColumn[]): string {
  if (standing === null) return 'Make the table on the target.';
  const parts = key.map(({ name, isFolded: folds, isNative }) =>
    folds && !isNative ? `lower(${quoteIdent(name)})` : quoteIdent(name),
  );
  return `CREATE UNIQUE INDEX CONCURRENTLY ON ${quoteTable(standing.name)} (${parts.join(', ')}), in a migration of the application; or waive it where case never differs.`;
}
