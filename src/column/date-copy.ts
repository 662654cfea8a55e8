import { ValueError } from '../contract/error.ts';
import type { CopyEncoder, ValuePolicy } from './codec.ts';
import { copyAscii } from './copy-text.ts';
import { readDigits } from './digit.ts';
import { type TargetType, textLimit } from './target-type.ts';
import { offsetText, utcText, zoneOffset } from './zone.ts';

const ZERO = 0x30;
const DATE_LENGTH = 10;
const CLOCK_END = 19;

/** Where a value of the log that starts with a date stands. */
interface Span {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Zero in the year, month or day: what MySQL calls a zero date and PostgreSQL has no place for. */
export function isZeroDate({ bytes, start }: Span): boolean {
  const isYear = bytes[start] === ZERO && readDigits(bytes, start, 4) === 0;
  return isYear || readDigits(bytes, start + 5, 2) === 0 || readDigits(bytes, start + 8, 2) === 0;
}

const MONTH_DAYS = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** ALLOW_INVALID_DATES lets a server keep 31 February. */
function refuseInvalidDate({ bytes, start }: Span): void {
  const day = readDigits(bytes, start + 8, 2);
  if (day <= 28) return;
  const year = readDigits(bytes, start, 4);
  const month = readDigits(bytes, start + 5, 2);
  const isLeap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day > (MONTH_DAYS[month] as number) + (isLeap ? 1 : 0))
    throw new ValueError('invalid-date', 'the calendar has no such day');
}

/** How many digits after the second a target keeps; null for a type without a clock. */
export function targetFraction(target: TargetType): number | null {
  return /^(timestamp|time|interval)/.test(target.name) ? (target.sizes[0] ?? 6) : null;
}

/**
 * Encoder of a date or of a date with a clock (`fraction` digits after the second), as the log has it, into date,
 * timestamp and timestamptz, there as a time of the policy's zone. PostgreSQL would round what its precision cuts and
 * drop a clock, so those are refused.
 */
export function dateEncoder(target: TargetType, fraction: number | null, policy: ValuePolicy): CopyEncoder | null {
  if (textLimit(target) === Number.POSITIVE_INFINITY) return copyAscii;
  const kept = target.name === 'date' ? null : targetFraction(target);
  if (kept === null && target.name !== 'date') return null;
  if (!/^(date|timestamp)/.test(target.name)) return null;
  const zone = zoneOf(target, policy);
  const zeroDate = zeroDateText(policy.zeroDate, zone);
  return (value, out) => {
    const start = value.span();
    const { bytes, position: end } = value;
    const span = { bytes, start, end };
    if (isZeroDate(span)) {
      out.latin1(zeroDate());
      return;
    }
    refuseInvalidDate(span);
    if (fraction !== null && kept === null) refuseClock(span);
    if (fraction !== null && kept !== null && kept < fraction)
      refuseCut(bytes, start + 20 + kept, start + 20 + fraction);
    out.raw(bytes, start, start + (kept === null ? DATE_LENGTH : textLength(fraction)));
    if (zone === 'UTC') out.latin1('+00');
    else if (zone !== null) {
      // An offset needs a clock before it.
      if (fraction === null) out.latin1(' 00:00:00');
      out.latin1(offsetText(zoneOffset(zone, bytes, start, fraction !== null)));
    }
  };
}

/** Zone that a value without one is of; null where the target keeps none either. */
export function zoneOf(target: TargetType, { zone = 'UTC' }: ValuePolicy): string | null {
  return target.name === 'timestamp with time zone' ? zone : null;
}

/** Without the Z of a timestamp. */
function textLength(fraction: number | null): number {
  return fraction === null ? DATE_LENGTH : fraction === 0 ? 19 : 20 + fraction;
}

function zeroDateText(zeroDate: string, zone: string | null): () => string {
  if (zeroDate.toLowerCase() === 'null') return () => '\\N';
  if (zeroDate === 'refuse')
    return () => {
      throw new ValueError('zero-date', 'PostgreSQL has no zero in a date');
    };
  if (zone === null || zone === 'UTC' || zeroDate.endsWith('infinity')) return () => zeroDate;
  return () => `${zeroDate} 00:00:00${offsetText(zoneOffset(zone, Buffer.from(zeroDate), 0, false))}`;
}

export function refuseCut(bytes: Buffer, from: number, to: number): void {
  for (let i = from; i < to; i++)
    if (bytes[i] !== ZERO) throw new ValueError('cut-fraction', 'the target keeps fewer digits of the second');
}

function refuseClock({ bytes, start, end }: Span): void {
  for (let i = start + DATE_LENGTH; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte > ZERO && byte <= 0x39) throw new ValueError('cut-time', 'a date has no place for the time of day');
  }
}

/** Digits after the second without zeros at the end. */
export function trimFraction(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** What a date, timestamp or timestamptz column holds of a value of the log. */
export function canonicalDate(text: string, target: TargetType, policy: ValuePolicy): string | null {
  if (textLimit(target) !== null) return text;
  const span = { bytes: Buffer.from(text, 'latin1'), start: 0, end: text.length };
  const isReplaced = isZeroDate(span) && policy.zeroDate !== 'refuse';
  if (isReplaced && policy.zeroDate.toLowerCase() === 'null') return null;
  const held = isReplaced ? policy.zeroDate : text;
  const zone = zoneOf(target, policy);
  if (zone === null || zone === 'UTC' || held.endsWith('infinity')) return canonicalStamp(held, target);
  const { stamp, era } = utcText(zone, held);
  return `${trimFraction(stamp + held.slice(CLOCK_END))}${era}`;
}

/** PostgreSQL's own text: a space before the clock, no zone, no zeros at the end of the fraction. */
export function canonicalStamp(text: string, target: TargetType): string {
  if (textLimit(target) !== null || text.endsWith('infinity')) return text;
  const [, era = ''] = /( BC)?$/.exec(text) ?? [];
  const plain = text
    .slice(0, text.length - era.length)
    .replace('T', ' ')
    .replace(/(Z|\+00)$/, '');
  // Midnight is a date's own; another time of day is none that a date can hold, and equals none.
  if (target.name === 'date') return `${plain.replace(/ 00:00:00(\.0+)?$/, '')}${era}`;
  return `${plain.length === DATE_LENGTH ? `${plain} 00:00:00` : trimFraction(plain)}${era}`;
}
