import { expect, test } from 'vitest';
import { MysqlFence } from '../../src/cutover/fence/mysql-fence.ts';
import { fenceContract } from './fence-contract.ts';

const source = fenceContract('mariadb');

test('a restart of the server leaves only the accounts locked, which is noticed, told before, and cured by set', async () => {
  // The server's keeper in the tests logs in as root to see whether it is up.
  const fence = new MysqlFence(source().settings({ keep: ['root'] }));
  expect(await fence.check()).toContainEqual(expect.objectContaining({ code: 'FENCE_RESTART', severity: 'warning' }));
  const record = await fence.plan();
  await fence.set(record);
  await source().server.restart();
  expect(await fence.isSet(record)).toEqual({ isSet: false, gaps: ['read_only is OFF'] });
  await expect(source().session('app')).rejects.toMatchObject({ code: 'SOURCE_ACCESS_DENIED' });
  await fence.set(record);
  expect(await fence.proveHolds(record)).toMatchObject({ holds: true });
  await fence.lift(record);
});

test('a server that was killed in the middle is waited for: set and lift end as if nothing had been', async () => {
  const fence = new MysqlFence(source().settings({ keep: ['root'], limitMs: 60_000 }));
  const record = await fence.plan();
  for (const act of [() => fence.set(record), () => fence.lift(record)]) {
    await source().server.kill();
    const acting = act();
    await Promise.all([acting, source().server.restart()]);
  }
  await (await source().session('app')).run("INSERT INTO shop.t (who) VALUES ('after')");
});
