import { access, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeBackup } from '../../src/backup/backup.ts';
import { connectMysql } from '../../src/mysql/connection.ts';
import { unpackDebianPackages } from '../../src/servers/debian-package.ts';
import { findLoader } from '../../src/servers/loader.ts';
import { findExecutable, runProgram } from '../../src/servers/program.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { clientTools } from '../backup/client-tools.ts';
import { type Replay, replay } from '../backup/replay.ts';
import { settingsOf } from '../mysql/source.ts';

/** A program of the package mariadb-backup, with what stands before it: of this machine, else unpacked into the cache. */
async function programs(): Promise<(name: 'mariadb-backup' | 'mbstream') => readonly string[]> {
  const here = await findExecutable(['mariadb-backup']);
  if (here !== undefined) return (name) => [name];
  const prefix = await unpackDebianPackages('mariadb-backup', ['mariadb-backup']);
  const loader = await findLoader(prefix);
  return (name) => [loader.file, ...loader.arguments, join(prefix, 'usr/bin', name)];
}

/** A server of its own, whose data becomes what the file holds, as docs/operate/backup.md says. */
async function restoredFrom(file: string, program: Awaited<ReturnType<typeof programs>>): Promise<RunningServer> {
  const restored = await startServer('mariadb', { fresh: true, durable: false });
  const { dataDirectory } = restored;
  if (dataDirectory === undefined) throw new Error('a server from binaries is needed');
  await restored.kill();
  for (const name of await readdir(dataDirectory)) await rm(join(dataDirectory, name), { recursive: true });
  const line = [...program('mbstream'), '-x', '-C', dataDirectory].map((word) => `'${word}'`).join(' ');
  await runProgram('sh', ['-c', `${line} < '${file}'`]);
  const [prepare = '', ...before] = program('mariadb-backup');
  await runProgram(prepare, [...before, '--prepare', `--target-dir=${dataDirectory}`]);
  const { uid, gid } = await stat(dataDirectory);
  await runProgram('chown', ['-R', `${uid}:${gid}`, dataDirectory]);
  await restored.restart();
  return restored;
}

/** Where the binlog stood, as the backup itself says. */
async function positionIn(folder: string): Promise<Replay['position']> {
  const names = ['mariadb_backup_binlog_info', 'xtrabackup_binlog_info'].map((name) => join(folder, name));
  for (const name of names) {
    const isThere = await access(name).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    const [file = '', offset = ''] = (await readFile(name, 'utf8')).trim().split(/\s+/);
    return { kind: 'exact', file, offset, gtid: null };
  }
  throw new Error(`no position in ${folder}`);
}

test('a physical backup by mariadb-backup beside the dump starts as a server, and with the binlog has what the source has', async () => {
  const program = await programs();
  const folder = await mkdtemp(join(tmpdir(), 'sluice-physical-'));
  const source = await startServer('mariadb', { fresh: true, durable: false });
  const login = settingsOf(source.url);
  const connection = await connectMysql(login);
  let restored: RunningServer | null = null;
  try {
    await connection.run('CREATE DATABASE shop');
    await connection.run('CREATE TABLE shop.t (id int PRIMARY KEY, b blob, s varchar(20) CHARACTER SET latin1)');
    await connection.run("INSERT INTO shop.t VALUES (1, X'00ff1a', 'é'), (2, NULL, '')");
    const backup = [...program('mariadb-backup'), '--backup', '--stream=mbstream', `--target-dir=${folder}/work`];
    const server = ['--host=127.0.0.1', `--port=${source.port}`, '--user=root'];
    const line = `${[...backup, ...server].map((word) => `'${word}'`).join(' ')} > {file}`;
    const taken = await takeBackup({
      pipeline: 'shop',
      directory: folder,
      tools: await clientTools('mariadb'),
      source: { login, databases: ['shop'] },
      physical: { commands: [{ side: 'source', line }], workFolder: folder },
    });
    const file = join(taken.folder, 'source.physical');
    expect(taken.manifest.physical).toMatchObject([{ side: 'source', file: { bytes: (await stat(file)).size } }]);
    await connection.run("INSERT INTO shop.t VALUES (3, X'ff', 'x')");
    await connection.run('DELETE FROM shop.t WHERE id = 2');
    restored = await restoredFrom(file, program);
    const into = settingsOf(restored.url);
    const there = await connectMysql(into);
    const rows = 'SELECT id, HEX(b) AS b, s FROM shop.t ORDER BY id';
    expect(await there.rows(rows)).toEqual([
      { id: '1', b: '00FF1A', s: 'é' },
      { id: '2', b: null, s: '' },
    ]);
    const position = await positionIn(restored.dataDirectory ?? '');
    await replay('mariadb', { from: login, into, database: 'shop', position });
    expect(await there.rows(rows)).toEqual(await connection.rows(rows));
    await there.close();
  } finally {
    await connection.close();
    await restored?.stop();
    await source.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
