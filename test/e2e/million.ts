import { expect, test } from 'vitest';
import { caughtUpSince, openLine } from './line.ts';
import { startProcess, untilProcess } from './line-process.ts';
import { expectEqual, fillShop, startTraffic } from './shop.ts';

/** Only a bound for a line that hangs: how long a load takes is the benchmark's business. */
const LOAD_LIMIT_MS = 900_000;

export const MILLION_WAYS = [
  { source: 'mysql', log: 'embedded' },
  { source: 'mariadb', log: 'kafka' },
  { source: 'mysql', log: 'kafka' },
  { source: 'mariadb', log: 'embedded' },
] as const;

/** One promise for CI's slice and for the long run: only the number of ways and of rows differs. */
export function testMillion(ways: readonly (typeof MILLION_WAYS)[number][], millions = 1): void {
  test.each(ways)(
    `a shop of ${millions} million rows under live traffic arrives cell by cell from $source through the $log log`,
    async (way) => {
      const line = await openLine(way);
      await fillShop(line, 100 * millions);
      const traffic = startTraffic(line, 100);
      const pipeline = startProcess(line);
      const waited = { processes: [pipeline], limitMs: LOAD_LIMIT_MS };
      try {
        const { snapshot } = await untilProcess(line, ({ state }) => state === 'streaming', waited);
        expect(snapshot.rowsDone).toBeGreaterThan(900_000 * millions);
        await traffic.stop();
        await untilProcess(line, caughtUpSince(Date.now()), waited);
        expect(await pipeline.stop()).toBe(0);
        await expectEqual(line);
      } finally {
        await traffic.stop();
        await pipeline.kill();
        await line.close();
      }
    },
  );
}
