import { WIRE } from './wire-type.ts';

const two = (value: number | bigint) => String(value).padStart(2, '0');

/**
 * Text of a temporal value in its packed 64-bit form: microseconds in the low 24 bits; above them the clock in 17
 * bits, the day in 5, year * 13 + month; a time has its hours in 10 bits.
 */
export function packedTemporal(code: number, packed: bigint): string {
  const size = packed < 0n ? -packed : packed;
  const whole = size >> 24n;
  const fraction = String(size & 0xffffffn).padStart(6, '0');
  const minutes = `${two((whole >> 6n) & 63n)}:${two(whole & 63n)}.${fraction}`;
  if (code === WIRE.time) return `${packed < 0n ? '-' : ''}${two((whole >> 12n) & 0x3ffn)}:${minutes}`;
  const months = whole >> 22n;
  const date = `${String(months / 13n).padStart(4, '0')}-${two(months % 13n)}-${two((whole >> 17n) & 31n)}`;
  return code === WIRE.date ? date : `${date} ${two((whole >> 12n) & 31n)}:${minutes}`;
}
