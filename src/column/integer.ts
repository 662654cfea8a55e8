import type { AvroReader } from '../avro/reader.ts';
import { ValueError } from '../contract/error.ts';
import type { ColumnType } from '../contract/table.ts';
import type { BinlogDecoder, ColumnCodec, ColumnFacts, CopyEncoder, DataQuestion, QueryDecoder } from './codec.ts';
import { skipper } from './copy-text.ts';
import { writeInteger } from './digit.ts';
import { fromText, wholeDigits } from './homeward.ts';
import { integerRange, rangeCheck } from './range.ts';
import { type ServerText, targetPlain } from './server-text.ts';
import { type TargetType, targetType, textLimit } from './target-type.ts';

type Integer = Extract<ColumnType, { kind: 'integer' }>;

/** tinyint(1) is what MySQL has for a boolean, and takes any small number. */
export const BOOLEAN_QUESTION: DataQuestion = {
  fact: 'isBoolean',
  isAsked: (columnType) => columnType.startsWith('tinyint(1)') && !columnType.includes('zerofill'),
  violation: (quoted) => `${quoted} NOT IN (0, 1)`,
  breaks: (text) => text !== '0' && text !== '1',
};

/** tinyint .. int: int or long in the log, a JavaScript integer at most (32 bits). bigint: see bigint.ts. */
export function integerCodec(type: Integer): ColumnCodec {
  const avro = type.bytes === 4 && type.unsigned ? 'long' : 'int';
  return {
    avro,
    skip: skipper(avro),
    binlog: () => binlogInteger(type),
    select: (quoted) => quoted,
    query: queryInteger,
    target: (facts) => targetInteger(type, facts),
    check: (quoted, facts) => rangeCheck(quoted, integerRange(type.bytes, type.unsigned), targetInteger(type, facts)),
    copy: (target) => copyInteger(targetType(target)),
    canonicalSource: (value) => String(value.long()),
    canonicalTarget: canonicalInteger,
    serverText: (target) => integerText(targetType(target)),
    fromTarget: (target) => (copyInteger(targetType(target)) === null ? null : homewardInteger(avro)),
    literal: () => (value) => String(value.long()),
  };
}

const INT_LIMIT = 2 ** 31;
/** As far as AvroWriter.long goes. */
const LONG_LIMIT = 2 ** 52;

function homewardInteger(avro: 'int' | 'long'): QueryDecoder {
  const limit = avro === 'int' ? INT_LIMIT : LONG_LIMIT;
  return fromText((text, out) => {
    const number = Number(wholeDigits(text));
    if (number >= limit || number < -limit) throw outOfRange(avro);
    out.long(number);
  });
}

/** A boolean's `t` and `f` are 1 and 0, a numeric may print zeros of a fraction, a double an exponent. */
export function canonicalInteger(text: string, target: string): string {
  switch (targetType(target).name) {
    case 'boolean':
      return text === 't' ? '1' : text === 'f' ? '0' : text;
    case 'numeric':
      return text.replace(/\.0+$/, '');
    case 'double precision':
      return text.includes('e') && Number.isSafeInteger(Number(text)) ? String(Number(text)) : text;
    default:
      return text;
  }
}

/** The sum has no zeros before it where a column is ZEROFILL. */
export const sourceInteger = (quoted: string) => `CAST(${quoted} + 0 AS CHAR)`;

export function integerText({ name }: TargetType): ServerText | null {
  switch (name) {
    case 'boolean':
      return { source: sourceInteger, target: (quoted) => `${quoted}::int::text` };
    case 'smallint':
    case 'integer':
    case 'bigint':
      return { source: sourceInteger, target: targetPlain };
    case 'numeric':
      return { source: sourceInteger, target: (quoted) => `trim_scale(${quoted})::text` };
    default:
      return null;
  }
}

function binlogInteger({ bytes, unsigned }: Integer): BinlogDecoder {
  const shift = 32 - bytes * 8;
  return (cell, out) => {
    const at = cell.position;
    cell.skip(bytes);
    const source = cell.bytes;
    let value = source[at] as number;
    if (bytes > 1) value |= (source[at + 1] as number) << 8;
    if (bytes > 2) value |= (source[at + 2] as number) << 16;
    if (bytes > 3) value |= (source[at + 3] as number) << 24;
    out.long(unsigned ? value >>> 0 : (value << shift) >> shift);
  };
}

const queryInteger: QueryDecoder = (bytes, start, end, out) => {
  const isNegative = bytes[start] === 0x2d;
  let value = 0;
  for (let i = isNegative ? start + 1 : start; i < end; i++) value = value * 10 + (bytes[i] as number) - 0x30;
  out.long(isNegative ? -value : value);
};

function targetInteger(type: Integer, facts: ColumnFacts): string {
  if (facts.columnType.startsWith('tinyint(1)') && facts.isBoolean) return 'boolean';
  if (type.bytes === 1 || (type.bytes === 2 && !type.unsigned)) return 'smallint';
  return type.bytes === 4 && type.unsigned ? 'bigint' : 'integer';
}

/** Greatest value of a PostgreSQL type that holds integers, as far as a JavaScript number tells; null: not such a type. */
export function integerLimit(target: TargetType): number | null {
  switch (target.name) {
    case 'smallint':
      return 2 ** 15 - 1;
    case 'integer':
      return 2 ** 31 - 1;
    case 'bigint':
    case 'double precision':
      return Number.MAX_SAFE_INTEGER;
    case 'numeric': {
      const [precision, scale = 0] = target.sizes;
      return precision === undefined ? Number.MAX_SAFE_INTEGER : 10 ** Math.min(15, precision - scale) - 1;
    }
    default:
      return null;
  }
}

export function outOfRange(name: string): ValueError {
  return new ValueError('out-of-range', `${name} cannot hold the value`);
}

function copyInteger(target: TargetType): CopyEncoder | null {
  if (target.name === 'boolean') return copyBoolean;
  if (textLimit(target) === Number.POSITIVE_INFINITY) return (value, out) => writeInteger(out, value.long());
  const limit = integerLimit(target);
  if (limit === null) return null;
  const least = target.name === 'numeric' ? -limit : -limit - 1;
  return (value, out) => {
    const number = value.long();
    if (number > limit || number < least) throw outOfRange(target.name);
    writeInteger(out, number);
  };
}

const copyBoolean: CopyEncoder = (value: AvroReader, out) => {
  const number = value.long();
  if (number !== 0 && number !== 1) throw new ValueError('not-boolean', 'boolean holds only 0 and 1');
  out.byte(number === 1 ? 0x74 : 0x66);
};
