import type { Context } from './context.ts';
import { pictured } from './date-picture.ts';
import { atom, cast, compound, type Fragment, operand, quoteLiteral } from './fragment.ts';
import { leadingNumber } from './leading-number.ts';
import type { Span } from './span.ts';
import { BOOLEAN, BYTES, FLOAT, INTEGER, NUMERIC, TEXT, type ValueType } from './value-type.ts';

/** Digits at the beginning of a text, as MySQL reads a number. */
const NUMBER_PATTERN = String.raw`^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)`;

/** A value as a condition: numbers are true when not 0. */
export function toCondition(value: Fragment, context: Context, span: Span): Fragment {
  const { kind } = value.type;
  if (kind === 'boolean') return value;
  if (kind === 'null') return atom('NULL::boolean', BOOLEAN);
  const number = toNumber(value, context, span);
  return compound(`${operand(number)} <> 0`, BOOLEAN);
}

/** A value as a number: a condition is 0 or 1, a text what it begins with, a date the number of its digits. */
export function toNumber(value: Fragment, context: Context, span: Span): Fragment {
  switch (value.type.kind) {
    case 'integer':
    case 'decimal':
    case 'float':
      return value;
    case 'boolean':
      return cast(value, 'int', INTEGER);
    case 'null':
      return atom('NULL::numeric', NUMERIC);
    case 'text':
      return textToNumber(value, context, span);
    case 'bits':
      return cast(value, 'bigint', INTEGER);
    case 'date':
    case 'datetime':
    case 'instant':
    case 'time':
      return dateToNumber(value, context, span);
    default:
      context.report('UNKNOWN_TYPE', span, 'a value of unknown type is used as a number');
      return { ...value, type: NUMERIC };
  }
}

function textToNumber(value: Fragment, context: Context, span: Span): Fragment {
  if (value.literal !== undefined) {
    const { number } = leadingNumber(value.literal);
    // MySQL takes a text as a double; whole numbers that a double holds exactly stay short.
    const isWhole = /^-?\d{1,15}$/.test(number);
    const literal = isWhole ? number : `${quoteLiteral(number)}::float8`;
    return number.startsWith('-') ? compound(literal, FLOAT) : atom(literal, isWhole ? INTEGER : FLOAT);
  }
  context.report('TEXT_AS_NUMBER', span, 'a text is used as a number');
  if (context.scope.isNumberChecked === true) return cast(value, 'float8', FLOAT);
  const text = operand(value);
  const found = `COALESCE(substring(${value.sql} from ${quoteLiteral(NUMBER_PATTERN)}), '0')::float8`;
  return atom(`CASE WHEN ${text} IS NOT NULL THEN ${found} END`, FLOAT);
}

const DIGITS = {
  date: 'YYYYMMDD',
  datetime: 'YYYYMMDDHH24MISS',
  instant: 'YYYYMMDDHH24MISS',
  time: 'HH24MISS',
} as const;

function dateToNumber(value: Fragment, context: Context, span: Span): Fragment {
  context.report('DATE_AS_NUMBER', span, 'a date or a time is used as a number');
  const local = localTime(value, context);
  const kind = value.type.kind === 'instant' ? 'datetime' : (value.type.kind as keyof typeof DIGITS);
  return atom(`to_char(${local.sql}, '${DIGITS[kind]}')::bigint`, { kind: 'integer', isWide: true, isUnsigned: false });
}

/** A moment as the clock of the session shows it: timestamp without time zone. */
export function localTime(value: Fragment, context: Context): Fragment {
  if (value.type.kind !== 'instant') return value;
  const { digits } = value.type;
  return compound(`${operand(value)} AT TIME ZONE ${quoteLiteral(context.scope.timeZone)}`, {
    kind: 'datetime',
    digits,
  });
}

const FORMATS = { date: 'YYYY-MM-DD', time: 'HH24:MI:SS' } as const;

/** A value as a text, as MySQL writes it. */
export function toText(value: Fragment, context: Context, span: Span): Fragment {
  const { type } = value;
  switch (type.kind) {
    case 'text':
      return value;
    case 'null':
      return atom('NULL::text', TEXT);
    case 'boolean':
      return cast(cast(value, 'int', INTEGER), 'text', TEXT);
    case 'integer':
    case 'decimal':
      return bitText(span) ?? cast(toValue(value), 'text', TEXT);
    case 'float':
      context.report('FLOAT_TEXT', span, 'a floating-point number is used as a text');
      return cast(value, 'text', TEXT);
    case 'bytes':
      return atom(`convert_from(${value.sql}, 'UTF8')`, TEXT);
    case 'date':
    case 'time':
      return atom(pictured(value, FORMATS[type.kind], context), TEXT);
    case 'datetime':
    case 'instant':
      return momentToText(localTime(value, context), context);
    case 'json':
      context.report('JSON_TEXT', span, 'a JSON value is used as a text');
      return cast(value, 'text', TEXT);
    case 'other':
      if (type.name === 'text[]') return atom(`array_to_string(${value.sql}, ',')`, TEXT);
      return cast(value, 'text', TEXT);
    default:
      context.report('UNKNOWN_TYPE', span, 'a value of unknown type is used as a text');
      return cast(value, 'text', TEXT);
  }
}

/** A literal of bits is a text of bytes where a text is asked for. */
function bitText(span: Span): Fragment | undefined {
  const digits = 'tag' in span && span.tag === 'bit' && 'digits' in span ? String(span.digits) : undefined;
  if (digits === undefined || digits === '') return undefined;
  const text = Buffer.from(
    BigInt(`0b${digits}`)
      .toString(16)
      .padStart(Math.ceil(digits.length / 8) * 2, '0'),
    'hex',
  );
  return /^[\x20-\x7e]+$/.test(text.toString('latin1')) ? atom(quoteLiteral(text.toString('latin1')), TEXT) : undefined;
}

function momentToText(value: Fragment, context: Context): Fragment {
  const digits = value.type.kind === 'datetime' ? (value.type.digits ?? 0) : 0;
  const fraction = digits === 0 ? '' : `.${digits === 6 ? 'US' : `FF${digits}`}`;
  return atom(pictured(value, `YYYY-MM-DD HH24:MI:SS${fraction}`, context), TEXT);
}

/** A value as bytes: a text in UTF-8. */
export function toBytes(value: Fragment, context: Context, span: Span): Fragment {
  if (value.type.kind === 'bytes') return value;
  return atom(`convert_to(${toText(value, context, span).sql}, 'UTF8')`, BYTES);
}

/** What MySQL gives to a client: a condition is 0 or 1, an average has its digits. */
export function toValue(value: Fragment): Fragment {
  const { type } = value;
  if (type.kind === 'boolean') return cast(value, 'int', INTEGER);
  if (type.kind !== 'decimal' || type.isRaw !== true || type.scale === undefined) return value;
  return atom(`round(${value.sql}, ${type.scale})`, { kind: 'decimal', scale: type.scale, isUnsigned: false });
}

/** An integer: a number is rounded, half away from 0. */
export function toInteger(value: Fragment, context: Context, span: Span): Fragment {
  const number = toNumber(value, context, span);
  if (number.type.kind === 'integer') return number;
  return atom(`round(${number.sql})::bigint`, { kind: 'integer', isWide: true, isUnsigned: false });
}

/** The one type of several values of a CASE, a COALESCE, a UNION: MySQL's text wins over numbers, numbers over conditions. */
export function unify(values: readonly Fragment[], context: Context, span: Span): readonly Fragment[] {
  const kinds = new Set(values.map(({ type }) => type.kind).filter((kind) => kind !== 'null'));
  if (kinds.size <= 1) return kinds.has('decimal') ? values.map(toValue) : values;
  const type = (wanted: ValueType['kind'][]): boolean => [...kinds].every((kind) => wanted.includes(kind));
  if (type(['integer', 'decimal', 'float', 'boolean'])) return values.map((value) => toValue(value));
  if (type(['date', 'datetime', 'instant'])) return values.map((value) => localTime(value, context));
  if (kinds.has('json') || kinds.has('unknown') || kinds.has('other')) return values.map(toValue);
  return values.map((value) => (value.type.kind === 'null' ? value : toText(value, context, span)));
}

/** The type of unified values. */
export function commonType(values: readonly Fragment[]): ValueType {
  const types = values.map(({ type }) => type).filter(({ kind }) => kind !== 'null');
  const [first] = types;
  if (first === undefined) return { kind: 'null' };
  const float = types.find(({ kind }) => kind === 'float');
  if (float !== undefined) return float;
  const decimals = types.filter(({ kind }) => kind === 'decimal');
  if (decimals.length > 0 && first.kind !== 'text') {
    const scales = types.map((type) => (type.kind === 'decimal' ? type.scale : 0));
    const scale = scales.includes(undefined) ? undefined : Math.max(...scales.map((found) => found ?? 0));
    return { kind: 'decimal', scale, isUnsigned: false };
  }
  return types.find((type) => type.kind === 'text' && type.rule !== undefined) ?? first;
}
