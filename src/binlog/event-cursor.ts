import { AvroReader } from '../avro/reader.ts';

/** Cursor over an event: little-endian numbers beside Avro's reader, so that cells are decoded at the same cursor. */
export class EventCursor extends AvroReader {
  /** Unsigned, 1 to 6 bytes. */
  uint(length: number): number {
    const at = this.position;
    this.skip(length);
    return this.bytes.readUIntLE(at, length);
  }

  /** Unsigned, 8 bytes. */
  uint64(): bigint {
    const at = this.position;
    this.skip(8);
    return this.bytes.readBigUInt64LE(at);
  }

  /** MySQL's length-coded integer. */
  packed(): number {
    const first = this.byte();
    if (first < 0xfb) return first;
    if (first === 0xfc) return this.uint(2);
    if (first === 0xfd) return this.uint(3);
    const value = first === 0xfe ? Number(this.uint64()) : Number.NaN;
    if (!Number.isSafeInteger(value)) throw new RangeError('no length-coded integer');
    return value;
  }

  /** The next `length` bytes, not copied. */
  slice(length: number): Buffer {
    const at = this.position;
    this.skip(length);
    return this.bytes.subarray(at, this.position);
  }

  /** UTF-8 text of `length` bytes. */
  text(length: number): string {
    const at = this.position;
    this.skip(length);
    return this.bytes.toString('utf8', at, this.position);
  }

  get rest(): number {
    return this.end - this.position;
  }
}
