import type { ByteWriter } from '../avro/byte-writer.ts';
import { AvroReader } from '../avro/reader.ts';
import { AvroWriter } from '../avro/writer.ts';
import { decimalDecoder } from './decimal.ts';
import { writeInteger } from './digit.ts';
import { jsonDouble } from './json-number.ts';
import { packedTemporal } from './packed-temporal.ts';
import { WIRE } from './wire-type.ts';

/** Types of a value in MySQL's binary JSON. Offsets inside an object or array count from its own start. */
const KIND = {
  smallObject: 0,
  largeObject: 1,
  smallArray: 2,
  largeArray: 3,
  literal: 4,
  int16: 5,
  uint16: 6,
  int32: 7,
  uint32: 8,
  int64: 9,
  uint64: 10,
  double: 11,
  string: 12,
  opaque: 15,
} as const;

const LITERALS = ['null', 'true', 'false'];

/** Writes a document, bytes[start, end) of the server's binary JSON, as the text that SELECT prints of it. */
export function writeJson(bytes: Buffer, start: number, end: number, out: ByteWriter): void {
  if (start === end) out.latin1('null');
  else writeValue({ bytes, end, out }, bytes[start] as number, start + 1);
}

interface Context {
  readonly bytes: Buffer;
  readonly end: number;
  readonly out: ByteWriter;
}

function writeValue(context: Context, kind: number, at: number): void {
  const { bytes, out } = context;
  switch (kind) {
    case KIND.smallObject:
    case KIND.largeObject:
      writeObject(context, at, kind === KIND.smallObject ? 2 : 4);
      return;
    case KIND.smallArray:
    case KIND.largeArray:
      writeArray(context, at, kind === KIND.smallArray ? 2 : 4);
      return;
    case KIND.literal:
      out.latin1(LITERALS[bytes.readUInt8(at)] ?? unknown('literal', bytes.readUInt8(at)));
      return;
    case KIND.string: {
      const text = lengthPrefixed(bytes, at);
      writeString(context, text.start, text.end);
      return;
    }
    case KIND.opaque:
      writeOpaque(context, at);
      return;
    default:
      writeNumber(context, kind, at);
  }
}

function unknown(what: string, code: number): never {
  throw new RangeError(`binary JSON has the unknown ${what} ${code}`);
}

function writeNumber({ bytes, out }: Context, kind: number, at: number): void {
  const integer = smallInteger(bytes, kind, at);
  if (integer === null) out.latin1(numberText(bytes, kind, at));
  else writeInteger(out, integer);
}

function smallInteger(bytes: Buffer, kind: number, at: number): number | null {
  switch (kind) {
    case KIND.int16:
      return bytes.readInt16LE(at);
    case KIND.uint16:
      return bytes.readUInt16LE(at);
    case KIND.int32:
      return bytes.readInt32LE(at);
    case KIND.uint32:
      return bytes.readUInt32LE(at);
    default:
      return null;
  }
}

function numberText(bytes: Buffer, kind: number, at: number): string {
  switch (kind) {
    case KIND.int64:
      return String(bytes.readBigInt64LE(at));
    case KIND.uint64:
      return String(bytes.readBigUInt64LE(at));
    case KIND.double:
      return jsonDouble(bytes.readDoubleLE(at));
    default:
      return unknown('type', kind);
  }
}

/** Counts and offsets are `width` bytes wide; a key's own length always two. */
function writeObject(context: Context, start: number, width: 2 | 4): void {
  const { bytes, out } = context;
  const count = bytes.readUIntLE(start, width);
  const keys = start + 2 * width;
  const values = keys + count * (width + 2);
  out.byte(0x7b);
  for (let i = 0; i < count; i++) {
    if (i > 0) out.latin1(', ');
    const entry = keys + i * (width + 2);
    const key = start + bytes.readUIntLE(entry, width);
    writeString(context, key, key + bytes.readUInt16LE(entry + width));
    out.latin1(': ');
    writeEntry(context, { entry: values + i * (width + 1), start, width });
  }
  out.byte(0x7d);
}

function writeArray(context: Context, start: number, width: 2 | 4): void {
  const { bytes, out } = context;
  const count = bytes.readUIntLE(start, width);
  out.byte(0x5b);
  for (let i = 0; i < count; i++) {
    if (i > 0) out.latin1(', ');
    writeEntry(context, { entry: start + 2 * width + i * (width + 1), start, width });
  }
  out.byte(0x5d);
}

interface Entry {
  readonly entry: number;
  /** Where the object or array starts. */
  readonly start: number;
  readonly width: 2 | 4;
}

/** A value that fits in the place of its offset stands there itself. */
function writeEntry(context: Context, { entry, start, width }: Entry): void {
  const kind = context.bytes.readUInt8(entry);
  const isSmall = kind >= KIND.literal && kind <= KIND.uint16;
  const isInline = isSmall || (width === 4 && (kind === KIND.int32 || kind === KIND.uint32));
  writeValue(context, kind, isInline ? entry + 1 : start + context.bytes.readUIntLE(entry + 1, width));
}

/** Seven bits a byte, low bits first. */
function lengthPrefixed(bytes: Buffer, at: number): { start: number; end: number } {
  let length = 0;
  let start = at;
  for (let factor = 1; ; factor *= 0x80) {
    const byte = bytes.readUInt8(start++);
    length += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
  }
  return { start, end: start + length };
}

const SHORT: ReadonlyMap<number, number> = new Map([
  [0x08, 0x62],
  [0x09, 0x74],
  [0x0a, 0x6e],
  [0x0c, 0x66],
  [0x0d, 0x72],
  [0x22, 0x22],
  [0x5c, 0x5c],
]);

function writeString({ bytes, end: limit, out }: Context, start: number, end: number): void {
  if (end > limit) throw new RangeError('a string of binary JSON ends behind the document');
  out.reserve((end - start) * 6 + 2);
  out.byte(0x22);
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte >= 0x20 && byte !== 0x22 && byte !== 0x5c) out.bytes[out.position++] = byte;
    else writeEscape(out, byte);
  }
  out.byte(0x22);
}

function writeEscape(out: ByteWriter, byte: number): void {
  const letter = SHORT.get(byte);
  if (letter === undefined) out.latin1(`\\u${byte.toString(16).padStart(4, '0')}`);
  else {
    out.byte(0x5c);
    out.byte(letter);
  }
}

/** A value of a SQL type that JSON does not have: the column's type code, a length, the value. */
function writeOpaque(context: Context, at: number): void {
  const { bytes, out } = context;
  const code = bytes.readUInt8(at);
  const { start, end } = lengthPrefixed(bytes, at + 1);
  switch (code) {
    case WIRE.decimal:
      writeDecimal(bytes, start, end, out);
      return;
    case WIRE.date:
    case WIRE.time:
    case WIRE.datetime:
    case WIRE.timestamp:
      out.latin1(`"${packedTemporal(code, bytes.readBigInt64LE(start))}"`);
      return;
    default:
      out.latin1(`"base64:type${code}:${base64Lines(bytes.subarray(start, end))}"`);
  }
}

const scratch = new AvroWriter(128);

/** Precision, scale, and the packed form that a DECIMAL column has. */
function writeDecimal(bytes: Buffer, start: number, end: number, out: ByteWriter): void {
  scratch.reset();
  decimalDecoder(bytes.readUInt8(start), bytes.readUInt8(start + 1))(
    new AvroReader().over(bytes, start + 2, end),
    scratch,
  );
  const text = new AvroReader().over(scratch.bytes, 0, scratch.position);
  const first = text.span();
  out.raw(scratch.bytes, first, text.position);
}

/** The server's base64 has a newline after each 76 characters, which JSON then escapes. */
function base64Lines(bytes: Buffer): string {
  return (bytes.toString('base64').match(/.{1,76}/g) ?? []).join('\\n');
}
