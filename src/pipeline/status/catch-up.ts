/** Long enough that one batch is no trend. */
const WINDOW_MS = 60_000;
const SHORTEST_MS = 5_000;
const EVERY_MS = 1_000;

interface Sample {
  readonly atMs: number;
  readonly lagMs: number;
}

/** How long the lag will last, at the speed at which it fell in the last minute. */
export class CatchUp {
  #samples: Sample[] = [];

  /** Milliseconds; 0 without lag; null when the lag is unknown, was not measured long enough, or does not fall. */
  etaMs(lagMs: number | null, nowMs: number): number | null {
    if (lagMs === null) this.#samples = [];
    if (lagMs === null) return null;
    this.#samples = this.#samples.filter(({ atMs }) => nowMs - atMs <= WINDOW_MS);
    const newest = this.#samples.at(-1);
    if (newest === undefined || nowMs - newest.atMs >= EVERY_MS) this.#samples.push({ atMs: nowMs, lagMs });
    if (lagMs === 0) return 0;
    const oldest = this.#samples[0];
    if (oldest === undefined || nowMs - oldest.atMs < SHORTEST_MS || oldest.lagMs <= lagMs) return null;
    const fallPerMs = (oldest.lagMs - lagMs) / (nowMs - oldest.atMs);
    return Math.round(lagMs / fallPerMs);
  }
}
