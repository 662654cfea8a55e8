import type { ByteWriter } from '../avro/byte-writer.ts';
import { ValueError } from '../contract/error.ts';

/** PostgreSQL reads hours as 32 bits. */
const MAX_SECONDS = 2_147_483_647n * 3600n;

/** Writes microseconds as an interval of hours, minutes and seconds, which PostgreSQL keeps as they are. */
export function writeMicroseconds(out: ByteWriter, microseconds: bigint): void {
  const size = microseconds < 0n ? -microseconds : microseconds;
  const seconds = size / 1_000_000n;
  if (seconds > MAX_SECONDS) throw new ValueError('out-of-range', 'interval cannot hold the value');
  const two = (value: bigint) => String(value).padStart(2, '0');
  const clock = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
  out.latin1(`${microseconds < 0n ? '-' : ''}${clock}.${String(size % 1_000_000n).padStart(6, '0')}`);
}

/** Microseconds of an interval on the target; one of months or years has no length and is its own text. */
export function targetMicroseconds(quoted: string): string {
  const hasMonths = `extract(year FROM ${quoted}) <> 0 OR extract(month FROM ${quoted}) <> 0`;
  // round() takes the zeros of the fraction away; an interval has none beyond microseconds.
  return `CASE WHEN ${hasMonths} THEN ${quoted}::text ELSE round(extract(epoch FROM ${quoted}) * 1000000)::text END`;
}

const UNITS_US: Readonly<Record<string, bigint>> = { day: 86_400_000_000n, days: 86_400_000_000n };

/** Microseconds of an interval as PostgreSQL prints it (IntervalStyle postgres): `1 day -02:03:04.5`. */
export function canonicalInterval(text: string): bigint | string {
  let total = 0n;
  let length = -1;
  for (const [part, count, unit, sign, h, m, s, fraction = ''] of text.matchAll(
    /(-?\d+) ([a-z]+)|([-+]?)(\d+):(\d\d):(\d\d)(?:\.(\d+))?/g,
  )) {
    length += part.length + 1;
    if (count !== undefined && unit !== undefined) {
      const size = UNITS_US[unit];
      // Months and years have no length: such a text equals only itself.
      if (size === undefined) return text;
      total += BigInt(count) * size;
    } else {
      const seconds = BigInt(h ?? 0) * 3600n + BigInt(m ?? 0) * 60n + BigInt(s ?? 0);
      const size = seconds * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
      total += sign === '-' ? -size : size;
    }
  }
  // What is no clock (infinity) has no length either.
  return length === text.length ? total : text;
}
