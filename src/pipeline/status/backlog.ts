import { pairs } from './meter.ts';

interface Piece {
  /** Transactions up to the `last`-th, `count` of them. */
  readonly last: number;
  readonly count: number;
  readonly rows: number;
  readonly bytes: number;
}

const MOST_PIECES = 2_000;

/** Work that waits before a stage, in rows and bytes. Of a piece of which a part is gone, the rest is in proportion. */
export class Backlog {
  #pieces: Piece[] = [];

  enter(piece: Piece): void {
    if (piece.count === 0) return;
    this.#pieces.push(piece);
    if (this.#pieces.length > MOST_PIECES) this.#pieces = pairs(this.#pieces, joined);
  }

  leave(last: number): void {
    const keep = this.#pieces.findIndex((piece) => piece.last > last);
    this.#pieces.splice(0, keep === -1 ? this.#pieces.length : keep);
    const cut = this.#pieces[0];
    if (cut !== undefined) this.#pieces[0] = part(cut, Math.min(cut.count, cut.last - last), cut.last);
  }

  /** What came after the `last`-th will enter again. */
  forgetAfter(last: number): void {
    const at = this.#pieces.findIndex((piece) => piece.last > last);
    const cut = this.#pieces[at];
    if (cut === undefined) return;
    this.#pieces.length = at;
    const left = cut.count - (cut.last - last);
    if (left > 0) this.#pieces.push(part(cut, left, last));
  }

  get pieces(): number {
    return this.#pieces.length;
  }

  get rows(): number {
    return Math.round(this.#pieces.reduce((sum, { rows }) => sum + rows, 0));
  }

  get bytes(): number {
    return Math.round(this.#pieces.reduce((sum, { bytes }) => sum + bytes, 0));
  }
}

function joined(older: Piece, newer: Piece): Piece {
  return {
    last: newer.last,
    count: older.count + newer.count,
    rows: older.rows + newer.rows,
    bytes: older.bytes + newer.bytes,
  };
}

function part(piece: Piece, count: number, last: number): Piece {
  if (count === piece.count) return piece;
  const share = count / piece.count;
  return { last, count, rows: piece.rows * share, bytes: piece.bytes * share };
}
