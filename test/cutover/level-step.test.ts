import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { StepRecord } from '../../src/cutover/step.ts';
import { levelStep } from '../../src/cutover/steps/level.ts';

interface Ran {
  readonly said: string;
  readonly noted: StepRecord | null;
  readonly told: readonly string[];
}

/** `lags`: what a drain takes each time, the last again and again; it says so at once, but for `really`. */
async function run(lags: readonly number[], { waived = '', really = false, waitMs = 200 } = {}): Promise<Ran> {
  let noted: StepRecord | null = null;
  const told: string[] = [];
  const left = [...lags];
  const step = levelStep({
    drainMs: async (signal) => {
      const ms = (left.length > 1 ? left.shift() : left[0]) ?? 0;
      await sleep(really ? ms : 20, undefined, { signal });
      return ms;
    },
    ...{ gate: 'way-back-lag', maxLagMs: 1_000, limitMs: 10_000, waitMs },
  });
  const said = await step
    .run({
      signal: new AbortController().signal,
      record: null,
      note: async (record) => {
        noted = record;
      },
      tell: async (words) => void told.push(words),
      isWaived: (gate) => gate === waived,
      recordOf: () => null,
    })
    .catch((error: Error & { code?: string }) => `${error.code} ${error.message}`);
  return { said, noted, told };
}

test('the fence is waited with until what is written now arrives within a moment', async () => {
  const { said, noted, told } = await run([4_000, 900, 40], { waitMs: 30_000 });
  expect(said).toBe('what is written now is there after 40 ms');
  expect(noted).toEqual({ tookMs: 40, tries: 3, isLevel: true });
  expect(told.at(-1)).toBe('waits: what is written now is there after 0.9 s, wanted within 300 ms');
});

test('a line that stays within the limit of the gate is let through in the end, and the drain is told', async () => {
  const { said, noted } = await run([900]);
  expect(said).toMatch(
    /^NOT level after 0\.2 s: what was written last was there after 0\.9 s, and the drain will take/,
  );
  expect(noted).toMatchObject({ tookMs: 900, isLevel: false });
});

test('a line that is further behind than the gate allows is refused, unless somebody has waived that gate', async () => {
  const refused = /^CUTOVER_NOT_LEVEL .* there after 4\.0 s \(wanted: at most 1\.0 s\)$/;
  expect((await run([4_000])).said).toMatch(refused);
  expect((await run([4_000], { waived: 'lag' })).said).toMatch(refused);
  expect((await run([4_000], { waived: 'way-back-lag' })).said).toMatch(/^NOT level/);
});

test('a line that does not move is given up when it is past the limit of the gate', async () => {
  const { said } = await run([60_000], { really: true });
  // As long as was really waited: a little more than the limit, on a busy machine.
  expect(said).toMatch(/^CUTOVER_NOT_LEVEL .* there after [1-9]\d*\.\d s/);
});
