import type { Expression, OrderItem } from '../sql/expression.ts';
import { hasAggregate } from '../sql/grouping.ts';
import type { Query, Select, SelectItem, TableReference } from '../sql/query.ts';
import type { BodyStatement } from './body.ts';
import type { Catalogue } from './catalogue.ts';
import { sessionStateOf } from './profile.ts';
import type { Program } from './program.ts';
import { type Counted, isNumber, isStart, type NumberingContext, type Starts, withoutStarts } from './running-start.ts';
import { type Running, runningOf, windowOf } from './running-value.ts';
import { rowsInOrder } from './sorted-row.ts';
import { substitute } from './substitute.ts';
import { key } from './table-access.ts';
import { triggeredEvents } from './trigger-order.ts';
import { countedUpdate } from './update-number.ts';
import { nodesOf } from './walk.ts';

/**
 * Rows that a statement numbers or sums by user variables (`@n := @n + 1`, `@s := @s + amount`), from constants that a SET
 * before it or a derived table of it gives, are numbered and summed by window functions over the order of the statement.
 * A variable that the program uses for anything else, or that another program reads, stays.
 */
export function numberedPrograms(programs: readonly Program[], catalogue: Catalogue): readonly Program[] {
  if (programs.every(({ definition }) => nodesOf(definition, 'assign').length === 0)) return programs;
  const triggered = triggeredEvents(programs);
  const context = { catalogue, isTriggered: (table: string) => triggered.has(`${table} update`) };
  // What is left of the others reads what they have not numbered themselves.
  const alone = programs.map((program) => numberedRows(program, { ...context, isReadElsewhere: () => false }));
  const reads = alone.map((program) => new Set(sessionStateOf(program).reads.map(key)));
  return programs.map((program, at) => {
    const isReadElsewhere = (name: string): boolean => reads.some((names, other) => other !== at && names.has(name));
    return numberedRows(program, { ...context, isReadElsewhere });
  });
}

function numberedRows(program: Program, context: NumberingContext): Program {
  if (nodesOf(program.definition, 'assign').length === 0) return program;
  const starts = new Map(listsOf(program.definition).flatMap(startsOf));
  const found = [
    ...nodesOf(program.definition, 'query').flatMap(
      (query) => countedQuery(program, query, starts.get(query), context) ?? [],
    ),
    ...nodesOf(program.definition, 'update').flatMap(
      (update) => countedUpdate(program, update, starts.get(update), context) ?? [],
    ),
  ];
  const isPlain = (name: string): boolean => !context.isReadElsewhere(name) && isForThatAlone(program, name, found);
  const plain = found.filter(({ running }) => running.every(({ name }) => isPlain(name)));
  const made = new Map<object, object>(plain.map((one) => [one.statement, one.made]));
  const definition = substitute(program.definition, (node) => made.get(node) as Expression | undefined);
  const counters = new Map(
    plain.flatMap(({ running, started, unsure, statement }) =>
      running.map(
        ({ name }) =>
          [name, { start: started.get(name), unsure: unsure.includes(name) ? statement : undefined }] as const,
      ),
    ),
  );
  return made.size === 0 ? program : { ...program, definition, counters };
}

/** Every list of statements in a program. */
function listsOf(node: object): readonly (readonly BodyStatement[])[] {
  const own = 'statements' in node && Array.isArray(node.statements) ? [node.statements as BodyStatement[]] : [];
  const parts = Object.values(node).filter((part) => typeof part === 'object' && part !== null);
  return [...own, ...parts.flatMap((part: object) => listsOf(part))];
}

const PASSED = new Set(['query', 'insert', 'update', 'delete', 'create-table', 'drop-table', 'truncate']);

/** What the SETs before each statement give to variables, of which nothing between changes them. */
function startsOf(statements: readonly BodyStatement[]): readonly (readonly [object, Starts])[] {
  return statements.flatMap((statement, at) => {
    const given = new Map<string, Expression>();
    for (const before of statements.slice(0, at).toReversed()) {
      if (before.tag === 'set-variables') {
        for (const { target, value } of before.assignments.toReversed())
          if (target.tag === 'user-variable' && !given.has(key(target.name))) given.set(key(target.name), value);
      } else if (!PASSED.has(before.tag) || nodesOf(before, 'assign').length > 0) break;
    }
    const parts = [...nodesOf(statement, 'query'), ...nodesOf(statement, 'update')];
    return given.size === 0 || isCompound(statement) ? [] : parts.map((part) => [part, given] as const);
  });
}

function isCompound({ tag }: BodyStatement): boolean {
  return ['block', 'if', 'case-statement', 'loop'].includes(tag);
}

function countedQuery(
  program: Program,
  query: Query,
  given: Starts | undefined,
  context: NumberingContext,
): Counted | undefined {
  const { body } = query;
  if (body.tag !== 'select' || body.isDistinct || body.groupBy.length > 0 || hasAggregate(body, query.orderBy))
    return undefined;
  const assigned = body.items.flatMap((item) => (item.tag === 'item' ? [assignOf(item)] : [undefined]));
  const running = assigned.flatMap((one) => (one === undefined ? [] : [runningOf(one) ?? UNKNOWN]));
  if (running.length === 0 || running.includes(UNKNOWN) || nodesOf(body.items, 'assign').length !== running.length)
    return undefined;
  const { from, started } = withoutStarts(body.from);
  const starts = new Map([...(given ?? []), ...started]);
  const orderBy = query.orderBy.flatMap((item) => orderOf(item, body) ?? []);
  const isWhole = orderBy.length === query.orderBy.length && query.limit?.offset === undefined;
  const hasStar = body.items.some((item) => item.tag === 'star' && item.qualifier.length === 0);
  if (!isWhole || body.having !== undefined || (started.size > 0 && hasStar)) return undefined;
  const order = rowsInOrder(program, from, orderBy, context.catalogue);
  if (order === undefined || !areStarted(running, starts, order)) return undefined;
  const kindOf = kindsIn(from, context.catalogue);
  if (running.some((one) => one.kind === 'count-within' && !PLAIN_KINDS.has(kindOf(one.by) ?? ''))) return undefined;
  const items = body.items.map((item, at) => replaced(item, assigned[at], starts, order));
  return {
    statement: query,
    running,
    started,
    unsure: body.items.flatMap((item, at) => {
      const one = assigned[at] === undefined ? undefined : runningOf(assigned[at]);
      if (one === undefined || isTyped(item, one, kindOf)) return [];
      return started.has(one.name) || one.kind === 'sum' ? [one.name] : [];
    }),
    made: { ...query, body: { ...body, items, from } },
  };
}

type Assign = Extract<Expression, { tag: 'assign' }>;

const UNKNOWN: Running = { kind: 'count', name: '' };

/** The assignment of an item: the item itself, or what a function of every row takes. */
function assignOf({ expression }: Extract<SelectItem, { tag: 'item' }>): Assign | undefined {
  let node = expression;
  for (;;) {
    if (node.tag === 'assign') return node;
    const next =
      node.tag === 'cast' ? node.operand : node.tag === 'call' && PLAIN.has(node.upper) ? node.args[0] : undefined;
    if (next === undefined) return undefined;
    node = next;
  }
}

const PLAIN = new Set(['ROUND', 'FORMAT', 'LPAD', 'TRUNCATE']);

function replaced(
  item: SelectItem,
  assign: Assign | undefined,
  starts: Starts,
  order: readonly OrderItem[],
): SelectItem {
  const running = assign === undefined ? undefined : runningOf(assign);
  if (item.tag !== 'item' || assign === undefined || running === undefined) return item;
  const value = windowOf(running, starts.get(running.name) ?? assign, order, item.expression);
  return { ...item, expression: substitute(item.expression, (node) => (node === assign ? value : undefined)) };
}

/** Whether every variable begins with what its kind of running goes on from. */
function areStarted(running: readonly Running[], starts: Starts, order: readonly OrderItem[]): boolean {
  const names = running.map(({ name }) => name);
  return (
    new Set(names).size === names.length &&
    running.every((one, at) => {
      const start = starts.get(one.name);
      if (start === undefined) return false;
      if (one.kind === 'kept') return isStart(start) && isPrevious(one, running.slice(0, at));
      if (one.kind !== 'count-within') return isNumber(start);
      const kept = running.slice(at + 1).find(({ name }) => name === one.previous);
      const isFirst = kept?.kind === 'kept' && isSame(kept.value, one.by) && isSame(order[0]?.expression, one.by);
      const before = starts.get(one.previous);
      const isOther = before?.tag === 'null' || (start.tag === 'number' && start.value === '0');
      return isFirst && isOther && before !== undefined && isStart(before);
    })
  );
}

function isPrevious({ name }: Running, before: readonly Running[]): boolean {
  return before.some((one) => one.kind === 'count-within' && one.previous === name);
}

/** Kinds of columns that a variable tells apart as groups do: texts are compared by the collation that the session has. */
const PLAIN_KINDS = new Set(['integer', 'date', 'decimal']);

type KindOf = (expression: Expression) => string | undefined;

/** The kind of a column of the one table that is known. */
function kindsIn([only]: readonly TableReference[], catalogue: Catalogue): KindOf {
  const table = only?.tag === 'base' ? catalogue.table(only.name.parts) : undefined;
  return (by) => {
    const name = by.tag === 'column' ? key(by.parts.at(-1)?.text ?? '') : undefined;
    return table?.shape.columns.find((column) => key(column.name) === name)?.type.kind;
  };
}

/** Whether its values are whole numbers, given as they are: a DOUBLE is shown alike. */
function isTyped(item: SelectItem, one: Running, kindOf: KindOf): boolean {
  const isBare = item.tag !== 'item' || item.expression.tag === 'assign';
  return isBare && (one.kind !== 'sum' || kindOf(one.step) === 'integer');
}

/** Columns of one name. */
function isSame(one: Expression | undefined, other: Expression | undefined): boolean {
  if (one?.tag !== 'column' || other?.tag !== 'column') return false;
  return key(one.parts.at(-1)?.text ?? '') === key(other.parts.at(-1)?.text ?? '');
}

/** What an item of ORDER BY means inside OVER; undefined: the number itself. */
function orderOf(item: OrderItem, { items }: Select): OrderItem | undefined {
  const { expression } = item;
  const alias = expression.tag === 'column' && expression.parts.length === 1 ? expression.parts[0]?.text : undefined;
  const isPlace = expression.tag === 'number' && expression.form === 'integer';
  const named = isPlace
    ? items[Number(expression.value) - 1]
    : items.find((one) => alias !== undefined && one.tag === 'item' && key(one.alias?.text ?? '') === key(alias));
  if (named === undefined) return isPlace ? undefined : item;
  if (named.tag !== 'item') return undefined;
  const kept = nodesOf(named, 'assign').length === 0 ? undefined : assignOf(named);
  const running = kept === undefined ? undefined : runningOf(kept);
  if (kept === undefined) return { ...item, expression: named.expression };
  return running?.kind === 'kept' && named.expression === kept ? { ...item, expression: running.value } : undefined;
}

/** Whether a variable is read where rows are numbered alone, and set to constants alone. */
function isForThatAlone({ definition }: Program, name: string, found: readonly Counted[]): boolean {
  const running = found.flatMap((one) => one.running);
  const own = running.filter((one) => one.name === name);
  const reads = own.filter(({ kind }) => kind !== 'kept').length;
  const asked = running.filter((one) => one.kind === 'count-within' && one.previous === name).length;
  const sets = nodesOf(definition, 'set-variables').flatMap(({ assignments }) => assignments);
  const constants = sets.filter(
    ({ target, value }) => target.tag === 'user-variable' && key(target.name) === name && isStart(value),
  );
  const named = nodesOf(definition, 'user-variable').filter((node) => key(node.name) === name);
  const assigned = nodesOf(definition, 'assign').filter(({ target }) => key(target) === name);
  const started = found.filter((one) => one.started.has(name));
  return named.length === reads + asked + constants.length && assigned.length === own.length + started.length;
}
