import { ByteWriter } from '../avro/byte-writer.ts';
import { AvroReader } from '../avro/reader.ts';
import { AvroWriter } from '../avro/writer.ts';
import { ValueError } from '../contract/error.ts';
import type { ColumnType } from '../contract/table.ts';
import type { ValuePolicy } from './codec.ts';
import { codecOf } from './family.ts';
import { quoteLiteral } from './literal.ts';

/** A constant of a column, as SQL of the target. */
export type Constant =
  | { readonly kind: 'sql'; readonly sql: string }
  /** A policy makes it NULL: a zero date. */
  | { readonly kind: 'null' }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * A literal of the source as a constant of the target's type. It goes the way that a row's value goes, through the codec
 * of the column's family, so that a default is what a row would be: nothing is cut, wrapped or rounded.
 * `text` is as the catalogue has it: bare, `b'101'` for BIT, `0x00ff` for binary strings.
 */
export function constantOf(type: ColumnType, text: string, target: string, policy: ValuePolicy): Constant {
  // The catalogue's text is UTF-8, whatever the column's character set.
  const codec = codecOf(type.kind === 'text' ? { kind: 'text', charset: 'utf8mb4' } : type);
  const encode = codec.copy(target, policy);
  if (encode === null) return { kind: 'refused', reason: `${type.kind} does not go into ${target}` };
  try {
    const bytes = asSelected(type, text);
    const value = new AvroWriter(bytes.length + 64);
    codec.query(bytes, 0, bytes.length, value);
    const out = new ByteWriter(bytes.length * 2 + 64);
    encode(new AvroReader().over(value.take()), out);
    const copied = out.take().toString('utf8');
    return copied === '\\N' ? { kind: 'null' } : { kind: 'sql', sql: literal(copied, target) };
  } catch (error) {
    if (error instanceof ValueError) return { kind: 'refused', reason: error.message };
    throw error;
  }
}

/** The bytes that a SELECT of such a value would send. */
function asSelected(type: ColumnType, text: string): Buffer {
  switch (type.kind) {
    case 'bit': {
      const digits = /^b'([01]*)'$/.exec(text)?.[1] ?? '';
      const size = (type.bits + 7) >> 3;
      return Buffer.from(
        BigInt(`0b${digits || '0'}`)
          .toString(16)
          .padStart(size * 2, '0'),
        'hex',
      );
    }
    case 'binary':
    case 'blob':
      return Buffer.from(text.replace(/^0x/, ''), 'hex');
    default:
      return Buffer.from(text);
  }
}

function literal(copied: string, target: string): string {
  if (target.startsWith('bit')) return `B${quoteLiteral(copied)}`;
  return literalOf(fromCopy(copied), target);
}

/** A value as PostgreSQL prints it, as a literal of its type: the same text for a default, whoever makes it. */
export function literalOf(text: string, target: string): string {
  if (target === 'boolean' && /^(t|f|true|false|0|1)$/.test(text)) return String(/^[t1]/.test(text));
  return isNumber(target) && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text) ? text : quoteLiteral(text);
}

function isNumber(target: string): boolean {
  return /^(smallint|integer|bigint|numeric|real|double precision)\b[^[]*$/.test(target);
}

const LETTERS: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r' };

/** The value behind COPY's text format. */
function fromCopy(copied: string): string {
  return copied.replace(/\\([\s\S])/g, (_, letter: string) => LETTERS[letter] ?? letter);
}
