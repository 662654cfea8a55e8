import { appendFile, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BackupOptions, takeBackup } from '../../src/backup/backup.ts';
import { listBackups, verifyFiles } from '../../src/backup/manifest.ts';
import type { MysqlSide } from '../../src/backup/mysql-side.ts';
import type { Tools } from '../../src/backup/tool.ts';
import { connectMysql } from '../../src/mysql/connection.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { settingsOf, type TestSource, testSource } from '../mysql/source.ts';
import { clientTools } from './client-tools.ts';
import { replay } from './replay.ts';

/** What a backup of a source promises, for MySQL and MariaDB alike. */
export function backupContract(kind: 'mysql' | 'mariadb'): void {
  let source: TestSource;
  let empty: RunningServer;
  let tools: Tools;
  let directory: string;

  beforeAll(async () => {
    [source, empty, tools] = await Promise.all([
      testSource(kind, 'backup'),
      startServer(kind, { fresh: true, durable: false }),
      clientTools(kind),
    ]);
    directory = await mkdtemp(join(tmpdir(), 'sluice-backups-'));
    const { connection } = source;
    await connection.run('CREATE TABLE t (id int PRIMARY KEY, b blob, s varchar(20) CHARACTER SET latin1)');
    await connection.run("INSERT INTO t VALUES (1, X'00ff1a', 'é'), (2, NULL, '')");
    await connection.run('CREATE TABLE empty_one (id int PRIMARY KEY)');
    await connection.run('CREATE VIEW v AS SELECT id FROM t');
    await connection.run('CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.s = UPPER(NEW.s)');
    await connection.run('CREATE PROCEDURE p() SELECT 1');
    await connection.run('CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DO 1');
  });
  afterAll(async () => {
    await rm(directory, { recursive: true });
    await empty[Symbol.asyncDispose]();
    await source[Symbol.asyncDispose]();
  });

  const backup = (change: Partial<MysqlSide> = {}, more: Partial<BackupOptions> = {}) =>
    takeBackup({
      pipeline: 'shop',
      directory,
      tools,
      source: { login: source.settings, databases: [source.database], ...change },
      ...more,
    });

  test('is restored as it was, with the position from which the binlog goes on', async () => {
    const { connection, database } = source;
    const into = settingsOf(empty.url);
    const [end] = await connection.rows(connection.server.binlogStatusStatement);
    const { folder, manifest } = await backup({ restoreInto: into });
    expect(manifest.sides).toMatchObject([
      {
        side: 'source',
        databases: [database],
        position: { kind: 'exact', file: end?.['File'] },
        restored: { tables: 2, rows: '2' },
      },
    ]);
    const restored = await connectMysql({ ...into, database });
    expect(await restored.rows('SELECT id, HEX(b) AS b, s FROM t ORDER BY id')).toEqual([
      { id: '1', b: '00FF1A', s: 'é' },
      { id: '2', b: null, s: '' },
    ]);
    for (const what of ['TRIGGERS', 'EVENTS', 'ROUTINES', 'VIEWS'] as const) {
      const column = {
        TRIGGERS: 'TRIGGER_SCHEMA',
        EVENTS: 'EVENT_SCHEMA',
        ROUTINES: 'ROUTINE_SCHEMA',
        VIEWS: 'TABLE_SCHEMA',
      };
      const rows = await restored.rows(`SELECT 1 AS one FROM information_schema.${what} WHERE ${column[what]} = ?`, [
        database,
      ]);
      expect(rows, what).toHaveLength(1);
    }
    await restored.close();
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await expect(backup({ restoreInto: into })).rejects.toMatchObject({ code: 'BACKUP_RESTORE_NOT_EMPTY' });
  });

  test('is listed with its checksums, and one whose file was changed is told', async () => {
    const taken = await backup();
    expect((await listBackups(directory, 'shop'))[0]).toEqual(taken);
    expect(await listBackups(directory, 'other')).toEqual([]);
    await verifyFiles(taken);
    await appendFile(join(taken.folder, 'source.sql.gz'), 'x');
    await expect(verifyFiles(taken)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
  });

  test('by an account that may not lock for a moment has the two positions between which it is', async () => {
    const { connection, database } = source;
    await connection.run(`CREATE USER dumper@'%' IDENTIFIED BY 'pass"\\\\ #w'`);
    await connection.run(`GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON \`${database}\`.* TO dumper@'%'`);
    const see = kind === 'mysql' ? 'REPLICATION CLIENT, SHOW_ROUTINE' : 'BINLOG MONITOR';
    await connection.run(`GRANT ${see} ON *.* TO dumper@'%'`);
    if (kind === 'mariadb') await connection.run("GRANT SELECT ON mysql.proc TO dumper@'%'");
    const login = { ...source.settings, user: 'dumper', password: 'pass"\\ #w' };
    const { folder, manifest } = await backup({ login });
    expect(manifest.sides[0]?.position).toMatchObject({ kind: 'between', from: expect.stringMatching(/:\d+/) });
    expect(await readFile(join(folder, 'manifest.json'), 'utf8')).not.toContain('#w');
    expect(gunzipSync(await readFile(join(folder, 'source.sql.gz'))).toString()).toContain('-- Dump completed');
    await connection.run(`REVOKE SELECT ON \`${database}\`.* FROM dumper@'%'`);
    const before = await readdir(directory);
    const error = await backup({ login }).catch((e: Error) => e);
    expect(error).toMatchObject({ code: 'BACKUP_TOOL_FAILED', message: expect.stringMatching(/denied/i) });
    expect(JSON.stringify([error, String(error)])).not.toContain('#w');
    expect(await readdir(directory)).toEqual(before);
    await connection.run('DROP USER dumper');
  });

  test('with its position and the binlog gives what the source has now', async () => {
    const { connection, database } = source;
    const into = settingsOf(empty.url);
    const restored = await connectMysql(into);
    await restored.run(`DROP DATABASE IF EXISTS \`${database}\``);
    const { manifest } = await backup({ restoreInto: into });
    const position = manifest.sides[0]?.position;
    if (position?.kind !== 'exact') throw new Error('no exact position');
    await connection.run("INSERT INTO t VALUES (3, X'ff', 'é'), (4, NULL, 'x')");
    await connection.run("UPDATE t SET b = X'00' WHERE id = 1");
    await connection.run('DELETE FROM t WHERE id = 2');
    await connection.run('CREATE TABLE later (id int PRIMARY KEY)');
    await connection.run('FLUSH BINARY LOGS');
    await connection.run('INSERT INTO later VALUES (7)');
    await replay(kind, { from: source.settings, into, database, position });
    for (const table of ['t', 'empty_one', 'later']) {
      const sql = `SELECT * FROM \`${database}\`.${table} ORDER BY id`;
      expect([table, await restored.rows(sql)]).toEqual([table, await connection.rows(sql)]);
    }
    await restored.close();
    await connection.run('DROP TABLE later');
  });

  test('without its program says which one is missing', async () => {
    const none = { file: '/nowhere/dump', before: [] };
    const failing = backup({}, { tools: { mysqldump: none, 'mariadb-dump': none } });
    await expect(failing).rejects.toMatchObject({ code: 'BACKUP_TOOL_FAILED' });
  });
}
