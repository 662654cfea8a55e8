import { expect, test } from 'vitest';
import { Spread } from '../../src/evidence/spread.ts';

test('what is read out of a spread is right within 2 %, wherever in a bucket it lay (INV-160)', () => {
  for (let valueMs = 1; valueMs < 100_000_000; valueMs *= 1.0037) {
    const spread = new Spread();
    spread.observe(valueMs, 1_000);
    for (const ratio of [0, 0.5, 0.99, 1])
      expect(Math.abs((spread.at(ratio) ?? 0) / valueMs - 1), `${ratio} of ${valueMs}`).toBeLessThan(0.0201);
  }
});

test('two spreads add up, also after they were kept as counts', () => {
  const [early, late] = [new Spread(), new Spread()];
  early.observe(10, 99);
  late.observe(86_400_000);
  const sum = Spread.of(early.counts);
  sum.add(Spread.of(late.counts));
  expect(sum.total).toBe(100);
  expect(sum.at(0.5)).toBeCloseTo(10, 0);
  expect((sum.at(1) ?? 0) / 86_400_000).toBeCloseTo(1, 1);
  expect(new Spread().at(0.5)).toBeNull();
});
