import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { logError } from '../log-error.ts';
import { EmbeddedWriter } from './embedded-writer.ts';
import type { Readable } from './epoch-reader.ts';
import { logSeedOf } from './frame.ts';
import { identityOf } from './identity.ts';
import { Lock } from './lock.ts';
import { emptyLog, type Recovered, recover } from './recovery.ts';
import { SchemaFile } from './schema-file.ts';
import { createSegment, cutSegments, listSegments, removeSegments, segmentFrame } from './segment-file.ts';
import { Tail } from './tail.ts';

/** One log directory in this process: its writer and all its readers share what is known of the end. */
export class LogDirectory implements Readable {
  readonly directory: string;
  readonly logSeed: number;
  readonly tail: Tail;
  #segments: readonly number[] = [];
  #lock: Lock | undefined;
  #writer: EmbeddedWriter | undefined;
  /** The opening of a writer or a look at the disk that is under way. */
  #opening: Promise<unknown> = Promise.resolve();
  #users = 0;

  private constructor(directory: string, logId: string) {
    this.directory = directory;
    this.logSeed = logSeedOf(logId);
    this.tail = new Tail(logId, emptyLog);
  }

  static async load(path: string): Promise<LogDirectory> {
    const { logId } = await identityOf(path);
    return new LogDirectory(path, logId);
  }

  get segments(): readonly number[] {
    return this.#segments;
  }

  get end(): number {
    return this.tail.end;
  }

  /** Looks at the disk, unless the writer is ours and what we know is what there is. */
  refresh(): Promise<void> {
    // In turn with the opening of writers: what was seen before one would come back after it.
    return this.#inTurn(async () => {
      if (this.#lock === undefined) await this.#look();
    });
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#opening.then(act);
    this.#opening = turn.catch(() => undefined);
    return turn;
  }

  async #look(): Promise<void> {
    const segments = await listSegments(this.directory);
    const base = segments.at(-1);
    const { directory, logSeed } = this;
    const known = base === undefined ? emptyLog : await recover({ directory, base, logSeed });
    this.#segments = segments;
    this.tail.replace(known);
  }

  /** One at a time; each fences the one before (INV-32). */
  openWriter(segmentBytes: number): Promise<EmbeddedWriter> {
    return this.#inTurn(() => this.#openWriter(segmentBytes));
  }

  async #openWriter(segmentBytes: number): Promise<EmbeddedWriter> {
    await this.#writer?.fence();
    this.#writer = undefined;
    if (this.#lock !== undefined) return this.#startWriter(segmentBytes);
    this.#lock = await Lock.take(this.directory);
    try {
      await this.#look();
      return await this.#startWriter(segmentBytes);
    } catch (error) {
      await this.#release();
      throw error;
    }
  }

  async #startWriter(segmentBytes: number): Promise<EmbeddedWriter> {
    const { directory, logSeed, tail, end: base } = this;
    // What this process has not acknowledged never was, even where its bytes reached the disk.
    await cutSegments(directory, base);
    const schemas = await SchemaFile.open(directory, logSeed, tail.known.schemas);
    const generation = tail.known.generation + 1;
    const known: Recovered = { ...tail.known, generation, schemas: schemas.count };
    const first = segmentFrame({ ...known, logId: tail.logId, base }, logSeed);
    const file = await createSegment(directory, base, first);
    this.#segments = await listSegments(directory);
    tail.replace(known);
    const place = { directory, file, segment: base, end: base + first.length };
    const events = { beforeSegment: () => this.#assertHeld(), segmentMade: (made: number) => this.#segmentMade(made) };
    const closed = (isFailed: boolean) => this.#writerClosed(isFailed);
    this.#writer = new EmbeddedWriter({ ...place, tail, generation, logSeed, segmentBytes, schemas, events, closed });
    return this.#writer;
  }

  #segmentMade(base: number): void {
    this.#segments = [...this.#segments, base];
  }

  /** A process that took this one for dead, over a shared volume, has made segments of its own (INV-33). */
  async #assertHeld(): Promise<void> {
    if (await this.#lock?.isHeld()) return;
    throw logError('LOG_FENCED', `another process took over ${this.directory}`);
  }

  async #writerClosed(isFailed: boolean): Promise<void> {
    if (isFailed) await cutSegments(this.directory, this.end).catch(() => undefined);
    this.#writer = undefined;
    await this.#release();
  }

  async #release(): Promise<void> {
    await this.#lock?.release();
    this.#lock = undefined;
  }

  /** Deletes segments that end at or before `offset`; the last one stays, the state stands in it (INV-34). */
  async release(offset: number): Promise<void> {
    const limit = Math.min(offset, this.end);
    const kept = this.#segments.findLastIndex((base) => base <= limit);
    const gone = this.#segments.slice(0, Math.max(kept, 0));
    this.#segments = this.#segments.slice(gone.length);
    await removeSegments(this.directory, gone);
  }

  join(): this {
    this.#users++;
    return this;
  }

  /** True when nobody uses the directory any more. */
  async leave(): Promise<boolean> {
    if (--this.#users > 0) return false;
    await this.#writer?.close();
    await this.#release();
    return true;
  }
}

const directories = new Map<string, Promise<LogDirectory>>();

/** The one LogDirectory of this process for `path`: a reader is woken by the writer whoever opened which. */
export async function joinDirectory(path: string): Promise<LogDirectory> {
  const key = await pathKey(path);
  let directory = directories.get(key);
  if (directory === undefined) {
    directory = LogDirectory.load(key);
    directories.set(key, directory);
    directory.catch(() => directories.delete(key));
  }
  return (await directory).join();
}

export async function leaveDirectory(directory: LogDirectory): Promise<void> {
  if (await directory.leave()) directories.delete(directory.directory);
}

async function pathKey(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return resolve(path);
  }
}
