import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { EpochQueue } from '../../src/sink/epoch-queue.ts';
import { EpochSeries, stream } from './source.ts';

test('an epoch that is there is taken along, one that is not there yet is not waited for and not lost', async () => {
  const log = new EpochSeries();
  const third = Promise.withResolvers<void>();
  async function* epochs() {
    yield log.next([]);
    yield log.next([]);
    await third.promise;
    yield log.next([]);
  }
  const queue = new EpochQueue(epochs(), new AbortController().signal);
  expect((await queue.take())?.header.number).toBe(1);
  expect((await queue.takeIfReady())?.header.number).toBe(2);
  expect(await queue.takeIfReady()).toBeNull();
  third.resolve();
  expect((await queue.take())?.header.number).toBe(3);
  expect(await queue.take()).toBeNull();
  await queue.close();
});

test('a signal ends the wait for the next epoch, and a failed read is told to who takes it', async () => {
  const stop = new AbortController();
  async function* silent() {
    await sleep(60_000, null, { ref: false });
    yield* stream();
  }
  const waiting = new EpochQueue(silent(), stop.signal).take();
  stop.abort();
  expect(await waiting).toBeNull();
  async function* broken(): AsyncIterable<never> {
    yield* stream() as AsyncIterable<never>;
    throw new Error('log gone');
  }
  const queue = new EpochQueue(broken(), new AbortController().signal);
  await expect(queue.takeIfReady()).rejects.toThrow('log gone');
});

// A run of weeks takes millions of epochs, each with a window of the log behind it.
test('an epoch that was taken is not held for the rest of the run', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const log = new EpochSeries();
  const taken: WeakRef<object>[] = [];
  async function* epochs() {
    for (let i = 0; i < 100; i++) {
      await sleep(0);
      yield log.next([]);
    }
    await sleep(60_000, null, { ref: false });
  }
  const stop = new AbortController();
  const queue = new EpochQueue(epochs(), stop.signal);
  const takeOne = async () => {
    const epoch = await queue.take();
    if (epoch !== null) taken.push(new WeakRef(epoch));
  };
  for (let i = 0; i < 100; i++) await takeOne();
  expect(taken).toHaveLength(100);
  await expect
    .poll(
      () => {
        collect();
        return taken.filter((one) => one.deref() !== undefined).length;
      },
      { timeout: 30_000 },
    )
    .toBeLessThan(5);
  stop.abort();
});
