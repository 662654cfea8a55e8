import { appendFile, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeBackup } from '../../src/backup/backup.ts';
import { listBackups, verifyFiles } from '../../src/backup/manifest.ts';
import { connectPostgres } from '../../src/postgres/connection.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import { runProgram } from '../../src/servers/program.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';

let server: RunningServer;
let database: FreshDatabase;
let directory: string;

beforeAll(async () => {
  server = await startServer('postgres');
  database = await freshDatabase(server, 'backup');
  directory = await mkdtemp(join(tmpdir(), 'sluice-backups-'));
  const session = await connectPostgres({ url: database.url, pipeline: 'shop' });
  await session.query(`CREATE SCHEMA "My Schema"; CREATE TABLE "My Schema"."T" (id int PRIMARY KEY, b bytea);
INSERT INTO "My Schema"."T" VALUES (1, '\\x00ff'), (2, NULL); CREATE VIEW v AS SELECT 1; CREATE TABLE e (id int)`);
  await session.close();
});
afterAll(async () => {
  await rm(directory, { recursive: true });
  await database.drop();
  await server[Symbol.asyncDispose]();
});

const login = (url: string) => ({ url, pipeline: 'shop' });

test('the target is dumped, restored into a database of its own that goes again, and listed', async () => {
  const target = { login: login(database.url), restoreInto: login(server.url) };
  const taken = await takeBackup({ pipeline: 'shop', directory, target });
  expect(taken.manifest.sides).toMatchObject([
    {
      side: 'target',
      databases: [database.name],
      position: { kind: 'wal', lsn: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/) },
      restored: { tables: 2, rows: '2' },
    },
  ]);
  await verifyFiles(taken);
  expect(await listBackups(directory, 'shop')).toEqual([taken]);
  const session = await connectPostgres(login(server.url));
  // Another test file may restore on the same server: that one goes as well.
  const left = () => session.query("SELECT 1 FROM pg_database WHERE datname LIKE 'sluice_restore_%'");
  await expect.poll(async () => (await left()).rows).toEqual([]);
  await session.close();
});

test('a backup whose restore fails is none', async () => {
  const target = { login: login(database.url), restoreInto: login(server.url) };
  const tools = { pg_restore: { file: 'false', before: [] } };
  const before = await readdir(directory);
  await expect(takeBackup({ pipeline: 'shop', directory, target, tools })).rejects.toMatchObject({
    code: 'BACKUP_TOOL_FAILED',
  });
  expect(await readdir(directory)).toEqual(before);
});

test('a pg_dump that is older than the server is refused before anything is dumped', async () => {
  const old = { file: 'echo', before: ['pg_dump (PostgreSQL) 9.6'] };
  await expect(
    takeBackup({ pipeline: 'shop', directory, target: { login: login(database.url) }, tools: { pg_dump: old } }),
  ).rejects.toMatchObject({ code: 'BACKUP_TOOL_VERSION' });
});

/** A server of its own, whose data becomes what the physical backup `tar` holds; `settings` are those of a recovery. */
async function restoredFrom(tar: string, settings: readonly string[]): Promise<RunningServer> {
  const restored = await startServer('postgres', { fresh: true, durable: false });
  const { dataDirectory } = restored;
  if (dataDirectory === undefined) throw new Error('a server from binaries is needed');
  await restored.kill();
  const { uid, gid } = await stat(dataDirectory);
  for (const name of await readdir(dataDirectory)) await rm(join(dataDirectory, name), { recursive: true });
  await runProgram('tar', ['-xf', tar, '-C', dataDirectory]);
  await writeFile(join(dataDirectory, 'recovery.signal'), '');
  await appendFile(join(dataDirectory, 'postgresql.auto.conf'), `${settings.join('\n')}\n`);
  await runProgram('chown', ['-R', `${uid}:${gid}`, dataDirectory]);
  await restored.restart();
  return restored;
}

test('a physical backup is restored, and goes on in the log to the very place that a later backup has recorded', async () => {
  const own = await startServer('postgres', { fresh: true, durable: false });
  const session = await connectPostgres(login(own.url));
  const add = (word: string) => session.query('INSERT INTO word VALUES ($1)', [word]);
  try {
    await session.query('CREATE TABLE word (word text)');
    await add('in the backup');
    const line = `pg_basebackup --dbname=${own.url} --pgdata=- --wal-method=fetch --format=tar > {file}`;
    const physical = { commands: [{ side: 'target', line } as const], workFolder: directory };
    const target = { login: login(own.url) };
    const base = await takeBackup({ pipeline: 'word', directory, target, physical });
    await add('behind the backup');
    const { manifest } = await takeBackup({ pipeline: 'word', directory, target });
    const { position } = manifest.sides[0] ?? {};
    if (position?.kind !== 'wal') throw new Error('no place in the log was recorded');
    await add('behind the place');
    await session.query('SELECT pg_switch_wal()');

    await using restored = await restoredFrom(join(base.folder, 'target.physical'), [
      `restore_command = 'cp "${own.dataDirectory}/pg_wal/%f" "%p"'`,
      `recovery_target_lsn = '${position.lsn}'`,
      "recovery_target_action = 'promote'",
    ]);
    const there = await connectPostgres(login(restored.url));
    const { rows } = await there.query('SELECT word FROM word');
    await there.close();
    expect(rows).toEqual([{ word: 'in the backup' }, { word: 'behind the backup' }]);
  } finally {
    await session.close();
    await own.stop();
  }
});
