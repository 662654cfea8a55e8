import type { AvroWriter } from '../avro/writer.ts';
import { readLength } from './cell-length.ts';
import type { BinlogDecoder, ColumnCodec, QueryDecoder } from './codec.ts';
import { copyAscii, skipper } from './copy-text.ts';
import { copyString, fromText, stringLiteral } from './homeward.ts';
import { canonicalInet } from './inet.ts';
import type { ServerText } from './server-text.ts';
import { canonicalText, copyIntoText } from './text.ts';
import { targetUuid, writeUuid } from './uuid.ts';

/** MariaDB's uuid, inet4 and inet6: the server's text in the log; a table map shows BINARY(16) or BINARY(4). */
export const UUID: ColumnCodec = fixedCodec('uuid', 16, (bytes, out) => {
  out.long(36);
  writeUuid(out, isSwapped(bytes) ? straight(bytes) : bytes, 0);
});

export const INET4: ColumnCodec = fixedCodec('inet', 4, (bytes, out) => out.ascii(dotted(bytes, 0)));

export const INET6: ColumnCodec = fixedCodec('inet', 16, (bytes, out) => out.ascii(inet6Text(bytes)));

type Writer = (bytes: Buffer, out: AvroWriter) => void;

function fixedCodec(target: string, bytes: number, write: Writer): ColumnCodec {
  return {
    avro: 'string',
    skip: skipper('string'),
    binlog: () => fixedDecoder(bytes, write),
    select: (quoted) => quoted,
    query: (source, start, end, out) => out.slice(source, start, end),
    target: () => target,
    check: () => null,
    copy: (type, policy) => (type === target ? copyAscii : copyIntoText(type, policy)),
    canonicalSource: (value, type) => canonicalText(value.string(), type),
    canonicalTarget: canonicalText,
    serverText: (type) => (type === target ? (target === 'uuid' ? UUID_TEXT : addressText(bytes)) : null),
    fromTarget: (type, home) =>
      type === target || copyIntoText(type, home.policy) !== null ? homewardAddress(type, bytes, write) : null,
    literal: () => (value) => stringLiteral(value.string()),
  };
}

/** PostgreSQL spells some addresses in another way; what is no single address stays as it is. */
function homewardAddress(type: string, bytes: number, write: Writer): QueryDecoder {
  if (type !== 'inet') return copyString;
  return fromText((text, out) => {
    const hex = canonicalInet(text);
    if (hex?.length === bytes * 2) write(Buffer.from(hex, 'hex'), out);
    else out.string(text);
  });
}

const UUID_TEXT: ServerText = {
  source: (quoted) => `LOWER(REPLACE(CAST(${quoted} AS CHAR), '-', ''))`,
  target: targetUuid,
};

/** The servers shorten addresses in ways of their own: the bytes are compared. inet_send has four bytes before them. */
function addressText(bytes: number): ServerText {
  const isHost = (quoted: string) =>
    `octet_length(inet_send(${quoted})) = ${4 + bytes} AND masklen(${quoted}) = ${bytes * 8}`;
  return {
    source: (quoted) => `LOWER(HEX(CAST(${quoted} AS BINARY(${bytes}))))`,
    target: (quoted) =>
      `CASE WHEN ${isHost(quoted)} THEN encode(substring(inet_send(${quoted}) FROM 5), 'hex') ELSE ${quoted}::text END`,
  };
}

/** As with BINARY(n) the zero bytes at the end are left out. */
function fixedDecoder(size: number, write: Writer): BinlogDecoder {
  const value = Buffer.alloc(size);
  return (cell, out) => {
    const length = readLength(cell, 1);
    const at = cell.position;
    cell.skip(length);
    value.fill(0);
    cell.bytes.copy(value, 0, at, at + length);
    write(value, out);
  };
}

/**
 * MariaDB keeps UUIDs of versions 1 to 5 with their groups in reverse order, so that those of one machine lie together:
 * then the variant is in byte 6 and the version in byte 8.
 */
function isSwapped(bytes: Buffer): boolean {
  const version = bytes[8] as number;
  return ((bytes[6] as number) & 0x80) !== 0 && version > 0 && version < 0x60;
}

function straight(bytes: Buffer): Buffer {
  const [node, clock, high, middle, low] = [
    bytes.subarray(0, 6),
    bytes.subarray(6, 8),
    bytes.subarray(8, 10),
    bytes.subarray(10, 12),
    bytes.subarray(12, 16),
  ];
  return Buffer.concat([low, middle, high, clock, node]);
}

function dotted(bytes: Buffer, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/** The longest run of zero groups, even of one, as `::`, IPv4-mapped and IPv4-compatible addresses with their dotted end. */
function inet6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2));
  const gap = longestGap(groups);
  const isMapped = gap.start === 0 && gap.length === 5 && groups[5] === 0xffff;
  const isCompatible = gap.start === 0 && gap.length === 6;
  if (isMapped) return `::ffff:${dotted(bytes, 12)}`;
  if (isCompatible) return `::${dotted(bytes, 12)}`;
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (gap.length === 0) return text(groups);
  return `${text(groups.slice(0, gap.start))}::${text(groups.slice(gap.start + gap.length))}`;
}

function longestGap(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 0 };
  let length = 0;
  for (const [i, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: i - length + 1, length };
  }
  return best;
}
