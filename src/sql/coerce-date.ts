import { localTime } from './coerce.ts';
import type { Context } from './context.ts';
import { type CalendarLiteral, calendarLiteral, isZeroDate, timeLiteral } from './date-literal.ts';
import { atom, cast, type Fragment, operand, quoteLiteral } from './fragment.ts';
import type { Span } from './span.ts';
import { DATE, DATETIME, INTERVAL, type ValueType } from './value-type.ts';

/** A value as a day. A literal that is no date is NULL, as on MySQL. */
export function toDate(value: Fragment, context: Context, span: Span): Fragment {
  const calendar = toCalendar(value, context, span);
  if (calendar.type.kind === 'date') return calendar;
  const found = calendar.literal === undefined ? undefined : calendarLiteral(calendar.literal);
  return found === undefined ? cast(calendar, 'date', DATE) : dateAtom(found);
}

/** A value as a moment without zone. */
export function toMoment(value: Fragment, context: Context, span: Span): Fragment {
  const calendar = toCalendar(value, context, span);
  if (calendar.type.kind !== 'date') return calendar;
  const found = calendar.literal === undefined ? undefined : calendarLiteral(calendar.literal);
  return found === undefined ? cast(calendar, 'timestamp', DATETIME) : momentAtom(found);
}

/** A value as a day or, when it has a time, as a moment: what date arithmetic starts from. */
export function toCalendar(value: Fragment, context: Context, span: Span): Fragment {
  const { kind } = value.type;
  if (kind === 'date' || kind === 'datetime') return value;
  if (kind === 'instant') return localTime(value, context);
  if (kind === 'null') return atom('NULL::timestamp', DATETIME);
  const literal = value.literal ?? numberLiteral(value);
  if (literal !== undefined) return calendarOf(literal, context, span);
  if (kind === 'time') {
    context.report('CONSTRUCT', span, 'a time is used as a date, which on MySQL is that time of the current day');
    return { ...value, type: DATETIME };
  }
  if (value.calendar === 'date') return cast(value, 'date', DATE);
  if (value.calendar === undefined)
    context.report('TEXT_AS_DATE', span, 'a value that is no date by its type is used as one');
  return cast(value, 'timestamp', { kind: 'datetime', digits: undefined });
}

/** Whether one of several values that become a text is a day or a moment, whichever it is. */
export function textCalendar(values: readonly Fragment[], type: ValueType): Pick<Fragment, 'calendar'> {
  if (type.kind !== 'text') return {};
  const found = values.flatMap(({ type: own, literal, calendar }) => {
    if (own.kind === 'null') return [];
    if (own.kind === 'date' || calendar === 'date') return ['date' as const];
    if (own.kind === 'datetime' || own.kind === 'instant' || calendar === 'moment') return ['moment' as const];
    const read = literal !== undefined && WRITTEN.test(literal) ? calendarLiteral(literal) : undefined;
    return [read === undefined ? undefined : read.time === undefined ? ('date' as const) : ('moment' as const)];
  });
  if (found.length === 0 || found.includes(undefined)) return {};
  return { calendar: found.includes('moment') ? 'moment' : 'date' };
}

/** As both servers read it. */
const WRITTEN = /^\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d(?:\.\d+)?)?$/;

/** 20200305 is a date to MySQL too. */
function numberLiteral(value: Fragment): string | undefined {
  return value.type.kind === 'integer' && /^\d{8}(?:\d{6})?$/.test(value.sql) ? value.sql : undefined;
}

function calendarOf(literal: string, context: Context, span: Span): Fragment {
  const found = calendarLiteral(literal);
  if (found !== undefined) return found.time === undefined ? dateAtom(found) : momentAtom(found);
  const isZero = isZeroDate(literal);
  // Where strict mode stores a value, a text that is no date is an error.
  if (!isZero && context.scope.isNumberChecked === true) return atom(`${quoteLiteral(literal)}::date`, DATE);
  const code = isZero ? 'ZERO_DATE' : 'INVALID_DATE';
  context.report(code, span, `'${literal.slice(0, 40)}' is no date of the target`);
  return atom('NULL::date', DATE);
}

function dateAtom({ date }: CalendarLiteral): Fragment {
  return { ...atom(`DATE '${date}'`, DATE), literal: date };
}

function momentAtom({ date, time }: CalendarLiteral): Fragment {
  const text = `${date} ${time ?? '00:00:00'}`;
  const digits = (time?.split('.')[1] ?? '').length;
  return { ...atom(`TIMESTAMP '${text}'`, { kind: 'datetime', digits }), literal: text };
}

/** A value as MySQL's TIME: an interval, or the time of day of a moment. */
export function toTime(value: Fragment, context: Context, span: Span): Fragment {
  const { kind } = value.type;
  if (kind === 'time') return value;
  if (kind === 'null') return atom('NULL::interval', INTERVAL);
  if (kind === 'datetime' || kind === 'instant') {
    return atom(`${operand(localTime(value, context))}::time`, { kind: 'time', isInterval: false });
  }
  if (kind === 'date') return atom("INTERVAL '00:00:00'", INTERVAL);
  if (value.literal !== undefined) return timeOf(value.literal, context, span);
  context.report('TEXT_AS_DATE', span, 'a value that is no time by its type is used as one');
  return cast(value, 'interval', INTERVAL);
}

function timeOf(literal: string, context: Context, span: Span): Fragment {
  const time = timeLiteral(literal);
  if (time !== undefined) return { ...atom(`INTERVAL '${time}'`, INTERVAL), literal: time };
  const moment = calendarLiteral(literal);
  if (moment?.time !== undefined)
    return { ...atom(`TIME '${moment.time}'`, { kind: 'time', isInterval: false }), literal: moment.time };
  context.report('INVALID_DATE', span, `'${literal.slice(0, 40)}' is no time of the form HH:MM:SS`);
  return atom('NULL::interval', INTERVAL);
}

/** A value with a time of day, for HOUR, MINUTE, SECOND: a moment or a time. */
export function toClock(value: Fragment, context: Context, span: Span): Fragment {
  const { kind } = value.type;
  if (kind === 'date' || kind === 'datetime' || kind === 'instant') return toMoment(value, context, span);
  return toTime(value, context, span);
}
