/** Cursor over Avro bytes. Reads past the end throw a RangeError: bytes that lie end in an error, not in a value. */
export class AvroReader {
  bytes: Buffer = Buffer.alloc(0);
  position = 0;
  end = 0;

  /** Points the cursor at `bytes[start, end)`. */
  over(bytes: Uint8Array, start = 0, end = bytes.length): this {
    this.bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
    this.end = end;
    return this;
  }

  byte(): number {
    if (this.position >= this.end) throw new RangeError('Avro bytes end inside a value');
    return this.bytes[this.position++] as number;
  }

  /** int or long within +-(2^53 - 1); beyond that a RangeError (use bigLong). */
  long(): number {
    const { bytes, position } = this;
    // One and two bytes, most of what a row has, without a loop.
    if (position + 1 < this.end) {
      const first = bytes[position] as number;
      if (first < 0x80) {
        this.position = position + 1;
        return (first >>> 1) ^ -(first & 1);
      }
      const second = bytes[position + 1] as number;
      if (second < 0x80) {
        this.position = position + 2;
        return (((first & 0x7f) | (second << 7)) >>> 1) ^ -(first & 1);
      }
    }
    return this.#longer();
  }

  #longer(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
      factor *= 0x80;
      if (factor > 2 ** 56) throw new RangeError('Avro long is longer than 53 bits');
    }
    if (value > 2 * Number.MAX_SAFE_INTEGER) throw new RangeError('Avro long is longer than 53 bits');
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  bigLong(): bigint {
    const start = this.position;
    let length = 1;
    while (this.byte() >= 0x80) length++;
    if (length <= 7) {
      this.position = start;
      return BigInt(this.long());
    }
    if (length > 10) throw new RangeError('Avro long is longer than 64 bits');
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 7n) | BigInt((this.bytes[start + i] as number) & 0x7f);
    return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  }

  /** Moves past an int or long of any size, without making a value of it. */
  skipLong(): void {
    for (let left = 10; left > 0; left--) if (this.byte() < 0x80) return;
    throw new RangeError('Avro long is longer than 64 bits');
  }

  float(): number {
    const at = this.#advance(4);
    return this.bytes.readFloatLE(at);
  }

  double(): number {
    const at = this.#advance(8);
    return this.bytes.readDoubleLE(at);
  }

  /** Length-prefixed bytes or string: returns the start, the cursor stands behind the end. */
  span(): number {
    const length = this.long();
    if (length < 0) throw new RangeError('Avro length is negative');
    return this.#advance(length);
  }

  string(): string {
    const start = this.span();
    return this.bytes.toString('utf8', start, this.position);
  }

  skip(count: number): void {
    this.#advance(count);
  }

  #advance(count: number): number {
    const at = this.position;
    if (at + count > this.end) throw new RangeError('Avro bytes end inside a value');
    this.position = at + count;
    return at;
  }
}
