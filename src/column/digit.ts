import type { ByteWriter } from '../avro/byte-writer.ts';

const ZERO = 0x30;

/** Writes `count` decimal digits of a value below 2^32 at `at`, with leading zeros. */
export function putDigits(bytes: Uint8Array, at: number, value: number, count: number): void {
  for (let i = at + count - 1; i >= at; i--) {
    const rest = (value / 10) | 0;
    bytes[i] = ZERO + value - rest * 10;
    value = rest;
  }
}

export function digitCount(value: number): number {
  let count = 1;
  for (let limit = 10; value >= limit; limit *= 10) count++;
  return count;
}

/** The value of the digits in bytes[at, at + count). */
export function readDigits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) value = value * 10 + (bytes[i] as number) - ZERO;
  return value;
}

/** Writes a safe integer in decimal. */
export function writeInteger(out: ByteWriter, value: number): void {
  if (value > 0x7fffffff || value < -0x7fffffff) {
    out.latin1(String(value));
    return;
  }
  out.reserve(11);
  if (value < 0) {
    out.bytes[out.position++] = 0x2d;
    value = -value;
  }
  const count = digitCount(value);
  putDigits(out.bytes, out.position, value, count);
  out.position += count;
}
