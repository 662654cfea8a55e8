import type { TableName } from '../mysql/identifier.ts';
import type { TableEntry } from './table-entry.ts';

export interface TableProgress extends TableName {
  readonly phase: 'waiting' | 'copying' | 'copied';
  readonly rowsDone: number;
  /** The catalogue's guess until the table is copied, then what was copied. */
  readonly rowsEstimate: number;
  /** Since the last report of this table, at least a second ago. */
  readonly rowsPerSecond: number;
}

export interface ProgressObserver {
  /** Also of a table that was made in the stream, of which there was nothing to copy. */
  moved(progress: TableProgress): void;
  /** It was dropped, or has another name now. */
  gone(table: TableName): void;
}

interface Meter {
  readonly sinceMs: number;
  readonly rows: number;
  readonly rowsPerSecond: number;
}

/** Tells an observer how far each table is, whenever that changes. */
export class Progress {
  readonly #observe: ProgressObserver | undefined;
  readonly #meters = new WeakMap<TableEntry, Meter>();
  readonly #begun = new Set<TableEntry>();
  readonly #rows = new WeakMap<TableEntry, number>();

  constructor(observe: ProgressObserver | undefined) {
    this.#observe = observe;
  }

  /** Tables have come and gone in the stream: those that are there now, by whatever way. */
  follow(entries: Iterable<TableEntry>): void {
    for (const entry of this.#begun) {
      if (!entry.isGone) continue;
      this.#begun.delete(entry);
      this.#observe?.gone(entry);
    }
    for (const entry of entries) if (!this.#begun.has(entry)) this.begin(entry);
  }

  begin(entry: TableEntry): void {
    this.#begun.add(entry);
    this.#rows.set(entry, entry.state.rows);
    this.#tell(entry, 0);
  }

  advance(entry: TableEntry, rows: number): void {
    const before = this.#meters.get(entry) ?? { sinceMs: performance.now(), rows: 0, rowsPerSecond: 0 };
    const meter = turned({ ...before, rows: before.rows + rows });
    this.#rows.set(entry, (this.#rows.get(entry) ?? 0) + rows);
    this.#meters.set(entry, meter);
    this.#tell(entry, meter.rowsPerSecond);
  }

  #tell(entry: TableEntry, rowsPerSecond: number): void {
    const rowsDone = this.#rows.get(entry) ?? 0;
    const estimate = entry.loaded(entry.generation)?.estimateRows ?? 0;
    this.#observe?.moved({
      database: entry.database,
      table: entry.table,
      phase: entry.isDone ? 'copied' : rowsDone > 0 ? 'copying' : 'waiting',
      rowsDone,
      rowsEstimate: entry.isDone ? rowsDone : Math.max(rowsDone, estimate),
      rowsPerSecond: entry.isDone ? 0 : rowsPerSecond,
    });
  }
}

function turned(meter: Meter): Meter {
  const nowMs = performance.now();
  const elapsedMs = nowMs - meter.sinceMs;
  if (elapsedMs < 1000) return meter;
  return { sinceMs: nowMs, rows: 0, rowsPerSecond: Math.round((meter.rows * 1000) / elapsedMs) };
}
