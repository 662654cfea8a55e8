import type { Case } from './case.ts';
import { cellText, exactText } from './cell.ts';
import { keysOf, type ResultOrder } from './result-order.ts';

/** A result set as a server gave it. */
export interface ResultRows {
  readonly columns: readonly { readonly name: string; readonly isDecimal: boolean; readonly isTime?: boolean }[];
  readonly rows: readonly (readonly unknown[])[];
}

/** PostgreSQL cuts a name there. */
const MAX_NAME_BYTES = 63;

/**
 * A result set as lines: the rows, sorted, the names of the columns, and in which order the values came by which the
 * query orders them. Of rows that are equal there neither server says the order.
 */
export function resultLines({ columns, rows }: ResultRows, orders: readonly ResultOrder[]): readonly string[] {
  if (rows.length === 0) return [];
  const cells = rows.map((row) => row.map((cell, at) => shownResult(cell, columns[at] ?? {})));
  const names = columns.map(({ name }) => name);
  const keys = keysOf(names, orders);
  const order = cells.map((row) => keys.map((at) => asKey(row[at] ?? '')).join('|'));
  return [
    ...cells.map((row) => row.join('|')).sort(),
    `columns: ${names.map(cut).join('|')}`,
    ...(keys.length === 0 ? [] : [`in order: ${order.join(', ')}`]),
  ];
}

/** No character is cut in two. */
function cut(name: string): string {
  return Buffer.from(name)
    .subarray(0, MAX_NAME_BYTES)
    .toString()
    .replace(/\ufffd+$/, '');
}

/** What is known of the type of a value. */
export interface Exactness {
  readonly isDecimal?: boolean | undefined;
  readonly isText?: boolean | undefined;
  /** Of type TIME: noughts behind its fraction say nothing. */
  readonly isTime?: boolean | undefined;
}

/** A decimal with all its digits, a text with all its characters, any other value in the form that both servers share. */
export function shownCell(value: unknown, { isDecimal, isText, isTime }: Exactness): string {
  if (typeof value !== 'string') return cellText(value);
  if (isTime === true) return value.replace(/\.?0+$/, (noughts) => (/\.\d*$/.test(value) ? '' : noughts));
  if (isText === true) return exactText(value);
  return isDecimal === true ? value : cellText(value);
}

/** Here the query alone says what a column is: a moment at midnight is no day. */
function shownResult(value: unknown, of: Exactness): string {
  const shown = shownCell(value, of);
  const isMidnight = typeof value === 'string' && MIDNIGHT.test(value) && /^\d{4}-\d\d-\d\d$/.test(shown);
  return isMidnight ? `${shown} 00:00:00` : shown;
}

const MIDNIGHT = /^\d{4}-\d\d-\d\d 00:00:00(?:\.0+)?(?:\+00)?$/;

/** The OUT and INOUT values of a call. */
export function shownOut(values: readonly unknown[], { out, decimals = [], texts = [] }: Outs): readonly string[] {
  return values.map((value, at) => {
    const place = out[at] ?? -1;
    return shownCell(value, { isDecimal: decimals.includes(place), isText: texts.includes(place) });
  });
}

type Outs = Pick<Extract<Case, { tag: 'procedure' }>, 'out' | 'decimals' | 'texts'>;

/** A text as the source orders it: without regard to case and accents. */
function asKey(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().trimEnd();
}
