import type { ColumnType } from '../contract/table.ts';
import { decodeText } from './charset.ts';
import type { WireColumn } from './codec.ts';
import { textOrBlob, unknownType } from './describe.ts';

/** What full row metadata (`binlog_row_metadata=FULL`) says of one column. */
export interface WireMetadata {
  /** From SIGNEDNESS; false for what is not numeric. */
  readonly unsigned: boolean;
  /**
   * Name of the character set of the column's collation id (information_schema.collations of the same server), from
   * the charset fields of the table map, those of ENUM and SET included; null for a type without one.
   */
  readonly charset: string | null;
  /** ENUM and SET: the members as the table map has them, in the column's character set; else null. */
  readonly members: readonly Uint8Array[] | null;
}

/** Type codes of a table map. */
export const WIRE = {
  tiny: 1,
  short: 2,
  long: 3,
  float: 4,
  double: 5,
  timestamp: 7,
  longlong: 8,
  int24: 9,
  date: 10,
  time: 11,
  datetime: 12,
  year: 13,
  varchar: 15,
  bit: 16,
  timestamp2: 17,
  datetime2: 18,
  time2: 19,
  blobCompressed: 140,
  varcharCompressed: 141,
  vector: 242,
  json: 245,
  decimal: 246,
  enum: 247,
  set: 248,
  blob: 252,
  varString: 253,
  string: 254,
  geometry: 255,
} as const;

const INTEGER_BYTES: Readonly<Record<number, 1 | 2 | 3 | 4 | 8>> = {
  [WIRE.tiny]: 1,
  [WIRE.short]: 2,
  [WIRE.int24]: 3,
  [WIRE.long]: 4,
  [WIRE.longlong]: 8,
};

/**
 * The real type code: a table map gives CHAR, BINARY, ENUM and SET one code and hides the real one in the first
 * metadata byte, whose bits 4 and 5 are the inverted bits 8 and 9 of the length in bytes.
 */
export function realCode(wire: WireColumn): number {
  if (wire.code !== WIRE.string) return wire.code;
  const first = wire.meta & 0xff;
  return first === WIRE.enum || first === WIRE.set ? first : WIRE.string;
}

/** Greatest length in bytes of a CHAR or BINARY column. */
export function stringBytes(wire: WireColumn): number {
  return (((wire.meta & 0x30) ^ 0x30) << 4) | (wire.meta >> 8);
}

/**
 * The type of a column as the table map of an event tells it, the same as the catalogue's (INV-24). `hint` is the catalogue's type of the column of the same
 * name: it decides only what a table map cannot tell (MariaDB's uuid, inet4, inet6, vector; old temporal fractions).
 */
export function columnTypeOfWire(wire: WireColumn, metadata: WireMetadata, hint?: ColumnType): ColumnType {
  const code = realCode(wire);
  const bytes = INTEGER_BYTES[code];
  if (bytes) return { kind: 'integer', bytes, unsigned: metadata.unsigned };
  return temporalType(code, wire.meta, hint) ?? stringType(code, wire, metadata, hint) ?? otherType(code, wire.meta);
}

function temporalType(code: number, meta: number, hint?: ColumnType): ColumnType | null {
  switch (code) {
    case WIRE.date:
      return { kind: 'date' };
    case WIRE.year:
      return { kind: 'year' };
    case WIRE.timestamp:
      return { kind: 'timestamp', fraction: oldFraction(hint) };
    case WIRE.datetime:
      return { kind: 'datetime', fraction: oldFraction(hint) };
    case WIRE.time:
      return { kind: 'time', fraction: oldFraction(hint) };
    case WIRE.timestamp2:
      return { kind: 'timestamp', fraction: meta & 0xff };
    case WIRE.datetime2:
      return { kind: 'datetime', fraction: meta & 0xff };
    case WIRE.time2:
      return { kind: 'time', fraction: meta & 0xff };
    default:
      return null;
  }
}

/** The temporal codes of before 5.6 (MariaDB still has them) come without their fraction. */
function oldFraction(hint: ColumnType | undefined): number {
  return hint && 'fraction' in hint ? hint.fraction : 0;
}

function stringType(code: number, wire: WireColumn, metadata: WireMetadata, hint?: ColumnType): ColumnType | null {
  const charset = metadata.charset ?? 'binary';
  switch (code) {
    case WIRE.enum:
    case WIRE.set: {
      const members = (metadata.members ?? []).map((member) => decodeText(member, charset));
      return { kind: code === WIRE.enum ? 'enum' : 'set', members };
    }
    case WIRE.string:
      if (hint?.kind === 'uuid' || hint?.kind === 'inet4' || hint?.kind === 'inet6') return hint;
      return charset === 'binary' ? { kind: 'binary', bytes: stringBytes(wire) } : textOrBlob(charset);
    case WIRE.varchar:
    case WIRE.varString:
    case WIRE.varcharCompressed:
    case WIRE.blob:
    case WIRE.blobCompressed:
      return hint?.kind === 'vector' && charset === 'binary' ? hint : textOrBlob(charset);
    default:
      return null;
  }
}

function otherType(code: number, meta: number): ColumnType {
  switch (code) {
    case WIRE.decimal:
      return { kind: 'decimal', precision: meta & 0xff, scale: meta >> 8 };
    case WIRE.float:
      return { kind: 'float' };
    case WIRE.double:
      return { kind: 'double' };
    case WIRE.bit:
      return { kind: 'bit', bits: (meta >> 8) * 8 + (meta & 0xff) };
    case WIRE.json:
      return { kind: 'json' };
    case WIRE.geometry:
      return { kind: 'geometry' };
    case WIRE.vector:
      return { kind: 'vector' };
    default:
      throw unknownType(`of code ${code}`);
  }
}
