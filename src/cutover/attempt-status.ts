import type { AttemptStatus } from '../contract/cutover.ts';
import type { Attempt } from './journal.ts';

/** An attempt as it is told, at `nowMs`: without the records of its steps. */
export function attemptStatus(attempt: Attempt, nowMs: number): AttemptStatus {
  const { blockedAtMs, openedAtMs, steps, ...rest } = attempt;
  return {
    ...rest,
    writeBlockMs: blockedAtMs === null ? null : (openedAtMs ?? nowMs) - blockedAtMs,
    steps: steps.map(({ record: _, ...step }) => step),
  };
}
