import type { Context } from './context.ts';
import type { Expression } from './expression.ts';
import { atom, type Fragment, operand } from './fragment.ts';
import { isWholeNumber, UNSIGNED, type ValueType } from './value-type.ts';

type Arithmetic = Extract<Expression, { tag: 'arithmetic' }>;

/**
 * Whole numbers of which one is unsigned give one: where it would be negative, or wider than 64 bits, MySQL raises error
 * 1690. NO_UNSIGNED_SUBTRACTION takes that from the difference.
 */
export function unsignedResult(node: Arithmetic, found: Fragment, of: Operands, context: Context): Fragment {
  const { left, right } = of;
  if (!isWholeNumber(left.type) || !isWholeNumber(right.type)) return found;
  if (!isUnsigned(left.type) && !isUnsigned(right.type)) return found;
  if (node.operator === '-' && context.scope.dialect.mode.hasNoUnsignedSubtraction) return found;
  if (node.operator !== '-' && isNatural(left) && isNatural(right)) return typed(found, of);
  const { hasHelpers, isUnsignedChecked } = context.scope;
  if (hasHelpers === true) return atom(`sluice_unsigned(${found.sql})`, UNSIGNED);
  if (isUnsignedChecked !== true) {
    context.report('UNSIGNED', node, 'unsigned numbers are counted with, and the result may be negative');
    return found;
  }
  // Far below 0 it is no bigint, which is refused as a number outside its type is (22003).
  const number = operand(found);
  return atom(
    `CASE WHEN ${number} < 0 THEN (${number}::numeric - 9223372036854775808)::bigint ELSE ${number} END`,
    UNSIGNED,
  );
}

interface Operands {
  readonly left: Fragment;
  readonly right: Fragment;
}

function typed(found: Fragment, { left, right }: Operands): Fragment {
  const isWide = [left, right].some(({ type }) => type.kind === 'decimal');
  return { ...found, type: isWide ? UNSIGNED : { kind: 'integer', isWide: true, isUnsigned: true } };
}

function isUnsigned(type: ValueType): boolean {
  return (type.kind === 'integer' || type.kind === 'decimal') && type.isUnsigned;
}

/** Whether it is not negative for certain. */
export function isNatural({ sql, type }: Fragment): boolean {
  return /^\d{1,18}$/.test(sql) || (isWholeNumber(type) && isUnsigned(type));
}
