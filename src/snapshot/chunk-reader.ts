import { type ChunkLimits, ChunkSize } from '../mysql/chunk-size.ts';
import type { KeyOrder, KeyRange } from '../mysql/key-order.ts';
import type { ReadView, ViewSource } from '../mysql/read-view.ts';
import { loadTable, type ReadableTable } from '../mysql/readable-table.ts';
import { planChunk, readRange } from './chunk-read.ts';
import type { Gate } from './gate.ts';
import type { TableEntry } from './table-entry.ts';
import { withSplit } from './table-state.ts';
import type { Window } from './window.ts';

interface ChunkReaderOptions {
  readonly views: ViewSource;
  readonly gate: Gate;
  readonly limits: ChunkLimits;
  /** Puts a range into the queue: the rest of one, or one to read again. */
  add(entry: TableEntry, range: KeyRange): void;
}

/** `keyless`: the table has no usable key now; `restart`: its bounds mean something else now. */
type Outcome = 'delivered' | 'again' | 'gone' | 'keyless' | 'restart';

interface Reading {
  readonly entry: TableEntry;
  readonly range: KeyRange;
  readonly window: Window;
  readonly view: ReadView;
  readonly table: ReadableTable;
  readonly order: KeyOrder;
}

/** Reads one chunk by the window protocol (protocols 3): window, view past its low position, rows, high position. */
export class ChunkReader {
  readonly #options: ChunkReaderOptions;
  readonly #sizes = new WeakMap<TableEntry, ChunkSize>();

  constructor(options: ChunkReaderOptions) {
    this.#options = options;
  }

  async read(entry: TableEntry, range: KeyRange): Promise<Outcome> {
    const { gate, views } = this.#options;
    const window = await gate.open(entry);
    if (!window) return 'gone';
    let outcome: Outcome = 'gone';
    try {
      const view = await views.open(window.low);
      outcome = await closing(view, async () => {
        const table = await this.#loaded(entry, window.generation, view);
        return table ? this.#readTable({ entry, range, window, view, table }) : 'gone';
      });
      return outcome;
    } finally {
      if (outcome !== 'delivered') gate.closeWindow(entry, window);
    }
  }

  /** null: there is no such table now; its DROP is in the stream behind the low position and ends the entry. */
  async #loaded(entry: TableEntry, generation: number, view: ReadView): Promise<ReadableTable | null> {
    const known = entry.loaded(generation);
    if (known) return known;
    const table = await loadTable(view.connection, entry.database, entry.table);
    if (!table) return null;
    entry.setLoaded(generation, table);
    if (!this.#sizes.has(entry)) this.#sizes.set(entry, new ChunkSize(this.#options.limits, table.rowBytes));
    return table;
  }

  async #readTable(reading: Omit<Reading, 'order'>): Promise<Outcome> {
    const { entry, window, table } = reading;
    const { order } = table;
    if (entry.round !== window.round) return 'gone';
    if (entry.state.order !== null && entry.state.order !== order?.identity) return 'restart';
    if (!order) return 'keyless';
    entry.state = { ...entry.state, order: order.identity };
    return this.#readChunk({ ...reading, order });
  }

  async #readChunk(reading: Reading): Promise<Outcome> {
    const { entry, window, view, table } = reading;
    const range = await this.#plan(reading);
    if (range === null) return 'gone';
    const { mostBytes } = this.#options.limits;
    const started = performance.now();
    const read = await readRange(view.connection, table, { range, mostBytes });
    const size = this.#sizes.get(entry);
    if ('overflowRows' in read) {
      size?.shrink(read.overflowRows);
      this.#options.add(entry, range);
      return 'again';
    }
    size?.learn(read.rows, read.bytes, performance.now() - started);
    const high = await view.high();
    const rows = { version: table.version, pages: read.pages, rows: read.rows, high };
    this.#options.gate.deliver({ entry, window, range, rows });
    return 'delivered';
  }

  /** Cuts a chunk off the range; the rest goes into the queue at once, so that it is read beside this one. */
  async #plan({ entry, window, range, view, table, order }: Reading): Promise<KeyRange | null> {
    const rows = this.#sizes.get(entry)?.rows ?? 1;
    const bound = await planChunk(view.connection, table, { order, range, rows });
    if (entry.round !== window.round) return null;
    if (bound === null) return range;
    entry.state = withSplit(entry.state, range, bound);
    this.#options.add(entry, { lower: bound, upper: range.upper });
    return { lower: range.lower, upper: bound };
  }
}

/** Runs `work` in a view and closes it, cut off when the work failed or left rows unread. */
async function closing(view: ReadView, work: () => Promise<Outcome>): Promise<Outcome> {
  let outcome: Outcome = 'again';
  try {
    outcome = await work();
    return outcome;
  } finally {
    await view.close(outcome === 'again');
  }
}
