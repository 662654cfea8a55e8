import type { RowChange } from '../contract/change.ts';
import type { BinlogCoordinate, Position } from '../contract/position.ts';
import type { KeyRange } from '../mysql/key-order.ts';
import type { RowPage } from '../mysql/raw-rows.ts';
import type { ReadableTable } from '../mysql/readable-table.ts';
import type { Signal } from './signal.ts';
import type { TableEntry } from './table-entry.ts';
import type { ChunkRows, Window } from './window.ts';

/** A chunk that was read and waits for the stream. */
export interface ReadyChunk {
  readonly entry: TableEntry;
  readonly window: Window;
  readonly range: KeyRange;
  readonly rows: ChunkRows;
}

/** A keyless table in a view of its own that waits for the stream; its rows are read while they go out. */
export interface ReadyTable {
  readonly entry: TableEntry;
  readonly round: number;
  readonly table: ReadableTable;
  readonly high: BinlogCoordinate;
  readonly pages: AsyncIterable<RowPage>;
  /** Called when the rows went out, or with why they did not. */
  ended(error: unknown): void;
}

/** Rows of single keys that were read anew and wait for the stream. */
export interface ReadyRepair {
  readonly entry: TableEntry;
  readonly window: Window;
  readonly high: BinlogCoordinate;
  /** What these keys are at the source: rows, and deletes where there is none. */
  readonly changes: readonly RowChange[];
  readonly also: ReadonlyMap<string, string>;
  /** Called when they went out; false: what was read may not be what the table was. */
  ended(isOut: boolean): void;
}

interface StillRequest {
  readonly work: () => Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface OpenRequest {
  readonly entry: TableEntry;
  readonly resolve: (window: Window | null) => void;
}

/**
 * Where the readers, which run beside the stream, meet it. Readers ask and deliver; the loop answers at transaction
 * ends only, so that nothing of a window happens inside a transaction (INV-42).
 */
export class Gate {
  readonly signal: Signal;
  readonly #mostWindows: number;
  #windows = 0;
  #opening: OpenRequest[] = [];
  #still: StillRequest[] = [];
  #chunks: ReadyChunk[] = [];
  #tables: ReadyTable[] = [];
  #repairs: ReadyRepair[] = [];
  #failure: { readonly error: unknown } | null = null;
  #isClosed = false;

  constructor(signal: Signal, mostWindows: number) {
    this.signal = signal;
    this.#mostWindows = mostWindows;
  }

  /** For readers: a window from the next transaction end on; null when the snapshot stops. */
  open(entry: TableEntry): Promise<Window | null> {
    if (this.#isClosed) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#opening.push({ entry, resolve });
      this.signal.raise();
    });
  }

  /** For readers: runs `work` while the stream stands still at a transaction end; not at all when the snapshot stops. */
  whileStill(work: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return resolve();
      this.#still.push({ work, resolve, reject });
      this.signal.raise();
    });
  }

  deliver(chunk: ReadyChunk): void {
    this.#chunks.push(chunk);
    this.signal.raise();
  }

  deliverRepair(repair: ReadyRepair): void {
    if (this.#isClosed) repair.ended(false);
    else this.#repairs.push(repair);
    this.signal.raise();
  }

  deliverTable(table: ReadyTable): void {
    if (this.#isClosed) table.ended(null);
    else this.#tables.push(table);
    this.signal.raise();
  }

  closeWindow(entry: TableEntry, window: Window): void {
    this.#windows--;
    entry.closeWindow(window);
    this.signal.raise();
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.signal.raise();
  }

  /** For the loop, between transactions: opens what fits at `low`. */
  openWindows(low: Position): void {
    while (this.canOpen) {
      const request = this.#opening.shift();
      if (!request) return;
      this.#windows++;
      request.resolve(request.entry.openWindow(low));
    }
  }

  get canOpen(): boolean {
    return this.#opening.length > 0 && this.#windows < this.#mostWindows;
  }

  /** For the loop, between transactions: does what readers asked the stream to stand still for. */
  async doStill(): Promise<void> {
    for (let request = this.#still.shift(); request; request = this.#still.shift()) {
      await request.work().then(request.resolve, request.reject);
    }
  }

  get wantsStill(): boolean {
    return this.#still.length > 0;
  }

  /** A chunk whose time has come: the stream is past it, or it is void. */
  takeChunk(isPast: (high: BinlogCoordinate) => boolean): ReadyChunk | undefined {
    const at = this.#chunks.findIndex((chunk) => isVoid(chunk) || isPast(chunk.rows.high));
    return at === -1 ? undefined : this.#chunks.splice(at, 1)[0];
  }

  takeTable(isPast: (high: BinlogCoordinate) => boolean): ReadyTable | undefined {
    const at = this.#tables.findIndex((table) => isPast(table.high));
    return at === -1 ? undefined : this.#tables.splice(at, 1)[0];
  }

  takeRepair(isPast: (high: BinlogCoordinate) => boolean): ReadyRepair | undefined {
    const at = this.#repairs.findIndex(({ window, high }) => window.isVoid || isPast(high));
    return at === -1 ? undefined : this.#repairs.splice(at, 1)[0];
  }

  hasDue(isPast: (high: BinlogCoordinate) => boolean): boolean {
    return (
      this.#chunks.some((chunk) => isVoid(chunk) || isPast(chunk.rows.high)) ||
      this.#tables.some((table) => isPast(table.high)) ||
      this.#repairs.some(({ window, high }) => window.isVoid || isPast(high))
    );
  }

  throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /** Nothing is answered any more. */
  close(): void {
    this.#isClosed = true;
    for (const { resolve } of this.#opening.splice(0)) resolve(null);
    for (const { resolve } of this.#still.splice(0)) resolve();
    for (const table of this.#tables.splice(0)) table.ended(null);
    for (const repair of this.#repairs.splice(0)) repair.ended(false);
  }
}

export function isVoid({ entry, window }: ReadyChunk): boolean {
  return window.isVoid || entry.round !== window.round;
}
