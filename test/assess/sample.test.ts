import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateRows, spreadRanges } from '../../src/assess/sample.ts';

const place = fc.nat(1000).chain((rows) => fc.record({ rows: fc.constant(rows), hits: fc.nat(rows) }));

describe('an estimate from a sample', () => {
  it('lies in its interval, never below what was found and never above what may be', () => {
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 25 }), fc.nat(1e7), (places, tableRows) => {
        const read = places.reduce((sum, { rows }) => sum + rows, 0);
        const hits = places.reduce((sum, one) => sum + one.hits, 0);
        const { rows, low, high } = estimateRows(places, tableRows);
        expect(low).toBeLessThanOrEqual(rows);
        expect(rows).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(hits);
        expect(high).toBeLessThanOrEqual(Math.max(tableRows, read));
      }),
    );
  });

  it('is exact where all was read', () => {
    const places = [
      { rows: 60, hits: 6 },
      { rows: 40, hits: 1 },
    ];
    expect(estimateRows(places, 100)).toEqual({ rows: 7, low: 7, high: 7 });
  });

  it('holds the truth in nineteen of twenty tables whose rows of a kind lie side by side', () => {
    const random = lehmer(7);
    let held = 0;
    for (let round = 0; round < 400; round++) {
      // Shares of 100 stretches of the key, of which the sample sees 20.
      const shares = Array.from({ length: 100 }, () => (random() < 0.3 ? random() : 0.01 * random()));
      const truth = shares.reduce((sum, share) => sum + share * 1000, 0);
      const places = Array.from({ length: 20 }, (_, i) => ({
        rows: 1000,
        hits: Math.round((shares[i * 5 + Math.floor(random() * 5)] ?? 0) * 1000),
      }));
      const { low, high } = estimateRows(places, 100_000);
      if (low <= truth && truth <= high) held += 1;
    }
    expect(held / 400).toBeGreaterThan(0.92);
  });
});

describe('places of a sample', () => {
  it('cover the key from its smallest to its largest value once', () => {
    const edge = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n });
    fc.assert(
      fc.property(edge, edge, fc.integer({ min: 1, max: 40 }), (a, b, count) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const ranges = spreadRanges(low, high, count);
        expect(ranges[0]?.lower).toEqual([String(low - 1n)]);
        expect(ranges.at(-1)?.upper).toEqual([String(high)]);
        ranges.slice(1).forEach((range, i) => {
          expect(range.lower).toEqual(ranges[i]?.upper);
        });
      }),
    );
  });
});

/** A seeded source of numbers from 0 to 1 (Park and Miller). */
function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
