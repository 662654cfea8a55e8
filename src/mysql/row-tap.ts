import { lend } from '../wire/lending-socket.ts';
import { WholeFrames } from '../wire/whole-frame.ts';
import type { MysqlConnection, RawPacket, RawQuery, Wire } from './connection.ts';
import { sourceError } from './error.ts';

/**
 * Takes rows as the server sent them: `bytes[start, end)` holds so many, each a packet: PACKET_BYTES of its header, then
 * length-encoded cells (0xfb is NULL). The bytes are there until it returns. A row of 16 MiB and more comes alone, under a header of zeros. False: enough.
 */
export type TakePackets = (bytes: Buffer, start: number, end: number, rows: number) => boolean;

/** Three bytes of length and the packet's number. */
export const PACKET_BYTES = 4;
/** Header included; a packet of this length is followed by one with the rest. */
const LONGEST_PACKET = PACKET_BYTES + 0xffffff;
const ERROR = 0xff;
const EOF = 0xfe;
/** Header included. A row whose first cell has 16 MiB begins with 0xfe as well. */
const LONGEST_EOF = PACKET_BYTES + 8;

/** End of the packet that begins at `at`. */
export function packetEnd(bytes: Buffer, at: number): number {
  const length = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
  return at + PACKET_BYTES + length;
}

/**
 * Runs a SELECT and hands over its rows as they come. One statement at a time on the connection; a taker that has enough
 * (false) cuts it.
 */
export async function readSentRows(connection: MysqlConnection, sql: string, take: TakePackets): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let failure: unknown = null;
  let isEnough = false;
  const query = connection.rawQuery(sql, (error) => {
    if (failure === null && error === null) resolve();
    else reject(failure ?? sourceError(error, 'reading rows'));
  });
  const taken: TakeRun = (...run) => {
    if (isEnough || failure !== null) return;
    try {
      isEnough = !take(...run);
    } catch (error) {
      failure = error;
    }
    if (!isEnough) return;
    connection.destroy();
    resolve();
  };
  const endOfRows = query.row;
  // What comes this way has more than one packet.
  query.row = function row(this: unknown, packet: RawPacket, link: unknown): unknown {
    if (packet.isEOF()) return endOfRows.call(this, packet, link);
    taken(packet.buffer, packet.offset - PACKET_BYTES, packet.end, 1);
    return row;
  };
  new RowTap(connection.wire, query, taken).open();
  await promise;
}

type TakeRun = (...run: Parameters<TakePackets>) => void;

/**
 * Stands before mysql2's own reader of a link while a query's rows come: takes their packets in runs, hands it all others,
 * and is gone with the packet that ends them. Opened right after the query was sent on an idle link.
 */
class RowTap {
  readonly #wire: Wire;
  readonly #query: RawQuery;
  readonly #take: TakeRun;
  readonly #execute: Wire['packetParser']['execute'];
  #isInRows = false;
  /** The first parts of a row of several packets have come. */
  #isInside = false;

  constructor(wire: Wire, query: RawQuery, take: TakeRun) {
    this.#wire = wire;
    this.#query = query;
    this.#take = take;
    this.#execute = wire.packetParser.execute;
  }

  open(): void {
    const frames = new WholeFrames(PACKET_BYTES, packetEnd, (bytes) => this.#walk(bytes));
    this.#wire.packetParser.execute = (bytes) => frames.add(bytes);
    lend(this.#wire.stream, true);
  }

  #close(): void {
    this.#wire.packetParser.execute = this.#execute;
    lend(this.#wire.stream, false);
  }

  #walk(bytes: Buffer): number {
    let at = 0;
    let run = 0;
    let rows = 0;
    while (at + PACKET_BYTES <= bytes.length) {
      const end = packetEnd(bytes, at);
      if (end > bytes.length) break;
      if (this.#isInRows && this.#isRow(bytes, at, end)) rows++;
      else {
        if (rows > 0) this.#take(bytes, run, at, rows);
        this.#hand(bytes, at, end);
        rows = 0;
        run = end;
      }
      at = end;
    }
    if (rows > 0) this.#take(bytes, run, at, rows);
    return at;
  }

  #isRow(bytes: Buffer, at: number, end: number): boolean {
    return !this.#isInside && end - at < LONGEST_PACKET && !this.#isEnd(bytes, at, end);
  }

  #isEnd(bytes: Buffer, at: number, end: number): boolean {
    const first = bytes[at + PACKET_BYTES];
    return first === ERROR || (this.#isInRows && first === EOF && end - at <= LONGEST_EOF);
  }

  /** To mysql2, which has not seen the packets before it. */
  #hand(bytes: Buffer, at: number, end: number): void {
    const wire = this.#wire;
    if (!this.#isInside) {
      wire.sequenceId = bytes[at + PACKET_BYTES - 1] as number;
      if (this.#isEnd(bytes, at, end)) this.#close();
    }
    this.#isInside = end - at === LONGEST_PACKET;
    // mysql2 reads the names of columns later.
    this.#execute.call(wire.packetParser, Buffer.from(bytes.subarray(at, end)));
    this.#isInRows ||= this.#query.next === this.#query.row;
  }
}
