/**
 * How two texts are compared: `lower` by their small letters (a case-insensitive collation of the source whose target
 * column is plain text), `exact` byte by byte (`_bin`, `_cs`), `native` as the target column itself does (citext, a
 * nondeterministic collation).
 */
export type TextRule = 'lower' | 'exact' | 'native';

/**
 * How a collation puts texts in order: `unicode` by Unicode's weights, as ICU's root collation does (measured: UCA 9.0.0
 * alike, 4.0.0 and 5.2.0 but for the signs ` and ^); `upper` by the code points of the capital letters (`general_ci`;
 * letters with accents by their bare ones); `bytes` by code points (`_bin`).
 */
export type TextOrder = 'unicode' | 'upper' | 'bytes';

/** What a PostgreSQL expression of ours gives. */
export type ValueType =
  | { readonly kind: 'null' }
  /** PostgreSQL's boolean; to MySQL an integer 0 or 1. */
  | { readonly kind: 'boolean' }
  /** `isWide`: bigint, so that sums need no cast. `isUnsigned` is the source's. `isYear`: YEAR, which takes two digits. */
  | { readonly kind: 'integer'; readonly isWide: boolean; readonly isUnsigned: boolean; readonly isYear?: boolean }
  /** numeric; `scale` digits behind the point when the source's type tells. `isRaw`: more are there, to be rounded last. */
  | {
      readonly kind: 'decimal';
      readonly scale: number | undefined;
      readonly isUnsigned: boolean;
      readonly isRaw?: boolean;
      /** A user variable, or computed of one: it keeps the digits that its value has, and is computed with `scale` of them. */
      readonly isOwn?: boolean;
      /** BIGINT UNSIGNED: the source counts with it as with an integer. */
      readonly isWhole?: boolean;
    }
  /** double precision. `isSingle`: MySQL's FLOAT, real where it is stored. `digits` behind the point that it is printed with. */
  | { readonly kind: 'float'; readonly isSingle?: boolean; readonly digits?: number }
  /**
   * `rule` undefined: a literal, which takes the other side's. `members` of an ENUM, which is ordered by their places;
   * `flags` of a SET, which is the text of some of them. `isPadded`: CHAR, of which blanks at the end are no part.
   * `ignoresBlanks`: whether its collation takes texts for equal that differ in blanks at the end (PAD SPACE); undefined
   * where no collation is known. `order` undefined: not known, or one that the target has not.
   */
  | {
      readonly kind: 'text';
      readonly rule: TextRule | undefined;
      readonly members?: readonly string[];
      readonly flags?: readonly string[];
      readonly isPadded?: boolean;
      readonly ignoresBlanks?: boolean;
      readonly order?: TextOrder;
    }
  | { readonly kind: 'bytes' }
  | { readonly kind: 'bits' }
  | { readonly kind: 'date' }
  /** timestamp without time zone; `digits` of its fraction when the source's type tells. */
  | { readonly kind: 'datetime'; readonly digits: number | undefined }
  /** timestamp with time zone: MySQL's TIMESTAMP. */
  | { readonly kind: 'instant'; readonly digits: number | undefined }
  /** MySQL's TIME: interval, or time where the target column is one. */
  | { readonly kind: 'time'; readonly isInterval: boolean }
  | { readonly kind: 'json' }
  /** Any other type of the target: uuid, inet, geometry; text[] with the `flags` of a SET. */
  | { readonly kind: 'other'; readonly name: string; readonly flags?: readonly string[] }
  /** Not known: what needs the type is a finding. */
  | { readonly kind: 'unknown' };

export const NULL: ValueType = { kind: 'null' };
export const BOOLEAN: ValueType = { kind: 'boolean' };
export const INTEGER: ValueType = { kind: 'integer', isWide: false, isUnsigned: false };
export const BIGINT: ValueType = { kind: 'integer', isWide: true, isUnsigned: false };
/** What MySQL calls BIGINT UNSIGNED. */
export const UNSIGNED: ValueType = { kind: 'decimal', scale: 0, isUnsigned: true, isWhole: true };
export const NUMERIC: ValueType = { kind: 'decimal', scale: undefined, isUnsigned: false };
export const FLOAT: ValueType = { kind: 'float' };
export const TEXT: ValueType = { kind: 'text', rule: undefined };
export const BYTES: ValueType = { kind: 'bytes' };
export const DATE: ValueType = { kind: 'date' };
export const DATETIME: ValueType = { kind: 'datetime', digits: 0 };
export const INTERVAL: ValueType = { kind: 'time', isInterval: true };
export const JSON_TYPE: ValueType = { kind: 'json' };
export const UNKNOWN: ValueType = { kind: 'unknown' };

/** numeric of a known scale. */
export function decimal(scale: number): ValueType {
  return { kind: 'decimal', scale, isUnsigned: false };
}

/** Digits behind the point, 0 for integers, undefined when the value or the type does not tell. */
export function scaleOf(type: ValueType): number | undefined {
  if (type.kind === 'integer' || type.kind === 'boolean') return 0;
  if (type.kind === 'float') return type.digits;
  return type.kind === 'decimal' ? type.scale : undefined;
}

/** A type that is ordered by its characters, whatever it was made of. */
export function asCharacters(type: ValueType): ValueType {
  const isListed = type.kind === 'text' && (type.members ?? type.flags) !== undefined;
  return isListed ? plainText(type) : type;
}

/** A text of the same collation that is no more than its characters. */
export function plainText({ rule, ignoresBlanks, order }: TextType): ValueType {
  return { kind: 'text', rule, ...known({ ignoresBlanks, order }) };
}

type TextType = Extract<ValueType, { kind: 'text' }>;

function known({ ignoresBlanks, order }: { [Key in 'ignoresBlanks' | 'order']: TextType[Key] | undefined }) {
  return { ...(ignoresBlanks === undefined ? {} : { ignoresBlanks }), ...(order === undefined ? {} : { order }) };
}

/** A text of a collation of the source. */
export function textType(collation: string | undefined): TextType {
  const ignoresBlanks = padsSpace(collation);
  return { kind: 'text', rule: textRule(collation), ...known({ ignoresBlanks, order: textOrder(collation) }) };
}

/** The order of what a server takes where nobody has said another collation; the version as 80036. */
export function usualOrder({
  flavor,
  version,
}: {
  readonly flavor: 'mysql' | 'mariadb';
  readonly version: number;
}): TextOrder {
  return version >= (flavor === 'mysql' ? 80_000 : 110_600) ? 'unicode' : 'upper';
}

/** The order of a collation of the source; those of one language have one of their own. */
export function textOrder(collation = ''): TextOrder | undefined {
  if (/_bin$/i.test(collation)) return 'bytes';
  if (/^(?:utf8|utf8mb3|utf8mb4)_general_ci$|^latin1_swedish_ci$/i.test(collation)) return 'upper';
  const isRoot = /^(?:utf8|utf8mb3|utf8mb4)_(?:0900_(?:ai_ci|as_ci|as_cs)|unicode(?:_520)?_ci)$/i.test(collation);
  return isRoot || /^(?:utf8mb[34]_)?uca1400_(?:nopad_)?a[is]_c[is]$/i.test(collation) ? 'unicode' : undefined;
}

/** Whether a collation is PAD SPACE: all are but those of UCA 9 (MySQL 8), MariaDB's `_nopad_` ones, and `binary`. */
export function padsSpace(collation: string | undefined): boolean | undefined {
  return collation === undefined ? undefined : !/_0900_|nopad|^binary$/i.test(collation);
}

/** Whether the source computes with it in 64 bits. */
export function isWholeNumber(type: ValueType): boolean {
  return type.kind === 'integer' || (type.kind === 'decimal' && type.isWhole === true);
}

export function isNumeric(type: ValueType): boolean {
  return type.kind === 'integer' || type.kind === 'decimal' || type.kind === 'float' || type.kind === 'boolean';
}

/** Dates, times of a calendar: date, datetime, instant. */
export function isCalendar(type: ValueType): boolean {
  return type.kind === 'date' || type.kind === 'datetime' || type.kind === 'instant';
}

/**
 * The type that the column of a source has on the target by default (docs/types.md), from its MySQL type and
 * collation: `int unsigned`, `varchar(20)`, `datetime(6)`. `target` is PostgreSQL's type where it is another.
 */
export function columnType(mysql: string, collation?: string, target?: string): ValueType {
  const words = /^([a-z0-9]+)(?:\((\d+)(?:,(\d+))?[^)]*\))?(.*)$/i.exec(mysql.trim());
  const name = (words?.[1] ?? '').toLowerCase();
  const first = Number(words?.[2] ?? 0);
  const second = words?.[3] === undefined ? undefined : Number(words[3]);
  // A YEAR counts as an unsigned number.
  const isUnsigned = name === 'year' || /\bunsigned\b/i.test(words?.[4] ?? '');
  const own = sourceType({ name, first, second, isUnsigned, collation });
  const byTarget = target === undefined ? undefined : targetType(target, collation);
  if (byTarget === undefined) return own;
  // What the source's type says of its values holds whatever the target's type is.
  if (byTarget.kind === 'integer' && isWholeNumber(own)) return { ...byTarget, isUnsigned, ...yearOf(own) };
  if (isMoment(own) && isMoment(byTarget)) return { ...byTarget, digits: own.digits };
  return byTarget.kind === 'text' && own.kind === 'text' ? { ...byTarget, ...padded(own) } : byTarget;
}

function isMoment(type: ValueType): type is ValueType & { readonly kind: 'datetime' | 'instant' } {
  return type.kind === 'datetime' || type.kind === 'instant';
}

function yearOf(type: ValueType): { readonly isYear?: boolean } {
  return isYear(type) ? { isYear: true } : {};
}

/** Whether it is that of a YEAR. */
export function isYear(type: ValueType): boolean {
  return type.kind === 'integer' && type.isYear === true;
}

function padded(type: ValueType): { readonly isPadded?: boolean } {
  return type.kind === 'text' && type.isPadded === true ? { isPadded: true } : {};
}

interface SourceType {
  readonly name: string;
  readonly first: number;
  readonly second: number | undefined;
  readonly isUnsigned: boolean;
  readonly collation: string | undefined;
}

const NARROW = new Set(['tinyint', 'smallint', 'mediumint', 'year', 'bool', 'boolean']);
const TEXTS = new Set(['varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'enum']);
const BLOBS = new Set(['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob']);

function sourceType({ name, first, second, isUnsigned, collation }: SourceType): ValueType {
  if (NARROW.has(name))
    return { kind: 'integer', isWide: false, isUnsigned, ...(name === 'year' ? { isYear: true } : {}) };
  if (name === 'int' || name === 'integer') return { kind: 'integer', isWide: isUnsigned, isUnsigned };
  if (name === 'bigint') return isUnsigned ? UNSIGNED : BIGINT;
  if (name === 'decimal' || name === 'numeric') return { kind: 'decimal', scale: second ?? 0, isUnsigned };
  if (name === 'float' || name === 'double' || name === 'real') return floatType(name, first, second);
  if (name === 'char') return { ...textType(collation), isPadded: true };
  if (TEXTS.has(name)) return textType(collation);
  if (BLOBS.has(name)) return BYTES;
  if (name === 'bit') return first <= 1 ? BOOLEAN : { kind: 'bits' };
  if (name === 'date') return DATE;
  if (name === 'datetime') return { kind: 'datetime', digits: first };
  if (name === 'timestamp') return { kind: 'instant', digits: first };
  if (name === 'time') return INTERVAL;
  if (name === 'json') return JSON_TYPE;
  return { kind: 'other', name: name === 'set' ? 'text[]' : name };
}

/** FLOAT(p) of more than 24 bits is a double; (m,d) rounds to d digits. */
function floatType(name: string, first: number, second: number | undefined): ValueType {
  const isSingle = name === 'float' && (first <= 24 || second !== undefined);
  return { kind: 'float', ...(isSingle ? { isSingle } : {}), ...(second === undefined ? {} : { digits: second }) };
}

/** The target types that are not what the source's type has by default. */
function targetType(target: string, collation: string | undefined): ValueType | undefined {
  const name = target
    .toLowerCase()
    .replace(/\(.*?\)/, '')
    .trim();
  if (name === 'boolean') return BOOLEAN;
  if (name === 'smallint' || name === 'integer') return INTEGER;
  if (name === 'bigint') return BIGINT;
  if (name === 'citext') return { kind: 'text', rule: 'native' };
  if (name === 'text' || name === 'character varying') return textType(collation);
  if (name === 'date') return DATE;
  if (name === 'timestamp without time zone') return { kind: 'datetime', digits: 6 };
  if (name === 'timestamp with time zone') return { kind: 'instant', digits: 6 };
  if (name === 'time without time zone') return { kind: 'time', isInterval: false };
  if (name === 'interval') return INTERVAL;
  if (name === 'jsonb') return JSON_TYPE;
  if (['uuid', 'inet', 'text[]', 'json', 'geometry'].includes(name)) return { kind: 'other', name };
  return undefined;
}

/** The rule of a collation of the source: `_bin` and `_cs` tell every character apart. */
export function textRule(collation: string | undefined): TextRule | undefined {
  if (collation === undefined) return undefined;
  return /_(?:bin|cs|as_cs)$|^binary$/i.test(collation) ? 'exact' : 'lower';
}
