import { ByteWriter } from '../avro/byte-writer.ts';
import { ValueError } from '../contract/error.ts';
import type { ColumnType } from '../contract/table.ts';
import type { BinlogDecoder, ColumnCodec, ColumnFacts, CopyEncoder, DataQuestion, WireColumn } from './codec.ts';
import { copyAscii, skipper } from './copy-text.ts';
import { refuseCut, targetFraction, trimFraction } from './date-copy.ts';
import { readDigits } from './digit.ts';
import { fromText, stringLiteral } from './homeward.ts';
import { canonicalInterval, targetMicroseconds, writeMicroseconds } from './interval.ts';
import { oldTime } from './old-temporal.ts';
import { type ServerText, targetPlain } from './server-text.ts';
import { fractionText } from './stamp-home.ts';
import { type TargetType, targetType, textLimit } from './target-type.ts';
import { fractionBytes, readFraction, writeTime } from './temporal.ts';
import { WIRE } from './wire-type.ts';

type Time = Extract<ColumnType, { kind: 'time' }>;

export const TIME_QUESTION: DataQuestion = {
  fact: 'isTimeOfDay',
  isAsked: (columnType) => /^time\b/.test(columnType),
  violation: (quoted) => `(${quoted} < '00:00:00' OR ${quoted} >= '24:00:00')`,
  breaks: (text) => !/^([01]\d|2[0-3]):/.test(text),
};

/** time(n): the server's text in the log, `-838:59:59.000000` to `838:59:59.000000` with n digits. */
export function timeCodec({ fraction }: Time): ColumnCodec {
  return {
    avro: 'string',
    skip: skipper('string'),
    binlog: (wire) => timeDecoder(wire, fraction),
    select: (quoted) => quoted,
    query: (bytes, start, end, out) => out.slice(bytes, start, end),
    target: (facts) => targetTime(fraction, facts),
    check: () => null,
    copy: (target) => copyTime(targetType(target), fraction),
    canonicalSource: (value, target) => canonicalTime(value.string(), target),
    canonicalTarget: canonicalTime,
    serverText: (target) => timeText(fraction, targetType(target).name),
    fromTarget: (target) =>
      copyTime(targetType(target), fraction) === null
        ? null
        : fromText((text, out) => out.string(homewardTime(text, target, fraction))),
    literal: () => (value) => timeLiteral(value.string(), fraction),
  };
}

/** As the source prints it; an interval of months stays as it is. */
function homewardTime(text: string, target: string, fraction: number): string {
  if (textLimit(targetType(target)) !== null) return text;
  const interval = target.startsWith('interval') ? canonicalInterval(text) : null;
  if (typeof interval === 'string') return text;
  const [whole = '', digits = ''] = (interval === null ? text : clockText(interval)).split('.');
  return `${whole}${fractionText(digits, fraction)}`;
}

function clockText(microseconds: bigint): string {
  const out = new ByteWriter(32);
  writeMicroseconds(out, microseconds);
  return out.take().toString('latin1');
}

/** `-838:59:59` to `838:59:59`: the source would take the nearest of them, or round. */
function timeLiteral(text: string, fraction: number): string {
  const [, hours, digits = ''] = /^-?(\d{2,}):[0-5]\d:[0-5]\d(?:\.(\d+))?$/.exec(text) ?? [];
  const isBeyond = Number(hours) > 838 || (text.includes('838:59:59') && /[1-9]/.test(digits));
  if (hours === undefined || isBeyond) throw new ValueError('out-of-range', 'time of the source ends at 838:59:59');
  if (/[1-9]/.test(digits.slice(fraction)))
    throw new ValueError('cut-fraction', 'the source keeps fewer digits of the second');
  return stringLiteral(text);
}

function targetTime(fraction: number, facts: ColumnFacts): string {
  return facts.isTimeOfDay ? `time(${fraction}) without time zone` : `interval(${fraction})`;
}

function timeText(fraction: number, target: string): ServerText | null {
  if (target === 'interval') return { source: sourceMicroseconds, target: targetMicroseconds };
  if (target !== 'time without time zone') return null;
  const text = (quoted: string) => `CAST(${quoted} AS CHAR)`;
  const trimmed = (quoted: string) => `TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM ${text(quoted)}))`;
  return { source: fraction === 0 ? text : trimmed, target: targetPlain };
}

/** HOUR, MINUTE, SECOND and MICROSECOND know no sign. */
function sourceMicroseconds(quoted: string): string {
  const seconds = `HOUR(${quoted}) * 3600 + MINUTE(${quoted}) * 60 + SECOND(${quoted})`;
  const size = `((${seconds}) * 1000000 + MICROSECOND(${quoted}))`;
  return `CAST(IF(${quoted} < TIME'00:00:00', -1, 1) * ${size} AS CHAR)`;
}

const SIGN_BIT = 0x800000;

function timeDecoder(wire: WireColumn, fraction: number): BinlogDecoder {
  if (wire.code !== WIRE.time2) return oldTime(fraction);
  const tail = fractionBytes(fraction);
  const unit = 0x100 ** tail;
  return (cell, out) => {
    const at = cell.position;
    cell.skip(3 + tail);
    const source = cell.bytes;
    let clock =
      (((source[at] as number) << 16) | ((source[at + 1] as number) << 8) | (source[at + 2] as number)) - SIGN_BIT;
    let microseconds = readFraction(source, at + 3, fraction);
    const isNegative = clock < 0;
    // One two's complement number over both parts: a negative fraction borrowed from the whole seconds.
    if (isNegative && microseconds !== 0) {
      clock++;
      microseconds = unit * (tail === 1 ? 10_000 : tail === 2 ? 100 : 1) - microseconds;
    }
    if (isNegative) clock = -clock;
    writeTime(out, { isNegative, clock, microseconds, fraction });
  };
}

function copyTime(target: TargetType, fraction: number): CopyEncoder | null {
  if (textLimit(target) === Number.POSITIVE_INFINITY) return copyAscii;
  const kept = targetFraction(target);
  if (kept === null) return null;
  const isInterval = target.name === 'interval';
  if (!isInterval && target.name !== 'time without time zone') return null;
  return (value, out) => {
    const start = value.span();
    const end = value.position;
    if (!isInterval) refuseBeyondDay(value.bytes, start, end);
    if (kept < fraction) refuseCut(value.bytes, end - fraction + kept, end);
    out.raw(value.bytes, start, end);
  };
}

/** PostgreSQL's time ends at 24:00:00. */
function refuseBeyondDay(bytes: Buffer, start: number, end: number): void {
  const isLong = bytes[start] === 0x2d || bytes[start + 2] !== 0x3a;
  const hour = isLong ? 99 : readDigits(bytes, start, 2);
  if (hour < 24) return;
  let isExactly24 = hour === 24;
  for (let i = start + 3; i < end; i++) if ((bytes[i] as number) >= 0x31 && bytes[i] !== 0x3a) isExactly24 = false;
  if (!isExactly24) throw new ValueError('out-of-range', 'time holds 00:00:00 to 24:00:00');
}

function canonicalTime(text: string, target: string): string {
  if (target.startsWith('interval')) return String(canonicalInterval(text));
  return target.startsWith('time') ? trimFraction(text) : text;
}
