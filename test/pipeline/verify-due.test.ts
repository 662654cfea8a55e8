import { expect, it } from 'vitest';
import { type Compared, dueAtMs } from '../../src/pipeline/verify/due.ts';

const LIMITS = { everyMs: 21_600_000, loadedAtMs: 1_000_000 };
const DONE = 2_000_000;
const EQUAL: Compared = { state: 'equal', finishedAtMs: DONE, tookMs: 10_000, isCurrent: true };

it('a table that was never compared waits a minute after the load, one whose comparison was cut short ten seconds', () => {
  expect(dueAtMs({ ...EQUAL, state: 'waiting', finishedAtMs: null }, LIMITS)).toBe(1_060_000);
  expect(dueAtMs({ ...EQUAL, state: 'running', finishedAtMs: null }, LIMITS)).toBe(1_010_000);
});

it('a comparison that holds comes again after verify.every, whatever it found', () => {
  expect(dueAtMs(EQUAL, LIMITS)).toBe(DONE + 21_600_000);
  expect(dueAtMs({ ...EQUAL, state: 'different' }, LIMITS)).toBe(DONE + 21_600_000);
});

it('a comparison that holds no more is made anew after a rest of four times its own length, within limits', () => {
  expect(dueAtMs({ ...EQUAL, isCurrent: false }, LIMITS)).toBe(DONE + 40_000);
  expect(dueAtMs({ ...EQUAL, isCurrent: false, tookMs: 1 }, LIMITS)).toBe(DONE + 5_000);
  expect(dueAtMs({ ...EQUAL, isCurrent: false, tookMs: 10_000_000 }, LIMITS)).toBe(DONE + 600_000);
  expect(dueAtMs({ ...EQUAL, isCurrent: false }, { ...LIMITS, everyMs: 3_000 })).toBe(DONE + 3_000);
});

it('what failed or never stood still is tried again after ten minutes', () => {
  expect(dueAtMs({ ...EQUAL, state: 'failed', isCurrent: false }, LIMITS)).toBe(DONE + 600_000);
  expect(dueAtMs({ ...EQUAL, state: 'busy' }, LIMITS)).toBe(DONE + 600_000);
});
