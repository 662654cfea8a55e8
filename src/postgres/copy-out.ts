import type { Socket } from 'node:net';
import type { Connection, Submittable } from 'pg';
import { lend } from '../wire/lending-socket.ts';
import { WholeFrames } from '../wire/whole-frame.ts';

/**
 * Takes whole rows of COPY's text format: `bytes[start, end)` holds so many, each in the frame in which the server sends
 * it (`FRAME_BYTES` before its line, newline included). They are there until it returns.
 */
export type TakeRows = (bytes: Buffer, start: number, end: number, rows: number) => void;

/** Type and length of a message, before each row's line. */
export const FRAME_BYTES = 5;
/** The type of a row's message: `d`. */
const COPY_DATA = 0x64;
const READY_FOR_QUERY = 0x5a;

type Listener = (bytes: Buffer) => void;

/** Fills in the frame before a line that ends at `end`. */
export function writeFrame(bytes: Buffer, at: number, end: number): void {
  const length = end - at - 1;
  bytes[at] = COPY_DATA;
  bytes[at + 1] = length >>> 24;
  bytes[at + 2] = length >>> 16;
  bytes[at + 3] = length >>> 8;
  bytes[at + 4] = length;
}

/** End of the framed row that begins at `at`. */
export function frameEnd(bytes: Buffer, at: number): number {
  return at + 1 + bytes.readUInt32BE(at + 1);
}

/** COPY ... TO STDOUT over pg's connection: rows as runs of bytes as they come, nothing made for each of them. */
export class CopyOut implements Submittable {
  readonly #statement: string;
  readonly #take: TakeRows;
  readonly #ended = Promise.withResolvers<void>();
  #failure: unknown = null;

  constructor(statement: string, take: TakeRows) {
    this.#statement = statement;
    this.#take = take;
    this.#ended.promise.catch(() => {});
  }

  /** Resolves after the last row; the session can be used again then, also after a failure. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  submit(connection: Connection): void {
    const { stream, query } = connection as unknown as { stream: Socket; query(text: string): void };
    new FrameTap(stream, (bytes, start, end, rows) => this.#taken(bytes, start, end, rows)).open();
    query.call(connection, this.#statement);
  }

  #taken(...run: Parameters<TakeRows>): void {
    try {
      if (this.#failure === null) this.#take(...run);
    } catch (error) {
      this.#failure = error;
    }
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    if (this.#failure === null) this.#ended.resolve();
    else this.#ended.reject(this.#failure);
  }

  handleError(error: Error): void {
    this.#ended.reject(error);
  }
}

/**
 * Stands before pg's own reader of a socket while rows come: takes their messages, hands it all others, and gives the
 * socket back with the message that ends the statement. Opened where no message is half read: between statements.
 */
class FrameTap {
  readonly #stream: Socket;
  readonly #take: TakeRows;
  readonly #frames = new WholeFrames(FRAME_BYTES, frameEnd, (bytes) => this.#walk(bytes));
  #listeners: readonly Listener[] = [];
  #isClosed = false;

  constructor(stream: Socket, take: TakeRows) {
    this.#stream = stream;
    this.#take = take;
  }

  open(): void {
    this.#listeners = this.#stream.listeners('data') as Listener[];
    this.#stream.on('data', this.#read);
    for (const listener of this.#listeners) this.#stream.off('data', listener);
    lend(this.#stream, true);
  }

  readonly #read = (bytes: Buffer): void => this.#frames.add(bytes);

  #walk(bytes: Buffer): number {
    if (this.#isClosed) {
      this.#hand(bytes);
      return bytes.length;
    }
    let at = 0;
    let run = 0;
    let rows = 0;
    while (at + FRAME_BYTES <= bytes.length) {
      const end = frameEnd(bytes, at);
      if (end > bytes.length) break;
      if (bytes[at] === COPY_DATA) rows++;
      else {
        if (rows > 0) this.#take(bytes, run, at, rows);
        if (bytes[at] === READY_FOR_QUERY) {
          this.#close(bytes.subarray(at));
          return bytes.length;
        }
        this.#hand(bytes.subarray(at, end));
        rows = 0;
        run = end;
      }
      at = end;
    }
    if (rows > 0) this.#take(bytes, run, at, rows);
    return at;
  }

  #hand(bytes: Buffer): void {
    const kept = Buffer.from(bytes);
    for (const listener of this.#listeners) listener.call(this.#stream, kept);
  }

  #close(rest: Buffer): void {
    this.#isClosed = true;
    lend(this.#stream, false);
    for (const listener of this.#listeners) this.#stream.on('data', listener);
    this.#stream.off('data', this.#read);
    this.#hand(rest);
  }
}
