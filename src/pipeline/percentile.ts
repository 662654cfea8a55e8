/** Neighbouring buckets differ by a tenth: what is read out of them is right within 5 %. */
const RATIO = Math.log(1.1);
/** Up to 28 hours in milliseconds. */
const BUCKETS = 195;
const SLICE_MS = 30_000;
const SLICES = 10;

interface Slice {
  readonly startMs: number;
  readonly counts: Float64Array;
}

/** Percentiles of what was observed in the last five minutes, in bounded memory. Clocks are arguments. */
export class Percentiles {
  #slices: Slice[] = [];

  observe(valueMs: number, times: number, nowMs: number): void {
    const { counts } = this.#slice(nowMs);
    const at = bucketOf(valueMs);
    counts[at] = (counts[at] ?? 0) + times;
  }

  /** Milliseconds below which the share `ratio` of them lies; null when there were none. */
  at(ratio: number, nowMs: number): number | null {
    const counts = this.#sum(nowMs);
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total === 0) return null;
    let left = total * ratio;
    for (const [bucket, count] of counts.entries()) {
      if (count > 0 && left <= count) return within(bucket, left / count);
      left -= count;
    }
    return within(BUCKETS - 1, 1);
  }

  #slice(nowMs: number): Slice {
    const newest = this.#slices.at(-1);
    if (newest && nowMs - newest.startMs < SLICE_MS) return newest;
    const slice = { startMs: nowMs, counts: new Float64Array(BUCKETS) };
    this.#slices = [...this.#slices, slice].slice(-SLICES);
    return slice;
  }

  #sum(nowMs: number): Float64Array {
    const counts = new Float64Array(BUCKETS);
    const recent = this.#slices.filter(({ startMs }) => nowMs - startMs < SLICE_MS * SLICES);
    for (const slice of recent)
      for (const [at, count] of slice.counts.entries()) counts[at] = (counts[at] ?? 0) + count;
    return counts;
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
