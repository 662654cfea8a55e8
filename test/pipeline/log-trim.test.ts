import { expect, test } from 'vitest';
import { LogTrim } from '../../src/pipeline/log-trim.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function recorded(answer: () => Promise<void> = async () => {}) {
  const asked: number[] = [];
  const warned: string[] = [];
  const release = (offset: number) => {
    asked.push(offset);
    return answer();
  };
  const logger = { ...silent, warn: (_: object, message: string) => warned.push(message) };
  return { asked, warned, trim: new LogTrim({ log: { release }, keep: 100, logger }) };
}

test('what is kept behind the applied end is never released (INV-112)', async () => {
  const { trim, asked } = recorded();
  for (const next of [40, 100, 101, 250]) {
    trim.applied({ next });
    await trim.ended();
  }
  expect(asked).toEqual([1, 150]);
});

test('one release runs at a time, and the next one takes what was applied meanwhile', async () => {
  const waiting: (() => void)[] = [];
  const { trim, asked } = recorded(() => new Promise((resolve) => waiting.push(resolve)));
  trim.applied({ next: 200 });
  trim.applied({ next: 300 });
  expect(asked).toEqual([100]);
  waiting[0]?.();
  await trim.ended();
  trim.applied({ next: 400 });
  expect(asked).toEqual([100, 300]);
  waiting[1]?.();
});

test('a segment that cannot be deleted is told and tried again, and ends nothing', async () => {
  const { trim, asked, warned } = recorded(() => Promise.reject(new Error('EACCES')));
  for (const next of [200, 201]) {
    trim.applied({ next });
    await trim.ended();
  }
  expect([asked, warned.length]).toEqual([[100, 101], 2]);
});
