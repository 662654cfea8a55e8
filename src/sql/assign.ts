import { withoutBlanks } from './blank.ts';
import { toBytes, toNumber, toText, toValue } from './coerce.ts';
import { toDate, toMoment, toTime } from './coerce-date.ts';
import type { Context } from './context.ts';
import { calendarLiteral, isZeroDate, timeLiteral } from './date-literal.ts';
import { storedFloat } from './float-text.ts';
import { atom, cast, compound, type Fragment, isPlace, operand, quoteLiteral } from './fragment.ts';
import { memberOf } from './member.ts';
import { isOwn, wholeQuotient } from './own-digits.ts';
import { exactDouble, keptDigits } from './round-double.ts';
import type { TableColumn } from './scope.ts';
import type { Span } from './span.ts';
import { BOOLEAN, isNumeric, isWholeNumber, isYear, JSON_TYPE, TEXT, type ValueType } from './value-type.ts';
import { storedYear, yearOfText } from './year.ts';

/** A whole text that is a number, as strict mode takes it. */
const NUMBER = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*$/;

/**
 * A value as MySQL's strict mode stores it in a column: what it refuses is an error on the target too. What PostgreSQL's
 * own assignment does alike (rounding, sizes) is left to it.
 */
export function assigned(value: Fragment, column: TableColumn, context: Context, span: Span): Fragment {
  const found = checked(value, column, context, span);
  return context.scope.isNumberChecked === false ? loosely(value, found, { column, context, span }) : found;
}

/** Outside strict mode a text loses its end; that a number becomes the nearest one of its type is told. */
function loosely(
  value: Fragment,
  found: Fragment,
  { column, context, span }: { readonly column: TableColumn; readonly context: Context; readonly span: Span },
): Fragment {
  const { lengthChars, isNarrow, sql } = column;
  const isFlag = [value.type, column.type].some(({ kind }) => kind === 'boolean');
  const isSettled = value.literal !== undefined || isFlag || /^\d+$/.test(found.sql);
  if (found.sql === sql || value.type.kind === 'null' || value.sql === 'DEFAULT') return found;
  if (isNarrow === true && !isSettled)
    context.report('NOT_STRICT', span, `${column.name} takes the nearest number that it holds on the source`);
  if (lengthChars === undefined || found.type.kind !== 'text') return found;
  if (value.literal !== undefined && value.literal.length <= lengthChars) return found;
  return atom(`left(${found.sql}, ${lengthChars})`, found.type);
}

function checked(value: Fragment, column: TableColumn, context: Context, span: Span): Fragment {
  const { type } = column;
  if (value.type.kind === 'null' || value.sql === 'DEFAULT') return value;
  if (value.type.kind === 'json' && type.kind !== 'json' && !isPlainText(column))
    return checked(ofJson(value, context, span), column, context, span);
  switch (type.kind) {
    case 'boolean':
      return toFlag(value, context, span);
    case 'integer':
    case 'decimal':
    case 'float':
      return toStored(value, column, context, span);
    case 'text':
      return textOf(value, column, context, span);
    case 'bytes':
      return toBytes(value, context, span);
    case 'date':
      return noDate(value, type) ?? toDate(ofNumber(value, context, span), context, span);
    case 'datetime':
      return noDate(value, type) ?? toMoment(ofNumber(value, context, span), context, span);
    case 'instant':
      return noDate(value, type) ?? toInstant(value, context, span);
    case 'time':
      return noTime(value, type) ?? toTime(ofNumber(value, context, span), context, span);
    case 'json':
      return value.type.kind === 'json' ? value : cast(toText(value, context, span), 'jsonb', JSON_TYPE);
    default:
      return toOther(value, column, context, span);
  }
}

/** A document goes into it as its text: a string in its quotes, a JSON null as the word. */
function isPlainText({ type, members }: TableColumn): boolean {
  return type.kind === 'text' && (members ?? type.members ?? type.flags) === undefined;
}

/** A text, the member of an ENUM, the members of a SET; of a CHAR without the blanks at its end. */
function textOf(value: Fragment, column: TableColumn, context: Context, span: Span): Fragment {
  const { type } = column;
  if (type.kind !== 'text') return value;
  const members = column.members ?? type.members;
  if (members !== undefined || type.flags !== undefined)
    return memberOf(value, { ...column, ...(members && { members }) }, context, span);
  if (isOwn(value.type)) return cast(value, 'text', TEXT);
  if (value.whole === 'lost') wholeQuotient(value, context, span);
  const kept = value.bare ?? value.kept;
  if (kept !== undefined) return atom(`(${kept})::text`, TEXT);
  // A double is stored by the fewest digits that give it again, whatever its type is printed with.
  const text = value.type.kind === 'float' ? storedFloat(value, context) : toText(value, context, span);
  return type.isPadded === true ? withoutBlanks(text) : text;
}

/** The number of a text must be the whole text. */
function toStored(value: Fragment, column: TableColumn, context: Context, span: Span): Fragment {
  const { type } = column;
  const stored = storedNumber(value, column, context, span);
  if (isYear(type)) return yearOf(value, stored, column);
  const number = notNegative(stored, column, context);
  if (type.kind === 'float') return keptDigits(number, type);
  return type.kind === 'decimal' && number.type.kind === 'float' ? exactDouble(number) : number;
}

/** A year of two digits; in a variable the number is looked at behind its assignment. */
function yearOf(value: Fragment, number: Fragment, { name }: TableColumn): Fragment {
  const year = value.type.kind === 'text' ? yearOfText(value, number) : number;
  return name === '' ? year : storedYear(year);
}

/**
 * A number below 0 is outside an unsigned type on the source also where it would be rounded to 0: -1 is outside on the
 * target too. A double that goes into a whole number is rounded first on both.
 */
function notNegative(number: Fragment, { type }: TableColumn, { scope }: Context): Fragment {
  const from = number.type;
  const isUnsigned = (type.kind === 'integer' || type.kind === 'decimal') && type.isUnsigned;
  if (scope.isNumberChecked !== true || !isUnsigned || /^\d/.test(number.sql)) return number;
  const isWhole = isWholeNumber(type);
  if (from.kind === 'float' ? isWhole : from.kind !== 'decimal' || from.isUnsigned) return number;
  const isRounded = from.kind === 'float' || scaleIn(from) > (isWhole ? 0 : scaleIn(type));
  if (!isRounded) return number;
  const x = operand(number);
  if (scope.hasHelpers === true && !isPlace(number)) return atom(`sluice_not_negative(${x}::numeric)`, from);
  return atom(`CASE WHEN ${x} < 0 THEN -1 ELSE ${x} END`, from);
}

function storedNumber(value: Fragment, { type }: TableColumn, context: Context, span: Span): Fragment {
  // Without strict mode it is the number that a text begins with, rounded as a decimal is.
  if (context.scope.isNumberChecked === false) return exactNumber(value, type, context, span);
  if (value.type.kind !== 'text' || value.digits !== undefined) return toValue(toNumber(value, context, span));
  const number = value.literal === undefined ? undefined : NUMBER.exec(value.literal)?.[1];
  if (number === undefined) return textNumber(value, type, context, span);
  return number.startsWith('-') || number.startsWith('+') ? compound(number, type) : atom(number, type);
}

/** The number that a text begins with, where a whole one is wanted by its decimal digits: 2.5 is rounded to 3. */
export function exactNumber(value: Fragment, type: ValueType, context: Context, span: Span): Fragment {
  const number = toValue(toNumber(value, context, span));
  return type.kind === 'integer' && number.type.kind === 'float' ? exactDouble(number) : number;
}

/**
 * A text that begins with a number is refused by another error (1265) than one that does not (1366), by MariaDB also
 * where it goes into a decimal or a double; and no text is refused where no row has it, so that it is no cast of a constant.
 */
function textNumber(value: Fragment, type: ValueType, context: Context, span: Span): Fragment {
  const { isTextAwaited, hasHelpers, dialect } = context.scope;
  const isTold = type.kind === 'integer' || dialect.flavor === 'mariadb';
  if (isTold && hasHelpers !== true && (isTextAwaited === true || hasHelpers === false))
    context.report('TEXT_CUT', span, 'a text that begins with a number is refused as 1265 on the source');
  if (!isTold || hasHelpers !== true) return cast(value, type.kind === 'float' ? 'float8' : 'numeric', type);
  return atom(`sluice_whole(${value.sql})${type.kind === 'float' ? '::float8' : ''}`, type);
}

/** 0 and 1 are false and true; what else a TINYINT(1) holds is true. */
function toFlag(value: Fragment, context: Context, span: Span): Fragment {
  if (value.type.kind === 'boolean') return value;
  const text = value.literal ?? value.sql;
  if (text === '0' || text === '1') return atom(String(text === '1'), BOOLEAN);
  context.report('FLAG', span, 'a number is put into a column of true and false');
  const number = value.type.kind === 'text' ? cast(value, 'numeric', value.type) : toNumber(value, context, span);
  return compound(`${operand(number)} <> 0`, BOOLEAN);
}

/** A value inside JSON by its text: a JSON string without its quotes. */
function ofJson(value: Fragment, context: Context, span: Span): Fragment {
  context.report('JSON_NULL', span, 'a value of JSON is put into a column of another type');
  return compound(`${operand(value)} #>> '{}'`, TEXT);
}

/** A literal that is no date fails on the target as it does on the source. */
function noDate(value: Fragment, type: ValueType): Fragment | undefined {
  const { literal } = value;
  if (literal === undefined || value.type.kind !== 'text') return undefined;
  return calendarLiteral(literal) === undefined && !isZeroDate(literal) ? cast(value, 'timestamp', type) : undefined;
}

function noTime(value: Fragment, type: ValueType): Fragment | undefined {
  const { literal } = value;
  if (literal === undefined || value.type.kind !== 'text') return undefined;
  const isTime = timeLiteral(literal) !== undefined || calendarLiteral(literal)?.time !== undefined;
  return isTime ? undefined : cast(value, 'time', type);
}

/** A literal may be a date of digits; any other number as a date needs a person. */
function ofNumber(value: Fragment, context: Context, span: Span): Fragment {
  if (isNumeric(value.type) && !/^\d{8}(?:\d{6})?$/.test(value.sql)) {
    context.report('CONSTRUCT', span, 'a number is put into a column of dates or times');
    return atom('NULL', { kind: 'null' });
  }
  return value;
}

/** A moment of the session's clock as one of the world. */
function toInstant(value: Fragment, context: Context, span: Span): Fragment {
  if (value.type.kind === 'instant') return value;
  const moment = toMoment(ofNumber(value, context, span), context, span);
  return compound(`${operand(moment)} AT TIME ZONE ${quoteLiteral(context.scope.timeZone)}`, {
    kind: 'instant',
    digits: 6,
  });
}

function toOther(value: Fragment, column: TableColumn, context: Context, span: Span): Fragment {
  const { type } = column;
  if (type.kind === 'other' && type.name === 'text[]') return memberOf(value, column, context, span);
  if (value.type.kind === type.kind || value.literal !== undefined) return value;
  if (type.kind === 'unknown') return toValue(value);
  if (type.kind === 'other') return cast(toText(value, context, span), type.name, type);
  context.report('CONSTRUCT', span, 'a value is put into a column of bits');
  return value;
}

/** The value with its type said, for a place that is not the assignment itself. */
export function exact(value: Fragment, { type }: TableColumn): Fragment {
  const name = typeName(type);
  if (name === undefined || value.sql === 'DEFAULT') return value;
  if (type.kind === 'integer' && value.type.kind !== 'integer' && value.type.kind !== 'null')
    return atom(`round(${value.sql})::bigint`, type);
  if (type.kind === 'decimal' && value.type.kind !== 'null') return asDecimal(value, type);
  if (value.type.kind === type.kind && value.literal === undefined) return { ...value, type };
  return { ...cast(value, name, type), literal: value.literal };
}

/** numeric of no more digits than the column keeps. */
function asDecimal(value: Fragment, type: Extract<ValueType, { kind: 'decimal' }>): Fragment {
  const isFloat = value.type.kind === 'float';
  const number = isFloat ? exactDouble(value) : value.type.kind === 'decimal' ? value : cast(value, 'numeric', type);
  const isShort = type.scale === undefined || scaleIn(value.type) <= type.scale;
  return isShort ? { ...number, type } : atom(`round(${number.sql}, ${type.scale})`, type);
}

function scaleIn(type: ValueType): number {
  if (type.kind === 'integer') return 0;
  return type.kind === 'decimal' ? (type.scale ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
}

const NAMES: Readonly<Partial<Record<ValueType['kind'], string>>> = {
  boolean: 'boolean',
  integer: 'bigint',
  decimal: 'numeric',
  float: 'float8',
  text: 'text',
  bytes: 'bytea',
  date: 'date',
  datetime: 'timestamp',
  instant: 'timestamptz',
  json: 'jsonb',
};

/** A type of the target that holds every value of a kind; undefined where none is known. */
export function typeName(type: ValueType): string | undefined {
  if (type.kind === 'time') return type.isInterval ? 'interval' : 'time';
  return type.kind === 'other' ? type.name : NAMES[type.kind];
}
