import { expect, test } from 'vitest';
import { StageMeter } from '../../src/pipeline/status/meter.ts';

test('the oldest change that is not past a stage is told until it is', () => {
  const meter = new StageMeter('log');
  meter.expect({ last: 2, committedAtMs: 100 });
  meter.expect({ last: 5, committedAtMs: 200 });
  meter.passed(1);
  expect(meter.oldestPendingMs).toBe(100);
  meter.passed(2);
  expect(meter.oldestPendingMs).toBe(200);
  meter.passed(5);
  expect(meter.oldestPendingMs).toBe(null);
});

test('of a run that is read again in part the other part stays', () => {
  const meter = new StageMeter('apply');
  meter.expect({ last: 3, committedAtMs: 100 });
  meter.passed(1);
  meter.forgetAfter(2);
  expect(meter.oldestPendingMs).toBe(100);
  meter.passed(2);
  expect(meter.oldestPendingMs).toBe(null);
  meter.expect({ last: 4, committedAtMs: 300 });
  meter.forgetAfter(2);
  expect(meter.oldestPendingMs).toBe(null);
});

test('the memory of what is on its way is bounded, and the lag is told too long before it is told too short', () => {
  const meter = new StageMeter('apply');
  const runs = 50_000;
  for (let last = 1; last <= runs; last++) meter.expect({ last, committedAtMs: last });
  expect(meter.pendingRuns).toBeLessThan(2_001);
  for (const passed of [1, 777, 31_000, runs - 1]) {
    meter.passed(passed);
    expect(meter.oldestPendingMs).toBeLessThanOrEqual(passed + 1);
  }
  meter.passed(runs);
  expect(meter.oldestPendingMs).toBe(null);
});

test('rates are those of the last ten seconds, and 0 before there are two looks', () => {
  const meter = new StageMeter('capture');
  expect(meter.rates(0)).toMatchObject({ rowsPerSecond: 0 });
  meter.count(1_000, 2_000, 10);
  expect(meter.rates(1_000)).toEqual({ rowsPerSecond: 1_000, bytesPerSecond: 2_000, transactionsPerSecond: 10 });
  expect(meter.rates(12_000)).toMatchObject({ rowsPerSecond: 0 });
  expect(meter.rates(13_000)).toMatchObject({ rowsPerSecond: 0 });
});
