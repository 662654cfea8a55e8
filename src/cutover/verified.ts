import type { TableName } from '../contract/change.ts';
import type { TableVerified } from '../contract/verify.ts';

export interface Unverified {
  /** `database.table` of the source. */
  readonly table: string;
  readonly reason: string;
}

/**
 * Tables of which it is not known that both sides are equal but for changes that are known by their keys. Of a table
 * without a key changes are only counted: it is compared whole behind the fence. `oldestMs`: what was compared before
 * counts no more.
 */
export function unverified(tables: readonly TableVerified[], oldestMs: number): readonly Unverified[] {
  return tables.flatMap((table) => {
    const reason = reasonOf(table, oldestMs);
    return reason === null ? [] : [{ table: nameOf(table), reason }];
  });
}

function reasonOf(table: TableVerified, oldestMs: number): string | null {
  const { state, verifiedAtMs, differenceCount, changesSince, waiting, advice } = table;
  if (verifiedAtMs === null) return 'was never compared';
  if (differenceCount > 0) return differenceCount === 1 ? 'has 1 difference' : `has ${differenceCount} differences`;
  if (changesSince === null) return advice ?? 'what changed since it was compared is not known';
  const isKeyless = waiting === null;
  if (state !== 'equal' && state !== 'changing' && !(state === 'busy' && isKeyless)) return advice ?? `is ${state}`;
  if (verifiedAtMs < oldestMs) return 'was compared too long ago';
  return null;
}

/** Of a table whose right has gone, or that is gone itself without a word in the binlog. */
export const UNSEEN = 'is not seen at the source any more: has its right gone?';

export function nameOf({ database, table }: TableName): string {
  return `${database}.${table}`;
}
