import type { TableName } from '../contract/change.ts';

/** Rows that a repair leaves as they are: how many for which reason. */
export type UnfitRows = ReadonlyMap<string, number>;

/** Why rows are left, each with what to do about them. */
export const UNFIT = {
  aside: 'a change of the table waits in quarantine: settle that first (sluice quarantine list)',
  long: 'they are longer than one message between processes may be',
  foreign: 'only the target has them, with what the source could not have sent: delete them there by hand',
} as const;

export function countUnfit(reasons: readonly string[]): UnfitRows {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

export function withUnfit(known: UnfitRows, more: UnfitRows): UnfitRows {
  const counts = new Map(known);
  for (const [reason, count] of more) counts.set(reason, (counts.get(reason) ?? 0) + count);
  return counts;
}

/** What is told of the table; null: all were repaired, or tried. */
export function unfitAdvice({ table }: TableName, rows: UnfitRows): string | null {
  if (rows.size === 0) return null;
  const told = [...rows].map(([reason, count]) => `${count === 1 ? '1 row' : `${count} rows`}: ${reason}`);
  return `not repaired (REPAIR_UNFIT): ${told.join('; ')}. What loads the table anew: sluice tables reload ${table}`;
}
