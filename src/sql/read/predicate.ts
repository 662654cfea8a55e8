import type { ComparisonOperator, Expression } from '../expression.ts';
import { POWER } from '../operator-table.ts';
import type { TokenCursor } from '../token-cursor.ts';
import { startsQuery } from './primary.ts';

/** Reads what follows a comparison sign: ANY, SOME or ALL of a query, or an operand. */
export function readComparison(cursor: TokenCursor, left: Expression, operator: ComparisonOperator): Expression {
  const word = cursor.isOperator('(', 1) ? cursor.takeOneOf(['ANY', 'SOME', 'ALL']) : undefined;
  if (word !== undefined) {
    const query = cursor.inParentheses(() => cursor.query());
    const quantifier = word === 'ALL' ? 'all' : 'any';
    return { tag: 'quantified', operator, left, quantifier, query, ...cursor.since(left.start) };
  }
  const right = cursor.expression(POWER.comparison + 1);
  return { tag: 'comparison', operator, left, right, ...cursor.since(left.start) };
}

const PREDICATES = new Set(['LIKE', 'REGEXP', 'RLIKE', 'IN', 'BETWEEN', 'SOUNDS', 'MEMBER']);

/** Reads LIKE, REGEXP, IN, BETWEEN, SOUNDS LIKE or MEMBER OF behind an operand, or nothing if none comes next. */
export function readPredicate(cursor: TokenCursor, left: Expression): Expression | undefined {
  const isNegated = cursor.isWord('NOT');
  const { upper } = cursor.peek(isNegated ? 1 : 0);
  if (!PREDICATES.has(upper)) return undefined;
  if (upper === 'SOUNDS' && !cursor.isWord('LIKE', 1)) return undefined;
  if (upper === 'MEMBER' && !(cursor.isWord('OF', 1) || cursor.isOperator('(', 1))) return undefined;
  if (isNegated && (upper === 'SOUNDS' || upper === 'MEMBER')) return undefined;
  if (isNegated) cursor.next();
  cursor.next();
  return read(cursor, left, upper, isNegated);
}

function read(cursor: TokenCursor, left: Expression, upper: string, isNegated: boolean): Expression {
  switch (upper) {
    case 'LIKE':
      return readLike(cursor, left, isNegated);
    case 'IN':
      return readIn(cursor, left, isNegated);
    case 'BETWEEN':
      return readBetween(cursor, left, isNegated);
    case 'SOUNDS': {
      cursor.expectWord('LIKE');
      const right = cursor.expression(POWER.bitOr);
      return { tag: 'sounds-like', left, right, ...cursor.since(left.start) };
    }
    case 'MEMBER': {
      cursor.takeWords('OF');
      const array = cursor.inParentheses(() => cursor.expression());
      return { tag: 'member-of', operand: left, array, ...cursor.since(left.start) };
    }
    default: {
      const pattern = cursor.expression(POWER.bitOr);
      return { tag: 'regexp', operand: left, pattern, isNegated, ...cursor.since(left.start) };
    }
  }
}

function readLike(cursor: TokenCursor, left: Expression, isNegated: boolean): Expression {
  const isMysql = cursor.dialect.flavor === 'mysql';
  const pattern = cursor.expression(isMysql ? POWER.concat : POWER.bitOr);
  const escapedBy = cursor.takeWords('ESCAPE') ? cursor.expression(POWER.concat) : undefined;
  return { tag: 'like', operand: left, pattern, escape: escapedBy, isNegated, ...cursor.since(left.start) };
}

function readIn(cursor: TokenCursor, left: Expression, isNegated: boolean): Expression {
  const set = cursor.inParentheses(() => {
    if (startsQuery(cursor)) return cursor.query();
    const items = cursor.list(() => cursor.expression());
    const [only] = items;
    // IN ((SELECT ...)): the query, not a list of one scalar.
    return items.length === 1 && only?.tag === 'subquery' ? only.query : items;
  });
  return { tag: 'in', operand: left, set, isNegated, ...cursor.since(left.start) };
}

function readBetween(cursor: TokenCursor, left: Expression, isNegated: boolean): Expression {
  const low = cursor.expression(POWER.bitOr);
  cursor.expectWord('AND');
  const high = cursor.expression(POWER.predicate);
  return { tag: 'between', operand: left, low, high, isNegated, ...cursor.since(left.start) };
}
