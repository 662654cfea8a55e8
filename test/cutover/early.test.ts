import { expect, test } from 'vitest';
import { Early } from '../../src/cutover/early.ts';

const { signal } = new AbortController();

/** Answers how many times it was done. */
function counted(): Early<number> {
  let times = 0;
  return new Early(async () => ++times);
}

test('what was begun is done once, and its result is given once', async () => {
  const early = counted();
  early.begin(signal);
  expect(await early.result(signal)).toBe(1);
  expect(await early.result(signal)).toBe(2);
});

test('what nobody began is done when it is asked for', async () => {
  expect(await counted().result(signal)).toBe(1);
});

test('begun again, as by the next attempt, it is what came last that counts', async () => {
  const early = counted();
  early.begin(signal);
  early.begin(signal);
  expect(await early.result(signal)).toBe(2);
});

test('a failure is told to who asks, and to nobody before', async () => {
  const early = new Early(async () => {
    throw new Error('lost');
  });
  early.begin(signal);
  await new Promise((resolve) => setTimeout(resolve, 10));
  await expect(early.result(signal)).rejects.toThrow('lost');
});

test('what was begun ends with the step that waits for it, though the one that began it is long over', async () => {
  const early = new Early((own) => new Promise((_, reject) => own.addEventListener('abort', () => reject(own.reason))));
  early.begin(signal);
  const step = new AbortController();
  const result = early.result(step.signal);
  step.abort(new Error('its time is over'));
  await expect(result).rejects.toThrow('its time is over');
});
