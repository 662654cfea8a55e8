import { rowKey } from './changed-table.ts';
import type { Context } from './context.ts';
import type { Limit, OrderItem } from './expression.ts';
import { quoteName } from './fragment.ts';
import { orderBy } from './print/order.ts';
import { printLimit } from './print/query.ts';
import type { TableReference } from './query.ts';
import type { Source } from './query-scope.ts';

/** The name of a table as the statement has it, and its text in front of SET or WHERE. */
export function qualifier(source: Source): string {
  return quoteName(source.name ?? '');
}

/** The first rows in an order, locked: what UPDATE and DELETE with ORDER BY and LIMIT change. */
export function firstRows(
  source: Source,
  query: { readonly from: string; readonly where: string },
  node: { readonly orderBy: readonly OrderItem[]; readonly limit: Limit },
  context: Context,
): string {
  const key = rowKey(source).map((column) => `${qualifier(source)}.${column}`);
  const order = orderBy(node.orderBy, context);
  const limit = printLimit(node.limit, context);
  const rows = `SELECT ${key.join(', ')} FROM ${query.from}${query.where} ${order}${order === '' ? '' : ' '}${limit} FOR UPDATE`;
  // Else the planner may choose the rows anew for each row that it looks at, and change more than the limit.
  const chosen = `WITH chosen AS MATERIALIZED (${rows}) SELECT * FROM chosen`;
  return ` WHERE ${key.length === 1 ? key[0] : `(${key.join(', ')})`} IN (${chosen})`;
}

/** Names of the key columns of the target of a number among the matched rows. */
export function keyNames(source: Source, at: number): readonly string[] {
  return rowKey(source).map((_, index) => `key_${at + 1}_${index + 1}`);
}

/** The key columns of a target, to be selected among the matched rows. */
export function selectedKey(source: Source, at: number): readonly string[] {
  const names = keyNames(source, at);
  return rowKey(source).map((column, index) => `${qualifier(source)}.${column} AS ${names[index]}`);
}

/** The condition that finds the rows of a target again. */
export function sameRow(source: Source, at: number): string {
  const names = keyNames(source, at);
  return rowKey(source)
    .map((column, index) => `${qualifier(source)}.${column} = m.${names[index]}`)
    .join(' AND ');
}

/** The tables in the order in which the statement names them. */
export function baseTables(tables: readonly TableReference[]): readonly Extract<TableReference, { tag: 'base' }>[] {
  return tables.flatMap((node) => {
    if (node.tag === 'base') return [node];
    if (node.tag === 'list') return baseTables(node.tables);
    return node.tag === 'join' ? baseTables([node.left, node.right]) : [];
  });
}
