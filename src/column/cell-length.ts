import type { AvroReader } from '../avro/reader.ts';
import type { BinlogDecoder, QueryDecoder, WireColumn } from './codec.ts';
import { stringBytes, WIRE } from './wire-type.ts';

/** The length in bytes before a cell, in 1 to 4 bytes; the cursor ends behind it. */
export function readLength(cell: AvroReader, bytes: number): number {
  const at = cell.position;
  cell.skip(bytes);
  const source = cell.bytes;
  if (bytes === 1) return source[at] as number;
  return bytes === 2 ? (source[at] as number) | ((source[at + 1] as number) << 8) : source.readUIntLE(at, bytes);
}

/** Width of the length before a cell: strings by their greatest length, blobs as the table map says. */
export function lengthBytes(wire: WireColumn): number {
  switch (wire.code) {
    case WIRE.varchar:
    case WIRE.varString:
    case WIRE.varcharCompressed:
      return wire.meta < 256 ? 1 : 2;
    case WIRE.string:
      return stringBytes(wire) < 256 ? 1 : 2;
    default:
      return wire.meta & 0xff;
  }
}

/** Decoder of a cell whose bytes after its length are what a result set gives for the same value. */
export function prefixed(wire: WireColumn, write: QueryDecoder): BinlogDecoder {
  const width = lengthBytes(wire);
  return (cell, out) => {
    const length = readLength(cell, width);
    const at = cell.position;
    cell.skip(length);
    write(cell.bytes, at, at + length, out);
  };
}
