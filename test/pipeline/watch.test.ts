import { expect, test } from 'vitest';
import { Backlog } from '../../src/pipeline/status/backlog.ts';
import { CatchUp } from '../../src/pipeline/status/catch-up.ts';
import { ClockOffset } from '../../src/pipeline/status/clock-offset.ts';
import { StallWatch } from '../../src/pipeline/status/stall.ts';

test('a stage is stalled when it has had work and did nothing for thirty seconds, and not a moment after it moves', () => {
  const watch = new StallWatch();
  const look = (marker: string, hasWork: boolean, nowMs: number) => watch.isStalled('apply', marker, hasWork, nowMs);
  expect(look('a', true, 0)).toBe(false);
  expect(look('a', true, 29_999)).toBe(false);
  expect(look('a', true, 30_000)).toBe(true);
  expect(look('b', true, 30_001)).toBe(false);
});

test('a stage that has nothing to do is never stalled, however long, and new work gets its full time', () => {
  const watch = new StallWatch();
  const look = (marker: string, hasWork: boolean, nowMs: number) => watch.isStalled('apply', marker, hasWork, nowMs);
  for (let nowMs = 0; nowMs <= 3_600_000; nowMs += 1_000) expect(look('a', false, nowMs)).toBe(false);
  expect(look('a', true, 3_600_500)).toBe(false);
  expect(look('a', true, 3_630_000)).toBe(false);
  expect(look('a', true, 3_630_500)).toBe(true);
});

test("another machine's clock is told by the quickest of the last answers", () => {
  const offset = new ClockOffset();
  expect(offset.ms).toBeNull();
  offset.add(10_000 + 90_000, 9_999, 10_001);
  // This one waited 400 ms on its way back.
  offset.add(10_500 + 90_000, 10_498, 10_900);
  expect(offset.ms).toBe(90_000);
});

test('a clock that was set is followed at once', () => {
  const offset = new ClockOffset();
  for (let i = 0; i < 20; i++) offset.add(1_000 * i + 90_000, 1_000 * i - 1, 1_000 * i + 1);
  offset.add(20_000, 19_998, 20_002);
  expect(offset.ms).toBe(0);
});

test('the time to catch up is told from the speed at which the lag falls, and not when it does not', () => {
  const falling = new CatchUp();
  for (let s = 0; s <= 10; s++) falling.etaMs(60_000 - s * 2_000, s * 1_000);
  expect(falling.etaMs(40_000, 10_000)).toBe(20_000);
  expect(falling.etaMs(0, 11_000)).toBe(0);
  expect(falling.etaMs(null, 12_000)).toBeNull();
  const growing = new CatchUp();
  for (let s = 0; s <= 10; s++) growing.etaMs(s * 1_000 + 1, s * 1_000);
  expect(growing.etaMs(10_001, 10_000)).toBeNull();
});

test('a backlog is what has entered and not left, in proportion where a piece is cut', () => {
  const backlog = new Backlog();
  backlog.enter({ last: 10, count: 10, rows: 100, bytes: 1_000 });
  backlog.enter({ last: 12, count: 2, rows: 4, bytes: 40 });
  backlog.leave(5);
  expect([backlog.rows, backlog.bytes]).toEqual([54, 540]);
  backlog.forgetAfter(11);
  expect([backlog.rows, backlog.bytes]).toEqual([52, 520]);
  backlog.leave(11);
  expect([backlog.rows, backlog.bytes]).toEqual([0, 0]);
});
