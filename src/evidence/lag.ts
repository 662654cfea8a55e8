import { Spread, type SpreadCounts } from './spread.ts';
import type { RunRecord } from './store.ts';

export interface Percentage {
  readonly count: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

export interface LagFacts {
  /** `whole`, or the run's id. */
  readonly run: string;
  readonly lag: Percentage;
  readonly lagUnknown: number;
  readonly latency: Percentage;
}

/** Of all runs together, and of each. */
export function lagFacts(runs: readonly RunRecord[]): readonly LagFacts[] {
  return [factsOf('whole', runs), ...runs.map((run) => factsOf(run.run, [run]))];
}

function factsOf(run: string, runs: readonly RunRecord[]): LagFacts {
  const lagUnknown = runs.reduce((sum, { measured }) => sum + measured.lagUnknown, 0);
  const lag = percentage(runs.map(({ measured }) => measured.lag));
  return { run, lag, lagUnknown, latency: percentage(runs.map(({ measured }) => measured.latency)) };
}

function percentage(all: readonly SpreadCounts[]): Percentage {
  const sum = new Spread();
  for (const counts of all) sum.add(Spread.of(counts));
  const at = (ratio: number) => {
    const value = sum.at(ratio);
    return value === null ? null : Math.round(value * 10) / 10;
  };
  return { count: sum.total, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), maxMs: at(1) };
}
