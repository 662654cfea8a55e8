import { hash } from 'node:crypto';
import { AvroReader } from '../avro/reader.ts';
import { AvroWriter } from '../avro/writer.ts';
import { type ColumnCodec, STRICT_POLICY } from '../column/codec.ts';
import { codecOf } from '../column/family.ts';
import type { ColumnType } from '../contract/table.ts';
import type { Mask } from './mask.ts';

/** Reads one non-NULL value of the column's own type and writes it masked; null: it becomes NULL. */
export type Masker = ((value: AvroReader, out: AvroWriter) => void) | null;

/** What a hash is in the log and on the target. */
export const HASH_TYPE: ColumnType = { kind: 'text', charset: 'utf8mb4' };
export const HASH_COLUMN_TYPE = 'varchar(64)';

/** The type of the values once they are masked. */
export function maskedType(type: ColumnType, mask: Mask): ColumnType {
  return mask.kind === 'hash' ? HASH_TYPE : type;
}

/** Why a column of this type cannot have this mask; null when it can. */
export function maskProblem(type: ColumnType, mask: Mask): string | null {
  if (mask.kind === 'truncate' && type.kind !== 'text') return `truncate is for text, and this is ${type.kind}`;
  if (mask.kind !== 'fixed') return null;
  if (!FIXED.has(type.kind)) return `fixed is not for ${type.kind}; take hash or null`;
  return isValueOf(type, mask.text) ? null : `"${mask.text}" is no ${type.kind} that the column can hold`;
}

/** `salt` is used by hash alone. */
export function maskerOf(type: ColumnType, mask: Mask, salt: string): Masker {
  const codec = codecOf(type);
  switch (mask.kind) {
    case 'null':
      return null;
    case 'hash':
      return hasher(codec, salt);
    case 'truncate':
      return truncater(mask.characters);
    case 'fixed': {
      const bytes = encoded(type, mask.text);
      return (value, out) => {
        codec.skip(value);
        out.raw(bytes);
      };
    }
  }
}

/** The canonical form is that of the type's own target (docs/types.md), so that an int and a bigint of one value agree. */
function hasher(codec: ColumnCodec, salt: string): Masker {
  const target = codec.target({ columnType: '' });
  return (value, out) => {
    const text = codec.canonicalSource(value, target, STRICT_POLICY) ?? '';
    out.ascii(hash('sha256', `${salt}${text}`, 'hex'));
  };
}

function truncater(characters: number): Masker {
  return (value, out) => {
    const start = value.span();
    out.slice(value.bytes, start, endOf(value.bytes, start, value.position, characters));
  };
}

/** Where the first `characters` characters of UTF-8 end: every byte but 10xxxxxx begins one. */
function endOf(bytes: Buffer, start: number, end: number, characters: number): number {
  let left = characters;
  for (let at = start; at < end; at++) {
    if ((bytes[at] as number) >> 6 === 2) continue;
    if (left === 0) return at;
    left--;
  }
  return end;
}

/** Families whose printed form reads back. */
const FIXED: ReadonlySet<ColumnType['kind']> = new Set([
  ...(['text', 'enum', 'json', 'integer', 'decimal', 'float', 'double', 'year'] as const),
  ...(['date', 'datetime', 'timestamp', 'time', 'uuid', 'inet4', 'inet6'] as const),
]);

/** Shapes that decoders take for granted, since servers print nothing else. */
const SHAPES: Readonly<Partial<Record<ColumnType['kind'], RegExp>>> = {
  integer: /^-?\d{1,20}$/,
  decimal: /^-?\d{1,65}(\.\d{1,30})?$/,
  float: /^-?\d+(\.\d+)?(e-?\d+)?$/,
  double: /^-?\d+(\.\d+)?(e-?\d+)?$/,
  year: /^\d{4}$/,
  date: /^\d{4}-\d\d-\d\d$/,
  datetime: /^\d{4}-\d\d-\d\d( ([01]\d|2[0-3])(:[0-5]\d){2}(\.\d{1,6})?)?$/,
  timestamp: /^\d{4}-\d\d-\d\d( ([01]\d|2[0-3])(:[0-5]\d){2}(\.\d{1,6})?)?$/,
  time: /^-?\d{2,3}(:[0-5]\d){2}(\.\d{1,6})?$/,
};

/** Reads back as it was written, and goes into the type's own target. */
function isValueOf(type: ColumnType, text: string): boolean {
  const codec = codecOf(type);
  const target = codec.target({ columnType: '' });
  if (SHAPES[type.kind]?.test(text) === false) return false;
  try {
    if (type.kind === 'enum' && !type.members.includes(text)) return false;
    const bytes = encoded(type, text);
    codec.copy(target, STRICT_POLICY)?.(new AvroReader().over(bytes), new AvroWriter());
    const read = codec.canonicalSource(new AvroReader().over(bytes), target, STRICT_POLICY);
    return read === codec.canonicalTarget(asPrinted(type, text), target);
  } catch {
    return false;
  }
}

function encoded(type: ColumnType, text: string): Buffer {
  const out = new AvroWriter(64);
  if (type.kind === 'text' || type.kind === 'json' || type.kind === 'enum') out.string(text);
  else {
    const bytes = Buffer.from(asPrinted(type, text));
    codecOf(type).query(bytes, 0, bytes.length, out);
  }
  return out.take();
}

/** A server prints the clock of a datetime, and as many digits of the second as the column has. */
function asPrinted(type: ColumnType, text: string): string {
  const hasClock = type.kind !== 'datetime' && type.kind !== 'timestamp' ? true : text.includes(':');
  const stamp = hasClock ? text : `${text} 00:00:00`;
  if (!('fraction' in type) || type.fraction === 0) return stamp;
  const [whole = '', digits = ''] = stamp.split('.');
  return `${whole}.${digits.padEnd(type.fraction, '0')}`;
}
