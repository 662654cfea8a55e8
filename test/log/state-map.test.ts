import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StateMap } from '../../src/log/state-map.ts';

const patch = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.option(fc.string({ maxLength: 3 })));

test('a state that was looked at never changes, and the next look shows every change since', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(patch, fc.boolean()), { maxLength: 30 }), (steps) => {
      const state = new StateMap(new Map([['a', 'first']]));
      let expected: Record<string, string> = { a: 'first' };
      const looks: [ReadonlyMap<string, string>, Record<string, string>][] = [];
      for (const [change, isLookedAt] of steps) {
        state.apply(new Map(Object.entries(change)));
        const merged = Object.entries({ ...expected, ...change }).filter(([, value]) => value !== null);
        expected = Object.fromEntries(merged) as Record<string, string>;
        if (isLookedAt) looks.push([state.now, expected]);
      }
      for (const [seen, then] of [...looks, [state.now, expected] as const]) {
        expect(Object.fromEntries(seen)).toEqual(then);
      }
    }),
  );
});
