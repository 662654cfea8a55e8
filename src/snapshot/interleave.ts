/** Rows that exist, read in chunks and merged into the stream at transaction ends (protocols 3). */
import type { Change } from '../contract/change.ts';
import type { BinlogCoordinate, Position } from '../contract/position.ts';
import type { ViewSource } from '../mysql/read-view.ts';
import { isPast } from '../position/coordinate.ts';
import { coordinateOf, hasReached } from '../position/position.ts';
import { ChunkQueue } from './chunk-queue.ts';
import { type CopiesRequest, sendCopies } from './copies-repair.ts';
import { Emission, mark } from './emission.ts';
import { Gate } from './gate.ts';
import { Progress, type ProgressObserver } from './progress.ts';
import { type RepairRequest, readRepair } from './repair-read.ts';
import { Signal } from './signal.ts';
import { type SnapshotTarget, TableBook } from './table-book.ts';
import type { TableEntry } from './table-entry.ts';
import { COMPLETE_ENTRY, DONE } from './table-state.ts';
import { Upcoming } from './upcoming.ts';

export interface InterleaveOptions {
  readonly stream: AsyncIterable<readonly Change[]>;
  /** Where the stream starts. */
  readonly start: Position;
  readonly views: ViewSource;
  /** Listed after `start` was taken: a table that was made in between is then in the list, in the stream, or in both. */
  readonly tables: readonly SnapshotTarget[];
  /** The log's state map, as it stands at `start`. */
  readonly state: ReadonlyMap<string, string>;
  /** Reads at once. */
  readonly parallel?: number;
  readonly chunkTargetMs?: number;
  /** However quickly they are read. */
  readonly chunkMaxRows?: number;
  /** A fixed size of chunks, for tests. */
  readonly chunkRows?: number;
  /** Bytes of rows that were read and wait for the stream, all together. */
  readonly windowBytes?: number;
  readonly observe?: ProgressObserver;
}

/** The stream with the snapshot in it. Iterated once. */
export interface Interleaved extends AsyncIterable<readonly Change[]> {
  /**
   * Reads tables that were not named at the start, or reads tables anew, which empties them at the target first. Begins
   * at the next transaction end, with a Mark that makes it durable; `also` stands in the same Mark.
   */
  add(tables: readonly SnapshotTarget[], also?: ReadonlyMap<string, string>): void;
  /**
   * Reads single rows anew and sends them down the stream, a delete where there is none any more, in order with their
   * changes; `also` stands in a Mark behind them. Resolves when they went out; false: not now, the table is being loaded
   * or changed. The Mark must be waited for by who wants to know that they are durable.
   */
  repair(request: RepairRequest, also: ReadonlyMap<string, string>): Promise<boolean>;
  /** The same for copies of rows of a table without a key, as they are given. Resolves with the table's era; null: not now. */
  repairCopies(request: CopiesRequest, also: ReadonlyMap<string, string>): Promise<string | null>;
}

export function interleave(options: InterleaveOptions): Interleaved {
  return new Interleaving(options);
}

interface Addition {
  readonly tables: readonly SnapshotTarget[];
  readonly also: ReadonlyMap<string, string>;
}

class Interleaving implements Interleaved {
  readonly #options: InterleaveOptions;
  readonly #book: TableBook;
  readonly #signal = new Signal();
  readonly #gate: Gate;
  readonly #queue: ChunkQueue;
  readonly #progress: Progress;
  readonly #emission: Emission;
  #position: Position;
  /** Where the transaction that comes next starts: the stream is past all before it. */
  #nextStart: BinlogCoordinate | null = null;
  #hasMoved = false;
  #isInside = false;
  #added: Addition[] = [];
  #isSaidComplete: boolean;

  constructor(options: InterleaveOptions) {
    const { parallel = 4, chunkTargetMs = 1000, chunkMaxRows, chunkRows, windowBytes = 64 * 1024 * 1024 } = options;
    const mostWindows = parallel * 2;
    const limits = {
      targetMs: chunkTargetMs,
      mostBytes: windowBytes / mostWindows,
      ...rowLimits(chunkMaxRows, chunkRows),
    };
    this.#options = options;
    this.#position = options.start;
    this.#book = new TableBook(options.tables, options.state);
    this.#isSaidComplete = options.state.has(COMPLETE_ENTRY);
    this.#gate = new Gate(this.#signal, mostWindows);
    this.#queue = new ChunkQueue({ views: options.views, gate: this.#gate, parallel, limits });
    this.#progress = new Progress(options.observe);
    this.#emission = new Emission({
      gate: this.#gate,
      queue: this.#queue,
      progress: this.#progress,
      views: options.views,
    });
  }

  add(tables: readonly SnapshotTarget[], also: ReadonlyMap<string, string> = new Map()): void {
    this.#added.push({ tables, also });
    this.#signal.raise();
  }

  async repair(request: RepairRequest, also: ReadonlyMap<string, string>): Promise<boolean> {
    const entry = this.#book.get(request);
    if (entry === undefined || !entry.isDone) return false;
    return await readRepair({ gate: this.#gate, views: this.#options.views, entry }, request, also);
  }

  async repairCopies(request: CopiesRequest, also: ReadonlyMap<string, string>): Promise<string | null> {
    const entry = this.#book.get(request);
    if (entry === undefined || !entry.isDone) return null;
    return await sendCopies({ gate: this.#gate, views: this.#options.views, entry }, request, also);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<readonly Change[]> {
    const upcoming = new Upcoming(this.#options.stream, this.#signal);
    try {
      for (const entry of this.#book.entries) this.#begin(entry);
      yield* this.#betweenTransactions();
      for (;;) {
        if (!this.#isInside && this.#hasWork) yield* this.#betweenTransactions();
        this.#gate.throwFailure();
        upcoming.ask();
        await this.#signal.wait();
        const item = upcoming.take();
        if (item?.done) return;
        if (item) yield* this.#pass(item.value);
      }
    } finally {
      await this.#queue.close();
      await upcoming.close();
    }
  }

  #begin(entry: TableEntry): void {
    this.#progress.begin(entry);
    if (!entry.isDone) this.#queue.start(entry);
  }

  /** Passes changes on, cut where a transaction ends and something of the snapshot is to be done. */
  async *#pass(batch: readonly Change[]): AsyncIterable<readonly Change[]> {
    let from = 0;
    let kept: Change[] | null = null;
    for (let i = 0; i < batch.length; i++) {
      const change = batch[i] as Change;
      const isOpening = change.tag === 'begin' && !this.#isInside;
      if (isOpening) this.#nextStart = change.coordinate;
      if (isOpening && this.#hasWork) {
        yield* some(kept ?? batch.slice(from, i));
        from = i;
        kept = null;
        yield* this.#betweenTransactions();
      }
      if (this.#see(change)) kept?.push(change);
      else kept ??= batch.slice(from, i);
      if (this.#isInside || !this.#hasWork) continue;
      yield* some(kept ?? batch.slice(from, i + 1));
      from = i + 1;
      kept = null;
      yield* this.#betweenTransactions();
    }
    yield* some(kept ?? (from === 0 ? batch : batch.slice(from)));
  }

  #see(change: Change): boolean {
    if (change.tag === 'begin') this.#isInside = true;
    if (change.tag === 'commit') this.#isInside = false;
    if (change.tag === 'commit' || change.tag === 'idle') {
      this.#position = change.position;
      this.#hasMoved = true;
    }
    return this.#book.see(change);
  }

  get #hasWork(): boolean {
    const gate = this.#gate;
    const hasNews = this.#added.length > 0 || this.#book.hasNews;
    return hasNews || gate.canOpen || gate.wantsStill || gate.hasDue(this.#isPast);
  }

  /** All that the snapshot has to do at a transaction end, before the next transaction (protocols 3, step 4). */
  async *#betweenTransactions(): AsyncIterable<readonly Change[]> {
    for (;;) {
      yield* this.#tellNews();
      await this.#gate.doStill();
      const table = this.#gate.takeTable(this.#isPast);
      const chunk = this.#gate.takeChunk(this.#isPast);
      const repair = this.#gate.takeRepair(this.#isPast);
      if (table) yield* this.#emission.table(table);
      if (chunk) yield* this.#emission.chunk(chunk);
      if (repair) yield* this.#emission.repair(repair);
      if (!table && !chunk && !repair) break;
    }
    yield* this.#tellCompleteness();
    this.#gate.openWindows(this.#position);
  }

  /**
   * Looked at on arrival too: the source may be idle. Before the stream has said anything, its position may be of the
   * server before a failover; afterwards a coordinate of another server is an error that starts all anew.
   */
  readonly #isPast = (high: BinlogCoordinate): boolean => {
    const next = this.#nextStart;
    if (next?.serverId === high.serverId && isPast(next, high)) return true;
    if (!this.#hasMoved && coordinateOf(this.#position).serverId !== high.serverId) return false;
    return hasReached(this.#position, high);
  };

  async *#tellNews(): AsyncIterable<readonly Change[]> {
    const also = this.#takeAdded();
    const marks = new Map([...this.#book.takeMarks(), ...also]);
    const arrived = this.#book.takeArrived();
    // In one step: nobody may see a table begun anew beside "complete".
    if (this.#isSaidComplete && !this.#book.isComplete) {
      this.#isSaidComplete = false;
      marks.set(COMPLETE_ENTRY, null);
    }
    if (marks.size > 0) yield [mark(marks)];
    for (const entry of arrived) this.#begin(entry);
    if (marks.size > 0) this.#progress.follow(this.#book.entries);
  }

  /**
   * Not before a transaction has ended: from now on changes of a table without a key are dropped (INV-45), and those of
   * a transaction that is durable before the Mark would be lost by a crash between the two.
   */
  #takeAdded(): ReadonlyMap<string, string> {
    const added = this.#added.splice(0);
    for (const table of added.flatMap(({ tables }) => tables)) this.#begin(this.#book.add(table));
    return new Map(added.flatMap(({ also }) => [...also]));
  }

  async *#tellCompleteness(): AsyncIterable<readonly Change[]> {
    if (this.#isSaidComplete || !this.#book.isComplete) return;
    this.#isSaidComplete = true;
    yield [mark(new Map([[COMPLETE_ENTRY, DONE]]))];
  }
}

function rowLimits(mostRows: number | undefined, fixedRows: number | undefined) {
  return { ...(mostRows === undefined ? {} : { mostRows }), ...(fixedRows === undefined ? {} : { fixedRows }) };
}

function* some(changes: readonly Change[]): Iterable<readonly Change[]> {
  if (changes.length > 0) yield changes;
}
