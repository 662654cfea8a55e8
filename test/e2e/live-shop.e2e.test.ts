import { expect, test } from 'vitest';
import { expectSchema } from './expect-schema.ts';
import { caughtUpSince, openLine, pause, startLine } from './line.ts';
import { expectEqual, fillShop, startTraffic } from './shop.ts';

const WAYS = [
  { source: 'mysql', log: 'embedded' },
  { source: 'mariadb', log: 'embedded' },
  { source: 'mysql', log: 'kafka' },
  { source: 'mariadb', log: 'kafka' },
] as const;

test.each(WAYS)('a shop under live traffic on $source arrives cell by cell through the $log log', async (way) => {
  const line = await openLine(way);
  try {
    await fillShop(line, 0.3);
    const traffic = startTraffic(line, 200);
    const running = startLine(line);
    await running.until((status) => status.state === 'streaming');
    await pause(2_000);
    const { transactions } = await traffic.stop();
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    expect(transactions).toBeGreaterThan(100);
    await expectEqual(line);
    // v_open_invoice tells a zero date from NULL, which the target cannot.
    await expectSchema(line, 5, ['v_open_invoice']);
  } finally {
    await line.close();
  }
});
