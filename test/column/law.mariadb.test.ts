import type { Client } from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { type Specimen, specimens } from './law.ts';
import { lawSuite } from './law-suite.ts';
import { MARIADB } from './mariadb-sample.ts';
import { targetSession } from './round-trip.ts';
import { COMMON } from './sample.ts';

let database: FreshDatabase | undefined;
let found: Specimen[];
let target: Client | undefined;

beforeAll(async () => {
  database = await freshDatabase(await startServer('mariadb'), 'column_law');
  found = await specimens(database.url, [...COMMON, ...MARIADB]);
  target = await targetSession((await startServer('postgres')).url);
});

afterAll(async () => {
  await target?.end();
  await database?.drop();
});

lawSuite(
  () => found,
  () => target,
);
