import { type FileHandle, open } from 'node:fs/promises';
import { logError } from '../log-error.ts';
import { type FrameHeader, frameHeaderBytes, isSound, readHeader } from './frame.ts';
import { segmentPath } from './segment-file.ts';

/** Read ahead this far when frames are walked through, and when only their headers are looked at. */
const walkBytes = 1 << 20;
const hopBytes = 1 << 17;

/** A sound frame. `bytes` is never written again, so views of it may be kept. */
export interface Frame {
  readonly type: number;
  readonly offset: number;
  readonly next: number;
  readonly bytes: Buffer;
  /** Payload in `bytes`. */
  readonly start: number;
  readonly end: number;
}

export interface Segment {
  readonly directory: string;
  readonly base: number;
  readonly logSeed: number;
}

/** Bytes of a segment from log offset `at` on, never written again. */
interface Window {
  readonly bytes: Buffer;
  readonly at: number;
}

/** Reads the frames of one segment by log offset. Opens the file when it needs more than the window it was given. */
export class SegmentReader {
  readonly segment: Segment;
  #opened: Promise<FileHandle> | undefined;
  #window: Window;

  constructor(segment: Segment, window: Window = { bytes: Buffer.alloc(0), at: 0 }) {
    this.segment = segment;
    this.#window = window;
  }

  /** A second reader, with what this one has in memory. */
  fork(): SegmentReader {
    return new SegmentReader(this.segment, this.#window);
  }

  #file(): Promise<FileHandle> {
    this.#opened ??= open(segmentPath(this.segment.directory, this.segment.base), 'r');
    return this.#opened;
  }

  async endOffset(): Promise<number> {
    return this.segment.base + (await (await this.#file()).stat()).size;
  }

  /** Puts on the disk what a dead writer may have left in the system's memory. */
  async sync(): Promise<void> {
    await (await this.#file()).datasync();
  }

  async close(): Promise<void> {
    await (await this.#opened)?.close();
  }

  /** Whether the window holds `count` bytes at `offset`. */
  #holds(offset: number, count: number): boolean {
    return offset >= this.#window.at && offset + count <= this.#window.at + this.#window.bytes.length;
  }

  /** A new window of at least `count` bytes at `offset`, more if `ahead` allows; false past the end. */
  async #load(offset: number, count: number, ahead: number): Promise<boolean> {
    const file = await this.#file();
    const bytes = Buffer.allocUnsafeSlow(Math.max(count, ahead));
    let length = 0;
    while (length < count) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, offset - this.segment.base + length);
      if (bytesRead === 0) return false;
      length += bytesRead;
    }
    this.#window = { bytes: bytes.subarray(0, length), at: offset };
    return true;
  }

  /** All bytes from `offset` to `limit`, in memory at once. */
  async rest(offset: number, limit: number): Promise<Buffer> {
    await this.#load(offset, limit - offset, limit - offset);
    return this.#window.bytes;
  }

  /** The header at `offset`, its frame neither read nor checked; undefined when the frame does not end by `limit`. */
  async header(offset: number, limit: number): Promise<FrameHeader | undefined> {
    return this.#header(offset, limit, hopBytes);
  }

  async #header(offset: number, limit: number, ahead: number): Promise<FrameHeader | undefined> {
    if (offset + frameHeaderBytes > limit) return undefined;
    if (!this.#holds(offset, frameHeaderBytes)) {
      if (!(await this.#load(offset, frameHeaderBytes, Math.min(ahead, limit - offset)))) return undefined;
    }
    const header = readHeader(this.#window.bytes, offset - this.#window.at);
    return offset + header.bytes <= limit ? header : undefined;
  }

  /** The frame at `offset`; undefined when it does not end by `limit` or its bytes are not what was written. */
  async frame(offset: number, limit: number): Promise<Frame | undefined> {
    const header = await this.#header(offset, limit, walkBytes);
    if (header === undefined) return undefined;
    if (!this.#holds(offset, header.bytes)) {
      const ahead = Math.min(Math.max(walkBytes, header.bytes), limit - offset);
      if (!(await this.#load(offset, header.bytes, ahead))) return undefined;
    }
    const { bytes, at } = this.#window;
    const start = offset - at;
    const end = start + header.bytes;
    if (!isSound(bytes, { start, end }, { logSeed: this.segment.logSeed, offset })) return undefined;
    const next = offset + header.bytes;
    return { type: header.type, offset, next, bytes, start: start + frameHeaderBytes, end };
  }

  /** As `frame`, where a sound frame must stand (INV-31). */
  async soundFrame(offset: number, limit: number): Promise<Frame> {
    const frame = await this.frame(offset, limit);
    if (frame !== undefined) return frame;
    throw corrupt(this.segment, offset);
  }
}

export function corrupt(segment: Segment, offset: number): Error {
  const path = segmentPath(segment.directory, segment.base);
  return logError('LOG_CORRUPT', `the bytes at ${offset - segment.base} of ${path} are not those that were written`);
}
