import { pino } from 'pino';
import { expect, test } from 'vitest';
import { AttemptBook } from '../../src/cutover/attempt-book.ts';
import type { Attempt, Journal } from '../../src/cutover/journal.ts';

const ATTEMPT: Attempt = {
  ...{ id: '1', direction: 'forward', isRehearsal: false, startedBy: 'ada', startedAtMs: 0, writeBlockLimitMs: 60_000 },
  ...{ waivers: [], outcome: 'running', isOver: false, endedAtMs: null, blockedAtMs: 1_000, openedAtMs: null },
  ...{ away: [], reason: null, steps: [] },
};

// A process that takes an attempt over may come long after: Node warns of a timer below 0 on the operator's screen.
test('of a write block past its limit nothing is left, and never less than that', () => {
  const left = (attempt: Attempt, nowMs: number) =>
    new AttemptBook(attempt, { journal: {} as Journal, logger: pino({ level: 'silent' }), onChange: () => {} }).leftMs(
      nowMs,
    );
  expect(left(ATTEMPT, 1_500)).toBe(59_500);
  expect(left(ATTEMPT, 86_400_000)).toBe(0);
  expect(left({ ...ATTEMPT, blockedAtMs: null }, 86_400_000)).toBe(Number.POSITIVE_INFINITY);
  expect(left({ ...ATTEMPT, openedAtMs: 2_000 }, 86_400_000)).toBe(Number.POSITIVE_INFINITY);
});
