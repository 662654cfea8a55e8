import type { WireColumn } from '../column/codec.ts';
import { stringBytes, WIRE } from '../column/wire-type.ts';
import type { ColumnType } from '../contract/table.ts';

/** A column with all that bounds its values: what its type in the log leaves open, for text and bytes, too. */
export interface ColumnShape {
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** Text, bytes, float, double, vector, geometry; null for a type that bounds its values itself. */
  readonly limit: Limit | null;
  readonly isGenerated: boolean;
  readonly isAutoIncrement: boolean;
}

/** `fixed` and `varying` hold `units` characters (bytes of binary types), `long` so many bytes. `loose`: not known. */
export interface Limit {
  readonly form: 'fixed' | 'varying' | 'long' | 'free' | 'loose';
  readonly units: number;
}

const LONG: Readonly<Record<string, number>> = { tiny: 8, '': 16, medium: 24, long: 32 };
const FREE: Limit = { form: 'free', units: 0 };
const LOOSE: Limit = { form: 'loose', units: 0 };

/** Of a COLUMN_TYPE: `varchar(40)`, `mediumtext`, `double`. */
export function limitOf(columnType: string, type: ColumnType): Limit | null {
  if (type.kind === 'float' || type.kind === 'double') return /[(]|unsigned/.test(columnType) ? LOOSE : FREE;
  if (type.kind === 'geometry') return /^geometry\b/.test(columnType) ? FREE : LOOSE;
  if (type.kind === 'vector') return LOOSE;
  if (type.kind === 'decimal') return columnType.endsWith('unsigned') ? LOOSE : null;
  if (type.kind !== 'text' && type.kind !== 'blob') return null;
  const long = /^(tiny|medium|long|)(?:text|blob)(\(?)/.exec(columnType);
  if (long) return long[2] === '' ? { form: 'long', units: 2 ** (LONG[long[1] ?? ''] ?? 0) - 1 } : LOOSE;
  const short = /^(var|)(?:char|binary)(?:\((\d+)\))?/.exec(columnType);
  return short ? { form: short[1] === '' ? 'fixed' : 'varying', units: Number(short[2] ?? 1) } : LOOSE;
}

/** Of a column in a table map, which tells bytes. */
export function wireLimit(wire: WireColumn, type: ColumnType): Limit | null {
  if (['float', 'double', 'geometry', 'vector'].includes(type.kind)) return LOOSE;
  if (type.kind !== 'text' && type.kind !== 'blob') return null;
  const perUnit = type.kind === 'text' ? bytesPerCharacter(type.charset) : 1;
  switch (wire.code) {
    case WIRE.string:
      return { form: 'fixed', units: Math.ceil(stringBytes(wire) / perUnit) };
    case WIRE.varchar:
    case WIRE.varString:
      return { form: 'varying', units: Math.ceil(wire.meta / perUnit) };
    case WIRE.blob:
      return { form: 'long', units: 2 ** (8 * wire.meta) - 1 };
    default:
      return LOOSE;
  }
}

const WIDE: Readonly<Record<string, number>> = {
  utf8mb4: 4,
  utf16: 4,
  utf16le: 4,
  utf32: 4,
  gb18030: 4,
  utf8mb3: 3,
  ujis: 3,
  eucjpms: 3,
  ucs2: 2,
  sjis: 2,
  cp932: 2,
  gbk: 2,
  gb2312: 2,
  big5: 2,
  euckr: 2,
};

/** The greatest length of a character in a character set, in bytes. */
export function bytesPerCharacter(charset: string): number {
  return WIDE[charset] ?? 1;
}
