import type { Context } from './context.ts';
import { atom, type Fragment, isPlace, operand } from './fragment.ts';
import { FLOAT, TEXT, type ValueType } from './value-type.ts';

type Float = Extract<ValueType, { kind: 'float' }>;

/** A FLOAT in an expression counts as the double that it is. */
export function asDouble(value: Fragment): Fragment {
  return value.type.kind === 'float' && value.type.isSingle === true ? atom(`${operand(value)}::float8`, FLOAT) : value;
}

/**
 * A floating-point number as MySQL prints it (`my_gcvt`): a FLOAT to six digits, a DOUBLE by the fewest digits that give
 * it again; plainly from 1e-15 to below 1e15, else with an exponent of no more digits than it needs. MySQL takes the
 * exponent too where the plain text of what it computed would have more than 22 characters.
 */
export function floatText(value: Fragment, { isSingle, digits }: Float, { scope }: Context): Fragment {
  if (digits !== undefined) return atom(`round(${operand(asDouble(value))}::numeric, ${digits})::text`, TEXT);
  // PostgreSQL's cast of a real to numeric has the same six digits.
  const double = isSingle === true ? `${operand(value)}::real::numeric::float8` : operand(value);
  const isShort = scope.dialect.flavor === 'mysql' && !isPlace(value);
  if (scope.hasHelpers === true) return atom(`sluice_double_text(${double}${isShort ? '' : ', false'})`, TEXT);
  return atom(printed(double, isShort), TEXT);
}

/** As it is stored in a text, which has room for it. */
export function storedFloat(value: Fragment, { scope }: Context): Fragment {
  const double = operand(asDouble(value));
  return atom(scope.hasHelpers === true ? `sluice_double_text(${double}, false)` : printed(double, false), TEXT);
}

function printed(double: string, isShort: boolean): string {
  const plain = `${double}::text::numeric::text`;
  const room = isShort ? ` AND char_length(${plain}) <= 22` : '';
  const test = `abs(${double}) >= 1e-15 AND abs(${double}) < 1e-4${room}`;
  return `CASE WHEN ${test} THEN ${plain} ELSE replace(replace(${double}::text, 'e+', 'e'), 'e-0', 'e-') END`;
}
