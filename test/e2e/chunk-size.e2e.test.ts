import { test } from 'vitest';
import { caughtUpSince, openLine, SHOP_RULES, startLine } from './line.ts';
import { expectEqual, fillShop, startTraffic } from './shop.ts';

test.each([1, 2, 7])('a shop read in chunks of %i row(s) under live traffic arrives equal', async (chunkMaxRows) => {
  const yaml = `snapshot: { chunkMaxRows: ${chunkMaxRows} }\ntables: { rules: ${SHOP_RULES} }`;
  const line = await openLine({ source: 'mysql', log: 'embedded', yaml });
  try {
    await fillShop(line, 0.01);
    const traffic = startTraffic(line, 50);
    const running = startLine(line);
    await running.until(({ state }) => state === 'streaming');
    await traffic.stop();
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    await expectEqual(line);
  } finally {
    await line.close();
  }
});
