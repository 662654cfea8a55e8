import type { AvroReader } from '../avro/reader.ts';
import { ValueError } from '../contract/error.ts';
import type { ColumnCodec, CopyEncoder, SourceLiteral } from './codec.ts';
import { skipper } from './copy-text.ts';
import { writeInteger } from './digit.ts';
import { floatText } from './float-text.ts';
import { fromText, isExactDouble, sizesOf } from './homeward.ts';
import { outOfRange } from './integer.ts';
import { unsignedCheck } from './range.ts';
import { type TargetType, targetType } from './target-type.ts';

/**
 * SELECT prints a float with 6 digits, and FLOAT(M,D) and DOUBLE(M,D) with D decimals; the product is a double that
 * prints with all digits it needs. Not `+ 0e0`, which makes 0 of -0.
 */
const exactly = (quoted: string) => `${quoted} * 1e0`;

export const FLOAT: ColumnCodec = {
  avro: 'float',
  skip: skipper('float'),
  binlog: () => (cell, out) => {
    const at = cell.position;
    cell.skip(4);
    out.raw(cell.bytes, at, at + 4);
  },
  select: exactly,
  query: (bytes, start, end, out) => out.float(parseDouble(bytes, start, end)),
  target: () => 'real',
  check: (quoted, { columnType }) => unsignedCheck(quoted, columnType),
  copy: (target) => copyFloat(targetType(target), (value) => value.float()),
  canonicalSource: (value, target) => canonicalIn(target, value.float()),
  canonicalTarget: canonicalNumber,
  serverText: floatText,
  fromTarget: (target) =>
    copyFloat(targetType(target), () => 0) === null
      ? null
      : fromText((text, out) => {
          const number = homewardNumber(text, target);
          if (Number.isFinite(number) && !isSingle(number, target)) throw cutDigits('float');
          out.float(number);
        }),
  literal: (columnType) => floatLiteral(columnType, (value) => value.float()),
};

export const DOUBLE: ColumnCodec = {
  avro: 'double',
  skip: skipper('double'),
  binlog: () => (cell, out) => {
    const at = cell.position;
    cell.skip(8);
    out.raw(cell.bytes, at, at + 8);
  },
  select: exactly,
  query: (bytes, start, end, out) => out.double(parseDouble(bytes, start, end)),
  target: () => 'double precision',
  check: (quoted, { columnType }) => unsignedCheck(quoted, columnType),
  copy: (target) => copyFloat(targetType(target), (value) => value.double()),
  canonicalSource: (value, target) => canonicalIn(target, value.double()),
  canonicalTarget: canonicalNumber,
  serverText: floatText,
  fromTarget: (target) =>
    copyFloat(targetType(target), () => 0) === null
      ? null
      : fromText((text, out) => {
          const number = homewardNumber(text, target);
          out.double(target === 'real' ? Math.fround(number) : number);
        }),
  literal: (columnType) => floatLiteral(columnType, (value) => value.double()),
};

/** A numeric may have more digits than a double keeps. */
function homewardNumber(text: string, target: string): number {
  const number = Number(text);
  if (target === 'numeric' && Number.isFinite(number) && !isExactDouble(text)) throw cutDigits('double');
  return number;
}

/** The shortest text of a real is not that of the same double. */
function isSingle(number: number, target: string): boolean {
  const single = Math.fround(number);
  return Number.isFinite(single) && (target === 'real' || single === number);
}

function cutDigits(name: string): ValueError {
  return new ValueError('cut-fraction', `${name} cannot hold all digits of the value`);
}

/** FLOAT(M,D) and DOUBLE(M,D) round to D digits without a word. */
function floatLiteral(columnType: string, read: (value: AvroReader) => number): SourceLiteral {
  const [, digits] = sizesOf(columnType);
  const isUnsigned = columnType.includes('unsigned');
  return (value) => {
    const number = read(value);
    if (!Number.isFinite(number) || (isUnsigned && number < 0)) throw outOfRange('the source');
    const rounded = digits === undefined ? number : Number(number.toFixed(digits));
    if (rounded !== number && Math.fround(rounded) !== number) throw cutDigits(columnType);
    return Object.is(number, -0) ? '-0e0' : number.toExponential();
  };
}

const POWERS = Array.from({ length: 23 }, (_, i) => 10 ** i);

/** Below 2^53 over a power of ten up to 22 both are exact doubles, so the quotient is rounded once and right. */
function parseDouble(bytes: Buffer, start: number, end: number): number {
  const isNegative = bytes[start] === 0x2d;
  let at = isNegative ? start + 1 : start;
  let value = 0;
  let point = end;
  if (end - at > 15) return Number(bytes.toString('latin1', start, end));
  for (; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte >= 0x30 && byte <= 0x39) value = value * 10 + byte - 0x30;
    else if (byte === 0x2e && point === end) point = at + 1;
    else return Number(bytes.toString('latin1', start, end));
  }
  const size = value / (POWERS[end - point] as number);
  return isNegative ? -size : size;
}

/** -0 is not 0: floats are compared by bits. */
export function canonicalFloat(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** A real is compared as such: its shortest text is not that of the same double. Of a numeric all digits count. */
function canonicalNumber(text: string, target: string): string {
  const number = Number(text);
  if (targetType(target).name !== 'numeric') return canonicalFloat(target === 'real' ? Math.fround(number) : number);
  const isWritten = digitsOf(text) === digitsOf(String(number));
  return isWritten ? canonicalIn(target, number) : text;
}

/** Sign, digits without zeros at either end, and where the point stands: of a number however it is written. */
function digitsOf(text: string): string {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([-+]?\d+))?$/.exec(text) ?? [];
  if (sign === undefined) return text;
  const digits = (whole + fraction).replace(/^0+/, '');
  return digits === ''
    ? '0'
    : `${sign}${digits.replace(/0+$/, '')}@${digits.length - fraction.length + Number(exponent)}`;
}

/** numeric knows no -0. */
function canonicalIn(target: string, value: number): string {
  return canonicalFloat(target === 'numeric' && value === 0 ? 0 : value);
}

function copyFloat(target: TargetType, read: (value: AvroReader) => number): CopyEncoder | null {
  if (target.name === 'double precision') return (value, out) => writeFloat(out, read(value));
  if (target.name === 'numeric' && target.sizes.length === 0) return (value, out) => writeFloat(out, read(value));
  if (target.name !== 'real') return null;
  return (value, out) => {
    const number = read(value);
    const single = Math.fround(number);
    if (!Number.isFinite(single)) throw outOfRange('real');
    if (single !== number) throw new ValueError('cut-fraction', 'real cannot hold all digits of the value');
    writeFloat(out, number);
  };
}

type Out = Parameters<CopyEncoder>[1];

function writeFloat(out: Out, value: number): void {
  if (Number.isSafeInteger(value) && value !== 0) writeInteger(out, value);
  else out.latin1(canonicalFloat(value));
}
