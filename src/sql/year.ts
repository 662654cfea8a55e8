import { toNumber } from './coerce.ts';
import type { Context } from './context.ts';
import { atom, type Fragment, isPlace, operand, quoteLiteral } from './fragment.ts';
import type { Span } from './span.ts';
import { BIGINT, isYear, NUMERIC } from './value-type.ts';

/** A year of two digits is one of 2001 to 2069, or of 1970 to 1999 (Field_year::store of both servers). */
export function fullYear(digits: number): number {
  if (digits < 1 || digits > 99) return digits;
  return digits + (digits < 70 ? 2000 : 1900);
}

/** A number as a column of a YEAR stores it; undefined where it is a literal that stays as it is. */
export function storedYear(number: Fragment): Fragment {
  if (/^\d+$/.test(number.sql)) return atom(String(fullYear(Number(number.sql))), number.type);
  const x = number.type.kind === 'integer' ? operand(number) : `round(${number.sql})`;
  return atom(
    `${x} + CASE WHEN ${x} BETWEEN 1 AND 69 THEN 2000 WHEN ${x} BETWEEN 70 AND 99 THEN 1900 ELSE 0 END`,
    BIGINT,
  );
}

/** A text of noughts that are not four is 2000, as a number 0 is 0. */
export function yearOfText(value: Fragment, number: Fragment): Fragment {
  const noughts = '^\\s*0{1,3}\\s*$';
  if (value.literal !== undefined) return /^\s*0{1,3}\s*$/.test(value.literal) ? atom('2000', BIGINT) : number;
  return atom(`CASE WHEN ${operand(value)} ~ ${quoteLiteral(noughts)} THEN 2000 ELSE ${number.sql} END`, NUMERIC);
}

interface Place {
  readonly context: Context;
  readonly span: Span;
}

/** What a YEAR is compared with: a literal of two digits means the whole year too, to MariaDB any variable. */
export function comparedYears(a: Fragment, b: Fragment, place: Place): readonly [Fragment, Fragment] {
  return [asYear(a, b, place), asYear(b, a, place)];
}

function asYear(value: Fragment, other: Fragment, { context, span }: Place): Fragment {
  if (!isYear(other.type) || isYear(value.type)) return value;
  if (/^0{1,3}$/.test(value.literal ?? '')) return atom('2000', BIGINT);
  const digits = Number(/^[\d.]+(?:e\d+)?$/i.test(value.literal ?? value.sql) ? (value.literal ?? value.sql) : 0);
  if (digits >= 1 && digits < 100 && Number.isInteger(digits)) return atom(String(fullYear(digits)), BIGINT);
  if (other.isColumn !== true || !isVariable(value)) return value;
  if (context.scope.dialect.flavor === 'mysql') {
    // The value of a service is a literal to MySQL, that of a variable of a program is none.
    if (context.scope.hasHelpers === false) context.report('YEAR', span, 'a YEAR is compared with a value');
    return value;
  }
  const number = toNumber(value, context, span);
  return storedYear(value.type.kind === 'text' ? yearOfText(value, number) : number);
}

/** A variable, which is neither a column nor a literal. */
function isVariable(value: Fragment): boolean {
  const isMarked = /^\(\p{Cc}[^\p{Cc}]*\p{Cc}\)::[\w(),]+$/u.test(value.sql);
  const isNamed = isPlace(value) && !/^[\d.]+$/.test(value.sql);
  return value.isColumn !== true && value.literal === undefined && (isMarked || isNamed);
}
