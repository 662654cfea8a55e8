import { setTimeout as sleep } from 'node:timers/promises';

/** How much of the source the scan may take; `share` of 1 and null rows are no limit. */
export interface ThrottleLimits {
  /** Of the time, above 0 and up to 1: a statement of 1 s under 0.25 is followed by 3 s of rest. */
  readonly share: number;
  readonly rowsPerSecond: number | null;
}

export interface ThrottleOptions {
  readonly limits: ThrottleLimits;
  /** Why the source should be left alone now; null: it need not. Asked before a statement, once a second at most. */
  readonly busy: () => Promise<string | null>;
  /** Told when a wait for the source begins. */
  readonly onWait: (reason: string) => void;
  /** Told each rest when it is over: `limit`: by its own limits; `source-busy`: for others' sake. */
  readonly onRest?: (reason: RestReason, restedMs: number) => void;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

export type RestReason = 'limit' | 'source-busy';

/** Injected, so that a test counts milliseconds instead of spending them. */
export interface Clock {
  now(): number;
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
}

const REAL_CLOCK: Clock = {
  now: () => performance.now(),
  sleep: async (durationMs, signal) => {
    await sleep(durationMs, undefined, { signal });
  },
};

const ASK_AGAIN_MS = 1000;
const MOST_SLEPT_OVER_MS = 20;

/** `25%`, `5000/s` or both with a comma between; null: not understood. */
export function parseThrottle(text: string): ThrottleLimits | null {
  let limits: ThrottleLimits = { share: 1, rowsPerSecond: null };
  for (const part of text.split(',')) {
    const [, percent, rows] = /^\s*(?:(\d{1,3})\s*%|(\d{1,9})\s*(?:rows)?\/s)\s*$/.exec(part) ?? [];
    if (percent !== undefined && Number(percent) >= 1 && Number(percent) <= 100) {
      limits = { ...limits, share: Number(percent) / 100 };
    } else if (rows !== undefined && Number(rows) >= 1) limits = { ...limits, rowsPerSecond: Number(rows) };
    else return null;
  }
  return limits;
}

/** Runs statements one after another and rests after each; stands still while the source is busy with others. */
export class Throttle {
  readonly #options: ThrottleOptions;
  readonly #clock: Clock;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #restedMs = 0;
  /** Of the run that is under way: what its steps have paid for. */
  #stepped = { ms: 0, rows: 0 };
  /** What the last rests took longer than they were to. */
  #sleptOverMs = 0;

  constructor(options: ThrottleOptions) {
    this.#options = options;
    this.#clock = options.clock ?? REAL_CLOCK;
  }

  /** Time that the scan stood still so far. */
  get restedMs(): number {
    return this.#restedMs;
  }

  /** Whether there is a limit of its own. */
  get isLimited(): boolean {
    const { share, rowsPerSecond } = this.#options.limits;
    return share < 1 || rowsPerSecond !== null;
  }

  /** `rowsOf` tells how many rows the statement read at the source; what its steps rested for is not rested for again. */
  async run<T>(statement: () => Promise<T>, rowsOf: (result: T) => number): Promise<T> {
    await this.#untilQuiet();
    this.#stepped = { ms: 0, rows: 0 };
    const startedAtMs = this.#clock.now();
    const result = await statement();
    const { ms, rows } = this.#stepped;
    const ownMs = this.#clock.now() - startedAtMs - ms;
    await this.#rest('limit', restAfter(ownMs, rowsOf(result) - rows, this.#options.limits));
    return result;
  }

  /** One of several statements of a run, with its own rest behind it. */
  async step<T>(statement: () => Promise<T>, rowsOf: (result: T) => number): Promise<T> {
    const startedAtMs = this.#clock.now();
    const result = await statement();
    const rows = rowsOf(result);
    await this.#restOwed(restAfter(this.#clock.now() - startedAtMs, rows, this.#options.limits));
    this.#stepped = { ms: this.#stepped.ms + this.#clock.now() - startedAtMs, rows: this.#stepped.rows + rows };
    return result;
  }

  /** Timers are coarse beside a short statement: what one rest took too long, the next ones are shorter. */
  async #restOwed(owedMs: number): Promise<void> {
    const wantedMs = owedMs - this.#sleptOverMs;
    const startedAtMs = this.#clock.now();
    await this.#rest('limit', wantedMs);
    const sleptMs = this.#clock.now() - startedAtMs;
    this.#sleptOverMs = Math.min(MOST_SLEPT_OVER_MS, Math.max(0, sleptMs - wantedMs));
  }

  async #untilQuiet(): Promise<void> {
    if (this.#clock.now() - this.#askedAtMs < ASK_AGAIN_MS) return;
    let told: string | null = null;
    for (let reason = await this.#options.busy(); reason !== null; reason = await this.#options.busy()) {
      if (told === null) this.#options.onWait(reason);
      told = reason;
      await this.#rest('source-busy', ASK_AGAIN_MS);
    }
    this.#askedAtMs = this.#clock.now();
  }

  async #rest(reason: RestReason, durationMs: number): Promise<void> {
    if (durationMs <= 0) return;
    await this.#clock.sleep(durationMs, this.#options.signal);
    this.#restedMs += durationMs;
    this.#options.onRest?.(reason, durationMs);
  }
}

/** Milliseconds of rest after a statement, so that neither limit is passed on average. */
export function restAfter(tookMs: number, rows: number, { share, rowsPerSecond }: ThrottleLimits): number {
  const forShare = tookMs * (1 / share - 1);
  const forRows = rowsPerSecond === null ? 0 : (rows / rowsPerSecond) * 1000 - tookMs;
  return Math.max(forShare, forRows, 0);
}
