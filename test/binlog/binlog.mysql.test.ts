import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../../src/servers/server.ts';
import { damageContract } from './damage-contract.ts';
import { failureOf } from './failure.ts';
import { faultContract } from './fault-contract.ts';
import { readContract } from './read-contract.ts';
import { settingContract } from './setting-contract.ts';
import { Source } from './source.ts';

// A private server: prepared XA transactions and global settings would get in the way of others.
const server = await startServer('mysql', { fresh: true, durable: false });
afterAll(() => server.stop());

describe('the binlog of MySQL', () => readContract(server));
describe('a failing link or source', () => faultContract(server));
describe('damaged events', () => damageContract(server));
describe('settings and history', () => settingContract(server));

test('JSON written in parts is refused with the cure', async () => {
  const source = await Source.open(server);
  await source.run('CREATE TABLE j (id int PRIMARY KEY, d json); INSERT INTO j VALUES (1, \'{"a": "long enough"}\')');
  const from = await source.head();
  await source.run("SET binlog_row_value_options = PARTIAL_JSON; UPDATE j SET d = JSON_SET(d, '$.a', 'short')");
  const failure = await failureOf(source.batches({ from }));
  await source.close();
  expect(failure).toMatchObject({ code: 'SOURCE_PARTIAL_JSON', disposition: 'stop' });
});

test('a source without GTIDs is refused with the cure, and so are transactions without one', async () => {
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
