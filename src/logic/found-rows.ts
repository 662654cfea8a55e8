import type { Query } from '../sql/query.ts';
import { TEXT } from '../sql/value-type.ts';
import { type Emitter, NotConverted } from './emitter.ts';

const OPTION = 'SQL_CALC_FOUND_ROWS';

/**
 * A query with SQL_CALC_FOUND_ROWS as the query of its page, and the one whose rows FOUND_ROWS() counts: the same without
 * LIMIT. undefined: it has no such option.
 */
export function countedQuery(node: Query): { readonly page: Query; readonly all: Query } | undefined {
  const { body } = node;
  if (body.tag !== 'select' || !body.options.includes(OPTION)) return undefined;
  const page: Query = { ...node, body: { ...body, options: body.options.filter((one) => one !== OPTION) } };
  return { page, all: { ...page, limit: undefined, orderBy: [], locks: [] } };
}

/** Where the number of rows is kept for FOUND_ROWS(). */
export function foundRows(emitter: Emitter): string {
  return emitter.temporary('_found_rows', 'bigint', TEXT).sql;
}

/** Counts what a query would find without its LIMIT. */
export function emitFoundRows(emitter: Emitter, all: Query): void {
  emitter.out.line(`SELECT count(*) INTO ${foundRows(emitter)} FROM (${emitter.query(all)}) AS all_rows;`);
}

/** A row that goes into variables is counted by itself. */
export function refuseCounted(emitter: Emitter, node: Query): void {
  if (countedQuery(node) === undefined || !emitter.asks('FOUND_ROWS')) return;
  throw new NotConverted('FOUND_ROWS', `${OPTION} of a SELECT INTO`, 'Count the rows by a query of their own.');
}
