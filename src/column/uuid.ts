import type { ByteWriter } from '../avro/byte-writer.ts';
import { writeHex } from './hex.ts';

const GROUPS = [4, 6, 8, 10, 16];

/** Writes 16 bytes as 36 characters. */
export function writeUuid(out: ByteWriter, bytes: Uint8Array, start: number): void {
  out.reserve(36);
  let at = 0;
  for (const end of GROUPS) {
    if (at > 0) out.bytes[out.position++] = 0x2d;
    writeHex(out, bytes, start + at, start + end);
    at = end;
  }
}

/** Any spelling of a UUID in 32 small letters. */
export function canonicalUuid(text: string): string {
  return text.replace(/[-{}]/g, '').toLowerCase();
}

/** A uuid of the target in 32 small letters. */
export const targetUuid = (quoted: string) => `replace(${quoted}::text, '-', '')`;
