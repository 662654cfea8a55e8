/** Days, times and moments of the shop's ten years as SQL texts, quoted; never `Date` per row, never the wall clock. */
import type { Random } from './random.ts';

const FIRST_DAY_MS = Date.UTC(2014, 0, 1);
const DAY_MS = 86_400_000;

/** Days in the shop's history: 2014-01-01 to 2024-12-31. */
export const HISTORY_DAYS = 4018;

const days = Array.from({ length: HISTORY_DAYS + 3650 }, (_, day) =>
  new Date(FIRST_DAY_MS + day * DAY_MS).toISOString().slice(0, 10),
);
const two = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'));

/** The day `day` days after 2014-01-01, unquoted. */
export function dayText(day: number): string {
  return days[day] ?? '2034-12-31';
}

/** `HH:MM:SS` of a second of the day, unquoted. */
function clockText(second: number): string {
  return `${two[Math.floor(second / 3600)]}:${two[Math.floor(second / 60) % 60]}:${two[second % 60]}`;
}

export function date(day: number): string {
  return `'${dayText(day)}'`;
}

export function time(random: Random): string {
  return `'${clockText(random.below(86_400))}'`;
}

/** A moment of the day without a fraction. */
export function moment(day: number, random: Random): string {
  return `'${dayText(day)} ${clockText(random.below(86_400))}'`;
}

/** A moment of the day in microseconds; a tenth of them are whole seconds, as rows from before the migration to (6). */
export function momentUs(day: number, random: Random): string {
  const second = clockText(random.below(86_400));
  if (random.oneIn(10)) return `'${dayText(day)} ${second}'`;
  return `'${dayText(day)} ${second}.${String(random.below(1_000_000)).padStart(6, '0')}'`;
}
