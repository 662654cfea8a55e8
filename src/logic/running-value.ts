import type { Aggregate, Expression, Frame, OrderItem, WindowSpec } from '../sql/expression.ts';
import type { Span } from '../sql/span.ts';
import { key } from './table-access.ts';
import { nodesOf } from './walk.ts';

type Assign = Extract<Expression, { tag: 'assign' }>;

/** What a user variable gets at each row of a statement, of what it had at the row before. */
export type Running =
  /** `@n := @n + 1` */
  | { readonly kind: 'count'; readonly name: string }
  /** `@s := @s + step` */
  | { readonly kind: 'sum'; readonly name: string; readonly step: Expression }
  /** `@n := IF(@g = by, @n + 1, 1)`, before `@g := by` */
  | { readonly kind: 'count-within'; readonly name: string; readonly by: Expression; readonly previous: string }
  /** `@g := by` */
  | { readonly kind: 'kept'; readonly name: string; readonly value: Expression };

/** undefined: an assignment of any other form. */
export function runningOf({ target, value }: Assign): Running | undefined {
  const name = key(target);
  const step = stepOf(value, name);
  if (step !== undefined) return isOne(step) ? { kind: 'count', name } : { kind: 'sum', name, step };
  const [test, more, otherwise] = choiceOf(value);
  if (test === undefined || more === undefined || otherwise === undefined)
    return isFree(value) ? { kind: 'kept', name, value } : undefined;
  const next = stepOf(more, name);
  if (next === undefined || !isOne(next) || !isOne(otherwise)) return undefined;
  if (test.tag !== 'comparison' || test.operator !== '=' || !isFree(test.right)) return undefined;
  if (test.left.tag !== 'user-variable' || key(test.left.name) === name) return undefined;
  return { kind: 'count-within', name, by: test.right, previous: key(test.left.name) };
}

/** What is added to the variable itself. */
function stepOf(value: Expression, name: string): Expression | undefined {
  if (value.tag !== 'arithmetic' || value.operator !== '+') return undefined;
  const { left, right } = value;
  return left.tag === 'user-variable' && key(left.name) === name && isFree(right) ? right : undefined;
}

/** The test and both values of an IF, or of a CASE of one branch. */
function choiceOf(value: Expression): readonly Expression[] {
  if (value.tag === 'call') return value.upper === 'IF' ? value.args : [];
  if (value.tag !== 'case' || value.subject !== undefined || value.otherwise === undefined) return [];
  const [only, second] = value.branches;
  return only === undefined || second !== undefined ? [] : [only.when, only.then, value.otherwise];
}

/** Whether it is of the row alone: no variable of the session, no query, no random number. */
function isFree(node: Expression): boolean {
  const isOther = nodesOf(node, 'call').some(({ upper }) => RANDOM.has(upper));
  return (
    !isOther &&
    (['user-variable', 'assign', 'query', 'aggregate'] as const).every((tag) => nodesOf(node, tag).length === 0)
  );
}

const RANDOM = new Set(['RAND', 'UUID', 'UUID_SHORT', 'SYSDATE']);

function isOne(node: Expression): boolean {
  return node.tag === 'number' && node.form === 'integer' && node.value === '1';
}

/** The value at a row as a window function over the order of the rows. */
export function windowOf(running: Running, start: Expression, orderBy: readonly OrderItem[], span: Span): Expression {
  if (running.kind === 'kept') return running.value;
  const { start: from, end } = span;
  const place = { start: from, end };
  if (running.kind === 'count-within') {
    const { by } = running;
    const number = over('ROW_NUMBER', [], { partitionBy: [by], orderBy }, place);
    const isNull: Expression = { tag: 'is', operand: by, test: 'null', isNegated: false, ...place };
    const one: Expression = { tag: 'number', form: 'integer', value: '1', start: end, end };
    return choice([isNull, one, number], place);
  }
  if (running.kind === 'count') return sum(start, over('ROW_NUMBER', [], { orderBy }, place), place);
  const { step } = running;
  const frame = toHere(place);
  const total = sum(start, over('SUM', [step], { orderBy, frame }, place), place);
  if (isNeverNull(step)) return total;
  // A step that is NULL makes the variable NULL for good.
  const known = over('COUNT', [step], { orderBy, frame }, place);
  const all = over('COUNT', [{ tag: 'number', form: 'integer', value: '1', ...place }], { orderBy, frame }, place);
  const when: Expression = { tag: 'comparison', operator: '=', left: known, right: all, ...place };
  return choice([when, total, { tag: 'null', ...place }], place);
}

/** `IF(test, value, otherwise)` */
function choice(args: readonly Expression[], place: Span): Expression {
  return {
    tag: 'call',
    parts: [{ text: 'IF', isQuoted: false, ...place }],
    upper: 'IF',
    args,
    keyword: undefined,
    ...place,
  };
}

function sum(start: Expression, value: Expression, place: Span): Expression {
  if (start.tag === 'number' && start.value === '0') return value;
  return { tag: 'arithmetic', operator: '+', left: start, right: value, ...place };
}

function isNeverNull(step: Expression): boolean {
  if (step.tag === 'number') return true;
  const last = step.tag === 'call' && ['IFNULL', 'COALESCE'].includes(step.upper) ? step.args.at(-1) : undefined;
  return last?.tag === 'number';
}

function toHere(place: Span): Frame {
  const bound = (kind: 'unbounded-preceding' | 'current') => ({ kind, amount: undefined, unit: undefined, ...place });
  return { unit: 'rows', from: bound('unbounded-preceding'), to: bound('current'), ...place };
}

function over(
  upper: string,
  args: readonly Expression[],
  spec: Partial<Pick<WindowSpec, 'partitionBy' | 'orderBy' | 'frame'>>,
  place: Span,
): Aggregate {
  return {
    ...{ tag: 'aggregate', upper, isDistinct: false, isStar: false, args, orderBy: [] },
    ...{ separator: undefined, limit: undefined, isIgnoreNulls: false, isFromLast: false },
    over: { base: undefined, partitionBy: [], orderBy: [], frame: undefined, ...spec, ...place },
    ...place,
  };
}
