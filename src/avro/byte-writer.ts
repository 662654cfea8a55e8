/** Growing buffer. `position` is the next byte; bytes before it are written. Reused: `take` copies out. */
export class ByteWriter {
  bytes: Buffer;
  position = 0;

  constructor(capacityBytes = 4096) {
    this.bytes = Buffer.allocUnsafeSlow(capacityBytes);
  }

  /** Room for `count` more bytes; may replace `bytes`. */
  reserve(count: number): void {
    if (this.position + count <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.position + count));
    this.bytes.copy(grown, 0, 0, this.position);
    this.bytes = grown;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.position++] = value;
  }

  /** Copies `source[start, end)` as it is. */
  raw(source: Uint8Array, start = 0, end = source.length): void {
    const length = end - start;
    this.reserve(length);
    const { bytes, position } = this;
    // Without a view for each piece: a call into the engine costs as much as some 40 bytes one by one.
    if (length < 40) for (let i = 0; i < length; i++) bytes[position + i] = source[start + i] as number;
    else Buffer.prototype.copy.call(source, bytes, position, start, end);
    this.position = position + length;
  }

  /** One byte per character; ASCII only. */
  latin1(text: string): void {
    this.reserve(text.length);
    this.position += this.bytes.write(text, this.position, text.length, 'latin1');
  }

  utf8(text: string): void {
    this.reserve(text.length * 3);
    this.position += this.bytes.write(text, this.position, 'utf8');
  }

  /** A copy of what was written from `start` on. */
  take(start = 0): Buffer {
    const copy = Buffer.allocUnsafe(this.position - start);
    this.bytes.copy(copy, 0, start, this.position);
    return copy;
  }

  reset(): void {
    this.position = 0;
  }
}
