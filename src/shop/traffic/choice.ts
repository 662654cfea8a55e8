/** Values and rows that the traffic chooses: ordinary ones, and the odd ones of every old shop. */
import { LATIN1_ODD, UNICODE_ODD } from '../word.ts';
import type { KeyedTable } from './fact.ts';
import type { Value, Work } from './work.ts';

const ZERO_DATES = ['0000-00-00', null, '1980-00-00', '2024-02-29', '1000-01-01', '9999-12-31'];
const ZERO_MOMENTS = ['0000-00-00 00:00:00', null, '2024-03-31 02:30:00.000001', '9999-12-31 23:59:59.999999'];

function oneOf(work: Work, list: readonly (string | null)[]): string | null {
  return list[work.random.below(list.length)] ?? null;
}

export function oddText(work: Work): string | null {
  return oneOf(work, UNICODE_ODD);
}

export function oddLatin1(work: Work): string | null {
  return oneOf(work, LATIN1_ODD);
}

export function oddDate(work: Work): string | null {
  return oneOf(work, ZERO_DATES);
}

/** For a datetime(6) column. */
export function oddMomentUs(work: Work): string | null {
  return oneOf(work, ZERO_MOMENTS);
}

/** For a datetime column: MySQL would round the last microsecond up, past the year 9999. */
export function oddMoment(work: Work): string | null {
  return oddMomentUs(work)?.slice(0, 19) ?? null;
}

export function randomBytes(work: Work, lengthBytes: number): Buffer {
  return Buffer.from(work.random.hex(lengthBytes), 'hex');
}

/** A key up to the highest one; its row may be gone. */
export function someId(work: Work, table: KeyedTable): number {
  return work.random.between(1, work.facts[table]);
}

/** The key of a row that is there now, or undefined in an empty table. */
export async function presentId(work: Work, table: KeyedTable): Promise<Value | undefined> {
  const rows = await work.read(`SELECT id FROM ${table} WHERE id >= ? ORDER BY id LIMIT 1`, [someId(work, table)]);
  return rows[0]?.['id'] as Value | undefined;
}

/** Whole cents of a decimal(n,2) as the driver gives it. */
export function toCents(decimal: unknown): number {
  return Math.round(Number(decimal) * 100);
}

/** Sixteen bytes that no other transaction has used; they end in zero bytes, which the server's log cuts off. */
export function uniqueKey(work: Work): Buffer {
  return Buffer.from(work.unique.padEnd(16, '\0'), 'latin1');
}
