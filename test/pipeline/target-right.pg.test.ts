import { afterAll, beforeAll, expect, test } from 'vitest';
import { lackedRights } from '../../src/pipeline/target-right.ts';
import { connectPostgres, type PostgresSession } from '../../src/postgres/connection.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';

let server: RunningServer;
let root: PostgresSession;
beforeAll(async () => {
  server = await startServer('postgres', { fresh: true, durable: false });
  root = await connectPostgres({ url: server.url, pipeline: 'shop' });
  await root.query(
    'CREATE ROLE "the till"; CREATE ROLE reader; CREATE SCHEMA sluice; CREATE TABLE sluice.own (id int)',
  );
});
afterAll(async () => {
  await root.close();
  await server[Symbol.asyncDispose]();
});

const problems = () => lackedRights(root, ['the till', 'reader']);

test('a target that holds no table of the application says nothing of its roles', async () => {
  expect(await problems()).toEqual([]);
});

test('roles that may write none of its tables are told, and the statements beside it let them', async () => {
  await root.query('CREATE SCHEMA "a b"; CREATE TABLE "a b".t (id serial); CREATE TABLE u (id int)');
  await root.query('GRANT SELECT ON u TO reader; GRANT ALL ON sluice.own TO reader; GRANT INSERT ON "a b".t TO reader');
  const [problem] = await problems();
  expect(problem?.text).toBe('the till, reader may write no table of the target');
  await root.query(problem?.cure ?? '');
  expect(await problems()).toEqual([]);
  await root.query('SET ROLE "the till"');
  await root.query('INSERT INTO "a b".t DEFAULT VALUES; INSERT INTO u VALUES (1)');
  await root.query('RESET ROLE');
});

test('one table that one of them may write by a role of which it is a member is enough', async () => {
  await root.query('REVOKE ALL ON ALL TABLES IN SCHEMA "a b", public FROM "the till", reader');
  expect(await problems()).toHaveLength(1);
  await root.query('CREATE ROLE writers; GRANT UPDATE ON u TO writers; GRANT writers TO reader');
  expect(await problems()).toEqual([]);
});
