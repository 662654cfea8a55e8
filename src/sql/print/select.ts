import { flagNumber, toCondition, toValue } from '../coerce.ts';
import type { Context } from '../context.ts';
import { groupedDistinct } from '../distinct-group.ts';
import type { Expression, OrderItem } from '../expression.ts';
import { cast, compound, type Fragment, operand, quoteName } from '../fragment.ts';
import { Grouping, hasAggregate } from '../grouping.ts';
import { isMember } from '../member.ts';
import type { Select, SelectItem } from '../query.ts';
import { isSame, type Source, scopeOf, variableOf } from '../query-scope.ts';
import { type Scope, storing, type TableColumn } from '../scope.ts';
import { withoutStars } from '../star.ts';
import { isFolded } from '../text-fold.ts';
import { orderOf, reportOrder } from '../text-order.ts';
import { BIGINT, BOOLEAN } from '../value-type.ts';
import { FromPrinter, type PrintedFrom, type PrintInner } from './from.ts';
import { orderedBy, orderItem } from './order.ts';
import { printWindow } from './window.ts';

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
export type Naming =
  | 'plain'
  | 'typed'
  /** `isInner`: of a table in a FROM, whose values are not given to anyone yet; `isStored`: they go into variables. */
  | { readonly text: string | undefined; readonly isInner?: boolean; readonly isStored?: boolean }
  | { readonly store: Store };

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
export function printSelect(written: Select, outer: Context, options: SelectOptions): PrintedSelect {
  reportOptions(written, outer);
  const from = new FromPrinter(outer, options.inner).list(written.from);
  const plain = outer.within(scopeOf(from.sources, outer.scope));
  if (from.sources.some(({ isNamed }) => isNamed === true) && written.items.some(({ tag }) => tag === 'star'))
    outer.report('CONSTRUCT', written, 'a star over USING of texts of which case does not count');
  const spelled = isGiven(options.naming) ? withoutStars(written, from.sources) : written;
  const node = groupedDistinct(spelled, { sources: from.sources, plain, orderBy: options.orderBy });
  const groups = node.groupBy.map((item) => substitute(byPlace(item.expression, node), node, from.sources, plain));
  const isGrouped = groups.length > 0 || hasAggregate(node, options.orderBy);
  const read = readRows(node, { from, plain, lock: options.lock, isGrouped });
  const grouping = new Grouping(node, groups, read.sources, plain);
  const seen = (scope: Scope): Context =>
    isGrouped ? plain.within(scope).intercept((part, inner) => grouping.replace(part, inner)) : plain.within(scope);
  const within = isGrouped ? grouping.scope() : plain.scope;
  const context = isGrouped ? seen(within) : plain;
  // DISTINCT works its values out before it gives them.
  const given = isStored(options.naming) && !written.isDistinct ? seen(storing(within)) : context;
  const items = node.items.map((item, at) => printItem(item, given, placedNaming(options.naming, at), from.sources));
  const having = isGrouped ? printHaving(node, context, from.sources) : '';
  const windows = node.windows.map(({ name, spec }) => `${quoteName(name.text)} AS ${printWindow(spec, context)}`);
  const order = options.orderBy
    .filter((item) => isOrder(item, plain.scope))
    .map((item) => printOrder(item, node, context, from.sources));
  const clauses = [
    `SELECT ${node.isDistinct ? 'DISTINCT ' : ''}${items.map(({ sql }) => sql).join(', ')}`,
    read.sql,
    printGroups(node, groups, grouping, plain),
    having,
    windows.length === 0 ? '' : `WINDOW ${windows.join(', ')}`,
  ];
  if (node.isDistinct && items.some(({ columns }) => columns.some(({ type }) => isFolded(type, outer))))
    outer.report('TEXT_DISTINCT', node, 'texts are made distinct, where case counts on the target');
  return {
    sql: clauses.filter((clause) => clause !== '').join(' '),
    order: order.length === 0 ? '' : `ORDER BY ${order.join(', ')}`,
    columns: items.flatMap(({ columns }) => columns),
  };
}

/** Whether the values go to a client or into variables. */
function isGiven(naming: Naming): boolean {
  return typeof naming !== 'string' && 'text' in naming && naming.isInner !== true;
}

/** Under strict mode: what an aggregate or WHERE works out is not yet stored. */
function isStored(naming: Naming): boolean {
  return typeof naming !== 'string' && 'text' in naming && naming.isStored === true;
}

interface Reading {
  readonly from: PrintedFrom;
  readonly plain: Context;
  readonly lock: string | undefined;
  readonly isGrouped: boolean;
}

/**
 * FROM and WHERE; rows that are locked stand in a subquery, where no key settles the other columns of a group. HAVING of
 * what is no group asks of each row, which WHERE does.
 */
function readRows(node: Select, { from, plain, lock, isGrouped }: Reading): PrintedFrom {
  const tests = [
    ...(node.where === undefined ? [] : [toCondition(plain.fragment(node.where), plain, node.where)]),
    ...(isGrouped || node.having === undefined ? [] : [havingTest(node, node.having, plain, from.sources)]),
  ];
  const where = tests.length === 0 ? '' : `WHERE ${allOf(tests)}`;
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
  const value = itemValue(item, context, naming);
  const name = item.alias?.text ?? ownName(item, naming);
  const column = { name: name ?? '', sql: quoteName(name ?? ''), type: value.type };
  if (item.alias !== undefined) return { sql: `${value.sql} AS ${quoteName(item.alias.text)}`, columns: [column] };
  const isOwn = name !== undefined && value.sql.replace(/^.*\./, '') === quoteName(name);
  if (naming === 'plain' || isOwn || name === undefined) return { sql: value.sql, columns: [column] };
  return { sql: `${value.sql} AS ${quoteName(name)}`, columns: [column] };
}

function itemValue({ expression, isKept }: Item, context: Context, naming: Naming): Fragment {
  const found = context.fragment(expression);
  if (isKept === true && found.bare !== undefined) return { ...found, sql: found.bare };
  if (typeof naming !== 'string' && 'store' in naming) return naming.store(found, 0, context, expression);
  if (found.kept !== undefined && isStored(naming)) return { ...found, sql: found.kept };
  if (found.shown !== undefined && isGiven(naming)) return { ...found, sql: found.shown };
  return naming === 'typed' ? typed(toValue(found)) : toValue(found);
}

/** The type without its size, wide enough for what later rounds give. */
function typed(value: Fragment): Fragment {
  const { kind } = value.type;
  if (kind === 'integer') return cast(value, 'bigint', BIGINT);
  if (kind === 'text') return cast(value, 'text', value.type);
  return kind === 'decimal' ? cast(value, 'numeric', value.type) : value;
}

type Item = Extract<SelectItem, { tag: 'item' }>;

/** A column is called by its last name, an expression by its text. */
function ownName({ expression, start, end }: Item, naming: Naming): string | undefined {
  if (expression.tag === 'column') return expression.parts.at(-1)?.text;
  if (typeof naming === 'string' || 'store' in naming || naming.text === undefined) return undefined;
  if (expression.tag === 'string') return expression.first ?? expression.value;
  return naming.text.slice(start, end);
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

function printGroups(
  node: Select,
  groups: readonly Expression[],
  { keys, added, hasFolded }: Grouping,
  context: Context,
): string {
  if (groups.length === 0) return '';
  if (hasFolded) context.report('TEXT_CASE', node, 'texts are grouped without regard to case');
  const list = [...keys, ...added].join(', ');
  if (node.groupBy.some(({ isDescending }) => isDescending)) context.report('ORDER', node, 'GROUP BY with a direction');
  return `GROUP BY ${node.isRollup ? `ROLLUP(${list})` : list}`;
}

function printHaving(node: Select, context: Context, sources: readonly Source[]): string {
  const tests = [
    ...(node.isRollup && context.scope.dialect.flavor === 'mariadb' ? [SOME_ROW] : []),
    ...(node.having === undefined ? [] : [havingTest(node, node.having, context, sources)]),
  ];
  return tests.length === 0 ? '' : `HAVING ${allOf(tests)}`;
}

function allOf(tests: readonly Fragment[]): string {
  return tests.length === 1 ? (tests[0]?.sql ?? '') : tests.map(operand).join(' AND ');
}

/** Of no rows at all MariaDB has no total; MySQL has one, as PostgreSQL does. */
const SOME_ROW = compound('count(*) > 0', BOOLEAN);

function havingTest(node: Select, having: Expression, context: Context, sources: readonly Source[]): Fragment {
  const within = context.intercept((part) => {
    const found = substitute(part, node, sources, context);
    return found === part ? undefined : context.fragment(found);
  });
  return toCondition(within.fragment(having), within, having);
}

function isVariable(node: Expression, { scope }: Context): boolean {
  return node.tag === 'column' && variableOf(node.parts, scope) !== undefined;
}

/** The item that an alias or a place of ORDER BY means, and what PostgreSQL calls it there. */
function namedItem(expression: Expression, node: Select, context: Context): (SelectItem & { sql: string }) | undefined {
  if (expression.tag === 'number') {
    const item = node.items[Number(expression.value) - 1];
    return item === undefined ? undefined : { ...item, sql: expression.value };
  }
  if (expression.tag !== 'column' || expression.parts.length > 1 || isVariable(expression, context)) return undefined;
  const name = expression.parts[0]?.text;
  const item = node.items.find((one) => one.tag === 'item' && isSame(one.alias?.text, name));
  return item?.tag === 'item' ? { ...item, sql: quoteName(item.alias?.text ?? '') } : undefined;
}

/** Of an ENUM too the text is what is left, where DISTINCT wants the very value. */
function noteOrder(item: OrderItem, value: Fragment, node: Select, context: Context): void {
  if (value.type.kind !== 'text' || (isMember(value) && !node.isDistinct)) return;
  const what = isMember(value)
    ? 'distinct rows are ordered by an ENUM, of which the text counts'
    : 'rows are ordered by a text';
  const isKept = node.isDistinct || isMember(value);
  reportOrder(isKept ? undefined : orderOf([value.type], context), item, what, context);
}

/** `ORDER BY NULL` says that no order is wanted. */
function isOrder({ expression }: OrderItem, scope: Scope): boolean {
  // A variable is the same for all rows, also where an alias is called like it: on the source it hides that.
  return (
    expression.tag !== 'null' && !(expression.tag === 'column' && variableOf(expression.parts, scope) !== undefined)
  );
}

/** A SET is ordered by the bits of its members. */
function flagOrder(expression: Expression, context: Context): string | undefined {
  return expression.tag === 'column' ? flagNumber(context.fragment(expression))?.sql : undefined;
}

/** An alias stands for itself when it is the whole item; inside an expression it is put in, as for a text. */
function printOrder(item: OrderItem, node: Select, context: Context, sources: readonly Source[]): string {
  const { expression } = item;
  const named = namedItem(expression, node, context);
  const flags = node.isDistinct ? undefined : flagOrder(named?.tag === 'item' ? named.expression : expression, context);
  if (flags !== undefined) return orderItem(item, flags);
  if (named !== undefined) {
    const value = named.tag === 'item' ? toValue(context.fragment(named.expression)) : undefined;
    if (value?.type.kind !== 'text' || value.literal !== undefined) return orderItem(item, named.sql);
    noteOrder(item, value, node, context);
    return orderItem(item, node.isDistinct ? named.sql : orderedBy(value, context));
  }
  if (expression.tag === 'number') return orderItem(item, expression.value);
  const within = context.intercept((part) => {
    const found = substitute(part, node, sources, context);
    return found === part ? undefined : context.fragment(found);
  });
  const value: Fragment = toValue(within.fragment(expression));
  noteOrder(item, value, node, context);
  if (value.literal !== undefined) return orderItem(item, `${value.sql}::text`);
  return orderItem(item, node.isDistinct && value.type.kind === 'text' ? value.sql : orderedBy(value, context));
}
