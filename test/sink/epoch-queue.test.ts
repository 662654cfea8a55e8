import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { EpochQueue } from '../../src/sink/epoch-queue.ts';
import { EpochSeries, stream } from './source.ts';

test('an epoch that is there is taken along, one that is not there yet is not waited for and not lost', async () => {
  const log = new EpochSeries();
  async function* epochs() {
    yield log.next([]);
    yield log.next([]);
    await sleep(30);
    yield log.next([]);
  }
  const queue = new EpochQueue(epochs(), new AbortController().signal);
  expect((await queue.take())?.header.number).toBe(1);
  expect((await queue.takeIfReady())?.header.number).toBe(2);
  expect(await queue.takeIfReady()).toBeNull();
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
