import type { DataType } from './data-type.ts';
import type { PgType } from './pg-type.ts';

export type Range = readonly [least: string, greatest: string];
type Ranges = Readonly<Record<string, Range>>;

const TINY = ['-128', '127'] as const;
const MEDIUM = ['-8388608', '8388607'] as const;
/** And 0; of two digits it is one of 1970 to 2069. */
const YEAR = ['1901', '2155'] as const;
const SIGNED: Ranges = { TINYINT: TINY, INT1: TINY, MEDIUMINT: MEDIUM, INT3: MEDIUM, MIDDLEINT: MEDIUM, YEAR };

const UNSIGNED_MEDIUM = ['0', '16777215'] as const;
const UNSIGNED_INT = ['0', '4294967295'] as const;
const UNSIGNED_BIG = ['0', '18446744073709551615'] as const;
const UNSIGNED_DOUBLE = ['0', '1.7976931348623157e308'] as const;
const UNSIGNED: Ranges = {
  TINYINT: ['0', '255'],
  INT1: ['0', '255'],
  SMALLINT: ['0', '65535'],
  INT2: ['0', '65535'],
  MEDIUMINT: UNSIGNED_MEDIUM,
  INT3: UNSIGNED_MEDIUM,
  MIDDLEINT: UNSIGNED_MEDIUM,
  INT: UNSIGNED_INT,
  INT4: UNSIGNED_INT,
  INTEGER: UNSIGNED_INT,
  BIGINT: UNSIGNED_BIG,
  INT8: UNSIGNED_BIG,
  FLOAT: UNSIGNED_DOUBLE,
  FLOAT4: UNSIGNED_DOUBLE,
  DOUBLE: UNSIGNED_DOUBLE,
  FLOAT8: UNSIGNED_DOUBLE,
  'DOUBLE PRECISION': UNSIGNED_DOUBLE,
  REAL: UNSIGNED_DOUBLE,
};

/** Whether it is that of a YEAR, which holds 0 besides. */
export function isOfYear(range: Range | undefined): boolean {
  return range === YEAR;
}

/** Least and greatest value of a type of the source where the target's type for it holds more. */
export function sourceRange({ name, isUnsigned, sizes }: DataType): Range | undefined {
  if (isUnsigned && /^(?:DECIMAL|DEC|NUMERIC|FIXED)$/.test(name)) return ['0', greatestOf(sizes)];
  return (isUnsigned ? UNSIGNED : SIGNED)[name];
}

function greatestOf([precision = 10, scale = 0]: readonly number[]): string {
  const whole = '9'.repeat(precision - scale);
  return `${whole === '' ? '0' : whole}${scale === 0 ? '' : `.${'9'.repeat(scale)}`}`;
}

/** What the types of PostgreSQL themselves refuse. */
const NARROW: Ranges = {
  smallint: ['-32768', '32767'],
  integer: ['-2147483648', '2147483647'],
};

/**
 * What a value of the type holds where it stands in the wide type, as parameters and results do. A cast refuses by itself
 * what is too large for its type, which has a range here only where that is not to be refused.
 */
export function wideRange({ sql, range }: PgType, isStrict: boolean): Range | undefined {
  if (range !== undefined || isStrict) return range;
  const sizes = /^numeric\((\d+),(\d+)\)$/.exec(sql)?.slice(1).map(Number);
  if (sizes === undefined) return NARROW[sql];
  const greatest = greatestOf(sizes);
  return [`-${greatest}`, greatest];
}

/** Whether a whole number fits the type of a cast for certain. */
export function holdsWhole(cast: string, number: string): boolean {
  if (!/^-?\d+$/.test(number)) return false;
  const range = NARROW[cast];
  if (range !== undefined) return Number(number) >= Number(range[0]) && Number(number) <= Number(range[1]);
  const [, precision, scale] = /^numeric\((\d+),(\d+)\)$/.exec(cast) ?? [];
  return precision !== undefined && number.replace('-', '').length <= Number(precision) - Number(scale);
}

/** Characters that a type holds. */
export function lengthOf({ sql }: PgType): number | undefined {
  const length = /^varchar\((\d+)\)$/.exec(sql)?.[1];
  return length === undefined ? undefined : Number(length);
}

/** What brings a value to its type where it stands in the wide type, and refuses what is too large. */
export function narrowCast({ sql, wide, range, rounds }: PgType): string | undefined {
  const isNarrower =
    /^(?:numeric\(|real$|timestamp|interval)/.test(sql) || (range === undefined && NARROW[sql] !== undefined);
  const own = sql !== wide && isNarrower ? [sql] : [];
  const all = [...(rounds === undefined ? [] : [rounds]), ...own];
  return all.length === 0 ? undefined : all.join('::');
}
