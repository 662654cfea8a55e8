import type { ByteWriter } from '../avro/byte-writer.ts';
import type { AvroReader } from '../avro/reader.ts';
import { ValueError } from '../contract/error.ts';
import type { AvroSchema, CopyEncoder, ValuePolicy } from './codec.ts';

const BACKSLASH = 0x5c;
/** Letters that COPY's text format wants for control characters 8..13. */
const LETTERS = [0x62, 0x74, 0x6e, 0x76, 0x66, 0x72];
const REPLACEMENT = [0xef, 0xbf, 0xbd];

/** 1 for the bytes that COPY's text format takes as they are. */
const KEPT = Uint8Array.from({ length: 256 }, (_, byte) => (byte === BACKSLASH || (byte >= 8 && byte <= 13) ? 0 : 1));

/** Writes bytes as a COPY text field: backslash and control characters escaped (PostgreSQL, COPY, text format). */
export function copyText(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  let i = start;
  if (end - start < SHORT_BYTES) i = copyPlain(bytes, start, end, out);
  else {
    while (i < end && KEPT[bytes[i] as number] === 1) i++;
    out.raw(bytes, start, i);
  }
  if (i === end) return;
  out.reserve((end - i) * 2);
  for (; i < end; i++) copyByte(bytes[i] as number, out);
}

/** Below it, looking at a byte and copying it at once is quicker than a copy of what was looked at. */
const SHORT_BYTES = 100;

/** Copies up to the first byte that is escaped; returns its place. */
function copyPlain(bytes: Uint8Array, start: number, end: number, out: ByteWriter): number {
  out.reserve(end - start);
  const target = out.bytes;
  let at = out.position;
  let i = start;
  for (; i < end; i++) {
    const byte = bytes[i] as number;
    if (KEPT[byte] === 0) break;
    target[at++] = byte;
  }
  out.position = at;
  return i;
}

function copyByte(byte: number, out: ByteWriter): void {
  if (byte === BACKSLASH || (byte <= 0x0d && byte >= 0x08)) {
    out.bytes[out.position++] = BACKSLASH;
    out.bytes[out.position++] = byte === BACKSLASH ? BACKSLASH : (LETTERS[byte - 8] as number);
  } else out.bytes[out.position++] = byte;
}

export interface TextRule {
  readonly nul: ValuePolicy['nul'];
  /** Greatest number of characters. */
  readonly limit: number;
  /** U+FFFD stands for bytes that the source's character set does not know: refuse it. */
  readonly refusesReplacement: boolean;
}

/** Encodes a string into a text column: valid UTF-8 only, NUL by policy, never longer than the type. */
export function textEncoder(rule: TextRule): CopyEncoder {
  return (value, out) => {
    const start = value.span();
    checkedText(value.bytes, start, value.position, { rule, out });
  };
}

/** 1 for the bytes that COPY takes as they are and that are a character by themselves. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => (byte > 0x0d && byte < 0x80 && byte !== BACKSLASH ? 1 : 0));

function checkedText(bytes: Buffer, start: number, end: number, to: { rule: TextRule; out: ByteWriter }): void {
  const { rule, out } = to;
  let i = start;
  while (i < end && PLAIN[bytes[i] as number] === 1) i++;
  out.raw(bytes, start, i);
  let characters = i - start;
  if (i < end) characters += oddText(bytes, i, end, to);
  if (characters > rule.limit) throw new ValueError('too-long', `${characters} characters are more than ${rule.limit}`);
}

/** The rest of a text from its first character on that is not plain; returns the number of characters. */
function oddText(bytes: Buffer, start: number, end: number, to: { rule: TextRule; out: ByteWriter }): number {
  const { rule, out } = to;
  out.reserve((end - start) * 3);
  const target = out.bytes;
  let at = out.position;
  let characters = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    characters++;
    if (PLAIN[byte] === 1) target[at++] = byte;
    else if (byte >= 0x80) {
      const last = i + sequenceLength(bytes, i, end) - 1;
      if (rule.refusesReplacement && byte === 0xef) refuseReplacement(bytes, i);
      while (i < last) target[at++] = bytes[i++] as number;
      target[at++] = bytes[i] as number;
    } else {
      out.position = at;
      if (byte === 0) characters -= copyNul(rule.nul, out);
      else copyByte(byte, out);
      at = out.position;
    }
  }
  out.position = at;
  return characters;
}

/** Returns how many characters fewer the text has for it. */
function copyNul(nul: ValuePolicy['nul'], out: ByteWriter): number {
  if (nul === 'refuse') throw new ValueError('nul-byte', 'PostgreSQL text cannot hold the NUL character');
  if (nul === 'strip') return 1;
  for (const byte of REPLACEMENT) out.bytes[out.position++] = byte;
  return 0;
}

function refuseReplacement(bytes: Buffer, at: number): void {
  if (bytes[at + 1] === REPLACEMENT[1] && bytes[at + 2] === REPLACEMENT[2])
    throw new ValueError('invalid-text', 'the value has bytes that its character set does not know');
}

/** Length of the UTF-8 sequence at `at`; ValueError where PostgreSQL would refuse it. */
function sequenceLength(bytes: Buffer, at: number, end: number): number {
  const first = bytes[at] as number;
  const second = at + 1 < end ? (bytes[at + 1] as number) : 0;
  if (first >= 0xc2 && first <= 0xdf && second >> 6 === 2) return 2;
  if (first >> 4 === 0xe && second >= (first === 0xe0 ? 0xa0 : 0x80) && second <= (first === 0xed ? 0x9f : 0xbf)) {
    if (at + 2 < end && (bytes[at + 2] as number) >> 6 === 2) return 3;
  } else if (first >= 0xf0 && first <= 0xf4) {
    const isSecond = second >= (first === 0xf0 ? 0x90 : 0x80) && second <= (first === 0xf4 ? 0x8f : 0xbf);
    if (isSecond && at + 3 < end && (bytes[at + 2] as number) >> 6 === 2 && (bytes[at + 3] as number) >> 6 === 2)
      return 4;
  }
  throw new ValueError('invalid-text', 'the value is not valid UTF-8');
}

/** The text that a text column holds of a string under a policy. */
export function policyText(text: string, nul: ValuePolicy['nul']): string {
  if (nul === 'refuse' || !text.includes('\0')) return text;
  return text.replaceAll('\0', nul === 'strip' ? '' : '�');
}

/** Copies a string of plain ASCII (digits, dates, UUIDs) that needs no escape. */
export const copyAscii: CopyEncoder = (value, out) => {
  const start = value.span();
  out.raw(value.bytes, start, value.position);
};

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
