import { ValueError } from '../contract/error.ts';
import { lengthBytes, readLength } from './cell-length.ts';
import type { BinlogDecoder, ColumnCodec, CopyEncoder, SourceLiteral, WireColumn } from './codec.ts';
import { compressedDecoder } from './compressed.ts';
import { skipper } from './copy-text.ts';
import { bytesEncoder, canonicalHex, hexBytes } from './hex.ts';
import { fromText, hexLiteral, sizesOf } from './homeward.ts';
import { type ServerText, sourceDigest, targetDigest } from './server-text.ts';
import { targetType } from './target-type.ts';
import { canonicalUuid, targetUuid, writeUuid } from './uuid.ts';
import { WIRE } from './wire-type.ts';

/** varbinary and the blob types; binary(n) with its length, to which it is padded. */
export function binaryCodec(fixedBytes: number | null): ColumnCodec {
  return {
    avro: 'bytes',
    skip: skipper('bytes'),
    binlog: (wire) => (fixedBytes === null ? bytesDecoder(wire) : paddedDecoder(fixedBytes)),
    select: (quoted) => quoted,
    query: (bytes, start, end, out) => out.slice(bytes, start, end),
    target: () => 'bytea',
    check: () => null,
    copy: (target) => copyBytes(targetType(target).name),
    canonicalSource: (value, target) => {
      const start = value.span();
      const hex = value.bytes.toString('hex', start, value.position);
      return target === 'uuid' ? canonicalUuid(hex) : hex;
    },
    canonicalTarget: (text, target) => (target === 'uuid' ? canonicalUuid(text) : canonicalHex(text)),
    serverText: (target) => bytesText(target),
    fromTarget: (target) =>
      copyBytes(targetType(target).name) === null
        ? null
        : fromText((text, out) => out.slice(hexBytes(target === 'uuid' ? canonicalUuid(text) : text))),
    literal: (columnType) =>
      bytesLiteral(fixedBytes, /^varbinary/.test(columnType) ? sizesOf(columnType)[0] : undefined),
  };
}

/** BINARY(n) is filled up with zero bytes. */
function bytesLiteral(fixedBytes: number | null, limit = Number.POSITIVE_INFINITY): SourceLiteral {
  return (value) => {
    const start = value.span();
    const length = value.position - start;
    if (fixedBytes !== null && length !== fixedBytes)
      throw new ValueError('other-length', `the source holds ${fixedBytes} bytes, neither more nor fewer`);
    if (length > limit) throw new ValueError('too-long', `the source holds ${limit} bytes`);
    return hexLiteral(value.bytes, start, value.position);
  };
}

function bytesText(target: string): ServerText | null {
  if (target === 'uuid') return { source: (quoted) => `LOWER(HEX(${quoted}))`, target: targetUuid };
  return target === 'bytea' ? { source: (quoted) => sourceDigest(quoted, quoted), target: targetDigest } : null;
}

export function bytesDecoder(wire: WireColumn): BinlogDecoder {
  const width = lengthBytes(wire);
  if (wire.code === WIRE.varcharCompressed || wire.code === WIRE.blobCompressed)
    return compressedDecoder(width, (bytes, start, end, out) => out.slice(bytes, start, end));
  return (cell, out) => {
    const length = readLength(cell, width);
    const at = cell.position;
    cell.skip(length);
    out.slice(cell.bytes, at, at + length);
  };
}

/** The binlog leaves out the zero bytes at the end of BINARY(n); they are part of the value. */
function paddedDecoder(bytes: number): BinlogDecoder {
  return (cell, out) => {
    const length = readLength(cell, bytes < 256 ? 1 : 2);
    const at = cell.position;
    cell.skip(length);
    out.long(bytes);
    out.raw(cell.bytes, at, at + length);
    out.reserve(bytes - length);
    out.bytes.fill(0, out.position, out.position + bytes - length);
    out.position += bytes - length;
  };
}

function copyBytes(target: string): CopyEncoder | null {
  if (target === 'bytea') return bytesEncoder('\\\\x');
  if (target !== 'uuid') return null;
  return (value, out) => {
    const start = value.span();
    if (value.position - start !== 16) throw new ValueError('not-uuid', 'a UUID has 16 bytes');
    writeUuid(out, value.bytes, start);
  };
}
