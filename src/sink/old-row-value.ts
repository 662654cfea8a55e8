import { ByteWriter } from '../avro/byte-writer.ts';
import { AvroReader } from '../avro/reader.ts';
import { AvroWriter } from '../avro/writer.ts';
import { STRICT_POLICY } from '../column/codec.ts';
import { codecOf } from '../column/family.ts';
import type { OldRowValue } from '../contract/change.ts';
import { ValueError } from '../contract/error.ts';
import type { Column, ColumnType } from '../contract/table.ts';
import { uncopied } from '../postgres/copy-field.ts';

/** Where a value goes: the column's type there, and the zone of the source's datetimes; UTC when undefined. */
export interface ValueTarget {
  readonly type: string;
  readonly zone: string | undefined;
}

/**
 * What rows that exist hold in a column that the source has just added, as the target's text; null for NULL, undefined
 * where it is not surely known. Only literals that the source keeps exactly as they are written count as known.
 */
export function oldRowText(column: Column, value: OldRowValue, target: ValueTarget): string | null | undefined {
  if (value.kind === 'unknown') return undefined;
  if (value.kind === 'null' || (value.kind === 'none' && column.nullable)) return null;
  const bytes = value.kind === 'none' ? impliedBytes(column.type) : literalBytes(column.type, value.text, value.kind);
  return bytes === undefined ? undefined : targetText(column.type, bytes, target);
}

/** What the server fills in for a NOT NULL column without a default; dates would be zero dates, or an error. */
function impliedBytes(type: ColumnType): Buffer | undefined {
  switch (type.kind) {
    case 'integer':
    case 'decimal':
    case 'float':
    case 'double':
    case 'year':
      return Buffer.from('0');
    case 'text':
    case 'blob':
    case 'set':
      return Buffer.alloc(0);
    case 'binary':
      return Buffer.alloc(type.bytes);
    case 'enum':
      return Buffer.from(type.members[0] ?? '');
    default:
      return undefined;
  }
}

const STAMP = /^(?!0000)\d{4}-(?!00)\d\d-(?!00)\d\d \d\d:\d\d:\d\d(?:\.(\d{1,6}))?$/;

/** The literal as the server's text of the value, where the two are surely the same. */
function literalBytes(type: ColumnType, text: string, kind: 'number' | 'string'): Buffer | undefined {
  if (!isExact(type, text, kind)) return undefined;
  if (type.kind !== 'datetime' && type.kind !== 'time') return Buffer.from(text);
  // The server prints as many digits of the second as the column keeps.
  const [clock = '', fraction = ''] = text.split('.');
  return Buffer.from(type.fraction === 0 ? clock : `${clock}.${fraction.padEnd(type.fraction, '0')}`);
}

function isExact(type: ColumnType, text: string, kind: 'number' | 'string'): boolean {
  switch (type.kind) {
    case 'integer':
      return /^-?\d+$/.test(text);
    case 'decimal':
      return isDecimal(text, type.scale);
    case 'float':
    case 'double':
      // So few digits that both precisions hold the number exactly.
      return /^-?\d{1,7}$/.test(text);
    case 'text':
      // char(n) loses spaces at the end, varchar(n) keeps them; a number is printed in the server's own way.
      return kind === 'string' ? !text.endsWith(' ') : /^(?:0|-?[1-9]\d*)$/.test(text);
    case 'enum':
      return kind === 'string' && type.members.includes(text);
    case 'set':
      return kind === 'string' && isMemberList(type.members, text);
    case 'date':
      return /^(?!0000)\d{4}-(?!00)\d\d-(?!00)\d\d$/.test(text);
    case 'datetime':
      return STAMP.test(text) && (STAMP.exec(text)?.[1] ?? '').length <= type.fraction;
    case 'time':
      return /^\d\d:\d\d:\d\d$/.test(text);
    case 'year':
      return /^(?:19|20)\d\d$/.test(text);
    // A timestamp's literal is meant in the time zone of the session that ran the statement.
    default:
      return false;
  }
}

function isDecimal(text: string, scale: number): boolean {
  const [matched, fraction = ''] = /^-?\d+(?:\.(\d+))?$/.exec(text) ?? [];
  return matched !== undefined && fraction.length <= scale;
}

/** Members in the order of the definition, each once. */
function isMemberList(members: readonly string[], text: string): boolean {
  if (text === '') return true;
  const places = text.split(',').map((member) => members.indexOf(member));
  return places.every((place, i) => place >= 0 && (i === 0 || place > (places[i - 1] ?? 0)));
}

/** By the way that every row goes: the log's value, then COPY's text, then what that stands for. */
function targetText(type: ColumnType, bytes: Buffer, { type: target, zone }: ValueTarget): string | undefined {
  const codec = codecOf(type.kind === 'text' ? { kind: 'text', charset: 'utf8mb4' } : type);
  const encode = codec.copy(target, zone === undefined ? STRICT_POLICY : { ...STRICT_POLICY, zone });
  if (encode === null) return undefined;
  const value = new AvroWriter(64);
  const field = new ByteWriter(64);
  try {
    codec.query(bytes, 0, bytes.length, value);
    encode(new AvroReader().over(value.take()), field);
  } catch (error) {
    if (error instanceof ValueError) return undefined;
    throw error;
  }
  return uncopied(field.take().toString()) ?? undefined;
}
