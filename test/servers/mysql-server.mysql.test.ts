import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { expect, test } from 'vitest';
import { freshDatabase } from '../../src/servers/fresh-database.ts';
import { openShared } from '../../src/servers/open-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { expectNoOrphan } from './throw-away.ts';

async function ask(url: string, statement: string): Promise<RowDataPacket[]> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query<RowDataPacket[]>(statement);
    return rows;
  } finally {
    await connection.end();
  }
}

test('the shared MySQL is a real MySQL with full row metadata and GTIDs', async () => {
  await using server = await startServer('mysql');
  const [row] = await ask(
    server.url,
    'SELECT VERSION() v, @@gtid_mode g, @@binlog_row_metadata m, @@version_comment c',
  );
  console.log(`mysql from ${server.origin}: ${row?.['v']}, ${row?.['c']}`);
  expect(row?.['v']).toBe(server.version);
  expect(row).toMatchObject({ g: 'ON', m: 'FULL' });
});

test('two asks for the shared MySQL get the same one, and each its own empty database', async () => {
  await using one = await startServer('mysql');
  await using two = await startServer('mysql');
  expect(two.port).toBe(one.port);
  const [first, second] = [await freshDatabase(one, 'shop'), await freshDatabase(two, 'shop')];
  expect(first.name).not.toBe(second.name);
  expect(await ask(first.url, 'SHOW TABLES')).toEqual([]);
  await first.drop();
  await second.drop();
});

test('a shared MySQL is not killed or restarted', async () => {
  await using server = await startServer('mysql');
  await expect(server.kill()).rejects.toMatchObject({ code: 'SERVERS_NOT_OURS' });
  await expect(server.restart()).rejects.toMatchObject({ code: 'SERVERS_NOT_OURS' });
});

test('a private MySQL takes arguments and keeps port and data through a SIGKILL and a restart', async () => {
  await using server = await startServer('mysql', { arguments: ['--binlog-row-image=MINIMAL'] });
  const { port, pid } = server;
  await ask(server.url, 'CREATE DATABASE kept');
  await ask(server.url, 'CREATE TABLE kept.t AS SELECT 42 AS answer');
  await server.kill();
  await server.restart();
  expect(server.port).toBe(port);
  if (server.origin === 'binaries') expect(server.pid).not.toBe(pid);
  expect(await ask(server.url, 'SELECT answer, @@binlog_row_image i FROM kept.t')).toMatchObject([
    { answer: 42, i: 'MINIMAL' },
  ]);
});

test('INV-92: two private MySQL at once do not clash, and have identities of their own', async () => {
  const [one, two] = await Promise.all([startServer('mysql', { fresh: true }), startServer('mysql', { fresh: true })]);
  await using _one = one;
  await using _two = two;
  expect(one.port).not.toBe(two.port);
  expect(await ask(one.url, 'SELECT @@server_uuid u')).not.toEqual(await ask(two.url, 'SELECT @@server_uuid u'));
});

test('INV-90: a MySQL whose owner is killed with -9 dies, and its data is removed', async () => {
  await expectNoOrphan('mysql');
});

test('a MySQL that the environment names is used as it is, and one that is said to be a MariaDB is refused', async () => {
  await using server = await startServer('mysql');
  process.env['SLUICE_TEST_MYSQL_URL'] = server.url;
  process.env['SLUICE_TEST_MARIADB_URL'] = server.url;
  try {
    expect(await openShared('mysql')).toMatchObject({ origin: 'environment', port: server.port, url: server.url });
    await expect(openShared('mariadb')).rejects.toMatchObject({ code: 'SERVERS_UNREACHABLE' });
  } finally {
    delete process.env['SLUICE_TEST_MYSQL_URL'];
    delete process.env['SLUICE_TEST_MARIADB_URL'];
  }
});
