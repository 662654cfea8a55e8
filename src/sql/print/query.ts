import { commonType } from '../coerce.ts';
import type { Context } from '../context.ts';
import type { Expression, Limit, OrderItem } from '../expression.ts';
import { atom, compound, type Fragment, quoteName } from '../fragment.ts';
import type { CommonTable, Query, QueryBody, SetOperation, With } from '../query.ts';
import { isSame, scopeOf, variableOf, withTable } from '../query-scope.ts';
import type { TableColumn } from '../scope.ts';
import { folded, isFolded, ordered } from '../text-fold.ts';
import { orderOf, reportOrder } from '../text-order.ts';
import { scaleOf, UNKNOWN, type ValueType } from '../value-type.ts';
import { type PrintInner, renamed } from './from.ts';
import { printLocks } from './lock.ts';
import { orderBy, orderItem } from './order.ts';
import { type Naming, type PrintedSelect, printSelect } from './select.ts';

export interface PrintedQuery {
  readonly fragment: Fragment;
  readonly columns: readonly TableColumn[];
}

/** Prints a query for PostgreSQL. */
export function printQuery(query: Query, outer: Context, naming: Naming): PrintedQuery {
  if (query.into !== undefined) outer.report('CONSTRUCT', query.into, 'SELECT ... INTO outside a stored program');
  const common = query.with === undefined ? { sql: '', context: outer } : printWith(query.with, outer);
  const locks = printLocks(query, outer);
  const lock = locks.inside;
  const body = printBody(query.body, common.context, { naming, orderBy: query.orderBy, inner, lock });
  const clauses = [
    common.sql,
    body.sql,
    body.order,
    query.limit === undefined ? '' : printLimit(query.limit, common.context),
    locks.behind,
  ];
  const sql = clauses.filter((clause) => clause !== '').join(' ');
  return { fragment: compound(sql, body.columns[0]?.type ?? UNKNOWN), columns: body.columns };
}

/** A query inside FROM: its columns may be named from outside. */
export const inner: PrintInner = (query, context) => {
  const { fragment, columns } = printQuery(query, context, { text: undefined, isInner: true });
  return { sql: fragment.sql, columns };
};

/** WITH, and the context that knows its tables. */
export function printWith(node: With, outer: Context): { readonly sql: string; readonly context: Context } {
  let context = outer;
  const parts: string[] = [];
  for (const table of node.tables) {
    const names = table.columns.map(({ text }) => text);
    const within = node.isRecursive ? known(table, context, names) : context;
    const isRecursive = within !== context && table.query.body.tag === 'set-operation';
    const printed = printQuery(table.query, within, isRecursive ? 'typed' : { text: undefined });
    const columns = renamed(printed.columns, names);
    const list = names.length === 0 ? '' : ` (${names.map(quoteName).join(', ')})`;
    parts.push(`${quoteName(table.name.text)}${list} AS (${printed.fragment.sql})`);
    context = context.within(withTable(table.name.text, columns, context.scope));
  }
  return { sql: `WITH ${node.isRecursive ? 'RECURSIVE ' : ''}${parts.join(', ')}`, context };
}

/** A recursive table is known inside itself by the columns of its first part. */
function known(table: CommonTable, context: Context, names: readonly string[]): Context {
  const { body } = table.query;
  const first = body.tag === 'set-operation' ? body.first : body;
  const { columns } = printBody(first, context, { naming: 'typed', orderBy: [], inner });
  return context.within(withTable(table.name.text, renamed(columns, names), context.scope));
}

interface BodyOptions {
  readonly naming: Naming;
  readonly orderBy: readonly OrderItem[];
  readonly inner: PrintInner;
  readonly lock?: string | undefined;
}

function printBody(body: QueryBody, context: Context, options: BodyOptions): PrintedSelect {
  switch (body.tag) {
    case 'select':
      return printSelect(body, context, options);
    case 'set-operation':
      return printSet(body, context, options);
    case 'query': {
      const printed = printQuery(body, context, options.naming);
      return {
        sql: `(${printed.fragment.sql})`,
        order: namedOrder(options.orderBy, context),
        columns: printed.columns,
      };
    }
    case 'table': {
      const shape = context.scope.table(body.name.parts);
      const sql = shape?.sql ?? body.name.parts.map(({ text }) => quoteName(text)).join('.');
      return {
        sql: `SELECT * FROM ${sql}`,
        order: namedOrder(options.orderBy, context),
        columns: shape?.columns ?? [],
      };
    }
    default: {
      const rows = body.rows.map((row) => row.map((item) => context.fragment(item)));
      const columns = (rows[0] ?? []).map(({ type }, at) => ({ name: `column_${at}`, sql: `column${at + 1}`, type }));
      const sql = `VALUES ${rows.map((row) => `(${row.map((item) => item.sql).join(', ')})`).join(', ')}`;
      return { sql, order: namedOrder(options.orderBy, context), columns };
    }
  }
}

function printSet(node: SetOperation, context: Context, options: BodyOptions): PrintedSelect {
  const plain = { ...options, orderBy: [], lock: undefined };
  const first = printBody(node.first, context, plain);
  let { columns, sql } = first;
  let isRescaled = false;
  for (const { operator, isAll, body } of node.rest) {
    const printed = printBody(body, context, { ...plain, naming: options.naming === 'typed' ? 'typed' : 'plain' });
    checkTypes(first.columns, printed.columns, context, node);
    const isLow = !isAll && [...columns, ...printed.columns].some(({ type }) => isLowText(type));
    const isWritten = isLow && operator === 'union' && options.naming !== 'typed' && isKnown(columns, printed.columns);
    if (isWritten) context.report('TEXT_CASE', node, 'rows with texts are made distinct without regard to case');
    else if (isLow)
      context.report('TEXT_DISTINCT', node, 'rows with texts are made distinct, where case counts on the target');
    const before = columns;
    columns = columns.map((column, at) => united(column, printed.columns[at]));
    isRescaled ||= columns.some(({ type }, at) => isRescaledTo(type, [before[at], printed.columns[at]]));
    const right = body.tag === 'set-operation' ? `(${printed.sql})` : printed.sql;
    if (!isWritten) sql = `${sql} ${operator.toUpperCase()}${isAll ? ' ALL' : ''} ${right}`;
    else sql = unitedOnce(`${sql} UNION ALL ${right}`, columns, context);
  }
  if (isRescaled && options.naming !== 'typed' && columns.every(({ name }) => name !== ''))
    sql = rescaled(sql, columns);
  const order = options.orderBy.filter(({ expression }) => !isFixed(expression, context));
  if (order.some(({ expression }) => !isNaming(expression)) && columns.every(({ name }) => name !== ''))
    return { sql: `SELECT * FROM (${sql}) AS united`, order: computedOrder(order, columns, context), columns };
  if (!order.some((item) => isFoldedOrder(item, columns, context)))
    return { sql, order: namedOrder(order, context), columns };
  return { sql: `SELECT * FROM (${sql}) AS united`, order: foldedOrder(order, columns, context), columns };
}

/** A variable is the same for all rows. */
function isFixed(expression: Expression, { scope }: Context): boolean {
  return expression.tag === 'column' && variableOf(expression.parts, scope) !== undefined;
}

function isNaming({ tag }: Expression): boolean {
  return tag === 'column' || tag === 'number';
}

/** By what is computed of the columns, which a set operation of the target does not take. */
function computedOrder(items: readonly OrderItem[], columns: readonly TableColumn[], context: Context): string {
  const named = columns.map((column) => ({ ...column, sql: quoteName(column.name) }));
  const source = { name: 'united', columns: named, isOpen: false, key: [] };
  const within = context.within(scopeOf([source], context.scope));
  const parts = items.map((item) =>
    item.expression.tag === 'number' ? foldedOrder([item], columns, context) : orderBy([item], within),
  );
  return `ORDER BY ${parts.map((part) => part.replace(/^ORDER BY /, '')).join(', ')}`;
}

/** Whether a number of either side has fewer digits behind the point than the column, which shows them all. */
function isRescaledTo(type: ValueType, parts: readonly (TableColumn | undefined)[]): boolean {
  if (type.kind !== 'decimal' || type.scale === undefined || type.scale === 0) return false;
  return parts.some((part) => part !== undefined && part.type.kind !== 'null' && scaleOf(part.type) !== type.scale);
}

function rescaled(sql: string, columns: readonly TableColumn[]): string {
  const items = columns.map(({ name, type }, at) => {
    const isExact = type.kind === 'decimal' && type.scale !== undefined;
    return `${isExact ? `round(c${at + 1}, ${type.scale})` : `c${at + 1}`} AS ${quoteName(name)}`;
  });
  const names = columns.map((_, at) => `c${at + 1}`).join(', ');
  return `SELECT ${items.join(', ')} FROM (${sql}) AS shown(${names})`;
}

/** Literals alone are spelled as they are. */
function isLowText(type: ValueType): boolean {
  return type.kind === 'text' && type.rule === 'lower' && type.members === undefined;
}

function isKnown(left: readonly TableColumn[], right: readonly TableColumn[]): boolean {
  return left.length > 0 && left.length === right.length;
}

/** Rows whose texts differ in case alone are one, the first of them, as the source has it. */
function unitedOnce(sql: string, columns: readonly TableColumn[], context: Context): string {
  const names = columns.map((_, at) => `c${at + 1}`);
  const keys = columns.map(({ type }, at) => folded(atom(`c${at + 1}`, type), context).sql).join(', ');
  const given = columns.map(({ name }, at) => (name === '' ? `c${at + 1}` : `c${at + 1} AS ${quoteName(name)}`));
  const numbered = `SELECT *, row_number() OVER () AS n FROM (${sql}) AS united(${names.join(', ')})`;
  const once = `SELECT DISTINCT ON (${keys}) * FROM (${numbered}) AS numbered ORDER BY ${keys}, n`;
  return `SELECT ${given.join(', ')} FROM (${once}) AS once`;
}

/** The column that an item of the order means, where it is a text that is ordered without regard to case. */
function isFoldedOrder(item: OrderItem, columns: readonly TableColumn[], context: Context): boolean {
  const column = columnOf(item, columns);
  return column !== undefined && column.name !== '' && isFolded(column.type, context);
}

function columnOf({ expression }: OrderItem, columns: readonly TableColumn[]): TableColumn | undefined {
  if (expression.tag === 'number') return columns[Number(expression.value) - 1];
  const name = expression.tag === 'column' ? expression.parts.at(-1)?.text : undefined;
  return columns.find((column) => isSame(column.name, name));
}

function foldedOrder(items: readonly OrderItem[], columns: readonly TableColumn[], context: Context): string {
  const parts = items.map((item) => {
    const column = columnOf(item, columns);
    if (column === undefined || !isFoldedOrder(item, columns, context))
      return namedOrder([item], context).replace(/^ORDER BY /, '');
    reportOrder(orderOf([column.type], context), item, 'rows are ordered by a text', context);
    return orderItem(item, ordered(atom(quoteName(column.name), column.type), context).sql);
  });
  return `ORDER BY ${parts.join(', ')}`;
}

/** A column of a set operation: numbers of several kinds become one, a NULL takes the type of the others. */
function united(column: TableColumn, other: TableColumn | undefined): TableColumn {
  if (other === undefined || (column.type.kind === other.type.kind && column.type.kind !== 'decimal')) return column;
  const isNull = column.type.kind === 'null';
  const areNumbers = [column, other].every(({ type }) => LIKE_NUMBERS.has(type.kind));
  if (!isNull && !areNumbers) return column;
  return { ...column, type: commonType([atom('', column.type), atom('', other.type)]) };
}

const LIKE_NUMBERS = new Set(['integer', 'decimal', 'float', 'boolean']);

/** PostgreSQL unites columns of like types alone. */
function checkTypes(a: readonly TableColumn[], b: readonly TableColumn[], context: Context, node: SetOperation): void {
  const isUnlike = a.some(({ type }, at) => {
    const other = b[at]?.type.kind;
    const isFree = [type.kind, other].some((kind) => kind === 'null' || kind === 'unknown' || kind === undefined);
    return !isFree && other !== type.kind && !(LIKE_NUMBERS.has(type.kind) && LIKE_NUMBERS.has(other ?? ''));
  });
  if (isUnlike) context.report('UNKNOWN_TYPE', node, 'columns of unlike types are united');
}

/** Behind a set operation only names and numbers of columns may order. */
function namedOrder(items: readonly OrderItem[], context: Context): string {
  if (items.length === 0) return '';
  const parts = items.map((item) => {
    const { expression } = item;
    if (expression.tag === 'column') return orderItem(item, quoteName(expression.parts.at(-1)?.text ?? ''));
    if (expression.tag === 'number') return orderItem(item, expression.value);
    context.report('CONSTRUCT', item, 'a set operation is ordered by an expression');
    return orderItem(item, '1');
  });
  return `ORDER BY ${parts.join(', ')}`;
}

/** MySQL's way to say "all the rest". */
const NO_LIMIT = /^18446744073709551615$/;

/** PostgreSQL takes no more. */
const ALL_ROWS = '9223372036854775807';

/** LIMIT and OFFSET. A variable counts without a sign there: below zero it is more than all rows, and NULL is none. */
export function printLimit({ count, offset }: Limit, context: Context): string {
  const rows = printCount(count, 'NULL', context);
  const skipped = offset === undefined ? '' : `OFFSET ${printCount(offset, ALL_ROWS, context)}`;
  return [NO_LIMIT.test(rows) ? '' : `LIMIT ${rows}`, skipped].filter((part) => part !== '').join(' ');
}

function printCount(count: Expression, all: string, context: Context): string {
  const { sql } = context.fragment(count);
  return count.tag === 'number' ? sql : `CASE WHEN ${sql} < 0 THEN ${all} ELSE COALESCE(${sql}, 0) END`;
}
