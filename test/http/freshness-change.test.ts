import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changedFreshness, freshnessChange } from '../../src/contract/freshness-change.ts';
import type { FreshnessStatus, TableFreshness } from '../../src/contract/measurement.ts';

const COUNTS = fc.record({ c: fc.nat(2), u: fc.nat(2), d: fc.nat(2), r: fc.nat(2) });
const INSTANT = fc.option(fc.integer({ min: 1_000, max: 1_003 }), { nil: null });
const table = (name: number) =>
  fc.record<TableFreshness>({
    database: fc.constant('shop'),
    table: fc.constant(`t${name}`),
    completeToMs: INSTANT,
    changesToday: fc.nat(2),
    read: COUNTS,
    applied: COUNTS,
  });
const freshness = (tables: number) =>
  fc.record<FreshnessStatus>({
    completeToMs: INSTANT,
    countedSinceMs: fc.nat(3),
    tables: fc.tuple(...Array.from({ length: tables }, (_, at) => table(at))),
  });

test('what changed makes of the one before the one after, whatever moved', () => {
  const pairs = fc.nat(6).chain((tables) => fc.tuple(freshness(tables), freshness(tables)));
  fc.assert(
    fc.property(pairs, ([before, now]) => {
      const change = freshnessChange(before, now);
      expect(change === null ? null : changedFreshness(before, change)).toEqual(now);
    }),
  );
});

test('tables that come or go are told only by the whole', () => {
  const [three, four] = [3, 4].map((tables) => fc.sample(freshness(tables), 1)[0] as FreshnessStatus);
  if (three === undefined || four === undefined) throw new Error('no sample');
  expect([freshnessChange(three, four), freshnessChange(four, three)]).toEqual([null, null]);
});
