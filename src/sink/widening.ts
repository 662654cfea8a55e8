import { type TargetType, targetType, textLimit } from '../column/target-type.ts';
import type { ColumnType } from '../contract/table.ts';

/** Decimal digits that an integer of so many bytes may have. */
const DIGITS: Readonly<Record<number, number>> = { 1: 3, 2: 5, 3: 8, 4: 10, 8: 20 };

/** True when every value of the one type is the same value in the other, and the source keeps it when it changes them. */
export function isWidening(from: ColumnType, to: ColumnType): boolean {
  if (JSON.stringify(from) === JSON.stringify(to)) return true;
  switch (from.kind) {
    case 'integer':
      return isIntegerWidening(from, to);
    case 'decimal':
      return to.kind === 'decimal' && to.scale >= from.scale && whole(to) >= whole(from);
    case 'float':
      return to.kind === 'double';
    case 'text':
      // The log has UTF-8 whatever the character set. What a narrower set or length lost, `rewrites` says.
      return to.kind === 'text';
    case 'enum':
      return to.kind === 'text' || (to.kind === 'enum' && isLonger(from.members, to.members));
    case 'set':
      return to.kind === 'set' && isLonger(from.members, to.members);
    case 'datetime':
    case 'timestamp':
    case 'time':
      return to.kind === from.kind && to.fraction >= from.fraction;
    case 'date':
      return to.kind === 'datetime';
    default:
      return false;
  }
}

function isIntegerWidening(from: Extract<ColumnType, { kind: 'integer' }>, to: ColumnType): boolean {
  if (to.kind === 'decimal') return whole(to) >= (DIGITS[from.bytes] ?? 20);
  if (to.kind !== 'integer') return false;
  if (from.unsigned === to.unsigned) return to.bytes >= from.bytes;
  return from.unsigned && to.bytes > from.bytes;
}

function whole({ precision, scale }: { readonly precision: number; readonly scale: number }): number {
  return precision - scale;
}

function isLonger(old: readonly string[], now: readonly string[]): boolean {
  return old.every((member, i) => now[i] === member);
}

/** Integers of the target, the narrower first; any of them goes into a numeric. */
const NUMBERS = ['boolean', 'smallint', 'integer', 'bigint', 'numeric'];

/**
 * The type that a target column must be changed to so that it holds what `desired` does; null when it may stay: it is
 * as wide, or of another family that somebody chose on purpose.
 */
export function wantedType(existing: string, desired: string): string | null {
  if (existing === desired) return null;
  const [old, now] = [targetType(existing), targetType(desired)];
  const limits = [textLimit(old), textLimit(now)] as const;
  if (limits[0] !== null && limits[1] !== null) return limits[0] < limits[1] ? desired : null;
  if (old.name === 'real' && now.name === 'double precision') return desired;
  if (old.name === 'date' && now.name.startsWith('timestamp')) return desired;
  if (old.name === now.name) return isNarrower(old, now) ? desired : null;
  const [from, to] = [NUMBERS.indexOf(old.name), NUMBERS.indexOf(now.name)];
  return from >= 0 && to > from ? desired : null;
}

/** Of one name: sizes are precision and scale, or digits of a second. None at all is the widest. */
function isNarrower(old: TargetType, now: TargetType): boolean {
  if (old.sizes.length === 0) return false;
  const [whole = 0, part = 0] = old.sizes;
  const [wantedWhole = Number.POSITIVE_INFINITY, wantedPart = 0] = now.sizes;
  return whole - part < wantedWhole - wantedPart || part < wantedPart;
}
