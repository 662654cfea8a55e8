import { Client } from 'pg';
import { expect, test } from 'vitest';
import { type SumInvariant, stockInvariant, transferInvariant } from '../../src/shop/invariant.ts';
import { caughtUpSince, type Line, openLine, pause, startLine } from './line.ts';
import { expectEqual, fillShop, startTraffic } from './shop.ts';

const INVARIANTS = [transferInvariant, stockInvariant];
/** Traffic in which nearly every transaction moves something from one table, or row, to another. */
const MOVES = { transfer: 400, transferSeveral: 200, moveStock: 300, relocateStock: 100, releaseStock: 100 };
const SAMPLES = 100;
/** So many times the target must have moved, or its reader has seen nothing. */
const MOVED = 20;
const LIMIT_MS = 60_000;

test.each([
  { source: 'mysql', log: 'embedded' },
  { source: 'mariadb', log: 'kafka' },
] as const)('a reader of the target never sees half a transfer after the load, $source through $log', async (way) => {
  const line = await openLine(way);
  try {
    await fillShop(line, 0.1);
    const traffic = startTraffic(line, 100, MOVES);
    const running = startLine(line);
    await running.until(({ state }) => state === 'streaming');
    const seen = await sample(line);
    await traffic.stop();
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    await expectEqual(line);
    for (const [{ name }, { totals, sides }] of seen) {
      expect(totals.size, name).toBe(1);
      expect(sides.size, name).toBeGreaterThan(MOVED);
    }
  } finally {
    await line.close();
  }
});

/** Different values that a reader saw: of the total, and of what it is the sum of. */
interface Seen {
  readonly totals: Set<bigint>;
  readonly sides: Set<string>;
}

/** Each sample is one statement, so one snapshot. */
async function sample(line: Line): Promise<Map<SumInvariant, Seen>> {
  const client = new Client({ connectionString: line.target.url });
  await client.connect();
  try {
    const seen = new Map(INVARIANTS.map((one): [SumInvariant, Seen] => [one, { totals: new Set(), sides: new Set() }]));
    const isEnough = () => [...seen.values()].every(({ sides }) => sides.size > MOVED);
    const startedMs = performance.now();
    for (let i = 0; i < SAMPLES || (!isEnough() && performance.now() - startedMs < LIMIT_MS); i++) {
      for (const [invariant, { totals, sides }] of seen) {
        const { rows } = await client.query<Record<string, string>>(invariant.postgres('public'));
        const values = invariant.sides.map((side) => rows[0]?.[side] ?? '');
        totals.add(values.reduce((sum, value) => sum + hundredths(value), 0n));
        sides.add(values.join(' '));
      }
      await pause(10);
    }
    return seen;
  } finally {
    await client.end();
  }
}

/** Of a number with at most two decimals. */
function hundredths(text: string): bigint {
  const [whole = '', decimals = ''] = text.split('.');
  return BigInt(whole + decimals.padEnd(2, '0'));
}
