import type { Aggregate, Expression, OrderItem } from '../sql/expression.ts';
import { hasAggregate } from '../sql/grouping.ts';
import type { Query, Select, SelectItem, TableReference } from '../sql/query.ts';
import type { BodyStatement } from './body.ts';
import type { Program } from './program.ts';
import { substitute } from './substitute.ts';
import { key } from './table-access.ts';
import { nodesOf } from './walk.ts';

/**
 * Rows that a query numbers by a user variable (`@n := @n + 1`), from a constant that a SET right before it or a derived
 * table of it gives, are numbered by ROW_NUMBER() over the order of the query. A variable that the program uses for
 * anything else, or that another program reads, stays.
 */
export function numberedRows(program: Program, isReadElsewhere: (name: string) => boolean): Program {
  if (!nodesOf(program.definition, 'assign').some(isCounter)) return program;
  const starts = new Map(listsOf(program.definition).flatMap(startsOf));
  const found = nodesOf(program.definition, 'query').flatMap((query) => countedQuery(query, starts.get(query)) ?? []);
  const plain = found.filter(({ name }) => !isReadElsewhere(name) && isForThatAlone(program, name, found));
  const made = new Map<object, Query>(plain.map((one) => [one.query, one.made]));
  const definition = substitute(program.definition, (node) => made.get(node) as Expression | undefined);
  return made.size === 0 ? program : { ...program, definition };
}

type Assign = Extract<Expression, { tag: 'assign' }>;

/** A query with what it is without its variable. */
interface Counted {
  readonly query: Query;
  readonly name: string;
  readonly hasTable: boolean;
  readonly made: Query;
}

function isCounter({ target, value }: Assign): boolean {
  if (value.tag !== 'arithmetic' || value.operator !== '+') return false;
  const { left, right } = value;
  return left.tag === 'user-variable' && key(left.name) === key(target) && isWhole(right) && right.value === '1';
}

function isWhole(node: Expression): node is Extract<Expression, { tag: 'number' }> {
  return node.tag === 'number' && node.form === 'integer';
}

/** Every list of statements in a program. */
function listsOf(node: object): readonly (readonly BodyStatement[])[] {
  const own = 'statements' in node && Array.isArray(node.statements) ? [node.statements as BodyStatement[]] : [];
  const parts = Object.values(node).filter((part) => typeof part === 'object' && part !== null);
  return [...own, ...parts.flatMap((part: object) => listsOf(part))];
}

/** What the SET before each statement that is no other than a query, or an INSERT of one, gives to variables. */
function startsOf(statements: readonly BodyStatement[]): readonly (readonly [Query, ReadonlyMap<string, string>])[] {
  return statements.flatMap((statement, at) => {
    const before = statements[at - 1];
    if (before?.tag !== 'set-variables' || (statement.tag !== 'query' && statement.tag !== 'insert')) return [];
    const given = before.assignments.flatMap(({ target, value }) =>
      target.tag === 'user-variable' && isWhole(value) ? [[key(target.name), value.value] as const] : [],
    );
    return nodesOf(statement, 'query').map((query) => [query, new Map(given)] as const);
  });
}

function countedQuery(query: Query, given: ReadonlyMap<string, string> | undefined): Counted | undefined {
  const { body } = query;
  if (body.tag !== 'select' || body.isDistinct || body.groupBy.length > 0 || hasAggregate(body, query.orderBy))
    return undefined;
  const counters = body.items.filter((item) => counterOf(item) !== undefined);
  const [counter] = counters;
  const name = counter === undefined ? undefined : key(counterOf(counter)?.target ?? '');
  if (counters.length !== 1 || counter === undefined || name === undefined) return undefined;
  const table = nodesOf(body.from, 'derived').find((one) => tableStart(one, name) !== undefined);
  const start = table === undefined ? given?.get(name) : tableStart(table, name);
  const orderBy = query.orderBy.flatMap((item) => orderOf(item, body, counter) ?? []);
  if (start === undefined || orderBy.length < query.orderBy.length) return undefined;
  const from = table === undefined ? body.from : body.from.flatMap((one) => withoutTable(one, table));
  const hasStar = body.items.some((item) => item.tag === 'star' && item.qualifier.length === 0);
  if (table !== undefined && (hasStar || nodesOf(from, 'derived').includes(table))) return undefined;
  const items = body.items.map((item) => (item === counter ? numberedItem(item, start, orderBy) : item));
  return { query, name, hasTable: table !== undefined, made: { ...query, body: { ...body, items, from } } };
}

function counterOf(item: SelectItem): Assign | undefined {
  return item.tag === 'item' && item.expression.tag === 'assign' && isCounter(item.expression)
    ? item.expression
    : undefined;
}

/** The constant that `(SELECT @n := 0) AS start` gives. */
function tableStart(
  { query: { body } }: Extract<TableReference, { tag: 'derived' }>,
  name: string,
): string | undefined {
  if (body.tag !== 'select' || body.from.length > 0 || body.items.length !== 1) return undefined;
  const [item] = body.items;
  const value = item?.tag === 'item' && item.expression.tag === 'assign' ? item.expression : undefined;
  return value !== undefined && key(value.target) === name && isWhole(value.value) ? value.value.value : undefined;
}

/** The tables without one that is joined to all rows. */
function withoutTable(reference: TableReference, table: object): readonly TableReference[] {
  if (reference === table) return [];
  if (reference.tag !== 'join' || reference.on !== undefined || reference.using.length > 0) return [reference];
  if (reference.kind !== 'cross' && reference.kind !== 'inner') return [reference];
  const left = withoutTable(reference.left, table);
  const right = withoutTable(reference.right, table);
  const [first] = left;
  const [second] = right;
  return first !== undefined && second !== undefined
    ? [{ ...reference, left: first, right: second }]
    : [...left, ...right];
}

/** What an item of ORDER BY means inside OVER; undefined: the number itself. */
function orderOf(item: OrderItem, { items }: Select, counter: SelectItem): OrderItem | undefined {
  const { expression } = item;
  const alias = expression.tag === 'column' && expression.parts.length === 1 ? expression.parts[0]?.text : undefined;
  const named = isWhole(expression)
    ? items[Number(expression.value) - 1]
    : items.find((one) => alias !== undefined && one.tag === 'item' && key(one.alias?.text ?? '') === key(alias));
  if (named === undefined) return isWhole(expression) ? undefined : item;
  return named === counter || named.tag !== 'item' ? undefined : { ...item, expression: named.expression };
}

function numberedItem(item: SelectItem, start: string, orderBy: readonly OrderItem[]): SelectItem {
  if (item.tag !== 'item') return item;
  const span = { start: item.expression.start, end: item.expression.end };
  const number: Aggregate = {
    ...{ tag: 'aggregate', upper: 'ROW_NUMBER', isDistinct: false, isStar: false, args: [], orderBy: [] },
    ...{ separator: undefined, limit: undefined, isIgnoreNulls: false, isFromLast: false },
    over: { base: undefined, partitionBy: [], orderBy, frame: undefined, ...span },
    ...span,
  };
  const first: Expression = { tag: 'number', form: 'integer', value: start, ...span };
  const expression: Expression =
    start === '0' ? number : { tag: 'arithmetic', operator: '+', left: first, right: number, ...span };
  return { ...item, expression };
}

/** Whether a variable is read where rows are numbered alone, and set to constants alone. */
function isForThatAlone({ definition }: Program, name: string, found: readonly Counted[]): boolean {
  const own = found.filter((one) => one.name === name);
  const sets = nodesOf(definition, 'set-variables').flatMap(({ assignments }) => assignments);
  const constants = sets.filter(
    ({ target, value }) => target.tag === 'user-variable' && key(target.name) === name && isWhole(value),
  );
  const named = nodesOf(definition, 'user-variable').filter((node) => key(node.name) === name);
  const assigned = nodesOf(definition, 'assign').filter(({ target }) => key(target) === name);
  const tables = own.filter(({ hasTable }) => hasTable);
  return named.length === own.length + constants.length && assigned.length === own.length + tables.length;
}
