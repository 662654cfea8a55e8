import type { ColumnType } from '../contract/table.ts';
import type { BinlogDecoder, ColumnCodec, WireColumn } from './codec.ts';
import { highResolutionFraction } from './old-temporal.ts';
import { stampCodec } from './stamp.ts';
import { fractionBytes, putClock, putDate, putFraction, readFraction, stampLength, startText } from './temporal.ts';
import { WIRE } from './wire-type.ts';

type Timestamp = Extract<ColumnType, { kind: 'timestamp' }>;

const Z = 0x5a;
const DAY_SECONDS = 86_400;

/** timestamp(n): `YYYY-MM-DDThh:mm:ss.ffffffZ` in the log. Sessions that read it have `time_zone = '+00:00'`. */
export function timestampCodec({ fraction }: Timestamp): ColumnCodec {
  return stampCodec({ fraction, isInstant: true, binlog: (wire) => timestampDecoder(wire, fraction) });
}

function timestampDecoder(wire: WireColumn, fraction: number): BinlogDecoder {
  const isNew = wire.code === WIRE.timestamp2;
  const fractionOf = isNew ? readFraction : highResolutionFraction;
  const size = 4 + fractionBytes(fraction);
  const length = stampLength(fraction) + 1;
  return (cell, out) => {
    const at = cell.position;
    cell.skip(size);
    const source = cell.bytes;
    const isBig = isNew || fraction > 0;
    const seconds = isBig ? source.readUInt32BE(at) : source.readUInt32LE(at);
    const microsecond = fractionOf(source, at + 4, fraction);
    const start = startText(out, length);
    putEpoch(out.bytes, start, seconds, microsecond === 0);
    putFraction(out.bytes, start + 19, microsecond, fraction);
    out.bytes[start + length - 1] = Z;
  };
}

/** Seconds since 1970 as `YYYY-MM-DDThh:mm:ss`; 0 is the zero date, the only value of a TIMESTAMP before 1970-01-01 00:00:01. */
function putEpoch(bytes: Uint8Array, at: number, seconds: number, isWhole: boolean): void {
  const days = (seconds / DAY_SECONDS) | 0;
  const rest = seconds - days * DAY_SECONDS;
  if (seconds === 0 && isWhole) putDate(bytes, at, 0, 0, 0);
  else putDay(bytes, at, days);
  bytes[at + 10] = 0x54;
  const hour = (rest / 3600) | 0;
  const minute = ((rest - hour * 3600) / 60) | 0;
  putClock(bytes, at + 11, hour, minute, rest - hour * 3600 - minute * 60);
}

/** Civil date of a day number since 1970, with years that start in March so that the leap day is the last. */
function putDay(bytes: Uint8Array, at: number, days: number): void {
  const shifted = days + 719_468;
  const era = (shifted / 146_097) | 0;
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra =
    ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36_524) | 0) - ((dayOfEra / 146_096) | 0)) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0));
  const march = ((5 * dayOfYear + 2) / 153) | 0;
  const day = dayOfYear - (((153 * march + 2) / 5) | 0) + 1;
  const month = march < 10 ? march + 3 : march - 9;
  putDate(bytes, at, yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day);
}
