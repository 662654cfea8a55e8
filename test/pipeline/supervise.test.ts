import { expect, test } from 'vitest';
import { SluiceError } from '../../src/contract/error.ts';
import { type Failure, supervise } from '../../src/pipeline/supervise.ts';

const failure = (disposition: 'retry' | 'stop') =>
  new SluiceError({ code: 'TEST', message: 'broken', remedy: 'none', disposition });

function run(outcomes: (Error | null)[], signal = new AbortController().signal) {
  const failures: Failure[] = [];
  const stage = async () => {
    const next = outcomes.shift();
    if (next) throw next;
  };
  const done = supervise(stage, { signal, onFailure: (f) => failures.push(f), delayRatio: 0.001 });
  return { done, failures, outcomes };
}

test('a stage that fails with retry is started again, later each time, until it ends', async () => {
  const { done, failures } = run([failure('retry'), failure('retry'), failure('retry'), null]);
  await done;
  expect(failures.map((f) => f.attempt)).toEqual([1, 2, 3]);
  expect(failures[2]?.retryInMs).toBeGreaterThan(failures[0]?.retryInMs ?? Infinity);
});

test('it is told when the wait after a failure is over, and not before the first try', async () => {
  const told: string[] = [];
  const outcomes = [failure('retry'), null];
  const stage = async () => {
    const next = outcomes.shift();
    told.push(next ? 'fails' : 'works');
    if (next) throw next;
  };
  const how = { onFailure: () => told.push('waits'), onTry: () => told.push('tries'), delayRatio: 0.001 };
  await supervise(stage, { signal: new AbortController().signal, ...how });
  expect(told).toEqual(['fails', 'waits', 'tries', 'works']);
});

test('a stop error and a programming error leave at once', async () => {
  const stopped = run([failure('stop'), null]);
  await expect(stopped.done).rejects.toMatchObject({ code: 'TEST' });
  const bug = run([new TypeError('undefined is not a function'), null]);
  await expect(bug.done).rejects.toBeInstanceOf(TypeError);
  expect([stopped.outcomes.length, bug.outcomes.length]).toEqual([1, 1]);
});

test('an abort ends the wait between two tries', async () => {
  const controller = new AbortController();
  const failing = async () => {
    setTimeout(() => controller.abort(), 5);
    throw failure('retry');
  };
  await supervise(failing, { signal: controller.signal, onFailure: () => undefined });
});
