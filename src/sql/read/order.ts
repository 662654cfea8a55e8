import type { Expression, Limit, OrderItem } from '../expression.ts';
import type { TokenCursor } from '../token-cursor.ts';

/** Reads ORDER BY with its items, or nothing. */
export function readOrderBy(cursor: TokenCursor): readonly OrderItem[] {
  return cursor.takeWords('ORDER', 'BY') ? cursor.list(() => readOrderItem(cursor)) : [];
}

/** One item of GROUP BY; a direction stands there on MariaDB and on MySQL before 8.0.13 alone. */
export function readGroupItem(cursor: TokenCursor): OrderItem {
  const { flavor, version } = cursor.dialect;
  if (flavor === 'mariadb' || version < 80_013) return readOrderItem(cursor);
  const { start } = cursor.peek();
  return { expression: cursor.expression(), isDescending: false, ...cursor.since(start) };
}

function readOrderItem(cursor: TokenCursor): OrderItem {
  const { start } = cursor.peek();
  const expression = cursor.expression();
  const isDescending = cursor.takeOneOf(['ASC', 'DESC']) === 'DESC';
  return { expression, isDescending, ...cursor.since(start) };
}

/** Reads `LIMIT n`, `LIMIT offset, n`, `LIMIT n OFFSET m`, MariaDB's `ROWS EXAMINED` behind them, or nothing. */
export function readLimit(cursor: TokenCursor): Limit | undefined {
  const { start } = cursor.peek();
  if (!cursor.takeWords('LIMIT')) return undefined;
  if (takeExamined(cursor)) return undefined;
  const found = readLimitRest(cursor, cursor.expression(), start);
  takeExamined(cursor);
  return found;
}

/** `ROWS EXAMINED n` ends a query early by effort: it says nothing of the result. */
function takeExamined(cursor: TokenCursor): boolean {
  if (cursor.dialect.flavor !== 'mariadb' || !cursor.takeWords('ROWS', 'EXAMINED')) return false;
  cursor.expression();
  return true;
}

function readLimitRest(cursor: TokenCursor, first: Expression, start: number): Limit {
  if (cursor.takeOperator(',')) return { count: cursor.expression(), offset: first, ...cursor.since(start) };
  const offset = cursor.takeWords('OFFSET') ? cursor.expression() : undefined;
  return { count: first, offset, ...cursor.since(start) };
}
