import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import { quoteLiteral, quoteTable } from '../postgres/quote.ts';
import type { ConvertOptions } from './options.ts';

/** An expression of the source as SQL of the target, or the reason why it is not certain to mean the same. */
export type Translation =
  | { readonly isProven: true; readonly sql: string }
  | { readonly isProven: false; readonly reason: string };

/** What an expression is for: where it stands decides what PostgreSQL allows and which type it must have. */
export interface ExpressionPlace {
  readonly table: CatalogueTable;
  readonly purpose: 'default' | 'check' | 'generated' | 'index';
  /** Type that the value must have; null for any (an index), `boolean` for a check. */
  readonly target: string | null;
  /** Type of a column of the table on the target; null when it is not there. */
  readonly typeOf: (column: string) => string | null;
  readonly options: ConvertOptions;
}

const NOW = /^(?:current_timestamp|now|localtime|localtimestamp)(?:\((\d*)\))?$/i;
const NEXT_VALUE = /^nextval\(`((?:[^`]|``)+)`\.`((?:[^`]|``)+)`\)$/i;

/** Translates an expression as the source's catalogue prints it. */
export function translate(text: string, place: ExpressionPlace): Translation {
  const now = NOW.exec(text.trim());
  if (now && place.purpose === 'default') return { isProven: true, sql: nowWith(Number(now[1] || 0)) };
  const next = NEXT_VALUE.exec(text.trim());
  if (next && place.purpose === 'default') return nextValue(unquoted(next[1]), unquoted(next[2]), place.options);
  return { isProven: false, reason: `the expression is not converted: ${text}` };
}

/**
 * The time at which the statement began, cut to so many digits after the second as MySQL cuts it: PostgreSQL would round,
 * so that a row could be younger than its own update.
 */
export function nowWith(fraction: number): string {
  if (fraction >= 6) return 'statement_timestamp()';
  const unit: Readonly<Record<number, string>> = { 0: 'second', 3: 'milliseconds' };
  const known = unit[fraction];
  if (known !== undefined) return `date_trunc('${known}', statement_timestamp())`;
  return `to_timestamp(trunc(extract(epoch from statement_timestamp()), ${fraction}))`;
}

function nextValue(database: string, name: string, options: ConvertOptions): Translation {
  const target = { schema: options.schemaOf(database), table: name };
  return { isProven: true, sql: `nextval(${quoteLiteral(quoteTable(target))}::regclass)` };
}

function unquoted(name = ''): string {
  return name.replaceAll('``', '`');
}
