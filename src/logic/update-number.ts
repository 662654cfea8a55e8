import type { Expression, Name, OrderItem } from '../sql/expression.ts';
import type { Query, SelectItem, TableReference } from '../sql/query.ts';
import type { Span } from '../sql/span.ts';
import type { Assignment, Update } from '../sql/statement.ts';
import type { KnownTable } from './catalogue.ts';
import type { Program } from './program.ts';
import { type Counted, isStart, type NumberingContext, type Starts, withoutStarts } from './running-start.ts';
import { type Running, runningOf, windowOf } from './running-value.ts';
import { keyColumns, rowsInOrder } from './sorted-row.ts';
import { key } from './table-access.ts';
import { nodesOf } from './walk.ts';

/**
 * An UPDATE of one table that numbers or sums its rows by user variables: each row gets what a query over the same rows
 * gives for its primary key. Not where triggers may see the order, nor of a unique key, which the target checks row by row.
 */
export function countedUpdate(
  program: Program,
  node: Update,
  given: Starts | undefined,
  context: NumberingContext,
): Counted | undefined {
  const { from, started } = withoutStarts(node.tables);
  const [base] = from;
  if (base?.tag !== 'base' || from.length > 1 || node.isIgnore || node.with !== undefined) return undefined;
  const table = context.catalogue.table(base.name.parts);
  if (table === undefined || table.shape.key.length === 0 || context.isTriggered(key(nameOf(base)))) return undefined;
  const running = node.assignments.map(({ value }) => (value.tag === 'assign' ? runningOf(value) : undefined));
  const own = running.flatMap((one) => one ?? []);
  const starts = new Map([...(given ?? []), ...started]);
  const isPlain =
    own.length > 0 &&
    nodesOf(node, 'assign').length === own.length + started.size &&
    own.every((one) => (one.kind === 'count' || one.kind === 'sum') && isBegun(starts.get(one.name))) &&
    node.assignments.every((one) => !isOfKey(one, table) && !readsEarlier(one, node.assignments));
  const order = rowsInOrder(program, from, node.orderBy, context.catalogue);
  if (!isPlain || order === undefined) return undefined;
  return {
    statement: node,
    running: own,
    started,
    unsure: own.flatMap((one) => (one.kind === 'sum' && started.has(one.name) ? [one.name] : [])),
    made: joined(node, base, { table, running, starts, order: order.length > 0 ? order : byKey(table, base) }),
  };
}

type Base = Extract<TableReference, { tag: 'base' }>;

interface Plan {
  readonly table: KnownTable;
  /** By the place of the assignment. */
  readonly running: readonly (Running | undefined)[];
  readonly starts: Starts;
  readonly order: readonly OrderItem[];
}

function nameOf({ name }: Base): string {
  return name.parts.at(-1)?.text ?? '';
}

function isBegun(start: Expression | undefined): boolean {
  return start?.tag === 'number' && isStart(start);
}

function isOfKey({ column }: Assignment, { uniques, shape }: KnownTable): boolean {
  const name = key(column.at(-1)?.text ?? '');
  return [shape.key, ...uniques].flat().some((part) => key(part) === name);
}

/** Whether a value names a column that an assignment before gave another value. */
function readsEarlier(one: Assignment, all: readonly Assignment[]): boolean {
  const before = all.slice(0, all.indexOf(one)).map(({ column }) => key(column.at(-1)?.text ?? ''));
  return nodesOf(one.value, 'column').some(({ parts }) => before.includes(key(parts.at(-1)?.text ?? '')));
}

/** InnoDB reads a table in the order of its primary key. */
function byKey({ shape }: KnownTable, base: Base): readonly OrderItem[] {
  return keyColumns(shape.key, base, base).map((expression) => ({ expression, isDescending: false, ...spanOf(base) }));
}

function joined(node: Update, base: Base, plan: Plan): Update {
  const span = spanOf(node);
  const keys = keyColumns(plan.table.shape.key, base, span);
  const query = numbered(node, base, keys, plan);
  const right: TableReference = {
    ...{ tag: 'derived', query, isLateral: false, columns: [], alias: named(ROWS, span) },
    ...span,
  };
  const tests = keys.map(
    (left, at): Expression => ({ tag: 'comparison', operator: '=', left, right: of(`k${at + 1}`, span), ...span }),
  );
  const [only] = tests;
  const on: Expression | undefined =
    tests.length === 1 ? only : { tag: 'logical', operator: 'and', operands: tests, ...span };
  const table: TableReference = {
    tag: 'join',
    kind: 'inner',
    isNatural: false,
    left: base,
    right,
    on,
    using: [],
    ...span,
  };
  const assignments = node.assignments.map((one, at) =>
    plan.running[at] === undefined ? one : { ...one, value: of(`v${at + 1}`, span) },
  );
  return { ...node, tables: [table], assignments, where: undefined, orderBy: [], limit: undefined };
}

const ROWS = '_rows';

/** The keys of the rows, and the running values of each. */
function numbered(node: Update, base: Base, keys: readonly Expression[], { running, starts, order }: Plan): Query {
  const span = spanOf(node);
  const item = (expression: Expression, name: string): SelectItem => ({
    ...{ tag: 'item', expression, alias: named(name, span) },
    ...span,
  });
  const values = running.flatMap((one, at) => {
    const start = one === undefined ? undefined : starts.get(one.name);
    return one === undefined || start === undefined ? [] : [item(windowOf(one, start, order, span), `v${at + 1}`)];
  });
  const items = [...keys.map((expression, at) => item(expression, `k${at + 1}`)), ...values];
  const clauses = { groupBy: [], isRollup: false, having: undefined, windows: [], options: [], isDistinct: false };
  return {
    tag: 'query',
    body: { tag: 'select', items, from: [base], where: node.where, ...clauses, ...span },
    orderBy: node.limit === undefined ? [] : order,
    ...{ with: undefined, limit: node.limit, locks: [], into: undefined },
    ...span,
  };
}

function named(text: string, span: Span): Name {
  return { text, isQuoted: true, ...span };
}

function of(name: string, span: Span): Expression {
  return { tag: 'column', parts: [named(ROWS, span), named(name, span)], ...span };
}

function spanOf({ start, end }: Span): Span {
  return { start, end };
}
