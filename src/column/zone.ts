import { ValueError } from '../contract/error.ts';
import { readDigits } from './digit.ts';

const DAY_SECONDS = 86_400;
const CLOCK_AT = 11;

const formats = new Map<string, Intl.DateTimeFormat>();

/** True for a name of the time zone database, such as `Europe/Berlin` or `UTC`. */
export function isZone(name: string): boolean {
  try {
    formatOf(name);
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  formats.set(zone, format);
  return format;
}

/** Seconds that the zone's clock is ahead of UTC at an instant, given in seconds since 1970 UTC. */
export function offsetAt(zone: string, atSeconds: number): number {
  const [, sign, hours = '0', minutes = '0', seconds = '0'] =
    /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(formatOf(zone).format(atSeconds * 1000)) ?? [];
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === '-' ? -size : size;
}

/** Days on which a zone's clock is not changed, nor on the days beside them, with its offset. */
const steady = new Map<string, Map<number, number>>();
const STEADY_DAYS = 200_000;

/**
 * Seconds that the zone's clock is ahead of UTC when it shows this local time, given in seconds since 1970 as if it
 * were UTC. An hour that comes twice means the second time, as PostgreSQL takes it; null for one that is left out.
 */
export function offsetOfLocal(zone: string, localSeconds: number): number | null {
  const days = steady.get(zone) ?? new Map<number, number>();
  steady.set(zone, days);
  const day = Math.floor(localSeconds / DAY_SECONDS);
  const known = days.get(day);
  if (known !== undefined) return known;
  const before = offsetAt(zone, (day - 1) * DAY_SECONDS);
  const after = offsetAt(zone, (day + 2) * DAY_SECONDS);
  if (before !== after) return aroundChange(zone, localSeconds, before, after);
  if (days.size >= STEADY_DAYS) days.clear();
  days.set(day, before);
  return before;
}

function aroundChange(zone: string, localSeconds: number, before: number, after: number): number | null {
  const isShown = (offset: number) => offsetAt(zone, localSeconds - offset) === offset;
  if (isShown(after)) return after;
  return isShown(before) ? before : null;
}

/** Seconds since 1970 as if it were UTC of a date, with its clock where `hasClock`, as the log writes it. */
function localSecondsOf(bytes: Buffer, start: number, hasClock: boolean): number {
  const days = daysOf(readDigits(bytes, start, 4), readDigits(bytes, start + 5, 2), readDigits(bytes, start + 8, 2));
  if (!hasClock) return days * DAY_SECONDS;
  const at = start + CLOCK_AT;
  const clock = readDigits(bytes, at, 2) * 3600 + readDigits(bytes, at + 3, 2) * 60 + readDigits(bytes, at + 6, 2);
  return days * DAY_SECONDS + clock;
}

/** The offset of a local time of the log; ValueError `no-such-time` where the zone's clock never shows it. */
export function zoneOffset(zone: string, bytes: Buffer, start: number, hasClock: boolean): number {
  const offset = offsetOfLocal(zone, localSecondsOf(bytes, start, hasClock));
  if (offset === null) throw new ValueError('no-such-time', `the clock of ${zone} never shows this time`);
  return offset;
}

/** An offset as PostgreSQL reads it behind a clock: `+02:00:00`. */
export function offsetText(offset: number): string {
  const size = Math.abs(offset);
  const two = (value: number) => String(value).padStart(2, '0');
  const rest = `${two(Math.floor(size / 60) % 60)}:${two(size % 60)}`;
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 3600))}:${rest}`;
}

/** `YYYY-MM-DD hh:mm:ss` in UTC, with ` BC` behind it where PostgreSQL prints that, of a local time of the log. */
export function utcText(zone: string, text: string): { readonly stamp: string; readonly era: string } {
  const bytes = Buffer.from(text, 'latin1');
  const hasClock = text.length > CLOCK_AT;
  const seconds = localSecondsOf(bytes, 0, hasClock) - zoneOffset(zone, bytes, 0, hasClock);
  const days = Math.floor(seconds / DAY_SECONDS);
  const clock = seconds - days * DAY_SECONDS;
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${two(Math.floor(clock / 3600))}:${two(Math.floor(clock / 60) % 60)}:${two(clock % 60)}`;
  const { year, month, day } = dateOf(days);
  const shown = String(year > 0 ? year : 1 - year).padStart(4, '0');
  return { stamp: `${shown}-${two(month)}-${two(day)} ${time}`, era: year > 0 ? '' : ' BC' };
}

/** A date and a clock, as PostgreSQL prints them; year 0 is 1 BC. */
export interface PrintedStamp {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** `hh:mm:ss` */
  readonly clock: string;
}

/** What a zone's clock shows at an instant that is given in UTC. */
export function localOf(zone: string, { year, month, day, clock }: PrintedStamp): PrintedStamp {
  const at = Buffer.from(clock, 'latin1');
  const seconds = readDigits(at, 0, 2) * 3600 + readDigits(at, 3, 2) * 60 + readDigits(at, 6, 2);
  const utc = daysOf(year, month, day) * DAY_SECONDS + seconds;
  const local = utc + offsetAt(zone, utc);
  const days = Math.floor(local / DAY_SECONDS);
  const rest = local - days * DAY_SECONDS;
  const two = (value: number) => String(value).padStart(2, '0');
  return {
    ...dateOf(days),
    clock: `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`,
  };
}

const ERA_DAYS = 146_097;
const EPOCH_DAYS = 719_468;

/** Days since 1970-01-01 in the proleptic calendar; years begin in March, so that the leap day is the last of them. */
function daysOf(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * ERA_DAYS + dayOfEra - EPOCH_DAYS;
}

function dateOf(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + EPOCH_DAYS;
  const era = Math.floor(shifted / ERA_DAYS);
  const dayOfEra = shifted - era * ERA_DAYS;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const march = Math.floor((5 * dayOfYear + 2) / 153);
  const month = march < 10 ? march + 3 : march - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * march + 2) / 5) + 1 };
}
