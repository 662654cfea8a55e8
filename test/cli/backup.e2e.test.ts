import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectPostgres } from '../../src/postgres/connection.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { clientTools } from '../backup/client-tools.ts';
import { onSource, onTarget } from '../check/sides.ts';
import { runSluice } from './run-sluice.ts';

let mysql: RunningServer;
let postgres: RunningServer;
let source: FreshDatabase;
let target: FreshDatabase;
let folder: string;

beforeAll(async () => {
  [mysql, postgres] = await Promise.all([startServer('mysql'), startServer('postgres')]);
  source = await freshDatabase(mysql, 'backup');
  target = await freshDatabase(postgres, 'backup');
  await onSource(
    mysql,
    `CREATE TABLE ${source.name}.t (id int PRIMARY KEY)`,
    `INSERT INTO ${source.name}.t VALUES (7)`,
  );
  await onTarget(target.url, 'CREATE TABLE t (id int PRIMARY KEY)', 'INSERT INTO t VALUES (1), (2)');
  folder = mkdtempSync(join(tmpdir(), 'sluice-backup-'));
  writeFileSync(
    join(folder, 'sluice.yaml'),
    `pipeline: shop\nsource: { url: "${source.url}" }\ntarget: { url: "${target.url}" }\n`,
  );
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await source.drop();
  await target.drop();
  await Promise.all([mysql.stop(), postgres.stop()]);
});

it('dumps the target, restores it as a test, and tells both as text and as JSON', async () => {
  const argv = ['backup', '--side', 'target', '--restore-target', postgres.url];
  const text = await runSluice(argv, { folder });
  expect(text).toMatchObject({ exit: 0 });
  expect(text.stdout).toMatch(
    /target: backup_\w+ of \d+[\s\S]*sha256 [0-9a-f]{64}[\s\S]*restored into .*: 1 tables, 2 rows/,
  );
  const json = await runSluice([...argv, '--json'], { folder });
  expect(JSON.parse(json.stdout)).toMatchObject({
    kind: 'Backup',
    status: 'ok',
    data: { pipeline: 'shop', sides: [{ side: 'target', restored: { tables: 1, rows: '2' } }] },
  });
  expect(readdirSync(join(folder, '.sluice/backup'))).toHaveLength(2);
});

it('dumps both sides and restores them into throw-away servers, which end with it', async () => {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const [name, { file, before }] of Object.entries(await clientTools('mysql'))) {
    const script = `#!/bin/sh\nexec ${[file, ...before].join(' ')} "$@"\n`;
    writeFileSync(join(bin, name), script, { mode: 0o755 });
  }
  const environment = { PATH: `${bin}:${process.env['PATH']}` };
  const { exit, stdout, stderr } = await runSluice(['backup', '--json'], { folder, environment });
  expect(stderr).toContain('starting a throw-away mysql');
  expect(exit).toBe(0);
  expect(JSON.parse(stdout).data.sides).toMatchObject([
    { side: 'source', databases: [source.name], restored: { tables: 1, rows: '1' } },
    { side: 'target', databases: [target.name], restored: { tables: 1, rows: '2' } },
  ]);
});

it('is refused before anything is done when a URL is none, and its password is not printed', async () => {
  const argv = ['backup', '--side', 'target', '--restore-target', 'mysql://root:hunter22@127.0.0.1/x'];
  const { exit, stderr } = await runSluice(argv, { folder });
  expect(exit).toBe(2);
  expect(stderr).toContain('--restore-target: expected a URL that starts with postgresql://');
  expect(stderr).not.toContain('hunter22');
});

it('is on record with who asked and what came of it, and so is schema apply, though no pipeline runs', async () => {
  await onTarget(target.url, 'CREATE SCHEMA sluice');
  const environment = { USER: 'ada' };
  await runSluice(['backup', '--side', 'target', '--no-restore'], { folder, environment });
  await runSluice(['backup', '--side', 'target', '--restore-target', 'nonsense'], { folder, environment });
  expect(await runSluice(['schema', 'apply', '--phase', 'tables'], { folder, environment })).toMatchObject({ exit: 0 });
  const session = await connectPostgres({ url: target.url, pipeline: 'look' });
  const { rows } = await session.query(
    `SELECT kind, who, what->>'action' AS action, what->>'outcome' AS outcome, what->>'code' AS code,
            what->'sides'->0->>'side' AS side
     FROM sluice.event WHERE pipeline = 'shop' ORDER BY id`,
  );
  await session.close();
  const act = { kind: 'action', who: 'ada', outcome: 'done', code: null, side: null };
  expect(rows).toEqual([
    { ...act, kind: 'backup', action: null, outcome: null, side: 'target' },
    { ...act, action: 'backup' },
    { ...act, action: 'backup', outcome: 'not done', code: 'USAGE_FLAG_VALUE' },
    { ...act, action: 'schema.apply' },
  ]);
});
