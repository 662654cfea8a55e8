import type { AvroReader } from '../avro/reader.ts';
import { ValueError } from '../contract/error.ts';
import type { ColumnType } from '../contract/table.ts';
import type { BinlogDecoder, ColumnCodec, ColumnFacts, CopyEncoder, QueryDecoder } from './codec.ts';
import { skipper } from './copy-text.ts';

type Integer = Extract<ColumnType, { kind: 'integer' }>;
type Small = Integer & { readonly bytes: 1 | 2 | 3 | 4 };

/** tinyint .. int: int or long in the log, a JavaScript integer at most (32 bits). bigint: see bigint.ts. */
export function integerCodec(type: Integer): ColumnCodec {
  if (type.bytes === 8) throw new Error('bigint has a codec of its own');
  const avro = type.bytes === 4 && type.unsigned ? 'long' : 'int';
  return {
    avro,
    skip: skipper(avro),
    binlog: () => binlogInteger(type as Small),
    select: (quoted) => quoted,
    query: queryInteger,
    target: (facts) => targetInteger(type, facts),
    check: () => null,
    copy: (targetType) => copyInteger(targetType),
    canonicalSource: (value) => String(value.long()),
    canonicalTarget: (text) => (text === 't' ? '1' : text === 'f' ? '0' : text),
  };
}

function binlogInteger(type: Small): BinlogDecoder {
  const { bytes, unsigned } = type;
  return (cell, out) => {
    const at = cell.position;
    cell.skip(bytes);
    out.long(unsigned ? cell.bytes.readUIntLE(at, bytes) : cell.bytes.readIntLE(at, bytes));
  };
}

const queryInteger: QueryDecoder = (bytes, start, end, out) => {
  const negative = bytes[start] === 0x2d;
  let value = 0;
  for (let i = negative ? start + 1 : start; i < end; i++) value = value * 10 + (bytes[i] as number) - 0x30;
  out.long(negative ? -value : value);
};

function targetInteger(type: Integer, facts: ColumnFacts): string {
  if (facts.columnType.startsWith('tinyint(1)') && facts.isBoolean) return 'boolean';
  if (type.bytes === 1 || (type.bytes === 2 && !type.unsigned)) return 'smallint';
  return type.bytes === 4 && type.unsigned ? 'bigint' : 'integer';
}

const RANGES: Readonly<Record<string, number>> = {
  smallint: 2 ** 15,
  integer: 2 ** 31,
  bigint: Number.MAX_SAFE_INTEGER,
};

function copyInteger(targetType: string): CopyEncoder | null {
  if (targetType === 'boolean') return copyBoolean;
  const limit = targetType.startsWith('numeric') ? Number.MAX_SAFE_INTEGER : RANGES[targetType];
  if (limit === undefined) return null;
  return (value, out) => {
    const number = value.long();
    if (number >= limit || number < -limit) throw new ValueError('out-of-range', `${targetType} cannot hold the value`);
    out.latin1(String(number));
  };
}

const copyBoolean: CopyEncoder = (value: AvroReader, out) => {
  const number = value.long();
  if (number !== 0 && number !== 1) throw new ValueError('not-boolean', 'boolean holds only 0 and 1');
  out.byte(number === 1 ? 0x74 : 0x66);
};
