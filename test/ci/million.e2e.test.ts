import { expect, test } from 'vitest';
import { caughtUpSince, openLine } from '../e2e/line.ts';
import { startProcess, untilProcess } from '../e2e/line-process.ts';
import { expectEqual, fillShop, startTraffic } from '../e2e/shop.ts';

const LOAD_LIMIT_MS = 240_000;

test('a shop of a million rows under live traffic arrives cell by cell within four minutes', async () => {
  const line = await openLine({ source: 'mysql', log: 'embedded' });
  await fillShop(line, 100);
  const traffic = startTraffic(line, 100);
  const pipeline = startProcess(line);
  const waited = { processes: [pipeline], limitMs: LOAD_LIMIT_MS };
  try {
    const { snapshot } = await untilProcess(line, ({ state }) => state === 'streaming', waited);
    expect(snapshot.rowsDone).toBeGreaterThan(900_000);
    await traffic.stop();
    await untilProcess(line, caughtUpSince(Date.now()), waited);
    expect(await pipeline.stop()).toBe(0);
    await expectEqual(line);
  } finally {
    await traffic.stop();
    await pipeline.kill();
    await line.close();
  }
});
