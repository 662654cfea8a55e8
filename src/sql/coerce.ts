import type { Context } from './context.ts';
import { pictured } from './date-picture.ts';
import { ofOneScale } from './decimal-scale.ts';
import { asDouble, floatText } from './float-text.ts';
import { atom, cast, compound, type Fragment, isPlace, operand, quoteLiteral } from './fragment.ts';
import { leadingNumber } from './leading-number.ts';
import { isOwn, ofOwn } from './own-digits.ts';
import type { Span } from './span.ts';
import { CLOCK, timePictured } from './time-text.ts';
import {
  asCharacters,
  BIGINT,
  BOOLEAN,
  BYTES,
  FLOAT,
  INTEGER,
  isWholeNumber,
  NUMERIC,
  TEXT,
  UNSIGNED,
  type ValueType,
} from './value-type.ts';

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
  const bits = value.digits === undefined ? undefined : BigInt(`0x${value.digits.slice(-16)}`);
  if (bits !== undefined) return atom(bits.toString(), bits > 9_223_372_036_854_775_807n ? NUMERIC : BIGINT);
  switch (value.type.kind) {
    case 'integer':
    case 'decimal':
      return value;
    case 'float':
      return asDouble(value);
    case 'boolean':
      return cast(value, 'int', INTEGER);
    case 'null':
      return atom('NULL::numeric', NUMERIC);
    case 'text':
      return memberNumber(value) ?? flagNumber(value) ?? textToNumber(value, context, span);
    case 'bits':
      return cast(value, 'bigint', INTEGER);
    case 'date':
    case 'datetime':
    case 'instant':
    case 'time':
      return dateToNumber(value, context, span);
    case 'json':
      return jsonToNumber(value, context, span);
    default:
      return flagNumber(value) ?? unknownNumber(value, context, span);
  }
}

function unknownNumber(value: Fragment, context: Context, span: Span): Fragment {
  context.report('UNKNOWN_TYPE', span, 'a value of unknown type is used as a number');
  return { ...value, type: NUMERIC };
}

/** A SET counts as the sum of the bits of its members. */
export function flagNumber(value: Fragment): Fragment | undefined {
  const { sql, type } = value;
  const flags = type.kind === 'text' || type.kind === 'other' ? type.flags : undefined;
  if (flags === undefined || !isPlace(value)) return undefined;
  const list = type.kind === 'text' ? `string_to_array(${sql}, ',')` : sql;
  const bits = flags.map(
    (flag, at) => `CASE WHEN ${quoteLiteral(flag)} = ANY(${list}) THEN ${2n ** BigInt(at)} ELSE 0 END`,
  );
  const isWide = flags.length > 62;
  return atom(
    `CASE WHEN ${sql} IS NOT NULL THEN (${bits.join(' + ')})${isWide ? '' : '::bigint'} END`,
    isWide ? UNSIGNED : { kind: 'integer', isWide: true, isUnsigned: true },
  );
}

/** A column of an ENUM counts as the place of its member, and 0 where it is none. */
function memberNumber(value: Fragment): Fragment | undefined {
  const { sql, type } = value;
  if (type.kind !== 'text' || type.members === undefined || !isPlace(value)) return undefined;
  const list = `ARRAY[${type.members.map(quoteLiteral).join(', ')}]`;
  const found = `COALESCE(array_position(${list}, ${sql}::text), 0)`;
  return atom(`CASE WHEN ${sql} IS NOT NULL THEN ${found} END`, INTEGER);
}

function textToNumber(value: Fragment, context: Context, span: Span): Fragment {
  if (value.literal !== undefined) {
    const { number, isWhole: isAll } = leadingNumber(value.literal);
    if (!isAll && context.scope.isNumberChecked === true) return atom(`${quoteLiteral(value.literal)}::float8`, FLOAT);
    // MySQL takes a text as a double; whole numbers that a double holds exactly stay short.
    const isWhole = /^-?\d{1,15}$/.test(number);
    const literal = isWhole ? number : `${quoteLiteral(number)}::float8`;
    return number.startsWith('-') ? compound(literal, FLOAT) : atom(literal, isWhole ? INTEGER : FLOAT);
  }
  context.report('TEXT_AS_NUMBER', span, 'a text is used as a number');
  if (context.scope.isNumberChecked === true) return checkedNumber(value, context);
  const text = operand(value);
  const found = `COALESCE(substring(${value.sql} from ${quoteLiteral(NUMBER_PATTERN)}), '0')::float8`;
  return atom(`CASE WHEN ${text} IS NOT NULL THEN ${found} END`, FLOAT);
}

/** Strict mode refuses a text that is no number; MySQL takes an empty one for 0, MariaDB does not. */
function checkedNumber(value: Fragment, { scope }: Context): Fragment {
  const number = cast(value, 'float8', FLOAT);
  if (scope.dialect.flavor === 'mariadb') return number;
  return atom(`CASE WHEN btrim(${value.sql}) = '' THEN 0 ELSE ${number.sql} END`, FLOAT);
}

/** A cell of JSON counts as the DOUBLE of its number or its text, true as 1, and anything else as 0. */
function jsonToNumber(value: Fragment, context: Context, span: Span): Fragment {
  const text = `${operand(value)} #>> '{}'`;
  const branches = [
    `WHEN 'number' THEN (${text})::float8`,
    `WHEN 'string' THEN ${textToNumber(compound(text, TEXT), context, span).sql}`,
    `WHEN 'boolean' THEN (${value.sql})::boolean::int`,
  ];
  const rest = `CASE WHEN ${operand(value)} IS NOT NULL THEN 0 END`;
  return atom(`CASE jsonb_typeof(${value.sql}) ${branches.join(' ')} ELSE ${rest} END`, FLOAT);
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
  return atom(`${timePictured(local, DIGITS[kind], context)}::bigint`, BIGINT);
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

/** A value as a text, as MySQL writes it. */
export function toText(value: Fragment, context: Context, span: Span): Fragment {
  const { type } = value;
  if (value.shown !== undefined) return atom(`${value.shown}::text`, TEXT);
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
      return floatText(value, type, context);
    case 'bytes':
      return atom(`convert_from(${value.sql}, 'UTF8')`, TEXT);
    case 'date':
      return atom(pictured(value, 'YYYY-MM-DD', context), TEXT);
    case 'time':
      return atom(timePictured(value, CLOCK, context), TEXT);
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

/** What MySQL gives to a client: a condition is 0 or 1, an average has its digits, a SET is its members in a text. */
export function toValue(value: Fragment): Fragment {
  const { type } = value;
  if (type.kind === 'boolean') return cast(value, 'int', INTEGER);
  if (type.kind === 'other' && type.name === 'text[]') return atom(`array_to_string(${value.sql}, ',')`, TEXT);
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
  if (values.some(({ type: of }) => isOwn(of)) && [...kinds].every((kind) => EXACT.has(kind))) return values;
  if (kinds.size <= 1) return kinds.has('decimal') ? ofOneScale(values.map(toValue)) : values;
  const type = (wanted: ValueType['kind'][]): boolean => [...kinds].every((kind) => wanted.includes(kind));
  if (type(['integer', 'decimal', 'float', 'boolean'])) return ofOneScale(values.map(toValue));
  if (type(['date', 'datetime', 'instant'])) return values.map((value) => localTime(value, context));
  if (kinds.has('unknown') || kinds.has('other')) return values.map(toValue);
  return values.map((value) => (value.type.kind === 'null' ? value : toText(value, context, span)));
}

const EXACT = new Set<ValueType['kind']>(['integer', 'decimal']);

/** The type of unified values. */
export function commonType(values: readonly Fragment[]): ValueType {
  const types = values.map(({ type }) => type).filter(({ kind }) => kind !== 'null');
  const [first] = types;
  if (first === undefined) return { kind: 'null' };
  const float = types.find(({ kind }) => kind === 'float');
  if (float !== undefined) return float;
  const own = first.kind === 'text' ? undefined : ofOwn(types);
  if (own !== undefined) return own;
  const decimals = types.filter(({ kind }) => kind === 'decimal');
  // With a number that has a sign they have one too.
  const isUnsigned = types.every((type) => isWholeNumber(type) && 'isUnsigned' in type && type.isUnsigned);
  if (decimals.length > 0 && first.kind !== 'text') {
    const scales = types.map((type) => (type.kind === 'decimal' ? type.scale : 0));
    const scale = scales.includes(undefined) ? undefined : Math.max(...scales.map((found) => found ?? 0));
    return isUnsigned && decimals.some(isWholeNumber) ? UNSIGNED : { kind: 'decimal', scale, isUnsigned: false };
  }
  if (first.kind === 'integer') return { ...first, isUnsigned };
  return asCharacters(types.find((type) => type.kind === 'text' && type.rule !== undefined) ?? first);
}
