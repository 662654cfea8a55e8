import type { TableName } from '../../contract/change.ts';
import type { RowDifference, TableVerified, VerifyState } from '../../contract/verify.ts';
import type { RowCount } from '../../verify/also/row-count.ts';
import type { Follower } from '../../verify/follower.ts';
import { withLooked } from '../../verify/progress.ts';
import {
  type ComparedTable,
  type Rechecked,
  recheckedState,
  type StoredVerification,
  verdictOf,
} from '../../verify/verify-store.ts';
import type { Compared } from './due.ts';

interface Entry extends TableName {
  readonly state: VerifyState;
  readonly position: string | null;
  readonly finishedAtMs: number | null;
  readonly tookMs: number;
  /** As that comparison has counted them. */
  readonly sourceRows: number;
  readonly targetRows: number;
  readonly differenceCount: number;
  readonly differences: readonly RowDifference[];
  readonly advice: string | null;
  /** What the table had lost by then; null: what changed since is not known. */
  readonly losses: number | null;
}

/** What is known of the tables' comparisons, kept up with what is looked at again (INV-125). */
export class VerifyBook {
  readonly #follower: Follower;
  readonly #entries = new Map<string, Entry>();
  #comparing: ReadonlySet<string> = new Set();

  constructor(follower: Follower) {
    this.#follower = follower;
  }

  /** These tables take part now, and no other. */
  expect(tables: readonly TableName[]): void {
    const names = new Set(tables.map(nameKey));
    for (const key of [...this.#entries.keys()].filter((one) => !names.has(one))) this.#entries.delete(key);
    for (const { database, table } of tables) {
      if (this.#entries.has(nameKey({ database, table }))) continue;
      const facts = { state: 'waiting', position: null, advice: null, losses: null } as const;
      const none = { finishedAtMs: null, tookMs: 0, ...NO_ROWS, differenceCount: 0, differences: [] };
      this.#set({ database, table, ...facts, ...none });
    }
  }

  /**
   * From an earlier process: what changed since is known where that has kept the keys from the comparison's beginning on.
   * What a comparison that is not finished has found, is none yet.
   */
  load(stored: readonly StoredVerification[]): void {
    for (const one of stored) {
      const { database, table } = one;
      const { state, advice, progress, finishedAtMs } = verdictOf(one);
      const found = { differenceCount: progress?.differenceCount ?? 0, differences: progress?.differences ?? [] };
      const position = finishedAtMs === null ? null : (progress?.position ?? null);
      const tookMs = finishedAtMs === null ? 0 : finishedAtMs - (progress?.startedAtMs ?? finishedAtMs);
      const startedAtMs = progress?.startedAtMs ?? null;
      const losses = startedAtMs === null ? null : this.#keptSince({ database, table }, startedAtMs);
      const { sourceRows, targetRows } = progress ?? NO_ROWS;
      const counts = { sourceRows, targetRows };
      this.#set({ database, table, state, advice, finishedAtMs, tookMs, position, ...counts, ...found, losses });
      if (losses !== null) this.#follower.changesOf(one)?.compared(progress?.notedBefore ?? 0);
    }
  }

  finished(tables: readonly ComparedTable[]): void {
    for (const { startedAtMs, notedBefore, ...one } of tables) {
      const { database, table, state, advice, position, finishedAtMs, differenceCount, differences } = one;
      if (finishedAtMs === null) continue;
      const losses = this.#keptSince(one, startedAtMs ?? 0);
      if (losses !== null) this.#follower.changesOf(one)?.compared(notedBefore);
      const found = { differenceCount, differences, tookMs: finishedAtMs - (startedAtMs ?? finishedAtMs) };
      const counts = { sourceRows: one.sourceRows, targetRows: one.targetRows };
      this.#set({ database, table, state, advice, position, finishedAtMs, ...counts, ...found, losses });
    }
  }

  /** Differences of rows that changed are what they are now. */
  rechecked({ scope, ...looked }: Rechecked): void {
    const known = this.#entries.get(nameKey(scope));
    if (known === undefined) return;
    const found = withLooked(known, looked);
    this.#set({ ...known, ...found, state: recheckedState(known.state, found.differenceCount, looked.changing) });
  }

  /** When the table was last compared whole; null: never. */
  finishedAtMs(table: TableName): number | null {
    return this.#entries.get(nameKey(table))?.finishedAtMs ?? null;
  }

  /** These tables are being compared whole now, and no other. */
  comparing(tables: readonly TableName[]): void {
    this.#comparing = new Set(tables.map(nameKey));
  }

  /** Of a table that takes part. */
  compared(table: TableName): Compared {
    const { state = 'waiting', finishedAtMs = null, tookMs = 0 } = this.#entries.get(nameKey(table)) ?? {};
    return { state, finishedAtMs, tookMs, isCurrent: this.changesSince(table) !== null };
  }

  /** How many changes came since the table was compared whole; null: it is not known. */
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

  /** Of each table of whose rows is known what changed since they were compared. */
  get rowCounts(): readonly RowCount[] {
    const known = [...this.#entries.values()].filter((entry) => this.#told(entry).changesSince !== null);
    return known.map((entry) => {
      const { database, table, sourceRows, targetRows, position } = entry;
      const counts = { table: `${database}.${table}`, sourceRows, targetRows };
      // Rows come while they are counted: what no difference explains is of two moments.
      return { ...counts, position: missingOf(entry) === sourceRows - targetRows ? position : null };
    });
  }

  #told({ losses, finishedAtMs, ...told }: Entry): TableVerified {
    const { tookMs: _took, sourceRows: _source, targetRows: _target, differences, ...entry } = told;
    const changes = this.#follower.changesOf(entry);
    // Keys may be kept again since, for a comparison that has begun: that says nothing of the one before.
    const isKnown = losses !== null && changes?.losses === losses;
    const isVoided = finishedAtMs !== null && !isKnown;
    return {
      ...entry,
      byKind: byKind(differences, entry.differenceCount),
      causes: [...new Set(differences.flatMap(({ cause }) => cause ?? []))].slice(0, MOST_CAUSES),
      advice: isVoided ? this.#again({ ...entry, finishedAtMs }, changes?.lastLoss ?? null) : entry.advice,
      verifiedAtMs: finishedAtMs,
      changesSince: isKnown ? changes.changesSince : null,
      waiting: isKnown && changes.isKeeping ? changes.waiting : null,
    };
  }

  /** What the table has lost so far; null: not every change since then is known (INV-175). */
  #keptSince(table: TableName, startedAtMs: number): number | null {
    const changes = this.#follower.changesOf(table);
    if (changes === undefined || changes.lost !== null) return null;
    return (changes.keptSinceMs ?? 0) <= startedAtMs ? changes.losses : null;
  }

  /** `loss` null: another process has compared it, and not all that changed since is known. */
  #again(entry: Pick<Entry, 'database' | 'table' | 'state' | 'finishedAtMs'>, loss: string | null): string {
    const next = this.#comparing.has(nameKey(entry)) ? 'being compared' : 'to be compared';
    const found = `compared ${entry.state} at ${new Date(entry.finishedAtMs ?? 0).toISOString()}`;
    const why = loss === null ? 'since a restart: what changed since is not known' : `since: ${loss}`;
    return `${found}, void ${why}; ${next} whole again, by itself`;
  }

  #set(entry: Entry): void {
    this.#entries.set(nameKey(entry), entry);
  }
}

const MOST_CAUSES = 5;
const NO_ROWS = { sourceRows: 0, targetRows: 0 };

/** By so many rows the target has fewer, as far as its differences tell. */
function missingOf({ differences, differenceCount }: Entry): number {
  const { missing, extra } = byKind(differences, differenceCount);
  return missing - extra;
}

function byKind(listed: readonly RowDifference[], all: number): TableVerified['byKind'] {
  const counts = { missing: 0, extra: 0, different: 0, unlisted: Math.max(0, all - listed.length) };
  for (const { kind } of listed) counts[kind] += 1;
  return counts;
}

function nameKey({ database, table }: TableName): string {
  return JSON.stringify([database, table]);
}
