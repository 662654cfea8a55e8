import { Spread } from '../../evidence/spread.ts';

const SLICE_MS = 30_000;
const SLICES = 10;

interface Slice {
  readonly startMs: number;
  readonly spread: Spread;
}

/** Percentiles of what was observed in the last five minutes, in bounded memory. Clocks are arguments. */
export class Percentiles {
  #slices: Slice[] = [];

  observe(valueMs: number, times: number, nowMs: number): void {
    this.#slice(nowMs).spread.observe(valueMs, times);
  }

  /** Milliseconds below which the share `ratio` of them lies; null when there were none. */
  at(ratio: number, nowMs: number): number | null {
    const sum = new Spread();
    for (const { startMs, spread } of this.#slices) if (nowMs - startMs < SLICE_MS * SLICES) sum.add(spread);
    return sum.at(ratio);
  }

  #slice(nowMs: number): Slice {
    const newest = this.#slices.at(-1);
    if (newest && nowMs - newest.startMs < SLICE_MS) return newest;
    const slice = { startMs: nowMs, spread: new Spread() };
    this.#slices = [...this.#slices, slice].slice(-SLICES);
    return slice;
  }
}
