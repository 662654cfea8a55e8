import type { EpochHeader } from '../../contract/change-log.ts';
import { HOPS, type Hop, type HopLatency } from '../../contract/measurement.ts';
import { Spread } from '../../evidence/spread.ts';
import { Histogram } from './histogram.ts';
import { Percentiles } from './percentile.ts';
import { type Run, Transit } from './transit.ts';

/** Upper ends in milliseconds. */
const BOUNDS_MS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000,
] as const;

/** A run is observed at so many points of it at most. */
const POINTS = 20;

/**
 * Measures how long source transactions take over each hop: every transaction counts once, so a burst that is applied as
 * one batch weighs as much as it has transactions (INV-160). Commit times are the source's, all else is ours.
 */
export class LatencyMeter {
  readonly #hops = new Map(
    HOPS.map((hop) => [hop, { histogram: new Histogram(BOUNDS_MS), recent: new Percentiles() }]),
  );
  /** From commit to visible, since the process started: for the evidence. */
  readonly whole = new Spread();
  readonly #toLog = new Transit();
  readonly #toTarget = new Transit();
  readonly #whole = new Transit();

  /** Commit times of the transactions read just now, those up to the `last`-th; `offsetMs`: the source's clock minus ours. */
  onRead(commitsMs: readonly number[], last: number, offsetMs: number | null, nowMs: number): void {
    const count = commitsMs.length;
    this.#toLog.enter({ last, count, fromMs: nowMs, toMs: nowMs });
    const [first = nowMs] = commitsMs;
    this.#whole.enter({ last, count, fromMs: first, toMs: commitsMs.at(-1) ?? first });
    if (offsetMs === null) return;
    for (const commitMs of commitsMs) this.#observe('capture', nowMs + offsetMs - commitMs, 1, nowMs);
  }

  onLogged(last: number, nowMs: number): void {
    for (const run of this.#toLog.leave(last)) {
      this.#observeRun('log', run, nowMs, nowMs);
      this.#toTarget.enter({ ...run, fromMs: nowMs, toMs: nowMs });
    }
  }

  onApplied(last: number, offsetMs: number | null, nowMs: number): void {
    for (const run of this.#toTarget.leave(last)) this.#observeRun('apply', run, nowMs, nowMs);
    for (const run of this.#whole.leave(last))
      if (offsetMs !== null) this.#observeRun('total', run, nowMs + offsetMs, nowMs);
  }

  /** An epoch that another process has logged: of its transactions the first and the last commit time are known. */
  onForeign({ firstCommitUs, lastCommitUs, transactions }: EpochHeader, offsetMs: number | null, nowMs: number): void {
    if (firstCommitUs === null || lastCommitUs === null || offsetMs === null) return;
    const run = { last: 0, count: transactions, fromMs: millis(firstCommitUs), toMs: millis(lastCommitUs) };
    this.#observeRun('total', run, nowMs + offsetMs, nowMs);
  }

  /** What came after the `last`-th transaction will be read again. */
  forgetAfter(last: number): void {
    this.#toLog.forgetAfter(last);
    this.#whole.forgetAfter(last);
  }

  get runs(): number {
    return this.#toLog.runs + this.#toTarget.runs + this.#whole.runs;
  }

  status(nowMs: number): readonly HopLatency[] {
    return Array.from(this.#hops, ([hop, { histogram, recent }]) => ({
      hop,
      ...histogram.distribution,
      p50Ms: recent.at(0.5, nowMs),
      p95Ms: recent.at(0.95, nowMs),
      p99Ms: recent.at(0.99, nowMs),
    }));
  }

  /** `endMs`: now by the clock that gave the run's times. */
  #observeRun(hop: Hop, { count, fromMs, toMs }: Run, endMs: number, nowMs: number): void {
    const points = fromMs === toMs ? 1 : Math.min(count, POINTS);
    for (let point = 0; point < points; point++) {
      const times = Math.floor((count * (point + 1)) / points) - Math.floor((count * point) / points);
      const startMs = points === 1 ? fromMs : fromMs + ((toMs - fromMs) * (point + 0.5)) / points;
      this.#observe(hop, endMs - startMs, times, nowMs);
    }
  }

  #observe(hop: Hop, valueMs: number, times: number, nowMs: number): void {
    const meter = this.#hops.get(hop);
    const value = Math.max(0, valueMs);
    meter?.histogram.observe(value, times);
    meter?.recent.observe(value, times, nowMs);
    if (hop === 'total') this.whole.observe(value, times);
  }
}

function millis(us: bigint): number {
  return Number(us / 1000n);
}
