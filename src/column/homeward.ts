import type { AvroWriter } from '../avro/writer.ts';
import { ValueError } from '../contract/error.ts';
import type { QueryDecoder, ValuePolicy } from './codec.ts';

/** What the way back to the source must know of a column besides its type. */
export interface Homeward {
  /** COLUMN_TYPE of the source: `char(32)`, `float(7,2)`. */
  readonly columnType: string;
  /** By which the values came here. */
  readonly policy: ValuePolicy;
}

/** A decoder over the value's text. */
export function fromText(write: (text: string, out: AvroWriter) => void): QueryDecoder {
  return (bytes, start, end, out) => write(bytes.toString('utf8', start, end), out);
}

/** The text as it stands, for families whose values are strings in the log. */
export const copyString: QueryDecoder = (bytes, start, end, out) => out.slice(bytes, start, end);

/** A string literal of the source; the session speaks utf8mb4 and has not NO_BACKSLASH_ESCAPES. */
export function stringLiteral(text: string): string {
  const quoted = text.replaceAll("'", "''");
  return `'${text.includes('\\') ? quoted.replaceAll('\\', '\\\\') : quoted}'`;
}

/** Bytes as a hexadecimal literal. */
export function hexLiteral(bytes: Buffer, start: number, end: number): string {
  return `x'${bytes.toString('hex', start, end)}'`;
}

/** Digits of `(4,2)` in a COLUMN_TYPE; none: []. */
export function sizesOf(columnType: string): readonly number[] {
  const [, sizes = ''] = /^[^('/]*\((\d+(?:,\d+)?)\)/.exec(columnType) ?? [];
  return sizes === '' ? [] : sizes.split(',').map(Number);
}

/** True where the decimal text is exactly what the nearest double prints as. */
export function isExactDouble(text: string): boolean {
  const number = Number(text);
  return Number.isFinite(number) && significant(text) === significant(String(number));
}

/** Digits without zeros at both ends, and where the point stands before them. */
function significant(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([-+]?)(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  if (kept === '') return '0';
  return `${sign === '-' ? '-' : ''}${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`;
}

/** A whole number as digits, of any type that printed it: booleans, numerics with zeros behind the point. */
export function wholeDigits(text: string): string {
  if (text === 't') return '1';
  if (text === 'f') return '0';
  const [, digits, fraction = ''] = /^(-?\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (digits === undefined) throw new ValueError('out-of-range', 'the value is no number that the source has');
  if (/[1-9]/.test(fraction)) throw new ValueError('cut-fraction', 'a whole number has no place for a fraction');
  return digits;
}

const MEMBER_REFUSED = 'the value is no member of the column at the source';

export function notMember(): ValueError {
  return new ValueError('not-member', MEMBER_REFUSED);
}
