import { expect, test } from 'vitest';
import { Grouped } from '../../src/verify/grouped.ts';

test('what comes in one moment, and what comes while others are at work, is done together, each with its own result', async () => {
  const goes: (readonly number[])[] = [];
  const let1 = Promise.withResolvers<void>();
  const grouped = new Grouped<number, number>(async (jobs) => {
    goes.push(jobs);
    if (goes.length === 1) await let1.promise;
    return jobs.map((job) => job * 10);
  });
  const first = [grouped.add(1), grouped.add(2)];
  await expect.poll(() => goes.length).toBe(1);
  const second = [grouped.add(3), grouped.add(4)];
  let1.resolve();
  expect(await Promise.all([...first, ...second])).toEqual([10, 20, 30, 40]);
  expect(goes).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test('what fails a go fails its jobs alone', async () => {
  const grouped = new Grouped<string, string>(async (jobs) => {
    if (jobs.includes('bad')) throw new Error('a bad one');
    return jobs;
  });
  const failed = await Promise.allSettled([grouped.add('bad'), grouped.add('beside it')]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await grouped.add('good')).toBe('good');
});
