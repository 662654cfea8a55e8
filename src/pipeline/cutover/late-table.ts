import { SluiceError } from '../../contract/error.ts';
import { nameOf } from '../../cutover/verified.ts';
import type { TableName } from '../../mysql/identifier.ts';

/**
 * INV-259: of a table that was made when the gates had been looked at nobody knows whether it has its identity and its
 * indexes on the target: one that came by the stream has neither. `looked` null: no gate had been.
 */
export function refuseLate(tables: readonly TableName[], looked: readonly string[] | null): void {
  if (looked === null) return;
  const known = new Set(looked);
  const late = tables.map(nameOf).filter((table) => !known.has(table));
  if (late.length > 0) throw tablesLate(late);
}

/** CUTOVER_TABLE_LATE: tables were made at the source in the middle of a cutover. */
function tablesLate(names: readonly string[]): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_TABLE_LATE',
    message: `made after the gates were looked at, so that identity and indexes on the target were not: ${names.join(', ')}`,
    remedy: 'Run the same command again, whose gates look at them too, and make no table at the source meanwhile.',
    disposition: 'stop',
  });
}
