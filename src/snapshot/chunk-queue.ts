import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';
import { SluiceError } from '../contract/error.ts';
import type { ChunkLimits } from '../mysql/chunk-size.ts';
import type { KeyRange } from '../mysql/key-order.ts';
import type { ViewSource } from '../mysql/read-view.ts';
import { ChunkReader } from './chunk-reader.ts';
import type { Gate } from './gate.ts';
import { readLocked } from './locked-read.ts';
import type { TableEntry } from './table-entry.ts';

export interface ChunkQueueOptions {
  readonly views: ViewSource;
  readonly gate: Gate;
  /** Reads at once. */
  readonly parallel: number;
  readonly limits: ChunkLimits;
}

/** Failures of one table in a row before the snapshot gives up; the run loop then starts all anew. */
const MOST_ATTEMPTS = 7;

const MOST_PAUSE_MS = 10_000;

/** The readers: `parallel` at once, tables of a lower rank first, each table's ranges in key order. */
export class ChunkQueue {
  readonly #options: ChunkQueueOptions;
  readonly #queue: PQueue;
  readonly #reader: ChunkReader;
  readonly #attempts = new WeakMap<TableEntry, number>();
  readonly #stop = new AbortController();

  constructor(options: ChunkQueueOptions) {
    this.#options = options;
    this.#queue = new PQueue({ concurrency: options.parallel });
    this.#reader = new ChunkReader({ ...options, add: (entry, range) => this.add(entry, range) });
  }

  /** Everything that is left of a table. */
  start(entry: TableEntry): void {
    for (const range of entry.state.left) this.add(entry, range);
  }

  add(entry: TableEntry, range: KeyRange): void {
    const { round } = entry;
    const job = async () => {
      if (entry.round === round && !this.#stop.signal.aborted) await this.#attempt(entry, range);
    };
    this.#queue.add(job, { priority: -entry.rank }).catch((error: unknown) => this.#options.gate.fail(error));
  }

  /** Ends what runs; nothing is delivered after it. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#queue.clear();
    this.#options.gate.close();
    await this.#options.views.close();
    await this.#queue.onIdle();
  }

  async #attempt(entry: TableEntry, range: KeyRange): Promise<void> {
    const { round } = entry;
    try {
      const next = await this.#reader.read(entry, range);
      if (next === 'keyless') await readLocked(this.#options, entry);
      if (next === 'restart') this.#restart(entry);
      this.#attempts.delete(entry);
    } catch (error) {
      const isStale = this.#stop.signal.aborted || entry.round !== round;
      if (!isStale) await this.#failed(entry, range, error);
    }
  }

  #restart(entry: TableEntry): void {
    entry.restart();
    this.start(entry);
  }

  /**
   * Tried again by itself, with a growing pause: a lost connection, a table under DDL, and without end a lock that was not
   * to be had, because some transaction on the source is long and all else goes on meanwhile.
   */
  async #failed(entry: TableEntry, range: KeyRange, error: unknown): Promise<void> {
    const attempt = (this.#attempts.get(entry) ?? 0) + 1;
    this.#attempts.set(entry, attempt);
    if (!(error instanceof SluiceError) || error.disposition !== 'retry') throw error;
    if (attempt > MOST_ATTEMPTS && error.code !== 'SOURCE_LOCK_CONFLICT') throw error;
    await sleep(Math.min(MOST_PAUSE_MS, 50 * 2 ** attempt), undefined, { signal: this.#stop.signal }).catch(() => {});
    this.add(entry, range);
  }
}
