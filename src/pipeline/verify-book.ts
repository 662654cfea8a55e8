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

  /** These tables take part now, and no other. */
  expect(tables: readonly TableName[]): void {
    const names = new Set(tables.map(nameKey));
    for (const key of [...this.#entries.keys()].filter((one) => !names.has(one))) this.#entries.delete(key);
    for (const { database, table } of tables) {
      if (this.#entries.has(nameKey({ database, table }))) continue;
      const facts = { state: 'waiting', position: null, finishedAtMs: null, advice: null, notedBefore: null } as const;
      this.#set({ database, table, ...facts, differenceCount: 0, differences: [] });
    }
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
    for (const { startedAtMs, ...one } of tables) {
      const { database, table, state, advice, position, finishedAtMs, differenceCount, differences } = one;
      if (finishedAtMs === null) continue;
      // What was begun by another process may have changed before this one followed the table (INV-175).
      const isWhole = (this.#follower.changesOf(one)?.keptSinceMs ?? 0) <= (startedAtMs ?? 0);
      const notedBefore = isWhole ? (noted.get(nameKey(one)) ?? 0) : null;
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

  /** A comparison of this process, of which it is known how many changes came since; null: it is not known. */
  changesSince(table: TableName): number | null {
    const entry = this.#entries.get(nameKey(table));
    return entry === undefined ? null : this.#told(entry).changesSince;
  }

  isEqual(table: TableName): boolean {
    return this.#entries.get(nameKey(table))?.state === 'equal';
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
      advice: notedBefore === null && finishedAtMs !== null ? BY_ANOTHER : why,
      verifiedAtMs: finishedAtMs,
      changesSince: changes === undefined || lost !== null ? null : changes.noted - (notedBefore ?? 0),
      waiting: changes?.isKeeping ? changes.waiting : null,
    };
  }

  #set(entry: Entry): void {
    this.#entries.set(nameKey(entry), entry);
  }
}

const BY_ANOTHER = 'compared by a process before this one; what changed since is not known';

function nameKey({ database, table }: TableName): string {
  return JSON.stringify([database, table]);
}
