import { isAscii } from 'node:buffer';
import iconv from 'iconv-lite';
import { AvroWriter } from '../avro/writer.ts';
import { SluiceError } from '../contract/error.ts';
import { ICONV_NAMES } from './charset-name.ts';
import { DIFFERENCES, ONE_BYTE } from './charset-table.ts';
import type { QueryDecoder } from './codec.ts';

const UTF8: ReadonlySet<string> = new Set(['utf8mb4', 'utf8mb3', 'utf8', 'binary']);
const WIDE: Readonly<Record<string, WideSet>> = {
  ucs2: { unit: 2, isLittle: false },
  utf16: { unit: 2, isLittle: false },
  utf16le: { unit: 2, isLittle: true },
  utf32: { unit: 4, isLittle: false },
};

interface WideSet {
  readonly unit: 2 | 4;
  readonly isLittle: boolean;
}

/** Character sets whose values can hold U+FFFD themselves; in the others it stands for unknown bytes. */
export function isUnicode(charset: string): boolean {
  return UTF8.has(charset) || charset in WIDE || charset === 'gb18030';
}

const decoders = new Map<string, QueryDecoder>();

/**
 * Writes bytes of a MySQL character set as an Avro string, character by character what the server itself makes of them
 * (INV-20). Bytes that stand for no character become U+FFFD, which a target refuses.
 */
export function charsetDecoder(charset: string): QueryDecoder {
  const known = decoders.get(charset);
  if (known) return known;
  const made = makeDecoder(charset);
  decoders.set(charset, made);
  return made;
}

function makeDecoder(charset: string): QueryDecoder {
  if (UTF8.has(charset)) return (bytes, start, end, out) => out.slice(bytes, start, end);
  const table = ONE_BYTE[charset];
  if (table !== undefined) return oneByteDecoder(table);
  const wide = WIDE[charset];
  if (wide) return (bytes, start, end, out) => out.string(wideText(bytes, start, end, wide));
  const runs = DIFFERENCES[charset];
  if (runs) return manyByteDecoder(charset, runs);
  throw new SluiceError({
    code: 'SOURCE_CHARSET_UNKNOWN',
    message: `no decoder knows the character set ${charset}`,
    remedy: 'exclude the column or the table from the pipeline (tables.exclude), or report the character set',
    disposition: 'stop',
  });
}

/** UTF-8 of each byte, three bytes at most, its length in `sizes`. */
function oneByteDecoder(table: string): QueryDecoder {
  const first = 256 - table.length;
  const sizes = new Uint8Array(256).fill(1);
  const utf8 = new Uint8Array(256 * 3);
  for (let byte = 0; byte < 256; byte++) {
    const encoded = Buffer.from(byte < first ? String.fromCharCode(byte) : table.charAt(byte - first));
    utf8.set(encoded, byte * 3);
    sizes[byte] = encoded.length;
  }
  return (bytes, start, end, out) => {
    let length = 0;
    let bits = 0;
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number;
      bits |= byte;
      length += sizes[byte] as number;
    }
    if (bits < first) {
      out.slice(bytes, start, end);
      return;
    }
    out.long(length);
    out.reserve(length);
    const target = out.bytes;
    let at = out.position;
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number;
      const from = byte * 3;
      const size = sizes[byte] as number;
      target[at++] = utf8[from] as number;
      if (size > 1) target[at++] = utf8[from + 1] as number;
      if (size > 2) target[at++] = utf8[from + 2] as number;
    }
    out.position = at;
  };
}

function wideText(bytes: Buffer, start: number, end: number, wide: WideSet): string {
  if (wide.unit === 4) return utf32Text(bytes, start, end);
  if ((end - start) % 2 !== 0) return '�';
  const copy = Buffer.from(bytes.subarray(start, end));
  return (wide.isLittle ? copy : copy.swap16()).toString('utf16le').toWellFormed();
}

function utf32Text(bytes: Buffer, start: number, end: number): string {
  let text = '';
  for (let i = start; i + 4 <= end; i += 4) {
    const point = bytes.readUInt32BE(i);
    text += point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? '�' : String.fromCodePoint(point);
  }
  return text;
}

function manyByteDecoder(charset: string, runs: readonly number[]): QueryDecoder {
  const name = ICONV_NAMES[charset] ?? charset;
  const differences = new Map<number, string>();
  for (let i = 0; i < runs.length; i += 3)
    for (let k = 0; k < (runs[i + 2] as number); k++)
      differences.set((runs[i] as number) + k, runCharacter(runs[i + 1] as number, k));
  const decode = (bytes: Buffer) => iconv.decode(bytes, name, { stripBOM: false });
  return (bytes, start, end, out) => {
    const part = bytes.subarray(start, end);
    if (isAscii(part)) out.slice(bytes, start, end);
    else out.string(differences.size === 0 ? decode(part) : patchedText(part, charset, { differences, decode }));
  };
}

const NONE = 0xfffd;

function runCharacter(first: number, offset: number): string {
  return String.fromCodePoint(first === NONE ? NONE : first + offset);
}

interface Patch {
  readonly differences: ReadonlyMap<number, string>;
  readonly decode: (bytes: Buffer) => string;
}

/** Characters that differ come from the table, the runs between them from iconv-lite. */
function patchedText(bytes: Buffer, charset: string, patch: Patch): string {
  let text = '';
  let done = 0;
  for (let at = 0; at < bytes.length; ) {
    const size = characterBytes(bytes, at, charset);
    const character = isHigh(bytes, at) ? differing(bytes.readUIntBE(at, size), patch.differences) : undefined;
    if (character !== undefined) {
      text += patch.decode(bytes.subarray(done, at)) + character;
      done = at + size;
    }
    at += size;
  }
  return text + patch.decode(bytes.subarray(done));
}

/** Codes of four bytes between the last of the basic plane and the first beyond it stand for nothing in gb18030. */
const GAP_START = 0x84_31_a4_39;
const GAP_END = 0x90_30_81_30;

function differing(code: number, differences: ReadonlyMap<number, string>): string | undefined {
  return code > GAP_START && code < GAP_END ? '\ufffd' : differences.get(code);
}

function isHigh(bytes: Buffer, at: number): boolean {
  return (bytes[at] as number) >= 0x80;
}

function characterBytes(bytes: Buffer, at: number, charset: string): number {
  const lead = bytes[at] as number;
  const left = bytes.length - at;
  if (lead < 0x80 || left < 2) return 1;
  if (charset === 'sjis' || charset === 'cp932') return lead >= 0xa0 && lead <= 0xdf ? 1 : 2;
  if (charset === 'gb18030') return ((bytes[at + 1] as number) & 0xf0) === 0x30 && left >= 4 ? 4 : 2;
  return lead === 0x8f && left >= 3 && (charset === 'ujis' || charset === 'eucjpms') ? 3 : 2;
}

const scratch = new AvroWriter();

/** Text of bytes in a character set. */
export function decodeText(bytes: Uint8Array, charset: string): string {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  scratch.reset();
  charsetDecoder(charset)(source, 0, source.length, scratch);
  let at = 0;
  while ((scratch.bytes[at] as number) >= 0x80) at++;
  return scratch.bytes.toString('utf8', at + 1, scratch.position);
}
