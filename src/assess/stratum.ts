import type { ColumnType } from '../contract/table.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { Row } from '../mysql/connection.ts';
import { quoteIdentifier, quoteTable } from '../mysql/identifier.ts';
import { keyLiteral } from '../mysql/key-literal.ts';
import { type Bound, type KeyOrder, type KeyRange, keyOrderOf, orderBy, whereRange } from '../mysql/key-order.ts';
import { between } from './between.ts';

/** An index by which places all over a table are found, in its order. */
export interface Path {
  readonly table: CatalogueTable;
  readonly index: string | null;
  readonly order: KeyOrder;
  readonly types: readonly ColumnType[];
  /** Columns by which people know it. */
  readonly names: readonly string[];
  /** No two rows are equal by it, so that a bound lies between any two. */
  readonly isUnique: boolean;
}

/** A part of a table between two keys that stand in it. */
export interface Stratum {
  readonly range: KeyRange & { readonly lower: Bound; readonly upper: Bound };
  /** By the server's own look into its index, not counted. */
  readonly rows: number;
}

/** Sends a statement that reads no rows to speak of. */
export type Ask = (sql: string) => Promise<readonly Row[]>;

/** The key; without one an index whose first column is never NULL; null where there is neither. */
export function pathOf(table: CatalogueTable): Path | null {
  const order = keyOrderOf(table);
  if (order !== null) {
    const columns = table.version.key.flatMap((at) => table.columns[at] ?? []);
    const types = columns.map(({ type }) => type);
    return { table, index: table.keyIndex, order, types, names: columns.map(({ name }) => name), isUnique: true };
  }
  for (const { name, type, isVisible, parts } of table.indexes) {
    const [first] = parts;
    const column = table.columns.find((one) => one.name === first?.column);
    if (type !== 'BTREE' || !isVisible || first?.prefix !== null || column === undefined || column.nullable) continue;
    const only = { columns: [keyLiteral(quoteIdentifier(column.name), column)], identity: name };
    return { table, index: name, order: only, types: [column.type], names: [column.name], isUnique: false };
  }
  return null;
}

/** Parts of the way at which a place between two keys is looked for, until one is there. */
const PARTS = [0.5, 0.25, 0.75];
const MOST_TRIES = 60;

/**
 * Cuts a table into `count` strata by halving the largest again and again; fewer where keys lie so that no place between
 * them is found. Three statements a cut, none of which reads more than a row. Empty for an empty table.
 */
export async function strataOf(path: Path, count: number, ask: Ask): Promise<readonly Stratum[]> {
  const [low] = await ask(endQuery(path, ''));
  const [high] = await ask(endQuery(path, ' DESC'));
  if (low === undefined || high === undefined) return [];
  const range = { lower: boundOf(path, low), upper: boundOf(path, high) };
  const whole: Stratum = { range, rows: await rowsIn(path, { lower: null, upper: null }, ask) };
  const strata = [whole];
  const stuck = new Set<Stratum>();
  for (let tries = 0; strata.length < count && tries < MOST_TRIES; tries++) {
    const [largest] = strata.filter((one) => !stuck.has(one)).sort((a, b) => b.rows - a.rows);
    if (largest === undefined) break;
    const halves = await halved(path, largest, ask);
    if (halves === null) stuck.add(largest);
    else strata.splice(strata.indexOf(largest), 1, ...halves);
  }
  return strata;
}

async function halved(path: Path, { range }: Stratum, ask: Ask): Promise<readonly [Stratum, Stratum] | null> {
  for (const part of PARTS) {
    const place = placeIn(path, range, part);
    if (place === null) return null;
    const [found] = await ask(placeQuery(path, range, place));
    const middle = found === undefined ? range.upper : boundOf(path, found);
    if (isSame(middle, range.upper)) continue;
    const first = { lower: range.lower, upper: middle };
    const second = { lower: middle, upper: range.upper };
    return [
      { range: first, rows: await rowsIn(path, first, ask) },
      { range: second, rows: await rowsIn(path, second, ask) },
    ];
  }
  return null;
}

/** The first column in which the ends differ is cut; those before it are alike. */
function placeIn({ types }: Path, { lower, upper }: Stratum['range'], part: number): Bound | null {
  const at = lower.findIndex((text, i) => text !== upper[i]);
  const type = types[at];
  if (type === undefined) return null;
  const text = between(type, [lower[at] ?? '', upper[at] ?? ''], part);
  return text === null ? null : upper.map((other, i) => (i === at ? text : other));
}

function isSame(a: Bound, b: Bound): boolean {
  return a.every((text, at) => text === b[at]);
}

function boundOf({ order }: Path, row: Row): Bound {
  return order.columns.map((_, at) => row[`k${at}`] ?? '');
}

function endQuery(path: Path, direction: string): string {
  const sorted = path.order.columns.map(({ order }) => `${order}${direction}`).join(', ');
  return `SELECT ${valuesOf(path)} FROM ${fromOf(path)} ORDER BY ${sorted} LIMIT 1`;
}

/** The first key of the range from a place on. */
function placeQuery(path: Path, range: KeyRange, place: Bound): string {
  const behind = whereRange(path.order, { lower: place, upper: null }).replace(' WHERE ', ' AND ');
  return `SELECT ${valuesOf(path)} FROM ${fromOf(path)}${whereRange(path.order, range)}${behind}${orderBy(path.order)} LIMIT 1`;
}

async function rowsIn(path: Path, range: KeyRange, ask: Ask): Promise<number> {
  // Of an index that is forced MySQL tells nothing: it does not look into it.
  const sql = `SELECT 1 FROM ${fromOf(path, 'USE')}${whereRange(path.order, range)}`;
  const [row = {}] = await ask(`EXPLAIN FORMAT=TRADITIONAL ${sql}`);
  return Number(row['rows'] ?? 0);
}

function valuesOf({ order }: Path): string {
  return order.columns.map(({ value }, at) => `${value} AS k${at}`).join(', ');
}

function fromOf({ table, index }: Path, hint: 'FORCE' | 'USE' = 'FORCE'): string {
  return `${quoteTable(table.version)} AS t${index === null ? '' : ` ${hint} INDEX (${quoteIdentifier(index)})`}`;
}
