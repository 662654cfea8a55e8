import type { Dialect } from '../sql/dialect.ts';
import type { Block, Condition } from './body.ts';
import { CURSOR_IS_CLOSED, CURSOR_IS_OPEN } from './cursor-state.ts';

/** The target's condition for an error number of the source (docs/operate/stored-programs.md). */
const BY_ERRNO: Readonly<Record<number, string>> = {
  1022: '23505',
  1048: '23502',
  1062: '23505',
  1106: '42P01',
  1146: '42P01',
  1172: 'P0003',
  1205: '55P03',
  1213: '40P01',
  1216: '23503',
  1217: '23503',
  1264: '22003',
  1265: '01000',
  1292: '22007',
  1321: '2F005',
  [CURSOR_IS_OPEN]: '42P03',
  1339: '20000',
  1365: '22012',
  1366: '22P02',
  1406: '22001',
  1451: '23503',
  1452: '23503',
  1586: '23505',
  1690: '22003',
  3143: '42J01',
  3819: '23514',
  4025: '23514',
};

/** What PostgreSQL raises where MySQL raises a state of this class; a class of its own (45000) stays as it is. */
const BY_STATE: Readonly<Record<string, readonly string[]>> = {
  '23000': ['integrity_constraint_violation'],
  '22001': ['string_data_right_truncation'],
  '22003': ['numeric_value_out_of_range'],
  '22007': ['invalid_datetime_format', 'datetime_field_overflow'],
  '22012': ['division_by_zero'],
  '24000': ['invalid_cursor_state', 'duplicate_cursor', 'invalid_cursor_name', 'null_value_not_allowed'],
  '40001': ['deadlock_detected', 'serialization_failure'],
  '42000': ['syntax_error_or_access_rule_violation', 'too_many_rows'],
  '42S01': ['duplicate_table'],
  '42S02': ['undefined_table'],
  '42S22': ['undefined_column'],
};

type Flavor = Dialect['flavor'];

/** States that the two kinds of source do not share: a wrong value of a text (1366) and a CHECK (3819, 4025) have others. */
const BY_STATE_OF: Readonly<Record<Flavor, Readonly<Record<string, readonly string[]>>>> = {
  mysql: { HY000: ['invalid_text_representation', 'check_violation', 'lock_not_available'] },
  mariadb: {
    '22007': ['invalid_datetime_format', 'datetime_field_overflow', 'invalid_text_representation'],
    HY000: ['lock_not_available'],
  },
};

/** A condition as EXCEPTION WHEN has it; undefined: the target never raises it. */
export function whenOf(condition: Condition, flavor: Flavor): string | undefined {
  switch (condition.tag) {
    case 'sqlexception':
      return 'OTHERS';
    case 'errno': {
      if (condition.errno === CURSOR_IS_CLOSED) return 'invalid_cursor_name OR null_value_not_allowed';
      const state = BY_ERRNO[condition.errno];
      return state === undefined ? undefined : `SQLSTATE '${state}'`;
    }
    case 'sqlstate': {
      const { sqlstate } = condition;
      const states = BY_STATE_OF[flavor][sqlstate] ?? BY_STATE[sqlstate];
      return states?.join(' OR ') ?? `SQLSTATE '${sqlstate}'`;
    }
    default:
      return undefined;
  }
}

/**
 * Whether it is that of a value outside its type (1264, 22003), which a CHECK of the target may stand for: the ranges of
 * numbers are such. What is no member of an ENUM or a SET is refused by a function of ours (1265).
 */
export function isOfType(condition: Condition): boolean {
  if (condition.tag === 'sqlstate') return condition.sqlstate === '22003';
  return condition.tag === 'errno' && condition.errno === 1264;
}

/**
 * Which of the CHECKs that EXCEPTION gives to a state the source means by it: `none` (23000 of MySQL, whose CHECKs have
 * HY000), or those of the tables but none that stands for a type (`rules`); undefined where no CHECK comes with it.
 */
export function checksOf(condition: Condition, flavor: Flavor): 'none' | 'rules' | undefined {
  if (condition.tag !== 'sqlstate') return undefined;
  if (condition.sqlstate === '23000') return flavor === 'mysql' ? 'none' : 'rules';
  return condition.sqlstate === 'HY000' && flavor === 'mysql' ? 'rules' : undefined;
}

/** Whether it is one of the errors of a text that is no number: 1366, 1265, or every error but 1265. */
export function isOfText(condition: Condition): boolean {
  if (condition.tag === 'errno') return condition.errno === 1265 || condition.errno === 1366;
  if (condition.tag === 'sqlstate') return ['01000', '22007', 'HY000'].includes(condition.sqlstate);
  return condition.tag === 'sqlexception';
}

/**
 * What tells 1264 (a value does not fit its type) and 1690 (a result is no number of 64 bits) apart, which have one state;
 * undefined where the conditions ask for neither, or for both.
 */
export function rangeTest(conditions: readonly Condition[]): string | undefined {
  const numbers = new Set(conditions.map((one) => (one.tag === 'errno' ? one.errno : undefined)));
  const isWhole = conditions.some((one) => one.tag === 'sqlstate' && one.sqlstate === '22003');
  if (isWhole || numbers.has(1264) === numbers.has(1690)) return undefined;
  return `SQLERRM ${numbers.has(1264) ? 'NOT ILIKE' : 'ILIKE'} 'bigint%'`;
}

/** Whether the condition is that of a row whose key is there already, by its number or the state of all constraints. */
export function isDuplicate(condition: Condition): boolean {
  if (condition.tag === 'sqlstate') return condition.sqlstate === '23000';
  return condition.tag === 'errno' && BY_ERRNO[condition.errno] === '23505';
}

/** Whether the condition is that a SELECT INTO or a FETCH found no row. */
export function isNotFound(condition: Condition): boolean {
  if (condition.tag === 'sqlstate') return condition.sqlstate === '02000';
  return condition.tag === 'not-found' || (condition.tag === 'errno' && condition.errno === 1329);
}

/** How specific a condition is: the most specific handler is taken, whatever the order of the text. */
export function rankOf(condition: Condition): number {
  return { errno: 0, sqlstate: 1, named: 1, 'not-found': 2, sqlwarning: 2, sqlexception: 3 }[condition.tag];
}

/** The condition that a name stands for, from the innermost block outwards. */
export function resolveCondition(condition: Condition, blocks: readonly Block[]): Condition {
  if (condition.tag !== 'named') return condition;
  const name = condition.name.text.toLowerCase();
  for (const { declarations } of blocks) {
    for (const one of declarations) {
      if (one.tag === 'condition' && one.name.text.toLowerCase() === name) return one.condition;
    }
  }
  return condition;
}

/** The source's error number of what the handler caught. */
export function errnoSql(flavor: Flavor): string {
  const check = flavor === 'mysql' ? 3819 : 4025;
  return `CASE SQLSTATE ${[...ERRNOS, ['23514', check]]
    .map(([state, errno]) => `WHEN '${state}' THEN ${errno}`)
    .join(' ')} ELSE 1644 END`;
}

const ERRNOS: readonly (readonly [state: string, errno: number])[] = [
  ['23505', 1062],
  ['23503', 1452],
  ['23502', 1048],
  ['01000', 1265],
  ['22001', 1406],
  ['22003', 1264],
  ['22004', CURSOR_IS_CLOSED],
  ['22012', 1365],
  ['22P02', 1366],
  ['2F005', 1321],
  ['34000', CURSOR_IS_CLOSED],
  ['42P01', 1146],
  ['42P03', CURSOR_IS_OPEN],
  ['42J01', 3143],
  ['40P01', 1213],
  ['55P03', 1205],
  ['P0003', 1172],
];

/** The source's state of what the handler caught. */
export function stateSql(flavor: Flavor): string {
  const own = flavor === 'mysql' ? ['23514', '22P02'].map((state) => [state, 'HY000']) : [['22P02', '22007']];
  const cases = [...own, ['40P01', '40001'], ['42P01', '42S02'], ['P0003', '42000'], ['42J01', '42000']].map(
    ([state, told]) => `WHEN SQLSTATE = '${state}' THEN '${told}'`,
  );
  const cursors = "WHEN SQLSTATE IN ('22004', '34000', '42P03') THEN '24000'";
  return `CASE ${cases.join(' ')} ${cursors} WHEN SQLSTATE LIKE '23%' THEN '23000' ELSE SQLSTATE END`;
}
