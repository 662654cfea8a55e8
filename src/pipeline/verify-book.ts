import type { TableName } from '../contract/change.ts';
import type { RowDifference, TableVerification, TableVerified, VerifyState } from '../contract/verify.ts';
import type { Follower } from '../verify/follower.ts';
import { MOST_LISTED } from '../verify/progress.ts';
import type { Rechecked } from '../verify/verifier.ts';
import type { StoredVerification } from '../verify/verify-store.ts';

interface Entry extends TableName {
  readonly state: VerifyState;
  readonly position: string | null;
  readonly finishedAtMs: number | null;
  readonly differenceCount: number;
  readonly differences: readonly RowDifference[];
  readonly advice: string | null;
  /** Changes noted before the comparison began; null: it was made by another process. */
  readonly notedBefore: number | null;
}

/** What is known of the tables' comparisons, kept up with what is looked at again (INV-125). */
export class VerifyBook {
  readonly #follower: Follower;
  readonly #entries = new Map<string, Entry>();

  constructor(follower: Follower) {
    this.#follower = follower;
  }

  /** From an earlier process: what changed since is not known. */
  load(stored: readonly StoredVerification[]): void {
    for (const { database, table, state, advice, progress, finishedAtMs } of stored) {
      const found = { differenceCount: progress?.differenceCount ?? 0, differences: progress?.differences ?? [] };
      const position = finishedAtMs === null ? null : (progress?.position ?? null);
      this.#set({ database, table, state, advice, finishedAtMs, position, ...found, notedBefore: null });
    }
  }

  /** Changes noted so far, to be given back to `finished`. */
  noted(tables: readonly TableName[]): ReadonlyMap<string, number> {
    return new Map(tables.map((table) => [nameKey(table), this.#follower.changesOf(table)?.noted ?? 0]));
  }

  finished(tables: readonly TableVerification[], noted: ReadonlyMap<string, number>): void {
    for (const { database, table, state, advice, position, finishedAtMs, differenceCount, differences } of tables) {
      if (finishedAtMs === null) continue;
      const notedBefore = noted.get(nameKey({ database, table })) ?? 0;
      const found = { differenceCount, differences };
      this.#set({ database, table, state, advice, position, finishedAtMs, ...found, notedBefore });
    }
  }

  /** Differences of rows that changed are what they are now. */
  rechecked({ scope, keys, differences, changing, position }: Rechecked): void {
    const known = this.#entries.get(nameKey(scope));
    if (known === undefined) return;
    const stay = known.differences.filter(({ key }) => !keys.has(JSON.stringify(key)));
    const differenceCount = known.differenceCount - (known.differences.length - stay.length) + differences.length;
    const isClean = known.state === 'equal' || known.state === 'changing' || known.state === 'different';
    const state = differenceCount > 0 ? 'different' : changing > 0 ? 'changing' : 'equal';
    this.#set({
      ...known,
      ...(isClean ? { state } : {}),
      differenceCount,
      differences: [...stay, ...differences].slice(0, MOST_LISTED),
      position: changing === 0 && position !== null ? position : known.position,
    });
  }

  /** When the table was last compared whole; null: never. */
  finishedAtMs(table: TableName): number | null {
    return this.#entries.get(nameKey(table))?.finishedAtMs ?? null;
  }

  /** What changed since is not known any more, though this process has compared the table. */
  isLost(table: TableName): boolean {
    const notedBefore = this.#entries.get(nameKey(table))?.notedBefore ?? null;
    return notedBefore !== null && (this.#follower.changesOf(table)?.lost ?? null) !== null;
  }

  get tables(): readonly TableVerified[] {
    return [...this.#entries.values()].map((entry) => this.#told(entry));
  }

  #told({ notedBefore, finishedAtMs, differences: _, ...entry }: Entry): TableVerified {
    const changes = notedBefore === null ? undefined : this.#follower.changesOf(entry);
    const lost = changes?.lost ?? null;
    const why = lost === null ? entry.advice : `to be compared whole again: ${lost}`;
    return {
      ...entry,
      advice: notedBefore === null ? 'compared by a process before this one; what changed since is not known' : why,
      verifiedAtMs: finishedAtMs,
      changesSince: changes === undefined || lost !== null ? null : changes.noted - (notedBefore ?? 0),
      waiting: changes?.isKeeping ? changes.waiting : null,
    };
  }

  #set(entry: Entry): void {
    this.#entries.set(nameKey(entry), entry);
  }
}

function nameKey({ database, table }: TableName): string {
  return JSON.stringify([database, table]);
}
