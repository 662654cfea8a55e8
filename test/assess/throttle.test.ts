import { describe, expect, it } from 'vitest';
import { parseThrottle, Throttle, type ThrottleLimits } from '../../src/mysql/throttle.ts';

/** Time that passes only when a statement or a rest takes it. */
function stage(limits: ThrottleLimits, reasons: readonly string[] = []) {
  const spent = { workMs: 0, restMs: 0, asked: 0 };
  const waits: string[] = [];
  const queue = [...reasons];
  const throttle = new Throttle({
    limits,
    busy: async () => {
      spent.asked += 1;
      return queue.shift() ?? null;
    },
    onWait: (reason) => waits.push(reason),
    signal: new AbortController().signal,
    clock: {
      now: () => spent.workMs + spent.restMs,
      sleep: async (durationMs) => {
        spent.restMs += durationMs;
      },
    },
  });
  const statement = (tookMs: number, rows: number) =>
    throttle.run(
      async () => {
        spent.workMs += tookMs;
        return rows;
      },
      (count) => count,
    );
  return { spent, waits, statement, throttle };
}

describe('the throttle', () => {
  it('leaves the source at rest for the share of the time that is not its own', async () => {
    const { spent, statement, throttle } = stage({ share: 0.25, rowsPerSecond: null });
    for (const tookMs of [100, 7, 1500, 0, 43]) await statement(tookMs, 10);
    expect(spent.workMs / (spent.workMs + spent.restMs)).toBeCloseTo(0.25, 10);
    expect(throttle.restedMs).toBe(spent.restMs);
  });

  it('never reads more rows a second than it may, whatever a statement takes', async () => {
    const { spent, statement } = stage({ share: 1, rowsPerSecond: 1000 });
    let rows = 0;
    for (const [tookMs, count] of [
      [10, 500],
      [2000, 100],
      [1, 20_000],
      [0, 3],
    ] as const) {
      await statement(tookMs, count);
      rows += count;
      expect(rows / ((spent.workMs + spent.restMs) / 1000)).toBeLessThanOrEqual(1000);
    }
  });

  it('rests behind each of the short statements of one read, and not once more behind them all', async () => {
    const { spent, throttle } = stage({ share: 0.25, rowsPerSecond: null });
    const rested: number[] = [];
    const read = async () => {
      for (const tookMs of [2, 1, 3]) {
        await throttle.step(
          async () => {
            spent.workMs += tookMs;
            return 10;
          },
          (rows) => rows,
        );
        rested.push(spent.restMs);
      }
      spent.workMs += 4;
      return 30;
    };
    await throttle.run(read, (rows) => rows);
    expect(rested).toEqual([6, 9, 18]);
    expect(spent).toMatchObject({ workMs: 10, restMs: 30 });
  });

  it('makes up for rests that took longer than they were to', async () => {
    let nowMs = 0;
    const throttle = new Throttle({
      limits: { share: 0.5, rowsPerSecond: null },
      busy: async () => null,
      onWait: () => {},
      signal: new AbortController().signal,
      clock: {
        now: () => nowMs,
        sleep: async (durationMs) => {
          nowMs += durationMs + 1.5;
        },
      },
    });
    const statement = async () => {
      nowMs += 2;
      return 1;
    };
    for (let i = 0; i < 100; i++) await throttle.step(statement, (rows) => rows);
    expect(nowMs).toBeLessThan(400 + 4);
    expect(nowMs).toBeGreaterThanOrEqual(400);
  });

  it('stands still while the source is busy, says why once, and asks again each second', async () => {
    const { spent, waits, statement } = stage({ share: 1, rowsPerSecond: null }, ['30 run', '28 run']);
    await statement(5, 1);
    expect(waits).toEqual(['30 run']);
    expect(spent).toEqual({ workMs: 5, restMs: 2000, asked: 3 });
  });

  it('asks the source how busy it is once a second at most', async () => {
    const { spent, statement } = stage({ share: 1, rowsPerSecond: null });
    for (let i = 0; i < 100; i++) await statement(50, 1);
    expect(spent.asked).toBe(5);
  });

  it.each([
    ['25%', { share: 0.25, rowsPerSecond: null }],
    ['5000/s', { share: 1, rowsPerSecond: 5000 }],
    ['10%, 300 rows/s', { share: 0.1, rowsPerSecond: 300 }],
    ['0%', null],
    ['101%', null],
    ['fast', null],
    ['', null],
    ['25%,', null],
  ])('reads %s', (text, limits) => {
    expect(parseThrottle(text)).toEqual(limits);
  });
});
