import { pairs } from './meter.ts';

/** Transactions that follow each other: the `count` up to the `last`-th; their clocks started evenly from..to. */
export interface Run {
  readonly last: number;
  readonly count: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** More runs than this are told apart less finely, so that a target that is away costs no memory. */
const MOST_RUNS = 2_000;

/** Transactions on their way over a hop, each with the instant at which its time began. */
export class Transit {
  #runs: Run[] = [];

  enter(run: Run): void {
    if (run.count === 0) return;
    this.#runs.push(run);
    if (this.#runs.length > MOST_RUNS) this.#runs = pairs(this.#runs, joined);
  }

  /** What of it has arrived when everything up to the `last`-th has; the rest stays. */
  leave(last: number): readonly Run[] {
    const keep = this.#runs.findIndex((run) => run.last > last);
    const whole = this.#runs.splice(0, keep === -1 ? this.#runs.length : keep);
    const cut = this.#runs[0];
    if (cut === undefined || last <= cut.last - cut.count) return whole;
    const [gone, left] = split(cut, last);
    this.#runs[0] = left;
    return [...whole, gone];
  }

  /** What came after the `last`-th will enter again. */
  forgetAfter(last: number): void {
    const kept = this.leave(last);
    this.#runs = [...kept];
  }

  get runs(): number {
    return this.#runs.length;
  }
}

function joined(older: Run, newer: Run): Run {
  return { last: newer.last, count: older.count + newer.count, fromMs: older.fromMs, toMs: newer.toMs };
}

function split(run: Run, last: number): [Run, Run] {
  const left = run.last - last;
  const atMs = run.toMs - ((run.toMs - run.fromMs) * left) / run.count;
  return [
    { last, count: run.count - left, fromMs: run.fromMs, toMs: atMs },
    { last: run.last, count: left, fromMs: atMs, toMs: run.toMs },
  ];
}
