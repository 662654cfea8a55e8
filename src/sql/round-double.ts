import { atom, compound, type Fragment, isPlace, operand } from './fragment.ts';
import { FLOAT, type ValueType } from './value-type.ts';

/** From here on a power of ten is no whole number of 64 bits. */
const MOST_DIGITS = 18;

/**
 * A double to so many digits as the source has it (`my_double_round`): multiplied, made whole, half to even, and divided
 * again, all in binary, so that 1.005 to two digits is 1. PostgreSQL's round() of a double is half to even too.
 */
export function roundedDouble(
  name: 'round' | 'trunc',
  value: Fragment,
  digits: { readonly known: number | undefined; readonly sql: string },
): Fragment {
  const x = operand(value);
  const { known, sql } = digits;
  if (known === 0) return atom(`${name}(${value.sql})`, FLOAT);
  if (known !== undefined) {
    const power = powerOf(Math.abs(known));
    const found = known > 0 ? `${name}(${x} * ${power}) / ${power}` : `${name}(${x} / ${power}) * ${power}`;
    return compound(found, FLOAT);
  }
  const [up, down] = [`power(10::float8, ${sql})`, `power(10::float8, -(${sql}))`];
  const isNegative = `WHEN ${sql} < 0 THEN ${name}(${x} / ${down}) * ${down}`;
  return atom(`CASE ${isNegative} ELSE ${name}(${x} * ${up}) / ${up} END`, FLOAT);
}

function powerOf(digits: number): string {
  return digits <= MOST_DIGITS ? `1${'0'.repeat(digits)}` : `1e${digits}::float8`;
}

/** A double as the decimal that it is printed as: what the source stores of it in a DECIMAL, and counts with there. */
export function exactDouble(value: Fragment): Fragment {
  return atom(`${operand(value)}::text::numeric`, { kind: 'decimal', scale: undefined, isUnsigned: false });
}

type Shown = Extract<ValueType, { kind: 'float' }>;

/** What FLOAT(7,2) keeps of a number: the source rounds what stands behind the point, half to even, in binary. */
export function keptDigits(value: Fragment, type: Shown): Fragment {
  const { digits } = type;
  if (digits === undefined || isKept(value, digits)) return value;
  return compound(keptText(value.type.kind === 'float' ? operand(value) : `${operand(value)}::float8`, digits), type);
}

/** A literal of no more digits, or what stands in a place that keeps no more. */
function isKept(value: Fragment, digits: number): boolean {
  const [, fraction = ''] = /^-?\d+(?:\.(\d*))?$/.exec(value.sql) ?? [undefined, '?'.repeat(digits + 1)];
  const own = value.type.kind === 'float' && isPlace(value) ? value.type.digits : undefined;
  return fraction.length <= digits || (own !== undefined && own <= digits);
}

/** The same of what stands in a place of the program. */
export function keptText(sql: string, digits: number): string {
  const power = powerOf(digits);
  return `floor(${sql}) + round((${sql} - floor(${sql})) * ${power}) / ${power}`;
}
