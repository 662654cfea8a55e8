import type { Context } from './context.ts';
import type { Dialect } from './dialect.ts';
import { atom, type Fragment, operand } from './fragment.ts';
import type { Span } from './span.ts';
import { scaleOf, type ValueType } from './value-type.ts';

/** The most digits that a DECIMAL has behind the point. */
export function mostDigits({ flavor }: Dialect): number {
  return flavor === 'mariadb' ? 38 : 30;
}

/**
 * A DECIMAL in a user variable: it is shown with the digits of its value, and what is computed of it with the most that
 * there are (Item_func_get_user_var of both servers).
 */
export function ownDecimal(dialect: Dialect): ValueType {
  return { kind: 'decimal', scale: mostDigits(dialect), isUnsigned: false, isOwn: true };
}

export function isOwn(type: ValueType): boolean {
  return type.kind === 'decimal' && type.isOwn === true;
}

/** The type of what is computed of a value by itself. */
export function computed(type: ValueType): ValueType {
  return type.kind === 'decimal' && type.isOwn === true ? { ...type, isRaw: true } : type;
}

/** The type of what is computed of one or more values of which one is such. */
export function ofOwn(types: readonly ValueType[]): ValueType | undefined {
  if (!types.some(isOwn)) return undefined;
  const scale = Math.max(...types.map((type) => scaleOf(type) ?? 0));
  return { kind: 'decimal', scale, isUnsigned: false, isRaw: true, isOwn: true };
}

/** What a text keeps of a value that stands in a function which leaves its digits as they are. */
export function keptOf({ kept, bare }: Fragment, printed: (sql: string) => string): Pick<Fragment, 'kept' | 'bare'> {
  return {
    ...(kept !== undefined && { kept: printed(kept) }),
    ...(bare !== undefined && { bare: printed(bare) }),
  };
}

/** A quotient with the digits that the source computes, which depend on those of the values. */
export function ownQuotient(left: Fragment, right: Fragment, hasHelpers: boolean): string {
  if (!hasHelpers) return `${operand(left)}::numeric / ${operand(right)}`;
  return `sluice_quotient(${operand(left)}::numeric, ${operand(right)}::numeric)`;
}

/** MariaDB computes on with more digits of a quotient than it shows: 10 / 3 * 3 is 10.0000. */
export function wholeQuotient(value: Fragment, context: Context, span: Span): Fragment {
  const { whole, type } = value;
  if (whole === undefined || type.kind !== 'decimal') return value;
  if (whole !== 'lost') return atom(whole, { ...type, isRaw: true });
  context.report('DIVISION_DIGITS', span, 'a quotient is computed with, of which the source has more digits');
  return value;
}
