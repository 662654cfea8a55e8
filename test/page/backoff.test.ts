import { expect, test } from 'vitest';
import { Backoff } from '../../src/page/backoff.ts';

test('a page whose stream is refused asks again ever more seldom, never less than every 38 s, and soon again once it was let in', () => {
  const backoff = new Backoff();
  const bounds = [2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000];
  const waits = bounds.map(() => backoff.nextMs());
  for (const [i, base] of bounds.entries()) {
    expect(waits[i]).toBeGreaterThanOrEqual(base);
    expect(waits[i]).toBeLessThanOrEqual(base * 1.25);
  }
  backoff.reset();
  expect(backoff.nextMs()).toBeLessThanOrEqual(2_500);
});
