import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../contract/error.ts';

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 30_000;
/** A run that lasted this long was healthy: the next failure starts from the first delay again. */
const HEALTHY_MS = 60_000;

export interface Failure {
  readonly error: SluiceError;
  /** 1 for the first failure of a row of them. */
  readonly attempt: number;
  readonly retryInMs: number;
}

export interface SuperviseOptions {
  readonly signal: AbortSignal;
  readonly onFailure: (failure: Failure) => void;
  /** The wait after a failure is over: it is tried again now. */
  readonly onTry?: () => void;
  /** For tests: scales every delay. */
  readonly delayRatio?: number;
}

/**
 * Runs a stage until it ends, starting it again after errors with disposition `retry`. Anything else, a programming
 * error included, leaves at once (style 12). Each start finds its place from what is durable, never from memory.
 */
export async function supervise(stage: () => Promise<void>, options: SuperviseOptions): Promise<void> {
  let attempt = 0;
  while (!options.signal.aborted) {
    const startedAtMs = Date.now();
    if (attempt > 0) options.onTry?.();
    try {
      await stage();
      return;
    } catch (error) {
      if (options.signal.aborted && isAbort(error)) return;
      if (!(error instanceof SluiceError) || error.disposition !== 'retry') throw error;
      attempt = Date.now() - startedAtMs > HEALTHY_MS ? 1 : attempt + 1;
      const retryInMs = delayMs(attempt) * (options.delayRatio ?? 1);
      options.onFailure({ error, attempt, retryInMs });
      await sleep(retryInMs, undefined, { signal: options.signal }).catch(ignoreAbort);
    }
  }
}

/** Doubles, with up to a quarter more so that several processes do not come back in step. */
export function delayMs(attempt: number, longestMs = LONGEST_DELAY_MS): number {
  const base = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), longestMs);
  return base * (1 + Math.random() / 4);
}

/** An instant, and no time left: what is told is read at any time after. */
export function nextTryText(retryInMs: number): string {
  return `next try at ${clock(Date.now() + retryInMs)}`;
}

/** A try may hang for as long as the network lets it. */
export function tryingSince(): string {
  return `trying since ${clock(Date.now())}`;
}

function clock(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(11, 19)} UTC`;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function ignoreAbort(error: unknown): void {
  if (!isAbort(error)) throw error;
}
