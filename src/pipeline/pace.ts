import { SluiceError } from '../contract/error.ts';
import type { Logger } from '../contract/logger.ts';
import type { ThrottleReason } from '../contract/measurement.ts';
import { FREE_PACE, type PaceActions, type PaceAnswer, type PaceStatus, paceText } from '../contract/pace.ts';
import { pause } from './pause.ts';

/** So long at most a change of the pace, a fence or the end is not noticed. */
const SLICE_MS = 50;

export interface PaceOptions {
  /** A cutover is under way: nobody changes the pace then. */
  readonly isSwitching: () => boolean;
  /** Writes are blocked: what is left goes to the target at its own speed, whatever was asked for (INV-207). */
  readonly isFenced: () => boolean;
  readonly logger: Logger;
  /** A name without secrets, for whatever shows or keeps it. */
  readonly redact: (by: string) => string;
  /** Whenever somebody has asked, be it for what it is already. */
  readonly onAsked: (status: PaceStatus) => void;
  /** The next epoch stands still, or goes on. */
  readonly onWait: (isWaiting: boolean) => void;
  readonly onRest: (reason: ThrottleReason, restedMs: number) => void;
}

/**
 * Lets epochs through to the target at the pace that a person has asked for. It waits between transactions of the target,
 * so that none stands open meanwhile, and nothing is lost or done twice by it.
 */
export class Pace implements PaceActions {
  readonly #options: PaceOptions;
  #status: PaceStatus = FREE_PACE;
  /** When the limit lets the next epoch through, by performance.now(). */
  #freeAtMs = 0;

  constructor(options: PaceOptions) {
    this.#options = options;
    options.onAsked(this.#status);
  }

  /** Whoever paused it first stays named, whoever else asks for the same. */
  async pause(by: string): Promise<PaceAnswer> {
    return this.#change(by, (was, who) => (was.state === 'paused' ? was : { ...was, ...who, state: 'paused' }));
  }

  async resume(by: string): Promise<PaceAnswer> {
    return this.#change(by, (was, who) => (was.state === 'paused' ? running(was, who) : was));
  }

  /** It leaves a pause as it is. */
  async throttle(rowsPerSecond: number | null, by: string): Promise<PaceAnswer> {
    return this.#change(by, (was, who) => {
      if (was.rowsPerSecond === rowsPerSecond) return was;
      this.#freeAtMs = 0;
      const limit = rowsPerSecond === null ? NO_LIMIT : { limitBy: who.by, limitSinceMs: who.sinceMs };
      const limited = { ...was, rowsPerSecond, ...limit };
      return was.state === 'paused' ? limited : running(limited, who);
    });
  }

  /** Resolves when an epoch of so many rows may go, or on abort. */
  async admit(rows: number, signal: AbortSignal): Promise<void> {
    if (this.#reason !== null) await this.#wait(signal);
    const { rowsPerSecond } = this.#status;
    if (rowsPerSecond === null) return;
    this.#freeAtMs = Math.max(performance.now(), this.#freeAtMs) + (rows * 1_000) / rowsPerSecond;
  }

  async #wait(signal: AbortSignal): Promise<void> {
    this.#options.onWait(true);
    for (let reason = this.#reason; reason !== null && !signal.aborted; reason = this.#reason) {
      const sinceMs = performance.now();
      await pause(SLICE_MS, signal);
      this.#options.onRest(reason, performance.now() - sinceMs);
    }
    this.#options.onWait(false);
  }

  /** Why the next epoch waits; null: it does not. */
  get #reason(): ThrottleReason | null {
    const { state } = this.#status;
    if (state === 'free' || this.#options.isFenced()) return null;
    if (state === 'paused') return 'operator-pause';
    return performance.now() < this.#freeAtMs ? 'operator-limit' : null;
  }

  #change(asker: string, next: (was: PaceStatus, who: Who) => PaceStatus): PaceAnswer {
    if (this.#options.isSwitching()) throw switching();
    const who = { by: this.#options.redact(asker), sinceMs: Date.now() };
    const was = this.#status;
    this.#status = next(was, who);
    const isChanged = this.#status !== was;
    this.#options.onAsked(this.#status);
    const told = paceText(this.#status) ?? 'the stream to the target goes at its own speed';
    if (isChanged) this.#options.logger.info({ by: who.by }, told);
    return { ...this.#status, isChanged };
  }
}

interface Who {
  readonly by: string;
  readonly sinceMs: number;
}

const NO_LIMIT = { limitBy: null, limitSinceMs: null };

/** At its limit, in the name of who set it, or free, in that of who let it go. */
function running(pace: PaceStatus, who: Who): PaceStatus {
  if (pace.rowsPerSecond === null) return { ...pace, ...who, state: 'free' };
  return { ...pace, state: 'throttled', by: pace.limitBy, sinceMs: pace.limitSinceMs };
}

function switching(): SluiceError {
  return new SluiceError({
    code: 'PACE_SWITCHING',
    message: 'a cutover is under way, and what it waits for must not be slowed down',
    remedy: 'Wait for its end, or end it: sluice cutover abort',
    disposition: 'stop',
  });
}
