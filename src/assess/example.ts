import type { CatalogueColumn, CatalogueTable } from '../mysql/catalogue-table.ts';
import type { Row } from '../mysql/connection.ts';
import { inRow, type Probe } from './probe.ts';
import type { RowSet } from './scan-query.ts';

/** A row that a rule touches, by its key; `value` only where it was asked for and may be shown. */
export interface Example {
  readonly key: readonly { readonly column: string; readonly value: string }[];
  readonly value: string | null;
}

export const MOST_EXAMPLES = 5;
const MOST_TOGETHER = 40;
const LONGEST_VALUE = 60;
/** Shown for a key's column that a rule masks or leaves out. */
const HIDDEN = '***';
const SECRET = /passw|pwd|secret|token|salt|hash|api_?key|private_?key|credential/i;

export interface ExampleOptions {
  /** Columns that reach the target as they are. */
  readonly seen: ReadonlySet<string>;
  readonly showsValues: boolean;
}

export function keyColumns({ version, columns }: CatalogueTable): readonly CatalogueColumn[] {
  return version.key.map((index) => columns[index]).filter((column) => column !== undefined);
}

/** Statements that give examples of several probes at once; rows are read back by `exampleOf`. */
export function exampleQueries(
  table: CatalogueTable,
  wanted: readonly { readonly at: number; readonly probe: Probe; readonly missing: number }[],
  { from, where }: RowSet,
  options: ExampleOptions,
): readonly string[] {
  if (table.version.key.length === 0) return [];
  const keys = keyExpressions(table, options).map((key, at) => `${key} AS k${at}`);
  const parts = wanted.map(({ at, probe, missing }) => {
    const list = [`${at} AS probe`, ...keys, `${shownValue(probe, options)} AS v`];
    return `(SELECT ${list.join(', ')}, (${probe.condition}) AS hit FROM ${from}${where} HAVING hit LIMIT ${missing})`;
  });
  const queries: string[] = [];
  for (let at = 0; at < parts.length; at += MOST_TOGETHER)
    queries.push(parts.slice(at, at + MOST_TOGETHER).join(' UNION ALL '));
  return queries;
}

/** Text of each column of the key, or what hides it. */
export function keyExpressions(table: CatalogueTable, { seen }: Pick<ExampleOptions, 'seen'>): readonly string[] {
  return keyColumns(table).map((column) => (seen.has(column.name) ? textOf(column) : `'${HIDDEN}'`));
}

export function exampleOf(table: CatalogueTable, row: Row): Example {
  const key = keyColumns(table).map(({ name }, at) => ({ column: name, value: row[`k${at}`] ?? 'NULL' }));
  return { key, value: row['v'] ?? null };
}

function textOf(column: CatalogueColumn): string {
  const name = inRow(column);
  if (column.type.kind === 'binary' || column.type.kind === 'blob') return `CONCAT('0x', HEX(${name}))`;
  return `CONVERT(CAST(${name} AS CHAR) USING utf8mb4)`;
}

function shownValue({ columns }: Probe, { showsValues, seen }: ExampleOptions): string {
  const isShown = showsValues && columns.every((name) => seen.has(name) && !SECRET.test(name));
  const [name] = columns;
  if (!isShown || name === undefined) return 'NULL';
  return `CONVERT(LEFT(CAST(${inRow({ name })} AS CHAR), ${LONGEST_VALUE}) USING utf8mb4)`;
}
