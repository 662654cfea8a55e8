/** Enough to have met a quick round trip, few enough to follow a clock that is set. */
const KEPT = 16;

interface Sample {
  readonly offsetMs: number;
  readonly tookMs: number;
}

/**
 * Another machine's clock minus ours, from questions over the network: the quickest of the last answers tells it best,
 * since a slow one may have waited on either way.
 */
export class ClockOffset {
  #samples: Sample[] = [];

  /** What the other clock said between the two instants of ours. */
  add(theirsMs: number, askedAtMs: number, answeredAtMs: number): void {
    const sample = { offsetMs: theirsMs - (askedAtMs + answeredAtMs) / 2, tookMs: answeredAtMs - askedAtMs };
    // A clock that was set: what was measured before is of another clock.
    const isSet = this.#samples.some(({ offsetMs, tookMs }) => {
      return Math.abs(sample.offsetMs - offsetMs) > (sample.tookMs + tookMs) / 2 + JUMP_MS;
    });
    this.#samples = isSet ? [sample] : [...this.#samples, sample].slice(-KEPT);
  }

  get ms(): number | null {
    const [first, ...rest] = this.#samples;
    if (first === undefined) return null;
    return rest.reduce((best, sample) => (sample.tookMs <= best.tookMs ? sample : best), first).offsetMs;
  }
}

/** Beyond what the two round trips explain. */
const JUMP_MS = 50;
