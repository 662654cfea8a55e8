import { localTime, toNumber, toText } from '../coerce.ts';
import { toClock, toDate, toMoment, toTime } from '../coerce-date.ts';
import type { Context } from '../context.ts';
import { type FormatPart, formatParts, readingPicture } from '../date-format.ts';
import { partialDate } from '../date-literal.ts';
import { pictured } from '../date-picture.ts';
import type { Call, Expression } from '../expression.ts';
import { atom, compound, type Fragment, operand, quoteLiteral } from '../fragment.ts';
import { type RuleTable, take } from '../rule.ts';
import { timePictured } from '../time-text.ts';
import { BIGINT, DATE, DATETIME, INTEGER, INTERVAL, TEXT } from '../value-type.ts';
import { wrongCount } from './cond.ts';

/** Dates and times: parts of them, formats, differences. */
export const DATE_RULES: RuleTable = {
  DATE: (call, context) => one(call, context, (value, arg) => toDate(value, context, arg)),
  TIME: (call, context) => one(call, context, (value, arg) => toTime(toClock(value, context, arg), context, arg)),
  TIMESTAMP: (call, context) => {
    const [first, second] = call.args;
    if (first === undefined) return wrongCount(call, context);
    const moment = toMoment(context.fragment(first), context, first);
    if (second === undefined) return moment;
    return compound(`${operand(moment)} + ${operand(take('time', second, context))}`, moment.type);
  },
  YEAR: (call, context) => part('year', call, context),
  MONTH: (call, context) => part('month', call, context),
  DAY: (call, context) => part('day', call, context),
  DAYOFMONTH: (call, context) => part('day', call, context),
  HOUR: (call, context) => clockPart('hour', call, context),
  MINUTE: (call, context) => clockPart('minute', call, context),
  SECOND: (call, context) => clockPart('second', call, context, (number) => `floor(${number})`),
  MICROSECOND: (call, context) => clockPart('microsecond', call, context, (number) => `(${number}::bigint % 1000000)`),
  QUARTER: [{ args: ['date'], sql: 'extract(quarter from $1)::int', type: INTEGER }],
  DAYOFYEAR: [{ args: ['date'], sql: 'extract(doy from $1)::int', type: INTEGER }],
  DAYOFWEEK: [{ args: ['date'], sql: 'extract(dow from $1)::int + 1', type: INTEGER }],
  WEEKDAY: [{ args: ['date'], sql: 'extract(isodow from $1)::int - 1', type: INTEGER }],
  WEEKOFYEAR: [{ args: ['date'], sql: 'extract(week from $1)::int', type: INTEGER }],
  WEEK: (call, context) => {
    const [value, mode] = call.args;
    if (value === undefined) return wrongCount(call, context);
    return week(call, context, take('date', value, context).sql, modeOf(mode, context));
  },
  YEARWEEK: yearWeek,
  DAYNAME: [{ args: ['date'], sql: "to_char($1, 'FMDay')", type: TEXT }],
  MONTHNAME: [{ args: ['date'], sql: "to_char($1, 'FMMonth')", type: TEXT }],
  LAST_DAY: [
    { args: ['date'], sql: "(date_trunc('month', %1::timestamp) + INTERVAL '1 month - 1 day')::date", type: DATE },
  ],
  TO_DAYS: [{ args: ['date'], sql: "%1 - DATE '0001-01-01' + 366", type: INTEGER }],
  FROM_DAYS: [{ args: ['integer'], sql: "DATE '0001-01-01' + (%1 - 366)::int", type: DATE }],
  TO_SECONDS: [
    {
      args: ['moment'],
      sql: "extract(epoch from %1 - TIMESTAMP '0001-01-01 00:00:00')::bigint + 31622400",
      type: BIGINT,
    },
  ],
  DATEDIFF: [{ args: ['date', 'date'], sql: '%1 - %2', type: INTEGER }],
  MAKEDATE: makeDate,
  MAKETIME: [
    {
      args: ['integer', 'integer', 'number'],
      sql: 'CASE WHEN %2 BETWEEN 0 AND 59 AND %3 >= 0 AND %3 < 60 THEN make_interval(hours => %1::int, mins => %2::int, secs => %3::float8) END',
      type: INTERVAL,
    },
  ],
  SEC_TO_TIME: (call, context) =>
    one(call, context, (value, arg) => ofSeconds(operand(toNumber(value, context, arg)), context)),
  TIME_TO_SEC: [{ args: ['time'], sql: 'trunc(extract(epoch from $1))::int', type: INTEGER }],
  ADDTIME: (call, context) => shifted(call, context, '+'),
  SUBTIME: (call, context) => shifted(call, context, '-'),
  TIMEDIFF: timeDifference,
  TIMESTAMPDIFF: timestampDifference,
  TIMESTAMPADD: (call, context) => {
    const [amount, value] = call.args;
    if (amount === undefined || value === undefined) return wrongCount(call, context);
    const unit = call.keyword ?? 'DAY';
    const span = { start: call.start, end: call.end };
    return context.fragment({ tag: 'date-shift', operand: value, isNegative: false, amount, unit, ...span });
  },
  PERIOD_ADD: [
    {
      args: ['integer', 'integer'],
      sql: '(%1 / 100 * 12 + %1 % 100 - 1 + %2) / 12 * 100 + (%1 / 100 * 12 + %1 % 100 - 1 + %2) % 12 + 1',
      type: BIGINT,
    },
  ],
  PERIOD_DIFF: [
    { args: ['integer', 'integer'], sql: '(%1 / 100 * 12 + %1 % 100) - (%2 / 100 * 12 + %2 % 100)', type: BIGINT },
  ],
  UNIX_TIMESTAMP: unixTimestamp,
  FROM_UNIXTIME: fromUnixTime,
  CONVERT_TZ: convertZone,
  DATE_FORMAT: (call, context) => formatted(call, context, 'moment'),
  TIME_FORMAT: (call, context) => formatted(call, context, 'clock'),
  STR_TO_DATE: stringToDate,
};

/** Years below 100 are those from 1970 to 2069; what ends behind the year 9999 is NULL. */
function makeDate(call: Call, context: Context): Fragment {
  const [yearArg, dayArg] = call.args;
  if (yearArg === undefined || dayArg === undefined || call.args.length > 2) return wrongCount(call, context);
  const [year, day] = [take('integer', yearArg, context), operand(take('integer', dayArg, context))];
  const y = operand(year);
  const isYear = /^\d{1,4}$/.test(year.sql);
  const whole = isYear
    ? String(wholeYear(Number(year.sql)))
    : `(CASE WHEN ${y} < 70 THEN ${y} + 2000 WHEN ${y} < 100 THEN ${y} + 1900 ELSE ${y} END)::int`;
  const first = `make_date(${whole}, 1, 1)`;
  const days = isYear ? String(daysFrom(wholeYear(Number(year.sql)))) : `DATE '9999-12-31' - ${first} + 1`;
  const found = `CASE WHEN ${day} BETWEEN 1 AND ${days} THEN ${first} + (${day} - 1)::int END`;
  return atom(isYear ? found : `CASE WHEN ${y} BETWEEN 0 AND 9999 THEN ${found} END`, DATE);
}

function wholeYear(year: number): number {
  return year < 70 ? year + 2000 : year < 100 ? year + 1900 : year;
}

const DAY_MS = 86_400_000;

/** The days from the first one of a year to the end of 9999. */
function daysFrom(year: number): number {
  return (
    (Date.parse('9999-12-31T00:00:00Z') - Date.parse(`${String(year).padStart(4, '0')}-01-01T00:00:00Z`)) / DAY_MS + 1
  );
}

function one(call: Call, context: Context, write: (value: Fragment, arg: Expression) => Fragment): Fragment {
  const [arg] = call.args;
  return arg === undefined || call.args.length > 1 ? wrongCount(call, context) : write(context.fragment(arg), arg);
}

/** A part of a clock has no sign, whatever the time has. */
function clockPart(field: string, call: Call, context: Context, whole = (number: string): string => number): Fragment {
  return one(call, context, (value, arg) => {
    const clock = toClock(value, context, arg);
    const found = `extract(${field} from ${clock.sql})`;
    const isSigned = clock.type.kind === 'time' && clock.type.isInterval && clock.literal?.startsWith('-') !== false;
    return atom(`${whole(isSigned ? `abs(${found})` : found)}::int`, INTEGER);
  });
}

function modeOf(mode: Expression | undefined, context: Context): string {
  return mode === undefined ? '0' : context.fragment(mode).sql;
}

/** WEEK by mode; of the eight modes those whose formula was proven on every day of twelve years. */
function week(call: Call, context: Context, day: string, mode: string): Fragment {
  const found = WEEKS[mode];
  if (found !== undefined) return atom(found(day), INTEGER);
  context.report('FORMAT', call, `WEEK of mode ${mode}`);
  return atom('NULL::int', INTEGER);
}

const sundays = (day: string): string => `((extract(doy from ${day})::int + 6 - extract(dow from ${day})::int) / 7)`;
const mondays = (day: string): string => `((extract(doy from ${day})::int + 7 - extract(isodow from ${day})::int) / 7)`;
const yearBefore = (day: string): string => `(date_trunc('year', ${day}::timestamp)::date - 1)`;

/** The middle of a week that begins on Sunday: it tells the year that has most of it. */
const wednesday = (day: string): string => `(${day} + 3 - extract(dow from ${day})::int)`;

/** Weeks of 1 to 53: week 0 is the last one of the year before. */
function counted(weeks: (day: string) => string): (day: string) => string {
  return (day) => `CASE WHEN ${weeks(day)} > 0 THEN ${weeks(day)} ELSE ${weeks(yearBefore(day))} END`;
}

const WEEKS: Readonly<Record<string, (day: string) => string>> = {
  '0': sundays,
  '1': (day) => `((extract(doy from ${day})::int + 10 - extract(isodow from ${day})::int) / 7)`,
  '2': counted(sundays),
  '3': (day) => `extract(week from ${day})::int`,
  '4': (day) => `((extract(doy from ${day})::int + 9 - extract(dow from ${day})::int) / 7)`,
  '5': mondays,
  '6': (day) => `((extract(doy from ${wednesday(day)})::int + 6) / 7)`,
  '7': counted(mondays),
};

/** YEARWEEK counts weeks from 1: modes 0 and 1 are those of 2 and 3. */
function yearWeek(call: Call, context: Context): Fragment {
  const [value, modeArg] = call.args;
  if (value === undefined) return wrongCount(call, context);
  const day = take('date', value, context).sql;
  const mode = modeOf(modeArg, context);
  if (mode === '1' || mode === '3') {
    return compound(`extract(isoyear from ${day})::int * 100 + extract(week from ${day})::int`, INTEGER);
  }
  if (mode !== '0' && mode !== '2') return week(call, context, day, `${mode} of YEARWEEK`);
  const before = yearBefore(day);
  const inYear = (of: string): string => `extract(year from ${of})::int * 100 + ${sundays(of)}`;
  return atom(`CASE WHEN ${sundays(day)} > 0 THEN ${inYear(day)} ELSE ${inYear(before)} END`, INTEGER);
}

function shifted(call: Call, context: Context, sign: '+' | '-'): Fragment {
  const [value, time] = call.args;
  if (value === undefined || time === undefined) return wrongCount(call, context);
  const by = take('time', time, context);
  const first = context.fragment(value);
  const isTime = first.type.kind === 'time' || (first.literal !== undefined && /^\s*-?\d{1,3}:/.test(first.literal));
  if (isTime) return compound(`${operand(take('time', value, context))}::interval ${sign} ${operand(by)}`, INTERVAL);
  const moment = take('moment', value, context);
  return compound(`${operand(moment)} ${sign} ${operand(by)}`, moment.type);
}

/** MySQL's TIME ends at 838:59:59. */
function timeDifference(call: Call, context: Context): Fragment {
  const [first, second] = call.args;
  if (first === undefined || second === undefined) return wrongCount(call, context);
  const isTime = (value: Fragment): boolean =>
    value.type.kind === 'time' || (value.literal !== undefined && /^\s*-?\d{1,3}:/.test(value.literal));
  const kind = isTime(context.fragment(first)) ? 'time' : 'moment';
  const [a, b] = [take(kind, first, context), take(kind, second, context)];
  return ofSeconds(`extract(epoch from ${operand(a)} - ${operand(b)})`, context);
}

/** A length of time; where strict mode stores it, one beyond the end is an error, elsewhere it is the end. */
function ofSeconds(seconds: string, { scope }: Context): Fragment {
  const found = `make_interval(secs => ${seconds}::float8)`;
  if (/^\(?-?\d{1,6}\)?$/.test(seconds)) return atom(found, INTERVAL);
  const end = `sign(${seconds})::float8 * INTERVAL '838:59:59'`;
  const beyond = scope.isNumberChecked === true ? `('no time: ' || ${seconds})::interval` : end;
  return atom(`CASE WHEN abs(${seconds}) > 3020399 THEN ${beyond} ELSE ${found} END`, INTERVAL);
}

const SECONDS: Readonly<Record<string, number>> = { WEEK: 604_800, DAY: 86_400, HOUR: 3_600, MINUTE: 60, SECOND: 1 };
/** A date whose month or day is 0 has its parts, as `2024-00-10`, though it is no date of the target. */
function part(name: 'year' | 'month' | 'day', call: Call, context: Context): Fragment {
  return one(call, context, (value, arg) => {
    const zeros = value.literal === undefined ? undefined : partialDate(value.literal);
    if (zeros !== undefined) return atom(String(zeros[name]), INTEGER);
    return atom(`extract(${name} from ${toDate(value, context, arg).sql})::int`, INTEGER);
  });
}

const MONTHS: Readonly<Record<string, number>> = { YEAR: 12, QUARTER: 3, MONTH: 1 };

function timestampDifference(call: Call, context: Context): Fragment {
  const [from, to] = call.args;
  if (from === undefined || to === undefined) return wrongCount(call, context);
  const [a, b] = [take('moment', from, context), take('moment', to, context)];
  const unit = call.keyword ?? 'DAY';
  const months = MONTHS[unit];
  if (months !== undefined) {
    const age = `age(${b.sql}, ${a.sql})`;
    if (unit === 'YEAR') return atom(`extract(year from ${age})::bigint`, BIGINT);
    const found = `(extract(year from ${age}) * 12 + extract(month from ${age}))`;
    return atom(months === 1 ? `${found}::bigint` : `trunc(${found} / ${months})::bigint`, BIGINT);
  }
  const epoch = `extract(epoch from ${operand(b)} - ${operand(a)})`;
  if (unit === 'MICROSECOND') return atom(`(${epoch} * 1000000)::bigint`, BIGINT);
  const seconds = SECONDS[unit] ?? 1;
  return atom(`trunc(${epoch}${seconds === 1 ? '' : ` / ${seconds}`})::bigint`, BIGINT);
}

/** Of a moment without zone, as if it were UTC's: so it is immutable. */
function unixTimestamp(call: Call, context: Context): Fragment {
  const [arg] = call.args;
  if (arg === undefined) return atom('floor(extract(epoch from statement_timestamp()))::bigint', BIGINT);
  const value = context.fragment(arg);
  const zone = quoteLiteral(context.scope.timeZone);
  const seconds = (utc: string): Fragment => atom(`floor(extract(epoch from ${utc}))::bigint`, BIGINT);
  if (value.type.kind === 'instant') return seconds(`${operand(value)} AT TIME ZONE 'UTC'`);
  const moment = toMoment(value, context, arg);
  if (context.scope.timeZone === 'UTC') return seconds(moment.sql);
  return seconds(`(${operand(moment)} AT TIME ZONE ${zone}) AT TIME ZONE 'UTC'`);
}

function fromUnixTime(call: Call, context: Context): Fragment {
  const [arg, format] = call.args;
  if (arg === undefined) return wrongCount(call, context);
  const number = toNumber(context.fragment(arg), context, arg);
  const zone = quoteLiteral(context.scope.timeZone);
  const digits = number.type.kind === 'integer' ? 0 : 6;
  const moment = compound(`to_timestamp(${number.sql}) AT TIME ZONE ${zone}`, { kind: 'datetime', digits });
  return format === undefined ? moment : write(context, moment, format);
}

/** An offset is given as an interval: as text its sign would be POSIX's, the other way round. */
function convertZone(call: Call, context: Context): Fragment {
  const [value, from, to] = call.args;
  if (value === undefined || from === undefined || to === undefined) return wrongCount(call, context);
  const zone = (arg: Expression): string => {
    const text = toText(context.fragment(arg), context, arg);
    const offset = /^([+-]?)(\d{1,2}):(\d{2})$/.exec(text.literal ?? '');
    if (offset !== null) return `INTERVAL '${offset[1] === '-' ? '-' : ''}${offset[2]?.padStart(2, '0')}:${offset[3]}'`;
    if (text.literal === 'SYSTEM' || text.literal === undefined) {
      context.report('SESSION', arg, 'the time zone is known at run time only');
    }
    return text.literal === 'SYSTEM' ? quoteLiteral(context.scope.timeZone) : operand(text);
  };
  const moment = take('moment', value, context);
  const found = `(${operand(localTime(moment, context))} AT TIME ZONE ${zone(from)}) AT TIME ZONE ${zone(to)}`;
  return compound(found, moment.type);
}

function formatted(call: Call, context: Context, kind: 'moment' | 'clock'): Fragment {
  const [value, format] = call.args;
  if (value === undefined || format === undefined || call.args.length > 2) return wrongCount(call, context);
  return write(context, take(kind, value, context), format);
}

function write(context: Context, value: Fragment, format: Expression): Fragment {
  const text = context.fragment(format);
  if (text.literal === undefined) {
    context.report('FORMAT', format, 'the format is known at run time only');
    return atom('NULL::text', TEXT);
  }
  const found = formatParts(text.literal);
  const [only] = found;
  if (value.type.kind === 'time' && only?.tag === 'picture' && found.length === 1)
    return atom(timePictured(value, only.text, context), TEXT);
  if (value.type.kind === 'time' && found.length > 0) {
    context.report('FORMAT', format, 'a part of a date is asked of a time');
    return atom('NULL::text', TEXT);
  }
  const parts = found.map((part) => writePart(part, value, context));
  if (parts.length === 0) return atom("''", TEXT);
  const written = parts.length === 1 ? atom(parts[0] ?? "''", TEXT) : compound(parts.join(' || '), TEXT);
  return { ...written, isWithoutLetters: OF_DIGITS.test(text.literal) };
}

/** Fields of a date that are numbers, and what stands between them. */
export const OF_DIGITS = /^(?:%[cdeHhIijklmSsUuVvXxYy%]|[ -$&-@[-`{-~])*$/;

function writePart(part: FormatPart, value: Fragment, context: Context): string {
  const day = operand(value);
  switch (part.tag) {
    case 'picture':
      return pictured(value, part.text, context);
    case 'week':
      return `lpad((${WEEKS[String(part.mode)]?.(day)})::text, 2, '0')`;
    case 'week-year':
      return `extract(year from CASE WHEN ${sundays(day)} > 0 THEN ${day}::date ELSE ${yearBefore(day)} END)::text`;
    default:
      return `extract(dow from ${value.sql})::text`;
  }
}

/** to_date and to_timestamp raise where MySQL gives NULL. */
function stringToDate(call: Call, context: Context): Fragment {
  const [text, format] = call.args;
  if (text === undefined || format === undefined) return wrongCount(call, context);
  const value = toText(context.fragment(text), context, text);
  const pattern = context.fragment(format).literal;
  const found = pattern === undefined ? undefined : readingPicture(pattern);
  if (found === undefined) {
    context.report(
      'FORMAT',
      format,
      'the format is known at run time only, or has a part that the target does not read',
    );
    return atom('NULL::timestamp', DATETIME);
  }
  if (found.dates === 'part') {
    context.report('FORMAT', format, 'the format has not all of year, month and day, of which the target makes a date');
    return atom('NULL::timestamp', DATETIME);
  }
  context.report('TEXT_AS_DATE', call, 'a text is read as a date by a format');
  const picture = quoteLiteral(found.picture);
  if (!found.hasTime) return wholeDate(value.sql, found.needed, atom(`to_date(${value.sql}, ${picture})`, DATE));
  const moment = atom(`to_timestamp(${value.sql}, ${picture})::timestamp`, DATETIME);
  return found.dates === 'none' ? moment : wholeDate(value.sql, found.needed, moment);
}

/** Of a text that has no year, month or day the target would make a day of the year 1 BC, or the first: an error instead. */
function wholeDate(text: string, needed: string, { sql, type }: Fragment): Fragment {
  const literal = /^'((?:[^']|'')*)'$/.exec(text)?.[1];
  // A text of digits and marks alone is judged here: PostgreSQL and JavaScript read such a pattern alike.
  if (literal !== undefined && /^[\d/.: -]*$/.test(literal) && new RegExp(needed).test(literal)) return atom(sql, type);
  const pattern = quoteLiteral(needed);
  return atom(`CASE WHEN ${text} ~ ${pattern} THEN ${sql} ELSE ('no date: ' || ${text})::date END`, type);
}
