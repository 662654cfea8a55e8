/** Rates are of the last five minutes (interface: progress). */
const OVER_MS = 300_000;

interface Sample {
  readonly atMs: number;
  readonly rows: number;
}

/** Rows a second and the time that the rest will take, known once 1 % is done. */
export class RateMeter {
  readonly #now: () => number;
  #samples: Sample[] = [];

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  take(rows: number, estimate: number): { readonly rowsPerSecond: number; readonly etaMs: number | null } {
    const atMs = this.#now();
    this.#samples.push({ atMs, rows });
    this.#samples = this.#samples.filter((sample) => atMs - sample.atMs <= OVER_MS);
    const [first] = this.#samples;
    const elapsedMs = atMs - (first?.atMs ?? atMs);
    const perMs = elapsedMs > 0 ? (rows - (first?.rows ?? rows)) / elapsedMs : 0;
    const isEarly = rows * 100 < estimate || perMs <= 0;
    return {
      rowsPerSecond: Math.round(perMs * 1000),
      etaMs: isEarly ? null : Math.round(Math.max(0, estimate - rows) / perMs),
    };
  }
}
