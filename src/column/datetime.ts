import type { ColumnType } from '../contract/table.ts';
import type { BinlogDecoder, ColumnCodec, WireColumn } from './codec.ts';
import { highResolutionDatetime } from './old-temporal.ts';
import { stampCodec } from './stamp.ts';
import { fractionBytes, putClock, putDate, putFraction, readFraction, stampLength, startText } from './temporal.ts';
import { WIRE } from './wire-type.ts';

type Datetime = Extract<ColumnType, { kind: 'datetime' }>;

/** datetime(n): `YYYY-MM-DDThh:mm:ss.ffffff` in the log with n digits, no zone. */
export function datetimeCodec({ fraction }: Datetime): ColumnCodec {
  return stampCodec({ fraction, isInstant: false, binlog: (wire) => datetimeDecoder(wire, fraction) });
}

function datetimeDecoder(wire: WireColumn, fraction: number): BinlogDecoder {
  if (wire.code !== WIRE.datetime2) return highResolutionDatetime(fraction);
  const size = 5 + fractionBytes(fraction);
  const length = stampLength(fraction);
  return (cell, out) => {
    const at = cell.position;
    cell.skip(size);
    const source = cell.bytes;
    // Forty bits, big-endian: sign, year * 13 + month in 17, day in 5, hour in 5, minute in 6, second in 6.
    const date =
      (((source[at] as number) & 0x7f) << 15) | ((source[at + 1] as number) << 7) | ((source[at + 2] as number) >> 1);
    const clock =
      (((source[at + 2] as number) & 1) << 16) | ((source[at + 3] as number) << 8) | (source[at + 4] as number);
    const months = date >> 5;
    const year = (months / 13) | 0;
    const start = startText(out, length);
    const { bytes } = out;
    putDate(bytes, start, year, months - year * 13, date & 31);
    bytes[start + 10] = 0x54;
    putClock(bytes, start + 11, clock >> 12, (clock >> 6) & 63, clock & 63);
    putFraction(bytes, start + 19, readFraction(source, at + 5, fraction), fraction);
  };
}
