import type { ByteWriter } from '../avro/byte-writer.ts';
import { putDigits } from './digit.ts';

const DASH = 0x2d;
const COLON = 0x3a;
const POINT = 0x2e;
const ZERO = 0x30;

export function putDate(bytes: Uint8Array, at: number, year: number, month: number, day: number): void {
  putDigits(bytes, at, year, 4);
  bytes[at + 4] = DASH;
  putTwo(bytes, at + 5, month);
  bytes[at + 7] = DASH;
  putTwo(bytes, at + 8, day);
}

export function putTwo(bytes: Uint8Array, at: number, value: number): void {
  const tens = (value * 103) >> 10;
  bytes[at] = ZERO + tens;
  bytes[at + 1] = ZERO + value - tens * 10;
}

/** Eight characters: `hh:mm:ss`. */
export function putClock(bytes: Uint8Array, at: number, hour: number, minute: number, second: number): void {
  putTwo(bytes, at, hour);
  bytes[at + 2] = COLON;
  putTwo(bytes, at + 3, minute);
  bytes[at + 5] = COLON;
  putTwo(bytes, at + 6, second);
}

const MICROSECOND_DIGITS = [1e6, 1e5, 1e4, 1e3, 100, 10, 1];

/** `.` and `digits` digits of a fraction in microseconds; nothing when there are none. */
export function putFraction(bytes: Uint8Array, at: number, microseconds: number, digits: number): void {
  if (digits === 0) return;
  bytes[at] = POINT;
  putDigits(bytes, at + 1, (microseconds / (MICROSECOND_DIGITS[digits] as number)) | 0, digits);
}

/** Bytes of a stored fraction of 0..6 digits: two digits a byte. */
export function fractionBytes(digits: number): number {
  return (digits + 1) >> 1;
}

/** A stored fraction, big-endian, in microseconds. */
export function readFraction(bytes: Uint8Array, at: number, digits: number): number {
  if (digits === 0) return 0;
  const first = bytes[at] as number;
  if (digits < 3) return first * 10_000;
  const second = (first << 8) | (bytes[at + 1] as number);
  return digits < 5 ? second * 100 : (second << 8) | (bytes[at + 2] as number);
}

/** Makes room for an Avro string of fewer than 64 ASCII characters; returns where they go, the cursor stands behind. */
export function startText(out: ByteWriter, length: number): number {
  out.reserve(length + 1);
  out.bytes[out.position] = length << 1;
  out.position += length + 1;
  return out.position - length;
}

/** The server's text with a T for its space. */
export function copyStamp(bytes: Buffer, start: number, end: number, target: Buffer, at: number): void {
  for (let i = start; i < end; i++) target[at + i - start] = bytes[i] as number;
  target[at + 10] = 0x54;
}

export interface Stamp {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
}

export function putStamp(bytes: Uint8Array, at: number, stamp: Stamp, fraction: number): void {
  putDate(bytes, at, stamp.year, stamp.month, stamp.day);
  bytes[at + 10] = 0x54;
  putClock(bytes, at + 11, stamp.hour, stamp.minute, stamp.second);
  putFraction(bytes, at + 19, stamp.microsecond, fraction);
}

export function stampLength(fraction: number): number {
  return fraction === 0 ? 19 : 20 + fraction;
}

export interface ClockTime {
  readonly isNegative: boolean;
  /** Hours in 10 bits, minutes in 6, seconds in 6. */
  readonly clock: number;
  readonly microseconds: number;
  readonly fraction: number;
}

export function writeTime(out: ByteWriter, time: ClockTime): void {
  const hour = time.clock >> 12;
  const head = (time.isNegative ? 1 : 0) + (hour > 99 ? 1 : 0);
  let at = startText(out, head + 8 + (time.fraction === 0 ? 0 : time.fraction + 1));
  const { bytes } = out;
  if (time.isNegative) bytes[at++] = 0x2d;
  if (hour > 99) bytes[at++] = 0x30 + ((hour / 100) | 0);
  putClock(bytes, at, hour % 100, (time.clock >> 6) & 63, time.clock & 63);
  putFraction(bytes, at + 8, time.microseconds, time.fraction);
}
