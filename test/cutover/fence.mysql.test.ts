import { expect, test } from 'vitest';
import { MysqlFence } from '../../src/cutover/fence/mysql-fence.ts';
import { fenceContract } from './fence-contract.ts';

const source = fenceContract('mysql');

test('a late commit of an administrator who is kept is refused as well', async () => {
  const fence = new MysqlFence(source().settings({ keep: ['super'] }));
  const record = await fence.plan();
  const kept = await source().session('super');
  await kept.run('BEGIN');
  await kept.run("INSERT INTO shop.t (who) VALUES ('kept')");
  await fence.set(record);
  await expect(kept.run('COMMIT')).rejects.toMatchObject({ code: 'SOURCE_READ_ONLY' });
  await fence.lift(record);
});

test('the fence stands after a restart of the server, closed or loosened, and its lift does too', async () => {
  // The server's keeper in the tests logs in as root to see whether it is up.
  const fence = new MysqlFence(source().settings({ keep: ['root'] }));
  await source().server.restart();
  const before = await source().state();
  const record = await fence.plan();
  await fence.set(record);
  await source().server.restart();
  expect(await fence.proveHolds(record)).toMatchObject({ holds: true });
  await fence.loosen(record);
  await source().server.restart();
  expect(await fence.isSet(record, 'loose')).toEqual({ isSet: true, gaps: [] });
  expect(await fence.isSet(record)).toMatchObject({ gaps: ['super_read_only is OFF'] });
  await fence.lift(record);
  await source().server.restart();
  expect(await source().state()).toEqual(before);
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
