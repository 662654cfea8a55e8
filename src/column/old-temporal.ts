import type { AvroReader } from '../avro/reader.ts';
import type { BinlogDecoder } from './codec.ts';
import { putStamp, type Stamp, stampLength, startText, writeTime } from './temporal.ts';

/**
 * The temporal formats of before MySQL 5.6, which MariaDB still writes for old columns and with
 * `mysql56_temporal_format=OFF`: decimal digits in an integer, or with a fraction a count of its smallest unit.
 */
const DATETIME_BYTES = [8, 6, 6, 7, 7, 7, 8];
const TIME_BYTES = [3, 4, 4, 5, 5, 5, 6];
const FRACTION_BYTES = [0, 1, 1, 2, 2, 3, 3];
const UNIT = [1e6, 1e5, 1e4, 1e3, 100, 10, 1];

function bigEndian(cell: AvroReader, size: number): bigint {
  let value = 0n;
  for (let i = 0; i < size; i++) value = (value << 8n) | BigInt(cell.byte());
  return value;
}

/** A fraction behind the seconds of an old TIMESTAMP(n): big-endian, in the smallest unit of the column. */
export function highResolutionFraction(bytes: Buffer, at: number, digits: number): number {
  const size = FRACTION_BYTES[digits] as number;
  return size === 0 ? 0 : bytes.readUIntBE(at, size) * (UNIT[digits] as number);
}

export function highResolutionDatetime(fraction: number): BinlogDecoder {
  const size = DATETIME_BYTES[fraction] as number;
  return (cell, out) => {
    const stamp = fraction === 0 ? digitStamp(cell) : packedStamp(bigEndian(cell, size), fraction);
    const at = startText(out, stampLength(fraction));
    putStamp(out.bytes, at, stamp, fraction);
  };
}

/** YYYYMMDDhhmmss as a 64-bit number, little endian. */
function digitStamp(cell: AvroReader): Stamp {
  const at = cell.position;
  cell.skip(8);
  const text = String(cell.bytes.readBigUInt64LE(at)).padStart(14, '0');
  const part = (from: number, to: number) => Number(text.slice(from, to));
  return {
    year: part(0, 4),
    month: part(4, 6),
    day: part(6, 8),
    hour: part(8, 10),
    minute: part(10, 12),
    second: part(12, 14),
    microsecond: 0,
  };
}

/** ((((year * 13 + month) * 32 + day) * 24 + hour) * 60 + minute) * 60 + second, times the fraction's units. */
function packedStamp(packed: bigint, fraction: number): Stamp {
  let rest = packed;
  const digit = (base: bigint) => {
    const value = Number(rest % base);
    rest /= base;
    return value;
  };
  const microsecond = digit(10n ** BigInt(fraction)) * (UNIT[fraction] as number);
  const second = digit(60n);
  const minute = digit(60n);
  const hour = digit(24n);
  const day = digit(32n);
  const month = digit(13n);
  return { year: Number(rest), month, day, hour, minute, second, microsecond };
}

export function oldTime(fraction: number): BinlogDecoder {
  return fraction === 0 ? digitTime : packedTime(fraction);
}

/** hhmmss as a signed 24-bit number, little endian. */
const digitTime: BinlogDecoder = (cell, out) => {
  const at = cell.position;
  cell.skip(3);
  const value = cell.bytes.readIntLE(at, 3);
  const size = Math.abs(value);
  const clock = (Math.floor(size / 10_000) << 12) | ((Math.floor(size / 100) % 100) << 6) | (size % 100);
  writeTime(out, { isNegative: value < 0, clock, microseconds: 0, fraction: 0 });
};

/** Units since -839:00:00, big-endian. */
function packedTime(fraction: number): BinlogDecoder {
  const perSecond = 10n ** BigInt(fraction);
  const zero = 839n * 3600n * perSecond;
  return (cell, out) => {
    const units = bigEndian(cell, TIME_BYTES[fraction] as number) - zero;
    const size = units < 0n ? -units : units;
    const seconds = Number(size / perSecond);
    const microseconds = Number(size % perSecond) * (UNIT[fraction] as number);
    const clock = (Math.floor(seconds / 3600) << 12) | ((Math.floor(seconds / 60) % 60) << 6) | (seconds % 60);
    writeTime(out, { isNegative: units < 0n, clock, microseconds, fraction });
  };
}
