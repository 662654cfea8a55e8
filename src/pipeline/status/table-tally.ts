import type { RowOperation, TableName } from '../../contract/change.ts';
import type { OperationCounts } from '../../contract/measurement.ts';
import type { TableVersion } from '../../contract/table.ts';

export interface TableCount extends TableName {
  readonly changesToday: number;
  readonly read: OperationCounts;
  readonly applied: OperationCounts;
}

interface Entry extends TableName {
  readonly read: Record<RowOperation, number>;
  readonly applied: Record<RowOperation, number>;
  changesToday: number;
}

const DAY_MS = 86_400_000;

/** Counts row changes by table and operation, on their way in and out. */
export class TableTally {
  readonly #entries = new Map<string, Entry>();
  /** The table map of one shape is one object: a row costs no name. */
  #byVersion = new WeakMap<TableVersion, Entry>();
  #countedSinceMs: number;

  constructor(nowMs: number) {
    this.#countedSinceMs = nowMs;
  }

  /** Tables that take part: they are told also before anything happens to them. */
  expect(tables: readonly TableName[]): void {
    for (const table of tables) this.#entry(table);
  }

  onRead(table: TableVersion, op: RowOperation): void {
    let entry = this.#byVersion.get(table);
    if (entry === undefined) {
      entry = this.#entry(table);
      this.#byVersion.set(table, entry);
    }
    entry.read[op] += 1;
  }

  onApplied(table: TableName, counts: OperationCounts, nowMs: number): void {
    this.#turnDay(nowMs);
    const entry = this.#entry(table);
    for (const op of ['c', 'u', 'd', 'r'] as const) entry.applied[op] += counts[op];
    entry.changesToday += counts.c + counts.u + counts.d;
  }

  /** It does not exist any more. */
  forget({ database, table }: TableName): void {
    this.#entries.delete(keyOf(database, table));
    this.#byVersion = new WeakMap();
  }

  /** 00:00 UTC, or when this began. */
  countedSinceMs(nowMs: number): number {
    this.#turnDay(nowMs);
    return this.#countedSinceMs;
  }

  of({ database, table }: TableName): TableCount {
    const entry = this.#entries.get(keyOf(database, table)) ?? nothing(database, table);
    return { ...entry, read: { ...entry.read }, applied: { ...entry.applied } };
  }

  get tables(): readonly TableName[] {
    return [...this.#entries.values()];
  }

  #entry({ database, table }: TableName): Entry {
    const key = keyOf(database, table);
    const entry = this.#entries.get(key) ?? nothing(database, table);
    this.#entries.set(key, entry);
    return entry;
  }

  #turnDay(nowMs: number): void {
    const todayMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
    if (todayMs <= this.#countedSinceMs) return;
    this.#countedSinceMs = todayMs;
    for (const entry of this.#entries.values()) entry.changesToday = 0;
  }
}

function nothing(database: string, table: string): Entry {
  const none = () => ({ c: 0, u: 0, d: 0, r: 0 });
  return { database, table, read: none(), applied: none(), changesToday: 0 };
}

function keyOf(database: string, table: string): string {
  return JSON.stringify([database, table]);
}
