import { SluiceError } from '../../contract/error.ts';
import { arrayText, quoteTable } from '../../postgres/quote.ts';
import { scopedNames } from '../schema/target-schema.ts';
import type { Scope } from '../scope.ts';
import type { Ends } from './plan.ts';

/** Of tables that stand; the publication tells a partitioned one by its root. */
const UNPUBLISHED = `SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL
  AND to_regclass(name) NOT IN (SELECT format('%I.%I', schemaname, tablename)::regclass
    FROM pg_publication_tables WHERE pubname = $2) ORDER BY name`;

/** Tables of the target that take part and that the publication of the way back has not: nothing of them goes back. */
export async function lateTables(
  { source, target }: Ends,
  publication: string,
  scope: Scope,
): Promise<readonly string[]> {
  const names = await scopedNames(source, scope);
  const expected = names.flatMap(({ database, table }) => scope.targetOf(database, table) ?? []);
  const { rows } = await target.query(UNPUBLISHED, [arrayText(expected.map(quoteTable)), publication]);
  return rows.map(({ name }) => name ?? '');
}

/** REVERSE_TABLE_LATE: tables were made at the source after the way back was prepared, in the middle of a cutover. */
export function tablesLate(names: readonly string[]): SluiceError {
  return new SluiceError({
    code: 'REVERSE_TABLE_LATE',
    message: `made after the way back was prepared, which so carries nothing of it: ${names.join(', ')}`,
    remedy: 'Run the same command again, which prepares it for them too, and make no table at the source meanwhile.',
    disposition: 'stop',
  });
}
