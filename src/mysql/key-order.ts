import type { CatalogueTable } from './catalogue-table.ts';
import { quoteIdentifier } from './identifier.ts';
import { keyLiteral } from './key-literal.ts';

/** A key in the order of its index: for each column the text of KeyColumn.value. Compared by the server alone. */
export type Bound = readonly string[];

/** Keys after `lower` (null: from the first) up to and with `upper` (null: to the last). */
export interface KeyRange {
  readonly lower: Bound | null;
  readonly upper: Bound | null;
}

export const WHOLE: KeyRange = { lower: null, upper: null };

export interface KeyColumn {
  /** Expression whose text is the column's part of a bound. */
  readonly value: string;
  /** Expression that WHERE compares with a literal. */
  readonly compare: string;
  /** Expression that ORDER BY sorts by: the same order as `compare`. */
  readonly order: string;
  /** A lossless literal of a bound's text, in the type and collation of `compare`. */
  literal(text: string): string;
}

/** How the server orders a table by its key: every comparison of bounds is SQL made here (INV-41). */
export interface KeyOrder {
  readonly columns: readonly KeyColumn[];
  /** Changes when bounds of before mean something else now: other columns, types or collations. */
  readonly identity: string;
}

/** null for a table without a usable key. */
export function keyOrderOf(table: CatalogueTable): KeyOrder | null {
  const { key } = table.version;
  if (key.length === 0) return null;
  const columns = key.map((index) => table.columns[index]).filter((column) => column !== undefined);
  const identity = columns.map(({ name, type, collation }) => [name, type, collation]);
  return {
    columns: columns.map((column) => keyLiteral(quoteIdentifier(column.name), column)),
    identity: JSON.stringify(identity),
  };
}

/** WHERE for a range; empty for the whole table. */
export function whereRange(order: KeyOrder, { lower, upper }: KeyRange): string {
  const conditions = [
    ...(lower ? [edge(order, lower, '>='), beyond(order, lower, '>')] : []),
    ...(upper ? [edge(order, upper, '<='), `(${beyond(order, upper, '<')} OR ${equal(order, upper)})`] : []),
  ];
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}

export function orderBy(order: KeyOrder): string {
  return ` ORDER BY ${order.columns.map((column) => column.order).join(', ')}`;
}

/** (a > x) OR (a = x AND b > y) ...: a row comparison `(a, b) > (x, y)` would not use the index. */
function beyond(order: KeyOrder, bound: Bound, sign: '<' | '>'): string {
  const tests = order.columns.map((column, i) => {
    const before = order.columns.slice(0, i).map((other, j) => compared(other, '=', bound[j]));
    return `(${[...before, compared(column, sign, bound[i])].join(' AND ')})`;
  });
  return `(${tests.join(' OR ')})`;
}

function equal(order: KeyOrder, bound: Bound): string {
  return `(${order.columns.map((column, i) => compared(column, '=', bound[i])).join(' AND ')})`;
}

/** Says nothing that `beyond` does not, but the optimizer sees a range in it. */
function edge(order: KeyOrder, bound: Bound, sign: '<=' | '>='): string {
  const [first] = order.columns;
  return first ? compared(first, sign, bound[0]) : 'TRUE';
}

function compared(column: KeyColumn, sign: string, text: string | undefined): string {
  return `${column.compare} ${sign} ${column.literal(text ?? '')}`;
}
