import type { ByteWriter } from '../avro/byte-writer.ts';
import type { AvroReader } from '../avro/reader.ts';
import type { AvroSchema } from './codec.ts';

const BACKSLASH = 0x5c;
const ESCAPES = new Map([
  [0x08, 0x62],
  [0x09, 0x74],
  [0x0a, 0x6e],
  [0x0b, 0x76],
  [0x0c, 0x66],
  [0x0d, 0x72],
  [BACKSLASH, BACKSLASH],
]);

/** Writes UTF-8 bytes as a COPY text field: backslash and control characters escaped (PostgreSQL, COPY, text format). */
export function copyText(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  out.reserve((end - start) * 2);
  const target = out.bytes;
  let at = out.position;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    const escaped = byte > 0x0d && byte !== BACKSLASH ? undefined : ESCAPES.get(byte);
    if (escaped === undefined) target[at++] = byte;
    else {
      target[at++] = BACKSLASH;
      target[at++] = escaped;
    }
  }
  out.position = at;
}

/** Moves past a value of an Avro primitive that is not nested. */
export function skipper(avro: AvroSchema): (value: AvroReader) => void {
  switch (avro) {
    case 'int':
    case 'long':
      return (value) => {
        while (value.byte() >= 0x80);
      };
    case 'float':
      return (value) => value.skip(4);
    case 'double':
      return (value) => value.skip(8);
    case 'string':
    case 'bytes':
      return (value) => {
        value.span();
      };
    default:
      throw new Error(`no skipper for ${JSON.stringify(avro)}`);
  }
}
