import { atom, type Fragment, operand, quoteLiteral } from './fragment.ts';
import { BIGINT, isYear, NUMERIC, type ValueType } from './value-type.ts';

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

/** What a YEAR is compared with: a literal of two digits means the whole year too. */
export function comparedYears(a: Fragment, b: Fragment): readonly [Fragment, Fragment] {
  return [asYear(a, b.type), asYear(b, a.type)];
}

function asYear(value: Fragment, other: ValueType): Fragment {
  if (isYear(other) && /^0{1,3}$/.test(value.literal ?? '')) return atom('2000', BIGINT);
  const digits = value.literal ?? value.sql;
  return isYear(other) && /^[1-9]\d?$/.test(digits) ? atom(String(fullYear(Number(digits))), BIGINT) : value;
}
