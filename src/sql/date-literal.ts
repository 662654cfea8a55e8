/** A date or moment read from the text of a literal. */
export interface CalendarLiteral {
  /** `2020-03-05`. */
  readonly date: string;
  /** `14:07:09.5`, undefined when the text has no time. */
  readonly time: string | undefined;
}

const DELIMITED =
  /^\s*(\d{2,4})[^\w\s](\d{1,2})[^\w\s](\d{1,2})(?:[T\s]+(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?)?)?\s*$/;
const DIGITS = /^\s*(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})(?:\.(\d+))?)?\s*$/;

/** Reads what MySQL takes for a date; undefined when it gives NULL (or a zero date, `isZeroDate`). */
export function calendarLiteral(text: string): CalendarLiteral | undefined {
  const found = DELIMITED.exec(text) ?? DIGITS.exec(text);
  if (found === null) return undefined;
  const [, year = '', month = '', day = '', hour, minute, second, fraction] = found;
  const full = year.length === 2 ? String(Number(year) + (Number(year) < 70 ? 2000 : 1900)) : year.padStart(4, '0');
  const date = `${full}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (year.length === 3 || !isDay(full, month, day)) return undefined;
  if (hour === undefined) return { date, time: undefined };
  if (Number(hour) > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59) return undefined;
  const clock = [hour, minute ?? '0', second ?? '0'].map((part) => part.padStart(2, '0')).join(':');
  return { date, time: fraction === undefined || fraction === '' ? clock : `${clock}.${fraction.slice(0, 6)}` };
}

function isDay(year: string, month: string, day: string): boolean {
  if (Number(year) === 0 || Number(month) < 1 || Number(month) > 12 || Number(day) < 1) return false;
  const isLeap = (Number(year) % 4 === 0 && Number(year) % 100 !== 0) || Number(year) % 400 === 0;
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return Number(day) <= (days[Number(month) - 1] ?? 0);
}

/** `0000-00-00`, with or without a time. */
export function isZeroDate(text: string): boolean {
  return /^\s*0{2,4}-0{1,2}-0{1,2}(?:[T\s]+[0:.]+)?\s*$/.test(text);
}

/** The parts of a date whose month or day is 0, and its year is not; undefined for any other text. */
export function partialDate(
  text: string,
): { readonly year: number; readonly month: number; readonly day: number } | undefined {
  const [, year = 0, month = 0, day = 0] = (/^\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*$/.exec(text) ?? []).map(Number);
  const isPartial = year > 0 && month * day === 0 && month <= 12 && day <= 31;
  return isPartial ? { year, month, day } : undefined;
}

const TIME = /^\s*(-?)(?:(\d+)\s+)?(\d{1,3}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?\s*$/;

/** Reads what MySQL takes for a time of `HH:MM[:SS]` or `D HH:MM:SS`, clamped to its range; undefined when it is none. */
export function timeLiteral(text: string): string | undefined {
  const found = TIME.exec(text);
  if (found === null) return undefined;
  const [, sign = '', days = '0', hour = '', minute = '', second = '0', fraction = ''] = found;
  if (Number(minute) > 59 || Number(second) > 59) return undefined;
  const hours = Number(days) * 24 + Number(hour);
  if (hours > 838) return `${sign}838:59:59`;
  const clock = [String(hours), minute, second].map((part) => part.padStart(2, '0')).join(':');
  return `${sign}${clock}${fraction === '' ? '' : `.${fraction.slice(0, 6)}`}`;
}
