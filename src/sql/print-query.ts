import type { Context } from './context.ts';
import type { Limit, OrderItem } from './expression.ts';
import { compound, type Fragment, quoteName } from './fragment.ts';
import { type PrintInner, renamed } from './print-from.ts';
import { printLocks } from './print-lock.ts';
import { orderItem } from './print-order.ts';
import { type Naming, type PrintedSelect, printSelect } from './print-select.ts';
import type { CommonTable, Query, QueryBody, SetOperation, With } from './query.ts';
import { withTable } from './query-scope.ts';
import type { TableColumn } from './scope.ts';
import { UNKNOWN } from './value-type.ts';

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
  const { fragment, columns } = printQuery(query, context, { text: undefined });
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
  const rest = node.rest.map(({ operator, isAll, body }) => {
    const printed = printBody(body, context, { ...plain, naming: options.naming === 'typed' ? 'typed' : 'plain' });
    checkTypes(first.columns, printed.columns, context, node);
    if (!isAll) checkCase([...first.columns, ...printed.columns], context, node);
    const sql = body.tag === 'set-operation' ? `(${printed.sql})` : printed.sql;
    return `${operator.toUpperCase()}${isAll ? ' ALL' : ''} ${sql}`;
  });
  return { sql: [first.sql, ...rest].join(' '), order: namedOrder(options.orderBy, context), columns: first.columns };
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

/** Rows that differ in the case of a text alone fall together on the source. */
function checkCase(columns: readonly TableColumn[], context: Context, node: SetOperation): void {
  const isFolded = columns.some(({ type }) => type.kind === 'text' && type.rule === 'lower');
  if (isFolded) context.report('TEXT_CASE', node, 'rows with texts are made distinct, where case counts on the target');
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

/** LIMIT and OFFSET. */
export function printLimit(limit: Limit, context: Context): string {
  const count = context.fragment(limit.count).sql;
  const rows = NO_LIMIT.test(count) ? '' : `LIMIT ${count}`;
  const skipped = limit.offset === undefined ? '' : `OFFSET ${context.fragment(limit.offset).sql}`;
  return [rows, skipped].filter((part) => part !== '').join(' ');
}
