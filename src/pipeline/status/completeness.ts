import type { TableName } from '../../contract/change.ts';
import type { FreshnessStatus } from '../../contract/measurement.ts';
import type { SnapshotStatus, TablePhase } from '../../contract/status.ts';
import type { TableTally } from './table-tally.ts';

export interface CompletenessFacts {
  readonly nowMs: number;
  /** Of what a reader of the target sees; null when unknown. */
  readonly lagMs: number | null;
  /** When the end of the source's log was last asked: of what was committed since nobody knows. null: never. */
  readonly headAtMs: number | null;
  /** With the phase that holds now, pauses included. */
  readonly snapshot: SnapshotStatus;
  /** All that was to be copied has arrived, and what cascades left is swept. */
  readonly isLoaded: boolean;
  /** Of which changes wait aside. */
  isAside(table: TableName): boolean;
}

/** null: it came after the start, there was nothing to copy. */
type Table = TableName & { readonly phase: TablePhase | null };

/** `begun`: its rows are on their way, and the load is still told finished from before. */
type Loading = 'begun' | 'told';

/**
 * Up to which instant each table is complete on the target. An instant that was once true stays true, so it is kept when
 * the lag is not known any more, and a table that falls behind keeps the last one that it had (INV-161).
 */
export class Completeness {
  readonly #tally: TableTally;
  readonly #completeToMs = new Map<string, number>();
  /** Rows of these are still on their way, also after the last of them was applied, until the load is told finished. */
  readonly #loading = new Map<string, Loading>();

  constructor(tally: TableTally) {
    this.#tally = tally;
  }

  status(facts: CompletenessFacts): FreshnessStatus {
    const tables = this.#tables(facts.snapshot).map((table) => {
      this.#move(table, facts);
      return { ...this.#tally.of(table), completeToMs: this.#completeToMs.get(keyOf(table)) ?? null };
    });
    const times = tables.flatMap(({ completeToMs }) => completeToMs ?? []);
    const isKnown = tables.length > 0 && times.length === tables.length;
    return {
      completeToMs: isKnown ? Math.min(...times) : null,
      countedSinceMs: this.#tally.countedSinceMs(facts.nowMs),
      tables,
    };
  }

  #move(table: Table, facts: CompletenessFacts): void {
    const { lagMs, nowMs, headAtMs, isLoaded } = facts;
    const key = keyOf(table);
    this.#note(key, table, isLoaded);
    if (this.#loading.has(key)) {
      this.#completeToMs.delete(key);
      return;
    }
    const isBehind = table.phase === 'paused' || table.phase === 'failed' || facts.isAside(table);
    // A lag is measured by polls and may seem to grow a little more than time does.
    if (isBehind || lagMs === null || headAtMs === null) return;
    const instantMs = Math.min(nowMs - lagMs, headAtMs);
    this.#completeToMs.set(key, Math.max(this.#completeToMs.get(key) ?? 0, instantMs));
  }

  /** The word that a load is finished counts only after the word that it has begun: each comes with a status. */
  #note(key: string, { phase }: Table, isLoaded: boolean): void {
    const isCopied = phase === 'waiting' || phase === 'copying';
    if (isCopied && !this.#loading.has(key)) this.#loading.set(key, 'begun');
    const isOpen = this.#loading.has(key) || !this.#completeToMs.has(key);
    if (!isLoaded && isOpen) this.#loading.set(key, 'told');
    else if (isLoaded && this.#loading.get(key) === 'told') this.#loading.delete(key);
  }

  /** Those that were there at the start, and those that have come since. */
  #tables({ tables }: SnapshotStatus): readonly Table[] {
    const known = new Set(tables.map(keyOf));
    const others = this.#tally.tables.filter((table) => !known.has(keyOf(table)));
    return [...tables, ...others.map(({ database, table }) => ({ database, table, phase: null }))];
  }
}

function keyOf({ database, table }: TableName): string {
  return JSON.stringify([database, table]);
}
