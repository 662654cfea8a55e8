import { Client } from 'pg';
import { expect, test } from 'vitest';
import { type SumInvariant, stockInvariant, transferInvariant } from '../../src/shop/invariant.ts';
import { caughtUpSince, type Line, openLine, pause, startLine } from './line.ts';
import { expectEqual, fillShop, startTraffic } from './shop.ts';

const INVARIANTS = [transferInvariant, stockInvariant];
/** Traffic in which nearly every transaction moves something from one table, or row, to another. */
const MOVES = { transfer: 400, transferSeveral: 200, moveStock: 300, relocateStock: 100, releaseStock: 100 };
const SAMPLES = 200;

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
    const seen = await sample(line, SAMPLES);
    await traffic.stop();
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    await expectEqual(line);
    for (const invariant of INVARIANTS) {
      const totals = seen.get(invariant) ?? [];
      expect(new Set(totals.map(({ total }) => total)).size, invariant.name).toBe(1);
      // Not a reader of a target at rest.
      expect(new Set(totals.map(({ sides }) => sides)).size, invariant.name).toBeGreaterThan(SAMPLES / 20);
    }
  } finally {
    await line.close();
  }
});

interface Sample {
  readonly total: bigint;
  readonly sides: string;
}

/** Each sample is one statement, so one snapshot. */
async function sample(line: Line, count: number): Promise<Map<SumInvariant, Sample[]>> {
  const client = new Client({ connectionString: line.target.url });
  await client.connect();
  try {
    const seen = new Map(INVARIANTS.map((invariant): [SumInvariant, Sample[]] => [invariant, []]));
    for (let i = 0; i < count; i++) {
      for (const [invariant, samples] of seen) {
        const { rows } = await client.query<Record<string, string>>(invariant.postgres('public'));
        const sides = invariant.sides.map((side) => rows[0]?.[side] ?? '');
        samples.push({ total: sides.reduce((sum, side) => sum + hundredths(side), 0n), sides: sides.join(' ') });
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
