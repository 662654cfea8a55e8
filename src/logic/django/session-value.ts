import { BIGINT, type ValueType } from '../../sql/value-type.ts';
import type { Variable } from '../variable-book.ts';
import { UNSIGNED_VALUE } from './python-type.ts';
import { markedVariable } from './vendor-sql.ts';

/** Where a service keeps what the last statement did. */
const NAMES: Readonly<Record<string, string>> = {
  ROW_COUNT: 'row_count',
  FOUND_ROWS: 'found_rows',
  LAST_INSERT_ID: 'last_insert_id',
};

/** A number without a sign to the source, as LAST_INSERT_ID() is. */
const UNSIGNED_BIGINT: ValueType = { kind: 'integer', isWide: true, isUnsigned: true };

/** What a call without arguments reads, as the translator meets it; undefined: it is none of those. */
export function sessionVariable(upper: string): Variable | undefined {
  const python = NAMES[upper];
  if (python === undefined) return undefined;
  const type = upper === 'LAST_INSERT_ID' ? UNSIGNED_BIGINT : BIGINT;
  return { sql: markedVariable(python, 'bigint'), type, declared: 'bigint' };
}

/** The same in the text for MySQL; the first % is the placeholder. */
export function sessionPlaceholder(upper: string): { readonly python: string; readonly mysql: string } | undefined {
  const python = NAMES[upper];
  if (python === undefined) return undefined;
  return { python, mysql: upper === 'LAST_INSERT_ID' ? UNSIGNED_VALUE : '%' };
}
