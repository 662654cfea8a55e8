import type { Dialect } from './dialect.ts';
import { type Fragment, operand } from './fragment.ts';
import { isOwn } from './own-digits.ts';
import { scaleOf } from './value-type.ts';

/** The text of a 0 with digits behind the point. */
const NOUGHT = "'^0[.]0+$'";

/**
 * A computed DECIMAL as a text keeps it: of a 0 the source has no digits behind the point left (decimal_make_zero of both
 * servers). MySQL loses them in every product, quotient and remainder, MariaDB in products below 0 and where a 0 is
 * divided; both in sums of numbers that cancel each other.
 */
export function withBareNought(
  found: Fragment,
  operator: '+' | '-' | '*' | '/' | '%',
  [left, right]: readonly [Fragment, Fragment],
  { flavor }: Dialect,
): Fragment {
  const { type } = found;
  if (type.kind !== 'decimal' || isOwn(type) || (scaleOf(type) ?? 0) === 0) return found;
  // More digits than it is shown with.
  if (type.isRaw === true && found.kept === undefined) return found;
  const computed = isSum(operator)
    ? `${keptOperand(left)} ${operator} ${keptOperand(right)}`
    : (found.kept ?? found.sql);
  return { ...found, bare: bare(computed, losing(operator, left, right, flavor)) };
}

function isSum(operator: string): boolean {
  return operator === '+' || operator === '-' || operator === '*';
}

/** A pattern for the text of a 0 that loses its digits. */
function losing(operator: string, left: Fragment, right: Fragment, flavor: Dialect['flavor']): string {
  const where = (condition: string): string => `CASE WHEN ${condition} THEN ${NOUGHT} ELSE '$.' END`;
  if (operator === '+') return where(`${operand(left)} <> 0`);
  if (operator === '-' || operator === '/' || flavor === 'mysql') return NOUGHT;
  return where(operator === '*' ? `${operand(left)} < 0 OR ${operand(right)} < 0` : `${operand(left)} = 0`);
}

function keptOperand(value: Fragment): string {
  const kept = value.bare ?? value.kept;
  if (kept === undefined) return operand(value);
  return kept.startsWith('regexp_replace(') && kept.endsWith('::numeric') ? kept : `(${kept})`;
}

function bare(sql: string, pattern: string): string {
  return `regexp_replace((${sql})::text, ${pattern}, '0')::numeric`;
}
