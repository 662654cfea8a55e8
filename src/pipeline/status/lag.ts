/** How far a stage is behind the source, honest or absent (protocols 8). Pure: clocks are arguments. */

/** A poll older than this proves nothing about the present. */
const FRESH_POLL_MS = 10_000;

export interface LagFacts {
  readonly nowMs: number;
  /** When the source's head was last asked successfully; null: never. */
  readonly polledAtMs: number | null;
  /** When a poll last found this stage at the head it returned; null: never. */
  readonly atHeadMs: number | null;
  /** Commit time at the source of the oldest change known to be not past the stage; null: none is known. */
  readonly oldestPendingMs: number | null;
  /** Source clock minus ours; commit times are the source's. */
  readonly clockOffsetMs: number;
}

/** Milliseconds; null when it cannot be known. */
export function lagMs(facts: LagFacts): number | null {
  const { nowMs, polledAtMs, atHeadMs, oldestPendingMs, clockOffsetMs } = facts;
  if (polledAtMs === null) return null;
  const pollAgeMs = nowMs - polledAtMs;
  if (pollAgeMs > FRESH_POLL_MS) return null;
  if (atHeadMs !== null && atHeadMs === polledAtMs && oldestPendingMs === null) return 0;
  const pendingMs = oldestPendingMs === null ? null : nowMs + clockOffsetMs - oldestPendingMs;
  // What was committed after the last poll that found us at the head is at most that old.
  const sinceHeadMs = atHeadMs === null ? null : nowMs - atHeadMs;
  const known = pendingMs ?? sinceHeadMs;
  return known === null ? null : Math.max(known, pollAgeMs, 0);
}
