import { expect, test } from 'vitest';
import { waitsOrWaited } from '../../src/pipeline/cutover/drain-wait.ts';

test('what a drain waited for is told while it is tried again, so that whoever reads the last word knows why', () => {
  let now: string | null = null;
  const words = waitsOrWaited(() => now);
  expect(words()).toBe('');
  now = 'waiting for the target: no space left (53100)';
  expect(words()).toBe(now);
  now = null;
  expect(words()).toBe('it waited before: waiting for the target: no space left (53100)');
  now = 'waiting for the target: refused';
  expect(words()).toBe(now);
});
