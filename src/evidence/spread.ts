/** Neighbouring buckets differ by a fiftieth: what is read out of them is right within 2 %, wherever in one it lay. */
const RATIO = Math.log(1.02);
/** Up to 28 hours in milliseconds. */
const BUCKETS = 933;

/** Counts by bucket that are not 0, as JSON: `{"12": 40}`. */
export type SpreadCounts = Readonly<Record<string, number>>;

/** How long something took, of any number of times in bounded memory; two of them add up. */
export class Spread {
  readonly #counts = new Float64Array(BUCKETS);

  static of(counts: SpreadCounts): Spread {
    const spread = new Spread();
    for (const [bucket, count] of Object.entries(counts)) spread.#add(Number(bucket), count);
    return spread;
  }

  observe(valueMs: number, times = 1): void {
    this.#add(bucketOf(valueMs), times);
  }

  add(other: Spread): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) this.#add(bucket, other.#counts[bucket] ?? 0);
  }

  get total(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  get counts(): SpreadCounts {
    const present = Array.from(this.#counts.entries()).filter(([, count]) => count > 0);
    return Object.fromEntries(present.map(([bucket, count]) => [String(bucket), count]));
  }

  /** Milliseconds below which the share `ratio` of them lies; null when there were none. */
  at(ratio: number): number | null {
    const total = this.total;
    if (total === 0) return null;
    let left = total * ratio;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = this.#counts[bucket] ?? 0;
      if (count > 0 && left <= count) return within(bucket, left / count);
      left -= count;
    }
    return within(BUCKETS - 1, 1);
  }

  #add(bucket: number, times: number): void {
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + times;
  }
}

/** Bucket 0 is all below a millisecond. */
function bucketOf(valueMs: number): number {
  return valueMs < 1 ? 0 : Math.min(BUCKETS - 1, 1 + Math.floor(Math.log(valueMs) / RATIO));
}

function within(bucket: number, share: number): number {
  if (bucket === 0) return share;
  return Math.exp((bucket - 1 + share) * RATIO);
}
