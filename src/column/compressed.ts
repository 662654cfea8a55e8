import { inflateRawSync, inflateSync } from 'node:zlib';
import { readLength } from './cell-length.ts';
import type { BinlogDecoder, QueryDecoder } from './codec.ts';

const METHOD_ZLIB = 8;

/**
 * MariaDB's COMPRESSED columns: a header byte (method in the high four bits, 0x08 for a stream without zlib header, width of the original
 * length in the low three), the original length, the zlib stream; method 0 is the plain value.
 */
export function compressedDecoder(width: number, plain: QueryDecoder): BinlogDecoder {
  return (cell, out) => {
    const length = readLength(cell, width);
    const at = cell.position;
    cell.skip(length);
    if (length === 0) {
      plain(cell.bytes, at, at, out);
      return;
    }
    const header = cell.bytes[at] as number;
    if (header >> 4 === 0) plain(cell.bytes, at + 1, at + length, out);
    else {
      const value = inflated(cell.bytes.subarray(at, at + length), header);
      plain(value, 0, value.length, out);
    }
  };
}

function inflated(cell: Buffer, header: number): Buffer {
  if (header >> 4 !== METHOD_ZLIB) throw new RangeError(`unknown method ${header >> 4} of a compressed column`);
  const stream = cell.subarray(1 + (header & 7));
  return header & 8 ? inflateRawSync(stream) : inflateSync(stream);
}
