import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lagMs } from '../../src/pipeline/status/lag.ts';

const base = { nowMs: 100_000, polledAtMs: 99_500, atHeadMs: 99_500, oldestPendingMs: null, clockOffsetMs: 0 };

test('lag is 0 when the last poll, less than ten seconds ago, found the stage at the head', () => {
  expect(lagMs(base)).toBe(0);
});

test('lag is absent when the head was never polled or the last poll is older than ten seconds', () => {
  expect(lagMs({ ...base, polledAtMs: null, atHeadMs: null })).toBeNull();
  expect(lagMs({ ...base, polledAtMs: 89_999, atHeadMs: 89_999 })).toBeNull();
});

test('a stage that is not at the head lags by the age of the oldest change it has not passed', () => {
  expect(lagMs({ ...base, atHeadMs: 98_500, oldestPendingMs: 97_000 })).toBe(3_000);
});

test('changes that nobody has read yet count from the last poll at which the stage was at the head', () => {
  expect(lagMs({ ...base, atHeadMs: 90_000 })).toBe(10_000);
});

test('a source clock that is 90 s off does not change the lag', () => {
  expect(lagMs({ ...base, oldestPendingMs: 97_000 - 90_000, clockOffsetMs: -90_000 })).toBe(3_000);
});

test('a lag is never negative and never below the age of the poll unless it is 0 at the head', () => {
  const time = fc.integer({ min: 90_001, max: 100_000 });
  fc.assert(
    fc.property(time, fc.option(time), fc.option(time), (polledAtMs, atHeadMs, oldestPendingMs) => {
      const lag = lagMs({ ...base, polledAtMs, atHeadMs, oldestPendingMs });
      if (lag === null || lag === 0) return;
      expect(lag).toBeGreaterThanOrEqual(100_000 - polledAtMs);
    }),
  );
});
