import { test } from 'vitest';
import type { FaultProxy } from '../../src/servers/proxy.ts';
import { caughtUpSince, openLine, pause, startLine } from './line.ts';
import { expectEqual, fillShop, startTraffic } from './shop.ts';

test.each(['source', 'target'] as const)(
  'a %s that goes away twice and comes back costs time and no row',
  async (side) => {
    const line = await openLine({ source: 'mysql', log: 'embedded', isProxied: true });
    const proxy = line.proxies?.[side];
    if (!proxy) throw new Error('the line has no proxies');
    try {
      await fillShop(line, 0.1);
      const traffic = startTraffic(line, 50);
      const running = startLine(line);
      await running.until(({ state }) => state === 'loading');
      await outage(proxy);
      await running.until(({ state }) => state === 'streaming');
      await pause(500);
      const endOutage = breakOff(proxy);
      // Not told in one instant: who waits, for whom, and that the link is gone.
      await running.until((status) => {
        const isTold = status.waitingFor?.includes(`waiting for the ${side}`) ?? false;
        return status.state === 'retrying' && isTold && !status[side].isConnected;
      });
      endOutage();
      await running.until(({ state }) => state === 'streaming');
      await traffic.stop();
      await running.until(caughtUpSince(Date.now()));
      await running.stop();
      await expectEqual(line);
    } finally {
      await line.close();
    }
  },
);

/** Every connection breaks, and new ones are refused until the returned function is called. */
function breakOff(proxy: FaultProxy): () => void {
  proxy.refuse();
  proxy.reset();
  return () => proxy.heal();
}

async function outage(proxy: FaultProxy): Promise<void> {
  const end = breakOff(proxy);
  await pause(1_000);
  end();
}
