import type { FileHandle } from 'node:fs/promises';
import type { Block, BlockPool } from './block.ts';
import { diskError, writeAll } from './disk.ts';
import { createSegment } from './segment-file.ts';

export interface AppenderEvents {
  /** All bytes before `offset` are on the disk; ascending. */
  synced(offset: number): void;
  /** Nothing is written any more. Called once. */
  failed(error: unknown): void;
  /** A new segment is about to be made; throws when this writer may not any more. */
  beforeSegment(): Promise<void>;
  segmentMade(base: number): void;
}

export interface AppenderStart {
  readonly directory: string;
  readonly file: FileHandle;
  readonly segment: number;
  readonly end: number;
}

/** Writes blocks to the segments in order and syncs behind itself, the two side by side. */
export class Appender {
  readonly #directory: string;
  readonly #pool: BlockPool;
  readonly #events: AppenderEvents;
  readonly #queue: Block[] = [];
  #file: FileHandle;
  #segment: number;
  #writtenTo: number;
  #syncedTo: number;
  /** Something up to here waits for being synced. */
  #wantedTo = 0;
  #writing: Promise<void> | undefined;
  #syncing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(start: AppenderStart, pool: BlockPool, events: AppenderEvents) {
    this.#directory = start.directory;
    this.#file = start.file;
    this.#segment = start.segment;
    this.#writtenTo = this.#syncedTo = start.end;
    this.#pool = pool;
    this.#events = events;
  }

  get syncedTo(): number {
    return this.#syncedTo;
  }

  /** Takes a block over; its sealed bytes are written from now on, also those that are sealed later. */
  push(block: Block): void {
    this.#queue.push(block);
  }

  /** Writes what is sealed; syncs too when `syncTo` is past what is on the disk. */
  flush(syncTo = 0): void {
    this.#wantedTo = Math.max(this.#wantedTo, syncTo);
    if (this.#failure !== undefined) return;
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    // Never in the caller's own turn: what it seals next goes out with this write.
    await undefined;
    try {
      for (let block = this.#queue[0]; block !== undefined && !this.#failure; block = this.#queue[0]) {
        if (block.written < block.sealed) await this.#writeBlock(block);
        else if (block.isFull) this.#pool.give(this.#queue.shift() as Block);
        else return;
      }
    } catch (error) {
      this.#fail('writing the log', error);
    } finally {
      // In the same step as the last look at the queue: a flush after it starts anew.
      this.#writing = undefined;
    }
  }

  async #writeBlock(block: Block): Promise<void> {
    const { written, sealed } = block;
    if (block.segment !== this.#segment) return this.#roll(block);
    const at = block.base + written - block.segment;
    await writeAll(this.#file, block.bytes.subarray(written, sealed), at);
    block.written = sealed;
    this.#writtenTo = block.base + sealed;
    this.#sync();
  }

  /** Next segment. The old one is on the disk before the new one is made: only the last can have a torn tail (INV-31). */
  async #roll(block: Block): Promise<void> {
    await this.#syncing;
    await this.#syncOnce();
    await this.#file.close();
    await this.#events.beforeSegment();
    // Taken once: frames are sealed while the file is made, and those go out with the next write.
    const { sealed } = block;
    this.#file = await createSegment(this.#directory, block.segment, block.bytes.subarray(0, sealed));
    this.#segment = block.segment;
    block.written = sealed;
    this.#writtenTo = block.base + sealed;
    this.#events.segmentMade(block.segment);
    this.#sync();
  }

  #sync(): void {
    this.#syncing ??= this.#syncWanted();
  }

  async #syncWanted(): Promise<void> {
    await undefined;
    try {
      while (this.#syncedTo < this.#wantedTo && this.#syncedTo < this.#writtenTo) await this.#syncOnce();
    } catch (error) {
      this.#fail('syncing the log', error);
    } finally {
      this.#syncing = undefined;
    }
  }

  async #syncOnce(): Promise<void> {
    const to = this.#writtenTo;
    await this.#file.datasync();
    this.#syncedTo = to;
    this.#events.synced(to);
  }

  #fail(doing: string, cause: unknown): void {
    if (this.#failure !== undefined) return;
    const error = diskError(doing, cause);
    this.#failure = { error };
    this.#events.failed(error);
    this.#pool.open();
  }

  /** Resolves when nothing is being written or synced any more, done or failed. */
  async settled(): Promise<void> {
    while (this.#writing !== undefined || this.#syncing !== undefined) {
      await this.#writing;
      await this.#syncing;
    }
  }

  async close(): Promise<void> {
    await this.settled();
    await this.#file.close();
  }
}
