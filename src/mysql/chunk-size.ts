export interface ChunkLimits {
  /** How long one chunk's read should take. */
  readonly targetMs: number;
  /** What one chunk may hold in memory. */
  readonly mostBytes: number;
  /** What one chunk may hold in rows. */
  readonly mostRows?: number;
  /** A fixed size, for tests. */
  readonly fixedRows?: number;
}

const FIRST_ROWS = 10_000;
const MOST_ROWS = 1_000_000;

/** How many rows the next chunk of a table takes: what the last ones took in time and bytes, at most doubled. */
export class ChunkSize {
  readonly #limits: ChunkLimits;
  readonly #mostRows: number;
  #rows: number;

  constructor(limits: ChunkLimits, rowBytes: number) {
    this.#limits = limits;
    this.#mostRows = Math.min(limits.mostRows ?? MOST_ROWS, MOST_ROWS);
    this.#rows = limits.fixedRows ?? this.#between(FIRST_ROWS, limits.mostBytes / 2 / Math.max(1, rowBytes));
  }

  get rows(): number {
    return this.#rows;
  }

  /** After a chunk that was read whole. Half of the bytes allowed is aimed at: rows differ. */
  learn(rows: number, bytes: number, tookMs: number): void {
    if (this.#limits.fixedRows !== undefined || rows === 0) return;
    const byTime = (rows * this.#limits.targetMs) / Math.max(1, tookMs);
    const byBytes = (rows * this.#limits.mostBytes) / 2 / Math.max(1, bytes);
    this.#rows = this.#between(Math.min(byTime, byBytes), Math.max(this.#rows, rows) * 2);
  }

  /** After a chunk that passed its bytes within so many rows. */
  shrink(rows: number): void {
    if (this.#limits.fixedRows === undefined) this.#rows = this.#between(rows / 2, rows);
  }

  #between(wanted: number, most: number): number {
    return Math.max(1, Math.floor(Math.min(wanted, most, this.#mostRows)));
  }
}
