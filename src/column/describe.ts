import { SluiceError } from '../contract/error.ts';
import type { ColumnType } from '../contract/table.ts';
import { membersOf } from './member.ts';

const INTEGERS = { tinyint: 1, smallint: 2, mediumint: 3, int: 4, integer: 4, bigint: 8 } as const;

const GEOMETRIES: ReadonlySet<string> = new Set([
  'geometry',
  'point',
  'linestring',
  'polygon',
  'multipoint',
  'multilinestring',
  'multipolygon',
  'geomcollection',
  'geometrycollection',
]);

/**
 * The type of a column as the catalogue tells it: information_schema's COLUMN_TYPE and CHARACTER_SET_NAME (null where
 * the type has none). Equal to what columnTypeOfWire makes of the same column's table map.
 */
export function columnTypeOf(columnType: string, charset: string | null): ColumnType {
  const text = columnType.trim();
  const name = (/^[a-z0-9_]+/i.exec(text)?.[0] ?? '').toLowerCase();
  if (name in INTEGERS) {
    const bytes = INTEGERS[name as keyof typeof INTEGERS];
    return { kind: 'integer', bytes, unsigned: /unsigned|zerofill/i.test(text) };
  }
  if (GEOMETRIES.has(name)) return { kind: 'geometry' };
  return sizedType(name, text, charset);
}

function sizedType(name: string, text: string, charset: string | null): ColumnType {
  const [, first = '', second = ''] = /^[^('/]*\((\d+)(?:,(\d+))?\)/.exec(text) ?? [];
  switch (name) {
    case 'decimal':
    case 'numeric':
      return { kind: 'decimal', precision: Number(first || 10), scale: Number(second || 0) };
    case 'bit':
      return { kind: 'bit', bits: Number(first || 1) };
    case 'binary':
      return { kind: 'binary', bytes: Number(first || 1) };
    case 'datetime':
    case 'timestamp':
    case 'time':
      return { kind: name, fraction: Number(first || 0) };
    case 'enum':
    case 'set':
      return { kind: name, members: membersOf(text) };
    default:
      return plainType(name, text, charset);
  }
}

function plainType(name: string, text: string, charset: string | null): ColumnType {
  switch (name) {
    case 'real':
      return { kind: 'double' };
    case 'float':
    case 'double':
    case 'json':
    case 'date':
    case 'year':
    case 'vector':
    case 'uuid':
    case 'inet4':
    case 'inet6':
      return { kind: name };
    default:
      if (/^(var)?char$|text$/.test(name)) return textOrBlob(charset);
      if (/^varbinary$|blob$/.test(name)) return { kind: 'blob' };
      throw unknownType(text);
  }
}

/** A text type; blob where the character set is `binary` (`varchar(9) CHARACTER SET binary` is VARBINARY). */
export function textOrBlob(charset: string | null): ColumnType {
  if (charset === null || charset === 'binary') return { kind: 'blob' };
  return { kind: 'text', charset: charset === 'utf8' ? 'utf8mb3' : charset };
}

export function unknownType(text: string): SluiceError {
  return new SluiceError({
    code: 'SOURCE_TYPE_UNKNOWN',
    message: `no column family knows the type ${text}`,
    remedy: 'exclude the column or the table from the pipeline (tables.exclude), or report the type',
    disposition: 'stop',
  });
}
