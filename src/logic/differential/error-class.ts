import { ENDLESS } from './case.ts';

/** Errors of both servers by what they mean to a caller; numbers of MySQL and MariaDB. */
const BY_ERRNO: Readonly<Record<number, string>> = {
  1048: 'null',
  1054: 'column',
  1062: 'duplicate',
  1064: 'syntax',
  1146: 'table',
  1172: 'many',
  1264: 'range',
  1265: 'range',
  1292: 'text',
  1305: 'function',
  1366: 'text',
  1329: 'none',
  1317: ENDLESS,
  1321: 'return',
  1325: 'cursor',
  1326: 'cursor',
  1339: 'case',
  1365: 'zero',
  1406: 'long',
  1411: 'text',
  1451: 'reference',
  1452: 'reference',
  1690: 'range',
  1969: ENDLESS,
  3020: 'logarithm',
  3057: 'argument',
  3143: 'path',
  3149: 'path',
  3153: 'path',
  3157: 'depth',
  3819: 'check',
  4025: 'check',
  4041: 'path',
  4042: 'path',
  4044: 'path',
  4051: 'path',
};

const BY_STATE: Readonly<Record<string, string>> = {
  '01000': 'range',
  '20000': 'case',
  '22001': 'long',
  '22003': 'range',
  '22004': 'syntax',
  '22007': 'text',
  '22008': 'text',
  '22012': 'zero',
  '22023': 'argument',
  '22032': 'depth',
  '22P02': 'text',
  '24000': 'cursor',
  '2F005': 'return',
  '34000': 'cursor',
  '2201E': 'logarithm',
  '23502': 'null',
  '23503': 'reference',
  '23505': 'duplicate',
  '23514': 'check',
  '42601': 'syntax',
  '42J01': 'path',
  '42703': 'column',
  '42883': 'function',
  '42P01': 'table',
  '42P03': 'cursor',
  P0002: 'none',
  P0003: 'many',
};

/** SIGNAL of a warning, of what is not found, and of an error. */
const SIGNALS: readonly number[] = [1642, 1643, 1644];

/** The class of an error of the source: a state that a program has set, with its message, else the number and the message. */
export function sourceErrorClass(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('errno' in error)) return String(error);
  const state = 'sqlState' in error ? String(error.sqlState) : '';
  const message = 'sqlMessage' in error ? String(error.sqlMessage) : '';
  const errno = Number(error.errno);
  if (SIGNALS.includes(errno)) return BY_STATE[state] ?? `signal ${message}`;
  return BY_ERRNO[errno] ?? (state.startsWith('45') ? `signal ${message}` : `${errno} ${message}`);
}

/** The class of an error of the target. */
export function targetErrorClass(error: unknown, rules: ReadonlySet<string>): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return String(error);
  const message = 'message' in error ? String(error.message) : '';
  const code = String(error.code);
  if (code === '23514' && isOfType(error, rules)) return 'range';
  if (code === '22004' && message.startsWith('cursor')) return 'cursor';
  const where = 'where' in error && error.where !== undefined ? ` ${String(error.where)}` : '';
  const isRaised = code.startsWith('45') || / at RAISE(?:\n|$)/.test(where);
  return BY_STATE[code] ?? (isRaised ? `signal ${message}` : `${code} ${message}${where}`);
}

/** Whether it is a CHECK that stands for the type of its column, by its name. */
function isOfType(error: object, rules: ReadonlySet<string>): boolean {
  const { constraint = '', table = '' } = error as { readonly constraint?: string; readonly table?: string };
  const isNamedSo = table !== '' && constraint.startsWith(`${table}_`) && constraint.endsWith('_check');
  return isNamedSo && !rules.has(constraint);
}
