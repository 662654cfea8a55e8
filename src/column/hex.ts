import type { ByteWriter } from '../avro/byte-writer.ts';
import type { CopyEncoder } from './codec.ts';

const NIBBLES = Buffer.from('0123456789abcdef', 'latin1');

export function writeHex(out: ByteWriter, source: Uint8Array, start: number, end: number): void {
  out.reserve((end - start) * 2);
  const { bytes } = out;
  let at = out.position;
  for (let i = start; i < end; i++) {
    const byte = source[i] as number;
    bytes[at++] = NIBBLES[byte >> 4] as number;
    bytes[at++] = NIBBLES[byte & 15] as number;
  }
  out.position = at;
}

/** Encodes bytes as hexadecimal digits behind a prefix; bytea's is `\x`, whose backslash COPY wants doubled. */
export function bytesEncoder(prefix: string): CopyEncoder {
  return (value, out) => {
    const start = value.span();
    out.latin1(prefix);
    writeHex(out, value.bytes, start, value.position);
  };
}

/** bytea as text (bytea_output hex) without its prefix. */
export function canonicalHex(text: string): string {
  return text.startsWith('\\x') ? text.slice(2) : text;
}

/** The bytes of a bytea or of PostGIS' EWKB as text. */
export function hexBytes(text: string): Buffer {
  return Buffer.from(canonicalHex(text), 'hex');
}
