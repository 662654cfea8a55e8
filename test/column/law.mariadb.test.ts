import type { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { type Specimen, specimens } from './law.ts';
import { lawSuite } from './law-suite.ts';
import { mariadbSamples, OLD_TEMPORAL } from './mariadb-sample.ts';
import { targetSession } from './round-trip.ts';
import { COMMON } from './sample.ts';

let database: FreshDatabase | undefined;
let found: Specimen[];
let target: Client | undefined;

beforeAll(async () => {
  const server = await startServer('mariadb');
  database = await freshDatabase(server, 'column_law');
  found = await specimens(database.url, [...COMMON, ...mariadbSamples(server.version)]);
  target = await targetSession((await startServer('postgres')).url);
});

afterAll(async () => {
  await target?.end();
  await database?.drop();
});

test('columns in the temporal format of before 5.6 have the same bytes from the binlog and by SELECT', async () => {
  await using server = await startServer('mariadb', { arguments: ['--mysql56-temporal-format=OFF'] });
  const old = await freshDatabase(server, 'column_old');
  for (const { sample, fromBinlog, fromQuery } of await specimens(old.url, OLD_TEMPORAL))
    expect(fromBinlog.map(String), sample.column).toEqual(fromQuery.map(String));
});

lawSuite(
  () => found,
  () => target,
);
