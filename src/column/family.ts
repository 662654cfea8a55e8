import type { ColumnType } from '../contract/table.ts';
import { BIGINT } from './bigint.ts';
import { binaryCodec } from './binary.ts';
import { bitCodec } from './bit.ts';
import type { ColumnCodec } from './codec.ts';
import { DATE } from './date.ts';
import { datetimeCodec } from './datetime.ts';
import { decimalCodec } from './decimal.ts';
import { enumCodec } from './enum.ts';
import { DOUBLE, FLOAT } from './float.ts';
import { GEOMETRY } from './geometry.ts';
import { integerCodec } from './integer.ts';
import { JSON_CODEC } from './json.ts';
import { INET4, INET6, UUID } from './mariadb-address.ts';
import { setCodec } from './set.ts';
import { textCodec } from './text.ts';
import { timeCodec } from './time.ts';
import { timestampCodec } from './timestamp.ts';
import { UNSIGNED_BIGINT } from './unsigned-bigint.ts';
import { VECTOR } from './vector.ts';
import { YEAR } from './year.ts';

/**
 * The codec of a column type, cached by callers per table version. For every one of them: binlog and SELECT give the
 * same Avro bytes (INV-21); a target gets the value or a ValueError (INV-22); 64-bit integers, decimals and times never
 * pass through a JavaScript number or Date (INV-23).
 */
export function codecOf(type: ColumnType): ColumnCodec {
  switch (type.kind) {
    case 'integer':
      if (type.bytes < 8) return integerCodec(type);
      return type.unsigned ? UNSIGNED_BIGINT : BIGINT;
    case 'decimal':
      return decimalCodec(type);
    case 'float':
      return FLOAT;
    case 'double':
      return DOUBLE;
    case 'bit':
      return bitCodec(type);
    case 'text':
      return textCodec(type);
    case 'binary':
      return binaryCodec(type.bytes);
    case 'blob':
      return binaryCodec(null);
    case 'enum':
      return enumCodec(type);
    case 'set':
      return setCodec(type);
    case 'date':
      return DATE;
    case 'datetime':
      return datetimeCodec(type);
    case 'timestamp':
      return timestampCodec(type);
    case 'time':
      return timeCodec(type);
    case 'year':
      return YEAR;
    case 'json':
      return JSON_CODEC;
    case 'geometry':
      return GEOMETRY;
    case 'vector':
      return VECTOR;
    case 'uuid':
      return UUID;
    case 'inet4':
      return INET4;
    case 'inet6':
      return INET6;
  }
}
