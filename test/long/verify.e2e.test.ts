import { afterEach, expect, test } from 'vitest';
import { caughtUpSince, SHOP_RULES } from '../e2e/line.ts';
import { untilProcess } from '../e2e/line-process.ts';
import { fillShop, startTraffic } from '../e2e/shop.ts';
import { cleanUpAll, lineOf, started, verify } from '../verify/session.ts';

afterEach(cleanUpAll);

/** Minutes of traffic. */
const LENGTH_MS = 60_000 * Number(process.env['VERIFY_MINUTES'] ?? 60);
const CHANGES_PER_SECOND = 2_000;

test(
  'an hour of verify under 2,000 changes a second tells no difference',
  async () => {
    const line = await lineOf({
      source: 'mysql',
      log: 'embedded',
      yaml: `verify: { throttle: 100% }\ntables: { rules: ${SHOP_RULES} }`,
    });
    await fillShop(line, 10);
    const child = started(line);
    await untilProcess(line, caughtUpSince(Date.now()), { processes: [child], limitMs: 600_000 });
    const traffic = startTraffic(line, CHANGES_PER_SECOND);
    const startedMs = performance.now();
    let rounds = 0;
    while (performance.now() - startedMs < LENGTH_MS) {
      const { data } = await verify(line, '--restart');
      const unequal = data.tables.filter(({ state }) => state === 'different' || state === 'failed');
      expect(unequal).toEqual([]);
      rounds++;
    }
    expect(rounds).toBeGreaterThan(0);
    await traffic.stop();
    await untilProcess(line, caughtUpSince(Date.now()), { processes: [child] });
    expect(await verify(line, '--restart')).toMatchObject({ exit: 0 });
    expect(await child.stop(), child.log).toBe(0);
  },
  LENGTH_MS + 1_800_000,
);
