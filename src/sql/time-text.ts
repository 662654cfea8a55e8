import type { Context } from './context.ts';
import { pictured } from './date-picture.ts';
import { type Fragment, operand, quoteLiteral } from './fragment.ts';

/**
 * A TIME by a picture of to_char, with its sign before it and its hours past a day: of a negative interval to_char gives
 * each field a sign, and none to an hour of 0.
 */
export function timePictured(value: Fragment, picture: string, context: Context): string {
  const { type, literal } = value;
  const isOfDay = type.kind !== 'time' || !type.isInterval || (literal !== undefined && !literal.startsWith('-'));
  if (isOfDay) return pictured(value, picture, context);
  if (context.scope.hasHelpers === true) {
    const rest = picture === CLOCK ? '' : `, ${quoteLiteral(picture)}`;
    return `sluice_time_text(${value.sql}${rest})`;
  }
  const seconds = `make_interval(secs => abs(extract(epoch from ${value.sql}))::float8)`;
  const text = pictured({ ...value, sql: seconds, isAtom: true }, picture, context);
  return `(CASE WHEN ${operand(value)} < INTERVAL '0' THEN '-' ELSE '' END || ${text})`;
}

/** The picture of a TIME as a text. */
export const CLOCK = 'HH24:MI:SS';
