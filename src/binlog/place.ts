import type { BinlogCoordinate } from '../contract/position.ts';
import { isPast } from '../position/coordinate.ts';
import type { Heartbeat } from './heartbeat-event.ts';

const WORD = 2 ** 32;

/**
 * Where the stream stands in the server's binlog. Events tell their end modulo 2^32, and a file that one huge
 * transaction made longer than 4 GiB goes on counting. After a resume the server begins with the file's start and skips
 * what was handled: until it is past the resumed coordinate, that one holds.
 */
export class Place {
  readonly #serverId: string;
  #floor: BinlogCoordinate | null;
  #file = '';
  #offset = 0;

  constructor(serverId: string, resumed: BinlogCoordinate) {
    this.#serverId = serverId;
    this.#floor = resumed.serverId === serverId ? resumed : null;
  }

  rotate(file: string, offset: number): void {
    this.#file = file;
    this.#offset = offset;
  }

  /** An event ended here; 0 says nothing. */
  advance(endOffset: number): void {
    if (endOffset === 0) return;
    const wraps = Math.floor(this.#offset / WORD);
    const offset = wraps * WORD + endOffset;
    // Offsets in a file only grow; one that seems to fall by more than half the range has wrapped round.
    this.#offset = offset < this.#offset - WORD / 2 ? offset + WORD : offset;
  }

  /** Where a heartbeat says that the binlog ends. */
  beat({ file, offset, isExact }: Heartbeat): void {
    if (isExact || file !== this.#file) this.rotate(file, offset);
    else this.advance(offset);
  }

  get coordinate(): BinlogCoordinate {
    const here = { serverId: this.#serverId, file: this.#file, offset: this.#offset };
    if (this.#floor === null) return here;
    if (this.#file === '' || !isPast(here, this.#floor)) return this.#floor;
    this.#floor = null;
    return here;
  }

  /** Where an event of `sizeBytes` that ended here began. */
  startOf(sizeBytes: number): BinlogCoordinate {
    return { serverId: this.#serverId, file: this.#file, offset: this.#offset - sizeBytes };
  }
}
