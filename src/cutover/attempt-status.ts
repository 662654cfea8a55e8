import type { AttemptStatus } from '../contract/cutover.ts';
import type { Attempt } from './journal.ts';

/** An attempt as it is told, at `nowMs`: without the records of its steps. */
export function attemptStatus(attempt: Attempt, nowMs: number): AttemptStatus {
  const { blockedAtMs, openedAtMs, steps, ...rest } = attempt;
  return {
    ...rest,
    writeBlockMs: blockedAtMs === null ? null : (openedAtMs ?? nowMs) - blockedAtMs,
    flipMs: flipMsOf(attempt),
    steps: steps.map(({ record: _, ...step }) => step),
  };
}

/** From the end of the step before, so that what failed and was tried again counts: that is the application's time too. */
function flipMsOf({ steps, openedAtMs, outcome }: Attempt): number | null {
  const at = steps.findIndex(({ name }) => name === 'flip' || name === 'unflip');
  const before = steps[at - 1];
  if (outcome !== 'committed' || openedAtMs === null || !before || before.startedAtMs === null) return null;
  return openedAtMs - (before.startedAtMs + (before.tookMs ?? 0));
}
