import { expect, test } from 'vitest';
import { startServer } from '../../src/servers/server.ts';
import { failureOf } from './failure.ts';
import { settingContract } from './setting-contract.ts';
import { Source } from './source.ts';

settingContract('mysql');

test('a source without GTIDs is refused with the cure, and so are transactions without one', async () => {
  await using server = await startServer('mysql', { fresh: true, durable: false });
  const source = await Source.open(server);
  await source.reset();
  const from = await source.head();
  await source.run('SET GLOBAL gtid_mode = ON_PERMISSIVE; SET GLOBAL gtid_mode = OFF_PERMISSIVE');
  await source.run("INSERT INTO a VALUES (1, 'x', 1)");
  const off = await failureOf(source.batches({ from }));
  expect(off).toMatchObject({
    code: 'SOURCE_GTID_OFF',
    disposition: 'stop',
    remedy: expect.stringContaining('gtid_mode'),
  });
  await source.run('SET GLOBAL gtid_mode = ON_PERMISSIVE');
  await source.run('SET GLOBAL gtid_mode = ON');
  const anonymous = await failureOf(source.batches({ from }));
  await source.close();
  expect(anonymous).toMatchObject({ code: 'SOURCE_GTID_OFF', disposition: 'stop' });
});
