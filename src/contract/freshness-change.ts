import type { FreshnessStatus, TableFreshness } from './measurement.ts';

/**
 * What has become of a freshness, for who has the one before: with hundreds of tables nearly all of it is one instant that
 * moves. Tables come in the order of the new one.
 */
export interface FreshnessChange {
  readonly completeToMs: number | null;
  readonly countedSinceMs: number;
  /** Up to which instant every table that is not listed is complete now; the rest of it is as it was. */
  readonly othersToMs: number | null;
  /** Whole, by their places. */
  readonly listed: readonly (readonly [place: number, table: TableFreshness])[];
}

/** null: other tables, or another order of them; only the whole tells that. */
export function freshnessChange(before: FreshnessStatus, now: FreshnessStatus): FreshnessChange | null {
  const isSameList =
    before.tables.length === now.tables.length &&
    now.tables.every(({ database, table }, at) => {
      const was = before.tables[at];
      return was?.database === database && was.table === table;
    });
  if (!isSameList) return null;
  const othersToMs = mostCommon(now.tables);
  const listed = now.tables.flatMap((table, place): FreshnessChange['listed'] => {
    const isPlain = table.completeToMs === othersToMs && isSameBesides(before.tables[place], table);
    return isPlain ? [] : [[place, table]];
  });
  const { completeToMs, countedSinceMs } = now;
  return { completeToMs, countedSinceMs, othersToMs, listed };
}

/** The one after `before`, of which `change` was made. */
export function changedFreshness(before: FreshnessStatus, change: FreshnessChange): FreshnessStatus {
  const { completeToMs, countedSinceMs, othersToMs } = change;
  const listed = new Map(change.listed);
  const tables = before.tables.map((table, at) => listed.get(at) ?? { ...table, completeToMs: othersToMs });
  return { completeToMs, countedSinceMs, tables };
}

function mostCommon(tables: readonly TableFreshness[]): number | null {
  const counts = new Map<number | null, number>();
  for (const { completeToMs } of tables) counts.set(completeToMs, (counts.get(completeToMs) ?? 0) + 1);
  let most: readonly [instantMs: number | null, count: number] = [null, 0];
  for (const entry of counts) if (entry[1] > most[1]) most = entry;
  return most[0];
}

function isSameBesides(before: TableFreshness | undefined, now: TableFreshness): boolean {
  if (before === undefined || before.changesToday !== now.changesToday) return false;
  return (['c', 'u', 'd', 'r'] as const).every(
    (op) => before.read[op] === now.read[op] && before.applied[op] === now.applied[op],
  );
}
