import { toCondition, toValue } from './coerce.ts';
import type { Context } from './context.ts';
import type { Expression, OrderItem } from './expression.ts';
import { atom, cast, type Fragment, quoteName } from './fragment.ts';
import { Grouping, hasAggregate } from './grouping.ts';
import { FromPrinter, type PrintedFrom, type PrintInner } from './print-from.ts';
import { orderedBy, orderItem } from './print-order.ts';
import { printWindow } from './print-window.ts';
import type { Select, SelectItem } from './query.ts';
import { isSame, type Source, scopeOf, variableOf } from './query-scope.ts';
import { ruleOf } from './rule-comparison.ts';
import type { TableColumn } from './scope.ts';
import { BIGINT } from './value-type.ts';

/** A SELECT of PostgreSQL with the order that goes behind it and the columns that it gives. */
export interface PrintedSelect {
  readonly sql: string;
  readonly order: string;
  readonly columns: readonly TableColumn[];
}

/**
 * `plain`: only what has an alias gets a name. `typed`: as a part of a recursive query, whose parts must be of exactly
 * one type. Else every column gets the name that MySQL gives it: of an expression its text, when that is at hand.
 */
export type Naming = 'plain' | 'typed' | { readonly text: string | undefined } | { readonly store: Store };

/** Brings the value of an item to what the column of its place takes, as INSERT ... SELECT wants it. */
export type Store = (value: Fragment, at: number, context: Context, span: Expression) => Fragment;

export interface SelectOptions {
  readonly naming: Naming;
  readonly orderBy: readonly OrderItem[];
  readonly inner: PrintInner;
  /** Locks of the rows that are read, when the SELECT itself groups them. */
  readonly lock?: string | undefined;
}

/** Prints a SELECT. What MySQL lets pass and PostgreSQL does not (aliases in HAVING, columns outside groups) is rewritten. */
export function printSelect(node: Select, outer: Context, options: SelectOptions): PrintedSelect {
  reportOptions(node, outer);
  const from = new FromPrinter(outer, options.inner).list(node.from);
  const plain = outer.within(scopeOf(from.sources, outer.scope));
  const groups = node.groupBy.map((item) => substitute(byPlace(item.expression, node), node, from.sources, plain));
  const read = readRows(node, from, plain, options.lock);
  const grouping = new Grouping(node, groups, read.sources, plain);
  const isGrouped = groups.length > 0 || hasAggregate(node, options.orderBy);
  const context = isGrouped
    ? plain.within(grouping.scope()).intercept((part, inner) => grouping.replace(part, inner))
    : plain;
  const items = node.items.map((item, at) => printItem(item, context, placedNaming(options.naming, at), from.sources));
  const having = node.having === undefined ? '' : printHaving(node, node.having, context, from.sources);
  const windows = node.windows.map(({ name, spec }) => `${quoteName(name.text)} AS ${printWindow(spec, context)}`);
  const order = options.orderBy.map((item) => printOrder(item, node, context, from.sources));
  const clauses = [
    `SELECT ${node.isDistinct ? 'DISTINCT ' : ''}${items.map(({ sql }) => sql).join(', ')}`,
    read.sql,
    printGroups(node, groups, grouping.added, plain),
    having,
    windows.length === 0 ? '' : `WINDOW ${windows.join(', ')}`,
  ];
  if (node.isDistinct)
    reportCase(
      items.flatMap(({ columns }) => columns.map(({ sql, type }) => atom(sql, type))),
      node,
      outer,
    );
  return {
    sql: clauses.filter((clause) => clause !== '').join(' '),
    order: order.length === 0 ? '' : `ORDER BY ${order.join(', ')}`,
    columns: items.flatMap(({ columns }) => columns),
  };
}

/** FROM and WHERE; rows that are locked stand in a subquery, where no key settles the other columns of a group. */
function readRows(node: Select, from: PrintedFrom, plain: Context, lock: string | undefined): PrintedFrom {
  const where =
    node.where === undefined ? '' : `WHERE ${toCondition(plain.fragment(node.where), plain, node.where).sql}`;
  const sql = [from.sql === '' ? '' : `FROM ${from.sql}`, where].filter((part) => part !== '').join(' ');
  if (lock === undefined) return { sql, sources: from.sources };
  const name = quoteName(from.sources[0]?.name ?? '');
  const sources = from.sources.map((source) => ({ ...source, key: [] }));
  return { sql: `FROM (SELECT * ${sql} ${lock}) AS ${name}`, sources };
}

function reportOptions(node: Select, context: Context): void {
  for (const option of node.options) {
    if (option === 'SQL_CALC_FOUND_ROWS')
      context.report('SESSION', node, 'FOUND_ROWS() has nothing to tell on the target');
    else if (!option.startsWith('DISTINCT') && option !== 'ALL') context.report('HINT', node, option);
  }
}

/** A store that knows its place. */
function placedNaming(naming: Naming, at: number): Naming {
  if (typeof naming === 'string' || !('store' in naming)) return naming;
  return { store: (value, _, context, span) => naming.store(value, at, context, span) };
}

interface PrintedItem {
  readonly sql: string;
  readonly columns: readonly TableColumn[];
}

function printItem(item: SelectItem, context: Context, naming: Naming, sources: readonly Source[]): PrintedItem {
  if (item.tag === 'star')
    return printStar(
      item.qualifier.map(({ text }) => text),
      sources,
    );
  const value = itemValue(item.expression, context, naming);
  const name = item.alias?.text ?? ownName(item.expression, naming);
  const column = { name: name ?? '', sql: quoteName(name ?? ''), type: value.type };
  if (item.alias !== undefined) return { sql: `${value.sql} AS ${quoteName(item.alias.text)}`, columns: [column] };
  const isOwn = name !== undefined && value.sql.replace(/^.*\./, '') === quoteName(name);
  if (naming === 'plain' || isOwn || name === undefined) return { sql: value.sql, columns: [column] };
  return { sql: `${value.sql} AS ${quoteName(name)}`, columns: [column] };
}

function itemValue(expression: Expression, context: Context, naming: Naming): Fragment {
  const found = context.fragment(expression);
  if (typeof naming !== 'string' && 'store' in naming) return naming.store(found, 0, context, expression);
  return naming === 'typed' ? typed(toValue(found)) : toValue(found);
}

/** The type without its size, wide enough for what later rounds give. */
function typed(value: Fragment): Fragment {
  const { kind } = value.type;
  if (kind === 'integer') return cast(value, 'bigint', BIGINT);
  if (kind === 'text') return cast(value, 'text', value.type);
  return kind === 'decimal' ? cast(value, 'numeric', value.type) : value;
}

/** A column is called by its last name, an expression by its text. */
function ownName(expression: Expression, naming: Naming): string | undefined {
  if (expression.tag === 'column') return expression.parts.at(-1)?.text;
  if (typeof naming === 'string' || 'store' in naming || naming.text === undefined) return undefined;
  return expression.tag === 'string' ? expression.value : naming.text.slice(expression.start, expression.end);
}

function printStar(qualifier: readonly string[], sources: readonly Source[]): PrintedItem {
  const name = qualifier.at(-1);
  const of = name === undefined ? sources : sources.filter((source) => isSame(source.name, name));
  return { sql: name === undefined ? '*' : `${quoteName(name)}.*`, columns: of.flatMap(({ columns }) => columns) };
}

/** `GROUP BY 2` is by the second item. */
function byPlace(expression: Expression, node: Select): Expression {
  if (expression.tag !== 'number') return expression;
  const item = node.items[Number(expression.value) - 1];
  return item?.tag === 'item' ? item.expression : expression;
}

/** Texts that differ in case alone fall together on the source. */
function reportCase(values: readonly Fragment[], node: Select, context: Context): void {
  const isFolded = values.some((value) => value.type.kind === 'text' && ruleOf([value], context) === 'lower');
  if (isFolded)
    context.report('TEXT_CASE', node, 'texts are grouped or made distinct, where case counts on the target');
}

/** An expression with the aliases of the SELECT put in where no column has the name. */
function substitute(expression: Expression, node: Select, sources: readonly Source[], { scope }: Context): Expression {
  if (expression.tag !== 'column' || expression.parts.length > 1) return expression;
  if (variableOf(expression.parts, scope) !== undefined) return expression;
  const name = expression.parts[0]?.text;
  const isColumn = sources.some(({ columns }) => columns.some((column) => isSame(column.name, name)));
  return (isColumn ? undefined : aliased(node, name)) ?? expression;
}

function aliased(node: Select, name: string | undefined): Expression | undefined {
  for (const item of node.items) {
    if (item.tag === 'item' && isSame(item.alias?.text, name)) return item.expression;
  }
  return undefined;
}

function printGroups(node: Select, groups: readonly Expression[], added: readonly string[], context: Context): string {
  if (groups.length === 0) return '';
  const values = groups.map((group) => context.fragment(group));
  reportCase(values, node, context);
  const list = [...values.map(({ sql }) => sql), ...added].join(', ');
  if (node.groupBy.some(({ isDescending }) => isDescending)) context.report('ORDER', node, 'GROUP BY with a direction');
  return `GROUP BY ${node.isRollup ? `ROLLUP(${list})` : list}`;
}

function printHaving(node: Select, having: Expression, context: Context, sources: readonly Source[]): string {
  const within = context.intercept((part) => {
    const found = substitute(part, node, sources, context);
    return found === part ? undefined : context.fragment(found);
  });
  return `HAVING ${toCondition(within.fragment(having), within, having).sql}`;
}

function isVariable(node: Expression, { scope }: Context): boolean {
  return node.tag === 'column' && variableOf(node.parts, scope) !== undefined;
}

/** An alias stands for itself when it is the whole item; inside an expression it is put in. */
function printOrder(item: OrderItem, node: Select, context: Context, sources: readonly Source[]): string {
  const { expression } = item;
  if (expression.tag === 'column' && expression.parts.length === 1 && !isVariable(expression, context)) {
    const name = expression.parts[0]?.text;
    const alias = node.items.find((one) => one.tag === 'item' && isSame(one.alias?.text, name));
    if (alias?.tag === 'item' && alias.alias !== undefined) return orderItem(item, quoteName(alias.alias.text));
  }
  if (expression.tag === 'number') return orderItem(item, expression.value);
  const within = context.intercept((part) => {
    const found = substitute(part, node, sources, context);
    return found === part ? undefined : context.fragment(found);
  });
  const value: Fragment = toValue(within.fragment(expression));
  if (value.type.kind === 'text' && value.type.members !== undefined) return orderItem(item, orderedBy(value));
  if (value.type.kind === 'text') context.report('TEXT_ORDER', item, 'rows are ordered by a text');
  return orderItem(item, value.literal === undefined ? value.sql : atom(`${value.sql}::text`, value.type).sql);
}
