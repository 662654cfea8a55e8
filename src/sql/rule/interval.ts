import { toNumber } from '../coerce.ts';
import { toCalendar, toClock, toTime } from '../coerce-date.ts';
import type { Context } from '../context.ts';
import { timeLiteral } from '../date-literal.ts';
import type { Expression, Unit } from '../expression.ts';
import { atom, cast, compound, type Fragment, operand } from '../fragment.ts';
import { DATE, DATETIME, INTEGER, INTERVAL } from '../value-type.ts';

type Node<Tag extends Expression['tag']> = Extract<Expression, { tag: Tag }>;

/** Units that leave a day a day. */
const WHOLE_DAYS = new Set(['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR', 'YEAR_MONTH']);

/** `date + INTERVAL n unit`: a day stays a day unless the unit is smaller; ends of months are met as on MySQL. */
export function dateShift(node: Node<'date-shift'>, context: Context): Fragment {
  const value = context.fragment(node.operand);
  const sign = node.isNegative ? '-' : '+';
  const by = amount(node, context);
  const isTime =
    value.type.kind === 'time' || (value.literal !== undefined && timeLiteral(value.literal) !== undefined);
  if (isTime) {
    const time = toTime(value, context, node.operand);
    // A time of the target begins anew at midnight, one of the source does not.
    const isOfDay = time.type.kind === 'time' && !time.type.isInterval;
    return compound(`${operand(isOfDay ? cast(time, 'interval', INTERVAL) : time)} ${sign} ${by.sql}`, INTERVAL);
  }
  const from = toCalendar(value, context, node.operand);
  if (from.type.kind !== 'date') return compound(`${operand(from)} ${sign} ${by.sql}`, from.type);
  if (by.days !== undefined) return compound(`${operand(from)} ${sign} ${by.days}`, DATE);
  const moment = `${operand(from)} ${sign} ${by.sql}`;
  return WHOLE_DAYS.has(node.unit) ? atom(`(${moment})::date`, DATE) : compound(moment, DATETIME);
}

interface Amount {
  /** As a PostgreSQL interval beside a sign. */
  readonly sql: string;
  /** The number of whole days beside a sign, when the unit is one of days. */
  readonly days: string | undefined;
}

const FACTORS: Readonly<Record<string, readonly [number, string]>> = {
  MICROSECOND: [1, 'microsecond'],
  SECOND: [1, 'second'],
  MINUTE: [1, 'minute'],
  HOUR: [1, 'hour'],
  DAY: [1, 'day'],
  WEEK: [7, 'day'],
  MONTH: [1, 'month'],
  QUARTER: [3, 'month'],
  YEAR: [1, 'year'],
};

function amount(node: Node<'date-shift'>, context: Context): Amount {
  const value = context.fragment(node.amount);
  const factor = FACTORS[node.unit];
  if (factor === undefined) return compoundAmount(node, value, context);
  const number = toNumber(value, context, node.amount);
  const isWhole = number.type.kind === 'integer';
  const isDays = node.unit === 'DAY' || node.unit === 'WEEK';
  const [times, unit] = factor;
  if (/^-?\d{1,9}$/.test(number.sql)) {
    const count = Number(number.sql) * times;
    const days = isDays ? (count < 0 ? `(${count})` : String(count)) : undefined;
    return { sql: `INTERVAL '${count} ${unit}'`, days };
  }
  const count = isWhole || node.unit === 'SECOND' ? operand(number) : `round(${number.sql})`;
  const days = isDays ? `${times === 1 ? count : `(${count} * ${times})`}::int` : undefined;
  return { sql: `${count} * INTERVAL '${times} ${unit}'`, days };
}

/** Fields of a compound unit from the right, where the last number stands. */
const FIELDS = ['year', 'month', 'day', 'hour', 'minute', 'second', 'microsecond'] as const;

/** `'1:30' HOUR_MINUTE`: the numbers of the text fill the fields of the unit from the right. */
function compoundAmount(node: Node<'date-shift'>, value: Fragment, context: Context): Amount {
  const text = value.literal ?? (/^-?[\d.]+$/.test(value.sql) ? value.sql : undefined);
  if (text === undefined) {
    context.report('CONSTRUCT', node, `an interval of ${node.unit} that is known at run time only`);
    return { sql: "INTERVAL '0'", days: undefined };
  }
  const fields = fieldsOf(node.unit);
  const numbers = text.match(/\d+/g) ?? [];
  const sign = /^\s*-/.test(text) ? '-' : '';
  const last = fields.slice(-numbers.length);
  const parts = last.map((field, at) => {
    const digits = numbers[at] ?? '0';
    return `${sign}${Number(field === 'microsecond' ? digits.padEnd(6, '0').slice(0, 6) : digits)} ${field}`;
  });
  return { sql: `INTERVAL '${parts.join(' ')}'`, days: undefined };
}

function fieldsOf(unit: Unit): readonly string[] {
  const [from = '', to = ''] = unit.toLowerCase().split('_');
  return FIELDS.slice(FIELDS.indexOf(from as 'day'), FIELDS.indexOf(to as 'day') + 1);
}

const PARTS: Readonly<Record<string, (value: string) => string>> = {
  MICROSECOND: (value) => `extract(microsecond from ${value})::bigint % 1000000`,
  SECOND: (value) => `floor(extract(second from ${value}))::int`,
  MINUTE: (value) => `extract(minute from ${value})::int`,
  HOUR: (value) => `extract(hour from ${value})::int`,
  DAY: (value) => `extract(day from ${value})::int`,
  MONTH: (value) => `extract(month from ${value})::int`,
  QUARTER: (value) => `extract(quarter from ${value})::int`,
  YEAR: (value) => `extract(year from ${value})::int`,
  WEEK: (value) => `(extract(doy from ${value})::int + 6 - extract(dow from ${value})::int) / 7`,
};

/** EXTRACT: fields of a compound unit are digits side by side, two each, six for microseconds. */
export function extract(node: Node<'extract'>, context: Context): Fragment {
  const isClock = /HOUR|MINUTE|SECOND/.test(node.unit) && !/YEAR|MONTH|DAY/.test(node.unit);
  const value = context.fragment(node.operand);
  const from = isClock ? toClock(value, context, node.operand) : toCalendar(value, context, node.operand);
  const single = PARTS[node.unit];
  if (single !== undefined) {
    const found = single(from.sql);
    return found.endsWith(')::int') ? atom(found, INTEGER) : compound(found, INTEGER);
  }
  const terms = fieldsOf(node.unit).map((field) => `(${PARTS[field.toUpperCase()]?.(from.sql)})`);
  const found = terms.reduce((left, right, at) => {
    const isMicro = at === terms.length - 1 && node.unit.endsWith('MICROSECOND');
    return `(${left} * ${isMicro ? '1000000::bigint' : '100::bigint'} + ${right})`;
  });
  return atom(found, { kind: 'integer', isWide: true, isUnsigned: false });
}
