import type { Unit } from '../expression.ts';
import type { TokenCursor } from '../token-cursor.ts';

const UNITS = new Set([
  ...['MICROSECOND', 'SECOND', 'MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'],
  ...['SECOND_MICROSECOND', 'MINUTE_MICROSECOND', 'MINUTE_SECOND', 'HOUR_MICROSECOND', 'HOUR_SECOND', 'HOUR_MINUTE'],
  ...['DAY_MICROSECOND', 'DAY_SECOND', 'DAY_MINUTE', 'DAY_HOUR', 'YEAR_MONTH'],
]);

/** Reads a unit of time; `SQL_TSI_DAY` is `DAY`. */
export function readUnit(cursor: TokenCursor): Unit {
  const upper = cursor.peek().upper.replace(/^SQL_TSI_(?!MICROSECOND)/, '');
  if (!UNITS.has(upper)) throw cursor.failure('a unit of time is expected');
  cursor.next();
  return upper;
}
