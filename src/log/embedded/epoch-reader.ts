import type { Epoch, LogRecord } from '../../contract/change-log.ts';
import { logError } from '../log-error.ts';
import { diskError, isAbsent } from './disk.ts';
import { type ClosedEpoch, epochFrom, headerOf } from './epoch-frame.ts';
import { type FrameHeader, frameType } from './frame.ts';
import { decodeRecords } from './record-codec.ts';
import { corrupt, SegmentReader } from './segment-reader.ts';

/** What a reader needs to know of the log; changes while it reads. */
export interface Readable {
  readonly directory: string;
  readonly logSeed: number;
  /** Bases of the segments there are, ascending. */
  readonly segments: readonly number[];
  /** End of the last durable epoch. */
  readonly end: number;
}

/** Frames of a log by offset, across segments. */
class FrameCursor {
  readonly #log: Readable;
  #segment: SegmentReader | undefined;

  constructor(log: Readable, segment?: SegmentReader) {
    this.#log = log;
    this.#segment = segment;
  }

  /** The reader that holds `offset`, and the offset where its segment ends for us. */
  async at(offset: number): Promise<{ readonly reader: SegmentReader; readonly limit: number }> {
    const { segments, end, directory, logSeed } = this.#log;
    const index = segments.findLastIndex((base) => base <= offset);
    const base = segments[index];
    if (base === undefined) throw purged(offset, segments[0]);
    if (this.#segment?.segment.base !== base) {
      await this.close();
      this.#segment = new SegmentReader({ directory, base, logSeed });
    }
    return { reader: this.#segment as SegmentReader, limit: Math.min(segments[index + 1] ?? end, end) };
  }

  error(cause: unknown, offset: number): unknown {
    return readError(cause, offset, this.#log);
  }

  fork(): FrameCursor {
    return new FrameCursor(this.#log, this.#segment?.fork());
  }

  async close(): Promise<void> {
    await this.#segment?.close();
    this.#segment = undefined;
  }
}

/** A segment that is gone because it was released is not a defect of the disk. */
function readError(cause: unknown, offset: number, { segments, directory }: Readable): unknown {
  return isAbsent(cause) ? purged(offset, segments[0]) : diskError(`reading the log in ${directory}`, cause);
}

function purged(offset: number, oldest: number | undefined): Error {
  return logError('LOG_PURGED', `the log was cut: it begins at ${oldest ?? 'nothing'}, ${offset} was asked for`);
}

const hopped: ReadonlySet<number> = new Set([frameType.segment, frameType.records, frameType.closed]);

/** Finds epochs one after another by their closing frames. */
export class EpochReader {
  readonly #log: Readable;
  readonly #cursor: FrameCursor;

  constructor(log: Readable) {
    this.#log = log;
    this.#cursor = new FrameCursor(log);
  }

  /** The epoch at `offset`, which must lie before the durable end. */
  async epochAt(offset: number): Promise<Epoch> {
    const closed = await this.#guarded(offset, () => this.#closing(offset));
    if (closed.offset !== offset) throw logError('LOG_CORRUPT', `epoch ${closed.number} does not begin at ${offset}`);
    return this.#epoch(closed);
  }

  /** Where the oldest whole epoch begins: the first segment may hold the end of one that was cut. */
  async oldest(): Promise<number> {
    const base = this.#log.segments[0] ?? 0;
    if (base === 0 || base >= this.#log.end) return base;
    const closed = await this.#guarded(base, () => this.#closing(base));
    return closed.offset < base ? closed.next : closed.offset;
  }

  async #closing(offset: number): Promise<ClosedEpoch> {
    for (let at = offset; ; ) {
      const { reader, limit } = await this.#cursor.at(at);
      const header: FrameHeader | undefined = await reader.header(at, limit);
      if (header?.type === frameType.epoch) {
        const frame = await reader.soundFrame(at, limit);
        return epochFrom(frame.bytes.subarray(frame.start, frame.end), frame.next);
      }
      if (header === undefined || !hopped.has(header.type)) throw corrupt(reader.segment, at);
      at += header.bytes;
    }
  }

  async #guarded<T>(offset: number, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw readError(error, offset, this.#log);
    }
  }

  #epoch(closed: ClosedEpoch): Epoch {
    const cursor = this.#cursor.fork();
    return { ...headerOf(closed), read: () => readRecords(cursor.fork(), closed) };
  }

  close(): Promise<void> {
    return this.#cursor.close();
  }
}

/** Batches are views of buffers that are not used again: they may be kept, at the price of the whole buffer. */
async function* readRecords(cursor: FrameCursor, epoch: ClosedEpoch): AsyncGenerator<readonly LogRecord[]> {
  let left = epoch.records;
  let at = epoch.recordsAt;
  try {
    for (;;) {
      const { reader, limit } = await cursor.at(at);
      const frame = await reader.soundFrame(at, limit);
      if (frame.type === frameType.epoch) break;
      if (frame.type === frameType.records) {
        const records = decodeRecords(frame.bytes, frame.start, frame.end);
        left -= records.length;
        yield records;
      }
      at = frame.next;
    }
    if (left !== 0) throw logError('LOG_CORRUPT', `epoch ${epoch.number} lacks ${left} of ${epoch.records} records`);
  } catch (cause) {
    throw cursor.error(cause, at);
  } finally {
    await cursor.close();
  }
}
