import type { VerifyState } from '../../contract/verify.ts';

/** What is known of a table's last comparison. */
export interface Compared {
  readonly state: VerifyState;
  /** null: none has ended. */
  readonly finishedAtMs: number | null;
  readonly tookMs: number;
  /** Which rows changed since is known, so that nothing but they must be looked at again. */
  readonly isCurrent: boolean;
}

export interface DueLimits {
  readonly everyMs: number;
  /** When all that exists had arrived, as this process saw it. */
  readonly loadedAtMs: number;
}

/** After the end of the load the servers have enough to do. */
const FIRST_AFTER_MS = 60_000;
/** Likewise after a start, with what has waited meanwhile. */
const RESUME_AFTER_MS = 10_000;
/** A table that is voided again and again takes a fifth of the time at most. */
const REST_RATIO = 4;
const SHORTEST_REST_MS = 5_000;
const LONGEST_REST_MS = 600_000;

/**
 * When a table is to be compared whole by itself. One whose comparison holds no more, because something happened to it
 * that no key tells, or that another process has made, begins anew at once, after a rest as long as four comparisons.
 */
export function dueAtMs({ state, finishedAtMs, tookMs, isCurrent }: Compared, limits: DueLimits): number {
  const { everyMs, loadedAtMs } = limits;
  if (finishedAtMs === null) return loadedAtMs + (state === 'waiting' ? FIRST_AFTER_MS : RESUME_AFTER_MS);
  if (state === 'failed' || state === 'busy') return finishedAtMs + Math.min(everyMs, LONGEST_REST_MS);
  if (isCurrent) return finishedAtMs + everyMs;
  return finishedAtMs + Math.min(everyMs, LONGEST_REST_MS, Math.max(SHORTEST_REST_MS, REST_RATIO * tookMs));
}
