import type { Aggregate, Expression, Name, WindowSpec } from '../expression.ts';
import type { TokenCursor } from '../token-cursor.ts';
import { readLimit, readOrderBy } from './order.ts';
import { readWindowSpec } from './window.ts';

const AGGREGATES = new Set(
  `COUNT SUM AVG MIN MAX BIT_AND BIT_OR BIT_XOR STD STDDEV STDDEV_POP STDDEV_SAMP VARIANCE VAR_POP VAR_SAMP GROUP_CONCAT
   JSON_ARRAYAGG JSON_OBJECTAGG`.split(/\s+/),
);

const WINDOW_ONLY = new Set(
  'ROW_NUMBER RANK DENSE_RANK PERCENT_RANK CUME_DIST NTILE LAG LEAD FIRST_VALUE LAST_VALUE NTH_VALUE'.split(' '),
);

/** Functions with several names. */
const ALIASES: Readonly<Record<string, string>> = { STD: 'STDDEV_POP', STDDEV: 'STDDEV_POP', VARIANCE: 'VAR_POP' };

/** Whether a function over rows has this name. */
export function isAggregate(upper: string): boolean {
  return AGGREGATES.has(upper) || WINDOW_ONLY.has(upper);
}

/** Reads an aggregate or a window function from its parenthesis on. */
export function readAggregate(cursor: TokenCursor, name: Name, upper: string): Expression {
  cursor.expectOperator('(');
  const isDistinct = cursor.takeOneOf(['DISTINCT', 'DISTINCTROW']) !== undefined;
  if (!isDistinct) cursor.takeWords('ALL');
  const isStar = upper === 'COUNT' && !isDistinct && cursor.takeOperator('*');
  const args = isStar || cursor.isOperator(')') ? [] : cursor.list(() => cursor.expression());
  const isList = upper === 'GROUP_CONCAT' || upper === 'JSON_ARRAYAGG';
  const orderBy = isList ? readOrderBy(cursor) : [];
  const separator = upper === 'GROUP_CONCAT' && cursor.takeWords('SEPARATOR') ? cursor.expression() : undefined;
  const limit = isList ? readLimit(cursor) : undefined;
  cursor.expectOperator(')');
  const isFromLast = cursor.takeWords('FROM', 'LAST');
  if (!isFromLast && upper === 'NTH_VALUE') cursor.takeWords('FROM', 'FIRST');
  const isIgnoreNulls = cursor.takeWords('IGNORE', 'NULLS');
  if (WINDOW_ONLY.has(upper)) cursor.takeWords('RESPECT', 'NULLS');
  const over = readOver(cursor);
  if (over === undefined && WINDOW_ONLY.has(upper)) throw cursor.failure('OVER is expected');
  const found: Omit<Aggregate, 'start' | 'end'> = {
    tag: 'aggregate',
    upper: ALIASES[upper] ?? upper,
    ...{ isDistinct, isStar, args, orderBy, separator, limit, isIgnoreNulls, isFromLast, over },
  };
  return { ...found, ...cursor.since(name.start) };
}

function readOver(cursor: TokenCursor): WindowSpec | Name | undefined {
  if (!cursor.takeWords('OVER')) return undefined;
  return cursor.isOperator('(') ? readWindowSpec(cursor) : cursor.name();
}
