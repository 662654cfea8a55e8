import { digitsBehind } from '../sql/decimal-scale.ts';
import type { Expression } from '../sql/expression.ts';
import { quoteLiteral } from '../sql/fragment.ts';
import { keptText } from '../sql/round-double.ts';
import { isGuarded } from './emit/guard.ts';
import type { Emitter } from './emitter.ts';
import type { PgType } from './pg-type.ts';
import { key } from './table-access.ts';
import { holdsWhole, isOfYear, lengthOf, narrowCast, wideRange } from './type-limit.ts';
import type { Limits, Variable } from './variable-book.ts';

type Limited = Pick<Variable, 'sql' | 'type' | 'declared'> & Limits;

/** What a variable is declared as, and what its assignments have to see to because the declaration does not. */
export interface Held {
  readonly declared: string;
  readonly limits: Limits;
}

/** A variable of a block: its declared type refuses what strict mode refuses, and would refuse what other modes cut. */
export function heldInBlock(emitter: Emitter, type: PgType): Held {
  if (!emitter.program.dialect.mode.isStrict) return heldWide(emitter, type);
  return { declared: type.sql, limits: { range: type.range, cast: type.rounds } };
}

/** A parameter, or what is returned: PostgreSQL looks at no length, no digits and no range there. */
export function heldWide(emitter: Emitter, type: PgType): Held {
  const range = wideRange(type, emitter.program.dialect.mode.isStrict);
  return { declared: type.wide, limits: { range, cast: narrowCast(type), lengthChars: lengthOf(type) } };
}

/** Brings what a variable holds to its type, and refuses or cuts it as the program's mode does. */
export function limitLines(emitter: Emitter, to: Limited): readonly string[] {
  const { sql, cast } = to;
  const own = ownLines(emitter, to);
  if (!emitter.program.dialect.mode.isStrict) return [...own, ...cutLines(to)];
  return [...own, ...belowNought(to), ...(cast === undefined ? [] : [`${sql} := ${sql}::${cast};`]), ...refusals(to)];
}

/** A text that is more than its characters: a CHAR, a member of an ENUM, members of a SET; a number of so many digits. */
function ownLines(emitter: Emitter, to: Limited): readonly string[] {
  const { sql, type } = to;
  if (isPadded(to)) return [`${sql} := rtrim(${sql}, ' ');`];
  if (isOfYear(to.range)) return yearLines(to);
  if (type.kind === 'float' && type.digits !== undefined) return [`${sql} := ${keptText(sql, type.digits)};`];
  const members = type.kind === 'text' ? (type.members ?? type.flags) : undefined;
  if (type.kind !== 'text' || members === undefined) return [];
  const name = type.members === undefined ? 'sluice_set' : 'sluice_enum';
  const rest = emitter.program.dialect.mode.isStrict ? '' : ', false';
  return [`${sql} := ${name}(${sql}, ARRAY[${members.map(quoteLiteral).join(', ')}]${rest});`];
}

/** A year of two digits is one of 2001 to 2069, or of 1970 to 1999. */
function yearLines({ sql, range }: Limited): readonly string[] {
  if (!isOfYear(range)) return [];
  const short = `WHEN ${sql} BETWEEN 1 AND 69 THEN ${sql} + 2000 WHEN ${sql} BETWEEN 70 AND 99 THEN ${sql} + 1900`;
  return [`${sql} := CASE ${short} ELSE ${sql} END;`];
}

function isPadded({ type }: Limited): boolean {
  return type.kind === 'text' && type.isPadded === true;
}

/** A DECIMAL without a sign refuses what is below 0 also where it would be rounded to 0. */
function belowNought({ sql, range, cast }: Limited): readonly string[] {
  return range?.[0] === '0' && cast?.startsWith('numeric') ? [`IF ${sql} < 0 THEN ${sql} := -1; END IF;`] : [];
}

function refusals(to: Limited): readonly string[] {
  const { sql, range, lengthChars } = to;
  const name = sql === '_returned' ? 'the result' : sql.replace(/^_/, '').replaceAll('"', '').replaceAll("'", "''");
  const raise = (state: string, told: string): string =>
    `RAISE EXCEPTION USING ERRCODE = '${state}', MESSAGE = '${told} ${name}'`;
  if (range !== undefined) {
    const [least, greatest] = range;
    const nought = isOfYear(range) ? `${sql} <> 0 AND ` : '';
    return [
      `IF ${nought}${sql} NOT BETWEEN ${least} AND ${greatest} THEN ${raise('22003', 'Out of range value for')}; END IF;`,
    ];
  }
  if (lengthChars === undefined) return [];
  // Blanks behind are cut without an error.
  return [
    `IF char_length(rtrim(${sql}, ' ')) > ${lengthChars} THEN ${raise('22001', 'Data too long for')}; END IF;`,
    ...(isPadded(to) ? [] : [`${sql} := left(${sql}, ${lengthChars});`]),
  ];
}

/** Without strict mode a number becomes the nearest one of its type, and a text loses its end. */
function cutLines(to: Limited): readonly string[] {
  const { sql, range, lengthChars, cast } = to;
  const suffix = cast === undefined ? '' : `::${cast}`;
  if (range !== undefined) {
    const [least, greatest] = range;
    if (isOfYear(range))
      return [`${sql} := CASE WHEN ${sql} NOT BETWEEN ${least} AND ${greatest} THEN 0 ELSE ${sql} END;`];
    return [
      `${sql} := (CASE WHEN ${sql} < ${least} THEN ${least} WHEN ${sql} > ${greatest} THEN ${greatest} ELSE ${sql} END)${suffix};`,
    ];
  }
  const cut = `left(${sql}, ${lengthChars})`;
  if (lengthChars !== undefined) return [`${sql} := ${isPadded(to) ? `rtrim(${cut}, ' ')` : cut};`];
  return cast === undefined ? [] : [`${sql} := ${sql}${suffix};`];
}

/** Writes an assignment of a translated value, with what its variable asks for behind it where the value may need it. */
export function assign(emitter: Emitter, to: Limited, sql: string, value: Expression): void {
  const { out } = emitter;
  if (isInside(value, to)) {
    out.line(`${to.sql} := ${withDigits(sql, to)};`);
    return;
  }
  const { isStrict } = emitter.program.dialect.mode;
  const place = isStrict && refusals(to).length > 0 && !isGuarded(emitter) ? apart(emitter, to) : to;
  out.line(`${place.sql} := ${isStrict && to.cast !== undefined ? `(${sql})::${to.cast}` : sql};`);
  // The blanks of a CHAR are gone from what was translated for it.
  const lines = [...yearLines(place), ...(isStrict ? refusals(place) : cutLines(place))];
  if (place === to) for (const line of lines) out.line(line);
  else storeApart(emitter, to, place.sql, lines);
}

/** A value that was looked at apart goes into its variable, which is NULL where the value is refused. */
export function storeApart({ out }: Emitter, to: Limited, sql: string, lines: readonly string[]): void {
  if (lines.length > 0) out.line(`${to.sql} := NULL;`);
  for (const line of lines) out.line(line);
  out.line(`${to.sql} := ${sql};`);
}

/** Where a handler may wait, a value that is refused must not stand in its variable: it is looked at apart, and leaves NULL. */
export function apart<Of extends Limited>(emitter: Emitter, to: Of): Of {
  if (emitter.frames.length === 0 || to.sql.startsWith('_')) return to;
  const { sql } = emitter.temporary(`_${bare(to.sql)}`, to.declared, to.type);
  return { ...to, sql };
}

/** A name of ours for a second variable beside one. */
export function bare(name: string): string {
  return key(name).replaceAll(/\W+/g, '_');
}

/** A value that fits for certain, with the digits behind the point that its place is printed with. */
export function withDigits(sql: string, { cast }: Pick<Limited, 'cast'>): string {
  const scale = Number(/^numeric\(\d+,(\d+)\)$/.exec(cast ?? '')?.[1] ?? 0);
  if (scale === 0 || sql.startsWith('NULL')) return sql;
  return /^-?\d+$/.test(sql) ? digitsBehind(sql, scale) : `(${sql})::${cast}`;
}

const CONDITIONS = new Set([
  'null',
  'boolean',
  'comparison',
  'logical',
  'is',
  'exists',
  'like',
  'between',
  'in',
  'regexp',
]);

/** Whether a value fits for certain. */
export function isInside(value: Expression, to: Limited): boolean {
  const { range, cast, lengthChars } = to;
  if (value.tag === 'null') return true;
  if (range === undefined && cast === undefined && lengthChars === undefined) return true;
  const isCondition = CONDITIONS.has(value.tag) || (value.tag === 'unary' && value.operator === 'not');
  const number = isCondition ? '1' : numberOf(value);
  if (cast !== undefined && (number === undefined || !holdsWhole(cast, number))) return false;
  if (isCondition || (cast !== undefined && range === undefined)) return true;
  if (value.tag === 'string') return range === undefined && value.value.length <= (lengthChars ?? 0);
  if (number === undefined) return false;
  if (range === undefined) return number.length <= (lengthChars ?? 0);
  return Number(number) >= Number(range[0]) && Number(number) <= Number(range[1]);
}

function numberOf(value: Expression): string | undefined {
  if (value.tag === 'number') return value.value;
  const isMinus = value.tag === 'unary' && value.operator === '-' && value.operand.tag === 'number';
  return isMinus && value.operand.tag === 'number' ? `-${value.operand.value}` : undefined;
}
