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
