import type { RowChange } from '../contract/change.ts';
import type { BinlogCoordinate, Position } from '../contract/position.ts';
import type { TableVersion } from '../contract/table.ts';
import type { RowPage } from '../mysql/raw-rows.ts';

/** What one chunk's read gave. */
export interface ChunkRows {
  readonly version: TableVersion;
  readonly pages: readonly RowPage[];
  readonly rows: number;
  /** Past everything that the read saw: the rows may go out when the stream is here. */
  readonly high: BinlogCoordinate;
}

export interface WindowStart {
  readonly low: Position;
  readonly round: number;
  readonly generation: number;
  readonly alwaysNoted: ReadonlySet<string>;
  readonly mostKeys?: number;
}

/**
 * The time between the low position, taken at a transaction end of the stream, and the moment when a chunk's rows go
 * out. Every key that the stream emits in between is noted: for it the stream is newer than the chunk (INV-43).
 */
export class Window {
  readonly low: Position;
  /** The table's round and schema generation when the window was opened. */
  readonly round: number;
  readonly generation: number;
  readonly #noted = new Set<string>();
  /** Keys of XA transactions, shared by the table's windows for the whole of its snapshot. */
  readonly #alwaysNoted: ReadonlySet<string>;
  readonly #mostKeys: number;
  #isVoid = false;

  constructor({ low, round, generation, alwaysNoted, mostKeys = 100_000 }: WindowStart) {
    this.low = low;
    this.round = round;
    this.generation = generation;
    this.#alwaysNoted = alwaysNoted;
    this.#mostKeys = mostKeys;
  }

  /** Past the limit the window is void: the stream is far behind the source, and a later read is the cheaper one. */
  note(key: string): void {
    this.#noted.add(key);
    if (this.#noted.size > this.#mostKeys) this.makeVoid();
  }

  /** What the chunk read may not be what the table was: read it again. */
  makeVoid(): void {
    this.#isVoid = true;
    this.#noted.clear();
  }

  get isVoid(): boolean {
    return this.#isVoid;
  }

  /** The rows that the stream has not overtaken, in arrays of at most `most`. */
  *changes(chunk: ChunkRows, most: number): Iterable<readonly RowChange[]> {
    for (const page of chunk.pages) {
      for (let from = 0; from < page.rows; from += most) {
        const changes = this.#part(chunk.version, page, from, Math.min(page.rows, from + most));
        if (changes.length > 0) yield changes;
      }
    }
  }

  #part(table: TableVersion, page: RowPage, from: number, to: number): RowChange[] {
    const changes: RowChange[] = [];
    const isQuiet = this.#noted.size === 0 && this.#alwaysNoted.size === 0;
    for (let row = from; row < to; row++) {
      const change = readChange(table, page, row);
      if (isQuiet || change.key === null || !this.isNoted(keyText(change.key))) changes.push(change);
    }
    return changes;
  }

  /** The stream has emitted a change of this key since the window was opened. */
  isNoted(key: string): boolean {
    return this.#noted.has(key) || this.#alwaysNoted.has(key);
  }
}

/** Row `row` of a page as a change; views of the page's bytes. */
export function readChange(table: TableVersion, page: RowPage, row: number): RowChange {
  const { bytes, bounds } = page;
  const at = row * 4;
  const keyStart = bounds[at + 2];
  const key = keyStart === -1 ? null : bytes.subarray(keyStart, bounds[at + 3]);
  const after = bytes.subarray(bounds[at], bounds[at + 1]);
  return { tag: 'row', op: 'r', table, before: null, after, key, oldKey: null, cascades: false };
}

/** A key's bytes as a text that a Set can hold: one character a byte. */
export function keyText(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}
