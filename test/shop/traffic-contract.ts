import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startServer } from '../../src/servers/server.ts';
import { shopInvariants } from '../../src/shop/check.ts';
import { type SumInvariant, stockInvariant, transferInvariant } from '../../src/shop/invariant.ts';
import { ACTION_NAMES, type TrafficMix } from '../../src/shop/traffic/mix.ts';
import { runTraffic } from '../../src/shop/traffic/traffic.ts';
import { prepareCutter } from './prepare-cutter.ts';
import { type TestShop, testShop } from './shop-database.ts';

function mixOf(share: (name: string) => number): TrafficMix {
  return Object.fromEntries(ACTION_NAMES.map((name) => [name, share(name)])) as TrafficMix;
}

async function expectSound(shop: TestShop): Promise<void> {
  const broken = (await shopInvariants(shop.connection)).filter(({ violations }) => violations !== 0);
  expect(broken).toEqual([]);
}

async function totalCents(shop: TestShop, { mysql, sides }: SumInvariant): Promise<number> {
  const [row] = await shop.read(mysql);
  return sides.reduce((sum, side) => sum + Math.round(Number(row?.[side]) * 100), 0);
}

/** The traffic's promises, the same on every server. */
export function trafficContract(kind: 'mysql' | 'mariadb'): void {
  describe(`the traffic on ${kind}`, () => {
    test('keeps the invariants over 400 transactions in which every kind happens', async () => {
      await using server = await startServer(kind);
      await using shop = await testShop(server, { scale: 0.3, seed: 5 });
      const report = await runTraffic({ ...shop, seed: 5, maxTransactions: 400, workers: 3, mix: mixOf(() => 1) });
      expect(report.errors).toEqual([]);
      expect(report.transactions + report.rolledBack + report.conflicts).toBe(400);
      expect(report.xaTransactions).toBeGreaterThan(0);
      expect(report.rolledBack).toBeGreaterThan(0);
      const never = ACTION_NAMES.filter((name) => report.committed[name] === 0);
      expect(never).toEqual(['halfTransfer']);
      await expectSound(shop);
    });

    test('shows constant sums to a reader at every moment', async () => {
      await using server = await startServer(kind);
      await using shop = await testShop(server, { scale: 0.1, seed: 6 });
      const expected = await Promise.all([transferInvariant, stockInvariant].map((each) => totalCents(shop, each)));
      let isRunning = true;
      const traffic = runTraffic({ ...shop, seed: 6, maxTransactions: 300, workers: 4 }).finally(() => {
        isRunning = false;
      });
      for (let reads = 0; isRunning || reads < 10; reads++) {
        expect(await totalCents(shop, transferInvariant)).toBe(expected[0]);
        expect(await totalCents(shop, stockInvariant)).toBe(expected[1]);
      }
      expect((await traffic).errors).toEqual([]);
    });

    test('tries a transaction again after a deadlock, and loses no cent', async () => {
      await using server = await startServer(kind);
      await using shop = await testShop(server, { scale: 0.01, seed: 7 });
      const mix = mixOf((name) => (name === 'transferSeveral' ? 1 : 0));
      const report = await runTraffic({ ...shop, seed: 7, maxTransactions: 400, workers: 8, mix });
      expect(report.errors).toEqual([]);
      expect(report.retries).toBeGreaterThan(0);
      await expectSound(shop);
    });

    test('opens a killed connection anew and goes on', async () => {
      await using server = await startServer(kind);
      await using shop = await testShop(server, { scale: 0.1, seed: 8 });
      const stop = new AbortController();
      let seen = 0;
      const onTransaction = () => {
        seen++;
      };
      const until = async (count: number) => {
        while (seen < count) await sleep(5);
      };
      const traffic = runTraffic({ ...shop, seed: 8, workers: 2, signal: stop.signal, onTransaction });
      await until(50);
      const self = await shop.value('SELECT connection_id()');
      const all = await shop.read('SHOW PROCESSLIST');
      const sessions = all.filter(({ db, Id }) => db === shop.database && String(Id) !== self);
      for (const { Id } of sessions) await shop.read(`KILL ${Id}`);
      await until(seen + 50);
      stop.abort();
      const report = await traffic;
      expect(sessions.length).toBeGreaterThan(0);
      expect(report.reconnects).toBe(sessions.length);
      expect(report.errorCount).toBe(sessions.length);
      await expectSound(shop);
    });

    test('leaves nothing prepared when its sessions are lost between PREPARE and decision', async () => {
      await using server = await startServer(kind);
      await using shop = await testShop(server, { scale: 0.1, seed: 10 });
      await using cutter = await prepareCutter(server.url);
      const report = await runTraffic({ ...shop, url: cutter.url, seed: 10, maxTransactions: 150, workers: 2 });
      expect(cutter.cuts).toBeGreaterThan(0);
      expect(report.errorCount).toBe(cutter.cuts);
      const left = (await shop.read('XA RECOVER')).map(({ data }) => String(data));
      expect(left.filter((xid) => xid.startsWith('shop-'))).toEqual([]);
      await expectSound(shop);
    });

    test('keeps the rate that was asked for, and ends at the signal', async () => {
      await using server = await startServer(kind);
      await using shop = await testShop(server, { scale: 0.1, seed: 9 });
      const startMs = performance.now();
      let seen = 0;
      const onTransaction = () => {
        seen++;
      };
      const paced = await runTraffic({
        ...shop,
        seed: 9,
        workers: 2,
        ratePerSecond: 100,
        maxTransactions: 41,
        onTransaction,
      });
      expect(performance.now() - startMs).toBeGreaterThan(380);
      expect(paced.transactions + paced.rolledBack + paced.conflicts).toBe(41);
      expect(seen).toBe(41);
      const signal = AbortSignal.timeout(300);
      const ended = await runTraffic({ ...shop, seed: 10, workers: 2, ratePerSecond: 1, signal });
      expect(ended.transactions + ended.rolledBack + ended.conflicts).toBeLessThanOrEqual(2);
      await expectSound(shop);
    });

    test('tries the same transactions from the same seed', async () => {
      await using server = await startServer(kind);
      await using first = await testShop(server, { scale: 0.1, seed: 3 });
      await using second = await testShop(server, { scale: 0.1, seed: 3 });
      const once = async (shop: TestShop) => {
        const { committed, rows } = await runTraffic({ ...shop, seed: 3, workers: 1, maxTransactions: 150 });
        return { committed, rows };
      };
      expect(await once(first)).toEqual(await once(second));
    });
  });
}
