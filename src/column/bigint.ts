import type { ByteWriter } from '../avro/byte-writer.ts';
import type { AvroReader } from '../avro/reader.ts';
import type { AvroWriter } from '../avro/writer.ts';
import { ValueError } from '../contract/error.ts';
import type { BinlogDecoder, ColumnCodec, CopyEncoder, QueryDecoder } from './codec.ts';
import { skipper } from './copy-text.ts';
import { putDigits, writeInteger } from './digit.ts';
import { fromText, wholeDigits } from './homeward.ts';
import { canonicalInteger, integerLimit, integerText, outOfRange, sourceInteger } from './integer.ts';
import { canonicalInterval, targetMicroseconds, writeMicroseconds } from './interval.ts';
import { type TargetType, targetType, textLimit } from './target-type.ts';

/** bigint: long in the log, exact to 64 bits; two 32-bit halves on the way, never a JavaScript number (law 3). */
export const BIGINT: ColumnCodec = {
  avro: 'long',
  skip: skipper('long'),
  binlog: () => binlogBigint,
  select: (quoted) => quoted,
  query: (bytes, start, end, out) => queryBigint(bytes, start, end, out),
  target: () => 'bigint',
  check: () => null,
  copy: (target) => copyBigint(targetType(target)),
  canonicalSource: (value) => String(value.bigLong()),
  canonicalTarget: (text, target) =>
    isInterval(target) ? String(canonicalInterval(text)) : canonicalInteger(text, target),
  serverText: (target) =>
    isInterval(target) ? { source: sourceInteger, target: targetMicroseconds } : integerText(targetType(target)),
  fromTarget: (target) => (copyBigint(targetType(target)) === null ? null : homewardBigint(isInterval(target))),
  literal: () => (value) => String(value.bigLong()),
};

const LIMIT = 2n ** 63n;

function homewardBigint(isInterval: boolean): QueryDecoder {
  return fromText((text, out) => {
    const number = isInterval ? canonicalInterval(text) : BigInt(wholeDigits(text));
    if (typeof number === 'string' || number >= LIMIT || number < -LIMIT) throw outOfRange('bigint');
    out.bigLong(number);
  });
}

function isInterval(target: string): boolean {
  return target.startsWith('interval');
}

const binlogBigint: BinlogDecoder = (cell, out) => {
  const at = cell.position;
  cell.skip(8);
  writeLong(out, cell.bytes.readInt32LE(at + 4), cell.bytes.readUInt32LE(at));
};

/** Avro long of high * 2^32 + low. */
function writeLong(out: AvroWriter, high: number, low: number): void {
  const sign = high >> 31;
  let rest = ((low << 1) ^ sign) >>> 0;
  let upper = (((high << 1) | (low >>> 31)) ^ sign) >>> 0;
  out.reserve(10);
  const { bytes } = out;
  let at = out.position;
  while (upper !== 0 || rest >= 0x80) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest = ((rest >>> 7) | (upper << 25)) >>> 0;
    upper >>>= 7;
  }
  bytes[at++] = rest;
  out.position = at;
}

const queryBigint: QueryDecoder = (bytes, start, end, out) => {
  const isNegative = bytes[start] === 0x2d;
  let at = isNegative ? start + 1 : start;
  while (end - at > 15 && bytes[at] === 0x30) at++;
  const split = end - at <= 15 ? end : end - 9;
  let head = 0;
  for (; at < split; at++) head = head * 10 + (bytes[at] as number) - 0x30;
  if (split === end) {
    out.long(isNegative ? -head : head);
    return;
  }
  let tail = 0;
  for (; at < end; at++) tail = tail * 10 + (bytes[at] as number) - 0x30;
  writeProduct(out, head, tail, isNegative);
};

/**
 * Avro long of +-(head * 10^9 + tail), head below 2^34. The low half is exact modulo 2^32; with it taken off, the
 * double of the rest is off by less than 2^11, which the division by 2^32 rounds away.
 */
function writeProduct(out: AvroWriter, head: number, tail: number, isNegative: boolean): void {
  let low = (Math.imul(head | 0, 1e9) + tail) >>> 0;
  let high = Math.round((head * 1e9 + tail - low) / 0x100000000);
  if (isNegative) {
    low = -low >>> 0;
    high = low === 0 ? -high : ~high;
  }
  writeLong(out, high | 0, low);
}

function copyBigint(target: TargetType): CopyEncoder | null {
  if (target.name === 'interval')
    return (value, out) => {
      writeMicroseconds(out, value.bigLong());
    };
  const isWhole = target.name === 'bigint' || textLimit(target) === Number.POSITIVE_INFINITY;
  const isWide = target.name === 'numeric' && (target.sizes[0] ?? 99) - (target.sizes[1] ?? 0) >= 19;
  if (isWhole || isWide) return copyAny;
  if (target.name === 'boolean') return copyBoolean;
  const limit = integerLimit(target);
  if (limit === null) return null;
  const greatest =
    target.name === 'numeric' ? 10n ** BigInt((target.sizes[0] ?? 0) - (target.sizes[1] ?? 0)) - 1n : limit;
  const least = target.name === 'smallint' || target.name === 'integer' ? -limit - 1 : -greatest;
  return (value, out) => {
    const number = value.bigLong();
    if (number > greatest || number < least) throw outOfRange(target.name);
    out.latin1(String(number));
  };
}

/** Seven bytes of varint hold 48 bits: a number does. */
const copyAny: CopyEncoder = (value, out) => {
  const last = Math.min(value.end, value.position + 7);
  for (let i = value.position; i < last; i++) {
    if ((value.bytes[i] as number) >= 0x80) continue;
    writeInteger(out, value.long());
    return;
  }
  writeWide(value, out);
};

const BILLION = 1_000_000_000;

/** Digits of a long of more than 48 bits: four parts of 16 bits, divided twice by 10^9 as on paper. */
function writeWide(value: AvroReader, out: ByteWriter): void {
  let low = 0;
  let high = 0;
  let shift = 0;
  for (let byte = 0x80; byte >= 0x80; shift += 7) {
    byte = value.byte();
    if (shift < 28) low |= (byte & 0x7f) << shift;
    else if (shift === 28) {
      low |= (byte & 0x7f) << 28;
      high = (byte & 0x7f) >> 4;
    } else high |= (byte & 0x7f) << (shift - 32);
    if (shift > 63) throw new RangeError('Avro long is longer than 64 bits');
  }
  const isNegative = (low & 1) === 1;
  let rest = ((low >>> 1) | (high << 31)) >>> 0;
  let top = high >>> 1;
  if (isNegative) {
    // Of a negative value zigzag keeps -n - 1.
    rest = (rest + 1) >>> 0;
    if (rest === 0) top++;
  }
  writeHalves(out, top, rest, isNegative);
}

function writeHalves(out: ByteWriter, high: number, low: number, isNegative: boolean): void {
  let quotient = 0;
  let rest = 0;
  for (const part of [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff]) {
    rest = rest * 0x10000 + part;
    const digit = Math.floor(rest / BILLION);
    quotient = quotient * 0x10000 + digit;
    rest -= digit * BILLION;
  }
  out.reserve(20);
  if (isNegative) out.bytes[out.position++] = 0x2d;
  writeInteger(out, quotient);
  out.reserve(9);
  putDigits(out.bytes, out.position, rest, 9);
  out.position += 9;
}

const copyBoolean: CopyEncoder = (value, out) => {
  const number = value.bigLong();
  if (number !== 0n && number !== 1n) throw new ValueError('not-boolean', 'boolean holds only 0 and 1');
  out.byte(number === 1n ? 0x74 : 0x66);
};
