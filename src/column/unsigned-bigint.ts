import { ValueError } from '../contract/error.ts';
import type { BinlogDecoder, ColumnCodec, ColumnFacts, CopyEncoder, DataQuestion, QueryDecoder } from './codec.ts';
import { copyAscii, skipper } from './copy-text.ts';
import { digitCount, putDigits } from './digit.ts';
import { fromText, wholeDigits } from './homeward.ts';
import { canonicalInteger, integerText, outOfRange } from './integer.ts';
import { integerRange, rangeCheck } from './range.ts';
import { type TargetType, targetType, textLimit } from './target-type.ts';

export const BIGINT_QUESTION: DataQuestion = {
  fact: 'fitsBigint',
  isAsked: (columnType) => /^bigint\b.*unsigned/.test(columnType),
  violation: (quoted) => `${quoted} > 9223372036854775807`,
  breaks: (text) => BigInt(text) > 9_223_372_036_854_775_807n,
};

/** bigint unsigned: a string of digits in the log, since an Avro long ends at 2^63 - 1. */
export const UNSIGNED_BIGINT: ColumnCodec = {
  avro: 'string',
  skip: skipper('string'),
  binlog: () => binlogUnsigned,
  select: (quoted) => quoted,
  query: (bytes, start, end, out) => queryUnsigned(bytes, start, end, out),
  target: targetUnsigned,
  check: (quoted, facts) => rangeCheck(quoted, integerRange(8, true), targetUnsigned(facts)),
  copy: (target) => copyUnsigned(targetType(target)),
  canonicalSource: (value) => value.string(),
  canonicalTarget: canonicalInteger,
  serverText: (target) => integerText(targetType(target)),
  fromTarget: (target) =>
    copyUnsigned(targetType(target)) === null ? null : fromText((text, out) => out.ascii(wholeDigits(text))),
  literal: () => (value) => wholeDigits(value.string()),
};

function targetUnsigned(facts: ColumnFacts): string {
  return facts.fitsBigint ? 'bigint' : 'numeric(20,0)';
}

const binlogUnsigned: BinlogDecoder = (cell, out) => {
  const at = cell.position;
  cell.skip(8);
  const low = cell.bytes.readUInt32LE(at);
  const high = cell.bytes.readUInt32LE(at + 4);
  if (high >= 0x200000) {
    out.ascii(String((BigInt(high) << 32n) | BigInt(low)));
    return;
  }
  const value = high * 0x100000000 + low;
  const count = digitCount(value);
  out.reserve(count + 1);
  out.bytes[out.position++] = count << 1;
  const head = Math.floor(value / 1e9);
  const headCount = Math.max(0, count - 9);
  putHead(out.bytes, out.position, head, headCount);
  putDigits(out.bytes, out.position + headCount, value - head * 1e9, count - headCount);
  out.position += count;
};

function putHead(bytes: Uint8Array, at: number, head: number, count: number): void {
  if (count > 0) putDigits(bytes, at, head, count);
}

/** ZEROFILL prints leading zeros, which the binlog does not have. */
const queryUnsigned: QueryDecoder = (bytes, start, end, out) => {
  let at = start;
  while (at < end - 1 && bytes[at] === 0x30) at++;
  out.slice(bytes, at, end);
};

/** Greatest value as digits of the types that hold whole numbers; null: not such a type. */
function greatest(target: TargetType): string | null {
  switch (target.name) {
    case 'boolean':
      return '1';
    case 'smallint':
      return '32767';
    case 'integer':
      return '2147483647';
    case 'bigint':
      return '9223372036854775807';
    case 'numeric':
      return '9'.repeat(target.sizes.length === 0 ? 20 : (target.sizes[0] ?? 0) - (target.sizes[1] ?? 0));
    default:
      return null;
  }
}

function copyUnsigned(target: TargetType): CopyEncoder | null {
  if (textLimit(target) === Number.POSITIVE_INFINITY) return copyAscii;
  const limit = greatest(target);
  if (limit === null) return null;
  if (target.name === 'numeric' && limit.length >= 20) return copyAscii;
  const digits = Buffer.from(limit, 'latin1');
  return (value, out) => {
    const start = value.span();
    const length = value.position - start;
    const isLonger = length > digits.length;
    if (isLonger || (length === digits.length && digits.compare(value.bytes, start, value.position) < 0))
      throw target.name === 'boolean'
        ? new ValueError('not-boolean', 'boolean holds only 0 and 1')
        : outOfRange(target.name);
    out.raw(value.bytes, start, value.position);
  };
}
