import { ValueError } from '../contract/error.ts';
import type { ColumnType } from '../contract/table.ts';
import type { BinlogDecoder, ColumnCodec, CopyEncoder, QueryDecoder } from './codec.ts';
import { copyAscii, skipper } from './copy-text.ts';
import { putDigits } from './digit.ts';
import { fromText } from './homeward.ts';
import { outOfRange, sourceInteger } from './integer.ts';
import { unsignedCheck } from './range.ts';
import { type ServerText, targetPlain } from './server-text.ts';
import { type TargetType, targetType, textLimit } from './target-type.ts';

type Decimal = Extract<ColumnType, { kind: 'decimal' }>;

const DIGITS_PER_WORD = 9;
/** Bytes that a group of 0..9 digits takes. */
const GROUP_BYTES = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

/** decimal(p,s): the server's own text in the log, without the zeros that ZEROFILL prints. */
export function decimalCodec(type: Decimal): ColumnCodec {
  return {
    avro: 'string',
    skip: skipper('string'),
    binlog: () => decimalDecoder(type.precision, type.scale),
    select: (quoted) => quoted,
    query: queryDecimal,
    target: () => `numeric(${type.precision},${type.scale})`,
    check: (quoted, { columnType }) => unsignedCheck(quoted, columnType),
    copy: (target) => copyDecimal(type, targetType(target)),
    canonicalSource: (value, target) => canonicalDecimal(value.string(), target),
    canonicalTarget: canonicalDecimal,
    serverText: (target) => decimalText(type.scale, targetType(target)),
    fromTarget: (target) =>
      copyDecimal(type, targetType(target)) === null
        ? null
        : fromText((text, out) => out.string(withScale(text, type.scale))),
    literal: () => (value) => decimalLiteral(value.string(), type.scale),
  };
}

const DECIMAL = /^(-?)0*(\d+)(?:\.(\d+))?$/;

/** As the source prints it, with all digits of its scale; digits beyond them stay, and what is no decimal too. */
function withScale(text: string, scale: number): string {
  const [, sign, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return text;
  const beyond = fraction.slice(scale).replace(/0+$/, '');
  const digits = beyond === '' ? fraction.slice(0, scale).padEnd(scale, '0') : fraction.slice(0, scale) + beyond;
  return `${sign}${whole}${digits === '' ? '' : `.${digits}`}`;
}

/** The server rounds what its scale has no place for, and says so in a note only. */
function decimalLiteral(text: string, scale: number): string {
  const [, , whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) throw outOfRange('decimal');
  if (/[1-9]/.test(fraction.slice(scale)))
    throw new ValueError('cut-fraction', `the source keeps ${scale} digits of the fraction`);
  return text;
}

function decimalText(scale: number, { name }: TargetType): ServerText | null {
  const target = name === 'numeric' ? (quoted: string) => `trim_scale(${quoted})::text` : targetPlain;
  if (!['numeric', 'bigint', 'integer', 'smallint'].includes(name)) return null;
  return { source: (quoted) => (scale === 0 ? sourceInteger(quoted) : sourceFraction(quoted)), target };
}

function sourceFraction(quoted: string): string {
  return `TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM ${sourceInteger(quoted)}))`;
}

/** Groups of digits of a decimal as the server packs it: whole words in the middle, short groups at both ends. */
export function decimalGroups(precision: number, scale: number): readonly number[] {
  const whole = precision - scale;
  const groups = whole % DIGITS_PER_WORD === 0 ? [] : [whole % DIGITS_PER_WORD];
  for (let i = DIGITS_PER_WORD; i <= whole; i += DIGITS_PER_WORD) groups.push(DIGITS_PER_WORD);
  for (let i = DIGITS_PER_WORD; i <= scale; i += DIGITS_PER_WORD) groups.push(DIGITS_PER_WORD);
  if (scale % DIGITS_PER_WORD !== 0) groups.push(scale % DIGITS_PER_WORD);
  return groups;
}

/** Reads the packed form: big-endian groups, the top bit is the inverted sign, a negative value has all bits inverted. */
export function decimalDecoder(precision: number, scale: number): BinlogDecoder {
  const groups = decimalGroups(precision, scale);
  const whole = precision - scale;
  const size = groups.reduce((sum, digits) => sum + (GROUP_BYTES[digits] as number), 0);
  const digits = Buffer.alloc(precision);
  return (cell, out) => {
    let at = cell.position;
    cell.skip(size);
    const source = cell.bytes;
    const isNegative = (source[at] as number) < 0x80;
    const mask = isNegative ? 0xff : 0;
    let filled = 0;
    let flip = 0x80;
    for (const count of groups) {
      let value = 0;
      for (let last = at + (GROUP_BYTES[count] as number); at < last; at++) {
        value = value * 0x100 + ((source[at] as number) ^ mask ^ flip);
        flip = 0;
      }
      putDigits(digits, filled, value, count);
      filled += count;
    }
    let first = 0;
    while (first < whole && digits[first] === 0x30) first++;
    writeDecimal(out, digits, { first, whole, isNegative });
  };
}

interface Shape {
  /** Index of the first digit that is not a leading zero. */
  readonly first: number;
  readonly whole: number;
  readonly isNegative: boolean;
}

function writeDecimal(out: Parameters<BinlogDecoder>[1], digits: Buffer, shape: Shape): void {
  const { first, whole, isNegative } = shape;
  const isFraction = first === whole;
  const scale = digits.length - whole;
  out.long((isNegative ? 1 : 0) + (isFraction ? 1 : whole - first) + (scale > 0 ? scale + 1 : 0));
  out.reserve(digits.length + 3);
  const { bytes } = out;
  let at = out.position;
  if (isNegative) bytes[at++] = 0x2d;
  if (isFraction) bytes[at++] = 0x30;
  for (let i = first; i < whole; i++) bytes[at++] = digits[i] as number;
  if (scale > 0) bytes[at++] = 0x2e;
  for (let i = whole; i < digits.length; i++) bytes[at++] = digits[i] as number;
  out.position = at;
}

const queryDecimal: QueryDecoder = (bytes, start, end, out) => {
  const isNegative = bytes[start] === 0x2d;
  let at = isNegative ? start + 1 : start;
  while (at < end - 1 && bytes[at] === 0x30 && bytes[at + 1] !== 0x2e) at++;
  if (!isNegative || at === start + 1) {
    out.slice(bytes, isNegative ? start : at, end);
    return;
  }
  out.long(end - at + 1);
  out.byte(0x2d);
  out.raw(bytes, at, end);
};

/** Digits before the point and after it that the target keeps; null for a type that keeps no exact decimals. */
function room(target: TargetType): { whole: number; scale: number } | null {
  const [precision, scale = 0] = target.sizes;
  switch (target.name) {
    case 'numeric':
      return precision === undefined ? { whole: 1000, scale: 1000 } : { whole: precision - scale, scale };
    case 'bigint':
      return { whole: 18, scale: 0 };
    case 'integer':
      return { whole: 9, scale: 0 };
    case 'smallint':
      return { whole: 4, scale: 0 };
    default:
      return null;
  }
}

function copyDecimal(type: Decimal, target: TargetType): CopyEncoder | null {
  if (textLimit(target) === Number.POSITIVE_INFINITY) return copyAscii;
  const kept = room(target);
  if (!kept) return null;
  if (type.precision - type.scale <= kept.whole && type.scale <= kept.scale) return copyAscii;
  return (value, out) => {
    const text = value.string();
    const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)\.?(\d*)$/.exec(text) ?? [];
    if (whole.length > kept.whole && whole !== '0') throw outOfRange(target.name);
    if (/[1-9]/.test(fraction.slice(kept.scale)))
      throw new ValueError('cut-fraction', `${target.name} keeps ${kept.scale} digits of the fraction`);
    const digits = fraction.slice(0, kept.scale);
    out.latin1(digits === '' ? sign + whole : `${sign}${whole}.${digits}`);
  };
}

/** Equal numbers have equal text: no zeros at the end of the fraction, no sign of zero. */
export function canonicalDecimal(text: string, target: string): string {
  if (textLimit(targetType(target)) !== null) return text;
  const stripped = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return stripped === '-0' ? '0' : stripped;
}
