import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { expect, test } from 'vitest';
import { freshDatabase } from '../../src/servers/fresh-database.ts';
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

test('the shared MariaDB is a real MariaDB with row events, full metadata and strict GTIDs', async () => {
  await using server = await startServer('mariadb');
  const [row] = await ask(
    server.url,
    'SELECT VERSION() v, @@binlog_format f, @@binlog_row_metadata m, @@gtid_strict_mode g, @@log_bin b',
  );
  console.log(`mariadb from ${server.origin}: ${row?.['v']}`);
  expect(row).toMatchObject({ v: server.version, f: 'ROW', m: 'FULL', g: 1, b: 1 });
  expect(server.version).toContain('MariaDB');
});

test('a fresh database on the shared MariaDB is empty and can be dropped', async () => {
  await using server = await startServer('mariadb');
  const database = await freshDatabase(server, 'shop');
  expect(await ask(database.url, 'SHOW TABLES')).toEqual([]);
  await database.drop();
  await expect(ask(database.url, 'SELECT 1')).rejects.toThrow();
});

test('a private MariaDB syncs its binlog and keeps port and data through a SIGKILL and a restart', async () => {
  await using server = await startServer('mariadb', { arguments: ['--binlog-row-image=MINIMAL'] });
  const { port, pid } = server;
  await ask(server.url, 'CREATE DATABASE kept');
  await ask(server.url, 'CREATE TABLE kept.t AS SELECT 42 AS answer');
  await server.kill();
  await server.restart();
  expect(server.port).toBe(port);
  if (server.origin === 'binaries') expect(server.pid).not.toBe(pid);
  expect(await ask(server.url, 'SELECT answer, @@binlog_row_image i, @@sync_binlog s FROM kept.t')).toMatchObject([
    { answer: 42, i: 'MINIMAL', s: 1 },
  ]);
});

test('two private MariaDB at once do not clash', async () => {
  const options = { fresh: true };
  const [one, two] = await Promise.all([startServer('mariadb', options), startServer('mariadb', options)]);
  await using _one = one;
  await using _two = two;
  expect(one.port).not.toBe(two.port);
});

test('INV-90: a MariaDB whose owner is killed with -9 dies, and its data is removed', async () => {
  await expectNoOrphan('mariadb');
});
