import type { ColumnType } from '../contract/table.ts';
import { bytesPerCharacter, type ColumnShape, type Limit } from './column-shape.ts';

type Of<K extends ColumnType['kind']> = Extract<ColumnType, { readonly kind: K }>;

/**
 * Whether every value of a column is surely the same after it was declared anew. In strict mode a value that does not
 * fit fails the statement; without it the value is cut, wrapped or emptied with a warning. What is dropped by a mere
 * note, as trailing blanks and fractions are, is lost in either mode.
 */
export function keepsValues(old: ColumnShape, now: ColumnShape, isStrict: boolean): boolean {
  if (old.isGenerated || now.isGenerated) return false;
  if (old.nullable && !now.nullable && !isStrict) return false;
  return keepsType(old, now, isStrict);
}

function keepsType({ type: old, limit: oldLimit }: ColumnShape, next: ColumnShape, isStrict: boolean): boolean {
  const { type: now, limit } = next;
  switch (old.kind) {
    case 'integer':
      return now.kind === 'integer' ? isStrict || holdsIntegers(now, old) : integerInDecimal(old, next, isStrict);
    case 'decimal':
      if (now.kind !== 'decimal' || now.scale < old.scale) return false;
      return isStrict || (limit === null && wholeDigits(now) >= wholeDigits(old));
    case 'bit':
      return now.kind === 'bit' && (isStrict || now.bits >= old.bits);
    case 'binary':
      return now.kind === 'binary' && now.bytes === old.bytes;
    case 'text':
      return now.kind === 'text' && keepsText([old.charset, oldLimit], [now.charset, limit], isStrict);
    case 'blob':
      return now.kind === 'blob' && holds([oldLimit, 1], [limit, 1]);
    case 'enum':
      return now.kind === 'enum' && old.members.every((member) => now.members.includes(member));
    case 'set':
      return now.kind === 'set' && isInOrder(old.members, now.members);
    case 'datetime':
    case 'timestamp':
    case 'time':
      return now.kind === old.kind && now.fraction >= old.fraction;
    case 'float':
    case 'double':
    case 'geometry':
      return now.kind === old.kind && limit?.form === 'free';
    case 'vector':
      return false;
    default:
      return now.kind === old.kind;
  }
}

function holdsIntegers(now: Of<'integer'>, old: Of<'integer'>): boolean {
  if (now.unsigned === old.unsigned) return now.bytes >= old.bytes;
  return old.unsigned && now.bytes > old.bytes;
}

const DIGITS = { 1: 3, 2: 5, 3: 8, 4: 10, 8: 20 } as const;

function integerInDecimal(old: Of<'integer'>, { type: now, limit }: ColumnShape, isStrict: boolean): boolean {
  if (now.kind !== 'decimal') return false;
  return isStrict || (limit === null && wholeDigits(now) >= DIGITS[old.bytes]);
}

/** The text of a set lists its members in the order of the type. */
function isInOrder(old: readonly string[], now: readonly string[]): boolean {
  const kept = now.filter((member) => old.includes(member));
  return kept.join() === old.join();
}

function wholeDigits({ precision, scale }: Of<'decimal'>): number {
  return precision - scale;
}

type Text = readonly [charset: string, limit: Limit | null];

function keepsText([oldCharset, old]: Text, [charset, now]: Text, isStrict: boolean): boolean {
  if (oldCharset !== charset && !isStrict && !isLossless(oldCharset, charset)) return false;
  const [oldBytes, bytes] = [bytesPerCharacter(oldCharset), bytesPerCharacter(charset)];
  // Bytes of a long text say nothing of its characters: in another charset each may become the longest.
  const grows = oldCharset === charset ? 1 : bytes;
  return holds([old?.form === 'long' ? { ...old, units: old.units * grows } : old, oldBytes], [now, bytes]);
}

/** Character sets whose every byte has a character in the other. */
function isLossless(old: string, now: string): boolean {
  return now === 'utf8mb4' && (old === 'utf8mb3' || old === 'latin1');
}

type Room = readonly [limit: Limit | null, bytesPerUnit: number];

/** CHAR gives and takes trailing blanks, so it is compared with CHAR alone. */
function holds([old]: Room, [now, bytes]: Room): boolean {
  if (old === null || now === null) return false;
  switch (old.form) {
    case 'fixed':
      return now.form === 'fixed' && now.units >= old.units;
    case 'varying':
      return (
        (now.form === 'varying' && now.units >= old.units) || (now.form === 'long' && now.units >= old.units * bytes)
      );
    case 'long':
      return (now.form === 'long' || now.form === 'varying') && now.units >= old.units;
    default:
      return false;
  }
}
