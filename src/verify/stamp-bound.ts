/** Digits that a second's fraction has at most. */
export const LONGEST_FRACTION = 6;

/**
 * A date or a date with a clock of the source, as the bound of a range of the target. What no calendar knows (zeros in
 * month or day, a day past its month's end) and the target cannot read becomes the last moment before it: the same rows
 * are before and behind it.
 */
export function stampBound(text: string, fraction: number): string {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  if (year === 0) return '-infinity';
  const lastDay = month === 0 ? 0 : daysIn(year, month);
  if (day > 0 && day <= lastDay) return text;
  if (month > 0 && day > 0) return lastMoment(year, month, fraction);
  if (month > 1) return lastMoment(year, month - 1, fraction);
  return year === 1 ? '-infinity' : lastMoment(year - 1, 12, fraction);
}

function lastMoment(year: number, month: number, fraction: number): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const clock = `23:59:59${fraction === 0 ? '' : `.${'9'.repeat(fraction)}`}`;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(daysIn(year, month))} ${clock}`;
}

function daysIn(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}
