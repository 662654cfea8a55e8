import { Client } from 'pg';
import { expect, test } from 'vitest';
import { freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { expectNoOrphan, expectNoOrphanOfStart } from './throw-away.ts';

async function ask(url: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

test('the shared PostgreSQL is a real PostgreSQL with logical WAL', async () => {
  await using server = await startServer('postgres');
  console.log(`postgres from ${server.origin}: ${server.version}`);
  expect(await ask(server.url, 'SELECT version()')).toEqual([{ version: server.version }]);
  expect(await ask(server.url, 'SHOW wal_level')).toEqual([{ wal_level: 'logical' }]);
});

test('two asks for the shared PostgreSQL get the same one, and each its own empty database', async () => {
  await using one = await startServer('postgres');
  await using two = await startServer('postgres');
  expect(two.port).toBe(one.port);
  const [first, second] = [await freshDatabase(one, 'shop'), await freshDatabase(two, 'shop')];
  expect(first.name).not.toBe(second.name);
  expect(await ask(first.url, 'SELECT current_database() AS name')).toEqual([{ name: first.name }]);
  await first.drop();
  await second.drop();
});

test('a private PostgreSQL syncs its commits, takes arguments, and keeps port and data through a SIGKILL', async () => {
  await using server = await startServer('postgres', { arguments: ['-c', 'wal_level=replica'] });
  const { port, pid } = server;
  await ask(server.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await server.kill();
  await server.restart();
  expect(server.port).toBe(port);
  if (server.origin === 'binaries') expect(server.pid).not.toBe(pid);
  expect(await ask(server.url, `SELECT answer, current_setting('fsync') AS fsync FROM kept`)).toEqual([
    { answer: 42, fsync: 'on' },
  ]);
});

test('a private PostgreSQL restarts at once while a client is connected', async () => {
  await using server = await startServer('postgres', { fresh: true, durable: false });
  const client = new Client({ connectionString: server.url });
  client.on('error', () => undefined);
  await client.connect();
  await server.restart();
  expect(await ask(server.url, 'SHOW fsync')).toEqual([{ fsync: 'off' }]);
});

test('two private PostgreSQL at once do not clash', async () => {
  const options = { fresh: true };
  const [one, two] = await Promise.all([startServer('postgres', options), startServer('postgres', options)]);
  await using _one = one;
  await using _two = two;
  expect(one.port).not.toBe(two.port);
});

test('INV-90: a PostgreSQL whose owner is killed with -9 dies, and its data is removed', async () => {
  await expectNoOrphan('postgres');
});

test('INV-90: an owner killed with -9 while its PostgreSQL is starting leaves no folder', async () => {
  await expectNoOrphanOfStart('postgres');
});
