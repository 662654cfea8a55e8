/** Avro's binary primitives over byte buffers, for the paths on which every row goes; avsc reads the same bytes. */
import { ByteWriter } from './byte-writer.ts';

export class AvroWriter extends ByteWriter {
  /** int or long, |value| <= 2^52 (zigzag doubles it). */
  long(value: number): void {
    this.reserve(10);
    this.#varint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  #varint(rest: number): void {
    const { bytes } = this;
    let at = this.position;
    while (rest >= 0x80000000) {
      bytes[at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    while (rest >= 0x80) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.position = at;
  }

  /** long over the full signed 64-bit range. */
  bigLong(value: bigint): void {
    if (value >= -0x10000000000000n && value <= 0x10000000000000n) {
      this.long(Number(value));
      return;
    }
    this.reserve(10);
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (rest >= 0x80n) {
      this.bytes[this.position++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.position++] = Number(rest);
  }

  float(value: number): void {
    this.reserve(4);
    this.position = this.bytes.writeFloatLE(value, this.position);
  }

  double(value: number): void {
    this.reserve(8);
    this.position = this.bytes.writeDoubleLE(value, this.position);
  }

  /** bytes, or a string that is UTF-8 already: length and `source[start, end)`. */
  slice(source: Uint8Array, start = 0, end = source.length): void {
    this.long(end - start);
    this.raw(source, start, end);
  }

  string(value: string): void {
    this.long(Buffer.byteLength(value));
    this.utf8(value);
  }

  /** A string of ASCII characters. */
  ascii(value: string): void {
    this.long(value.length);
    this.latin1(value);
  }
}
