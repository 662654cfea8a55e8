import type { Expression } from '../expression.ts';
import { type Infix, infixAt, POWER } from '../operator-table.ts';
import type { TokenCursor } from '../token-cursor.ts';
import { readComparison, readPredicate } from './predicate.ts';
import { amountInParentheses, readPrimary } from './primary.ts';
import { readUnit } from './unit.ts';

/**
 * Reads an expression by precedence climbing: a first operand, then every operator that binds at least as strongly as
 * `power`. Reads each token once. Throws SyntaxFailure.
 */
export function readExpression(cursor: TokenCursor, power: number): Expression {
  return continueFrom(cursor, readOperand(cursor, power), power);
}

function readOperand(cursor: TokenCursor, power: number): Expression {
  const token = cursor.peek();
  const { start } = token;
  if (token.kind === 'word') {
    if (token.upper === 'NOT') return readNot(cursor, power);
    if (token.upper === 'BINARY') return readUnary(cursor, 'binary');
    if (token.upper === 'INTERVAL') return readInterval(cursor, start);
  }
  if (token.kind !== 'operator') return readPrimary(cursor);
  if (token.value === '-' || token.value === '+' || token.value === '~') return readUnary(cursor, token.value);
  if (token.value === '!') return readUnary(cursor, 'not');
  return readPrimary(cursor);
}

function readUnary(cursor: TokenCursor, operator: '-' | '+' | '~' | 'not' | 'binary'): Expression {
  const { start } = cursor.next();
  const operand = cursor.expression(POWER.unary);
  return { tag: 'unary', operator, operand, ...cursor.since(start) };
}

/** NOT stands above the comparisons; with HIGH_NOT_PRECEDENCE it is `!`. */
function readNot(cursor: TokenCursor, power: number): Expression {
  if (cursor.dialect.mode.hasHighNotPrecedence) return readUnary(cursor, 'not');
  if (power > POWER.not) throw cursor.failure('NOT needs parentheses here');
  const { start } = cursor.next();
  const operand = cursor.expression(POWER.not);
  return { tag: 'unary', operator: 'not', operand, ...cursor.since(start) };
}

/** `INTERVAL n unit + date`, or the function INTERVAL(n, a, b). */
function readInterval(cursor: TokenCursor, start: number): Expression {
  const found = readAmount(cursor);
  if (found.tag === 'call') return found.call;
  cursor.expectOperator('+');
  const operand = cursor.expression(POWER.sum + 1);
  const { amount, unit } = found;
  return { tag: 'date-shift', operand, isNegative: false, amount, unit, ...cursor.since(start) };
}

type Amount =
  | { readonly tag: 'call'; readonly call: Expression }
  | { readonly tag: 'amount'; readonly amount: Expression; readonly unit: string };

/** What stands behind INTERVAL: two values or more in parentheses are the function's, all else is an amount. */
function readAmount(cursor: TokenCursor): Amount {
  const token = cursor.next();
  const inside = amountInParentheses(cursor);
  if (inside !== undefined && inside.tag === 'row') {
    const name = { text: 'INTERVAL', isQuoted: false, start: token.start, end: token.end };
    const call = { tag: 'call', parts: [name], upper: 'INTERVAL', args: inside.items, keyword: undefined } as const;
    return { tag: 'call', call: { ...call, ...cursor.since(token.start) } };
  }
  const amount = inside === undefined ? cursor.expression() : continueFrom(cursor, inside, 0);
  return { tag: 'amount', amount, unit: readUnit(cursor) };
}

/** Goes on behind a first operand. */
export function continueFrom(cursor: TokenCursor, left: Expression, power: number): Expression {
  const start = Math.min(left.start, cursor.lastEnd);
  let isPredicate = false;
  for (;;) {
    const next = postfix(cursor, left, power) ?? infix(cursor, left, power);
    if (next !== undefined) {
      left = { ...next, start };
      isPredicate = false;
      continue;
    }
    const predicate = power <= POWER.predicate && !(isPredicate && cursor.dialect.flavor === 'mysql');
    const found = predicate ? readPredicate(cursor, left) : undefined;
    if (found === undefined) return left;
    left = found;
    isPredicate = true;
  }
}

function postfix(cursor: TokenCursor, left: Expression, power: number): Expression | undefined {
  if (power <= POWER.collate && cursor.takeWords('COLLATE')) {
    const token = cursor.next();
    return { tag: 'collate', operand: left, collation: token.value, ...cursor.since(left.start) };
  }
  const isPath = cursor.isOperator('->') || cursor.isOperator('->>');
  if (isPath && left.tag === 'column') {
    const isUnquoted = cursor.next().value === '->>';
    return { tag: 'json-path', operand: left, path: readPrimary(cursor), isUnquoted, ...cursor.since(left.start) };
  }
  return undefined;
}

function infix(cursor: TokenCursor, left: Expression, power: number): Expression | undefined {
  if (power <= POWER.comparison && cursor.isWord('IS')) return readIs(cursor, left);
  const found = infixAt(cursor);
  if (found === undefined || found.power < power) return undefined;
  if (found.tag === 'logical' || found.tag === 'concat') return readChain(cursor, left, found);
  cursor.next();
  if (found.tag === 'comparison') return readComparison(cursor, left, found.operator);
  const isSum = found.operator === '+' || found.operator === '-';
  if (isSum && cursor.isWord('INTERVAL')) return readShift(cursor, left, found.operator);
  const right = cursor.expression(found.power + 1);
  return { tag: 'arithmetic', operator: found.operator, left, right, ...cursor.since(left.start) };
}

/** `date + INTERVAL n unit`; `n + INTERVAL(a, b)` is a sum. */
function readShift(cursor: TokenCursor, left: Expression, operator: '+' | '-'): Expression {
  const found = readAmount(cursor);
  if (found.tag === 'call') {
    const right = continueFrom(cursor, found.call, POWER.sum + 1);
    return { tag: 'arithmetic', operator, left, right, ...cursor.since(left.start) };
  }
  const { amount, unit } = found;
  return { tag: 'date-shift', operand: left, isNegative: operator === '-', amount, unit, ...cursor.since(left.start) };
}

/** One node for `a AND b AND c`, so that a long chain is wide, not deep. */
function readChain(cursor: TokenCursor, left: Expression, chain: Infix): Expression {
  const operands = [left];
  const isSame = (): boolean => {
    const found = infixAt(cursor);
    if (found === undefined || found.tag !== chain.tag) return false;
    return found.tag !== 'logical' || chain.tag !== 'logical' || found.operator === chain.operator;
  };
  while (isSame()) {
    cursor.next();
    operands.push(cursor.expression(chain.power + 1));
  }
  const span = cursor.since(left.start);
  if (chain.tag === 'logical') return { tag: 'logical', operator: chain.operator, operands, ...span };
  return { tag: 'concat', operands, ...span };
}

const TESTS: Readonly<Record<string, 'null' | 'true' | 'false' | 'unknown'>> = {
  NULL: 'null',
  TRUE: 'true',
  FALSE: 'false',
  UNKNOWN: 'unknown',
};

function readIs(cursor: TokenCursor, left: Expression): Expression {
  cursor.next();
  const isNegated = cursor.takeWords('NOT');
  const test = TESTS[cursor.peek().upper];
  if (test === undefined) throw cursor.failure('NULL, TRUE, FALSE or UNKNOWN is expected');
  cursor.next();
  return { tag: 'is', operand: left, isNegated, test, ...cursor.since(left.start) };
}
