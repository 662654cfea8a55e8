import type { AttemptStatus } from '../contract/cutover.ts';
import type { Attempt } from './journal.ts';

/** An attempt as it is told, at `nowMs`: without the records of its steps. */
export function attemptStatus(attempt: Attempt, nowMs: number): AttemptStatus {
  const { blockedAtMs, openedAtMs, steps, away, ...rest } = attempt;
  return {
    ...rest,
    writeBlockMs: blockedAtMs === null ? null : (openedAtMs ?? nowMs) - blockedAtMs,
    flipMs: flipMsOf(attempt),
    awayMs: away.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0),
    steps: steps.map(({ record: _, ...step }) => step),
  };
}

/**
 * From the end of the step before, so that what failed and was tried again counts: that is the application's time too.
 * What no process of ours ran is nobody's.
 */
function flipMsOf({ steps, openedAtMs, outcome, away }: Attempt): number | null {
  const at = steps.findIndex(({ name }) => name === 'flip' || name === 'unflip');
  const before = steps[at - 1];
  if (outcome !== 'committed' || openedAtMs === null || !before || before.startedAtMs === null) return null;
  const fromMs = before.startedAtMs + (before.tookMs ?? 0);
  const lost = away.reduce((sum, one) => sum + Math.max(0, one.toMs - Math.max(one.fromMs, fromMs)), 0);
  return openedAtMs - fromMs - lost;
}

/** With the time since the last sign of whoever ran it, where it keeps writes blocked: for who takes it over. */
export function awayUntil({ blockedAtMs, openedAtMs, steps, away }: Attempt, nowMs: number): Attempt['away'] {
  if (blockedAtMs === null || openedAtMs !== null) return away;
  const signs = steps.map(({ startedAtMs, tookMs }) => (startedAtMs ?? 0) + (tookMs ?? 0));
  return [...away, { fromMs: Math.min(nowMs, Math.max(blockedAtMs, ...signs)), toMs: nowMs }];
}
