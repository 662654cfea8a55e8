import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { onSource, urlOf } from '../check/sides.ts';
import { bareEnvironment } from '../run-environment.ts';
import { MAIN, type Ran, runSluice } from './run-sluice.ts';

const ODD = 'Odd "table" `name`.dot select';
const LONG_COLUMN = '語'.repeat(64);
const PASSWORD = 'very-secret p@ss';
const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
let mysql: RunningServer;
let postgres: RunningServer;
let source: FreshDatabase;
let target: FreshDatabase;
let folder = '';
let running: ChildProcess | undefined;
const printed: string[] = [];

beforeAll(async () => {
  [mysql, postgres] = await Promise.all([startServer('mysql'), startServer('postgres')]);
  source = await freshDatabase(mysql, 'Odd-Db'.toLowerCase().replace('-', '_'));
  target = await freshDatabase(postgres, 'run');
  folder = mkdtempSync(join(tmpdir(), 'sluice-run-'));
  const account = `run_${process.pid}`;
  await onSource(
    mysql,
    `USE ${source.name}`,
    `CREATE TABLE ${quote(ODD)} (${quote('Order')} int PRIMARY KEY, ${quote('a.b "c"')} varchar(20), ${quote(LONG_COLUMN)} int)`,
    `INSERT INTO ${quote(ODD)} VALUES (1, 'one', 1), (2, 'two', 2)`,
    'CREATE TABLE `user` (id int PRIMARY KEY, `group` varchar(9))',
    "INSERT INTO `user` VALUES (1, 'x')",
    `CREATE USER '${account}'@'%' IDENTIFIED BY '${PASSWORD}'`,
    `GRANT ALL ON *.* TO '${account}'@'%'`,
  );
  writeFileSync(
    join(folder, 'sluice.yaml'),
    `pipeline: run_${process.pid}
source: { url: "${urlOf(mysql.url, { user: account, database: source.name }).replace('@', ':$' + '{SOURCE_PASSWORD}@')}", heartbeat: 200ms }
target: { url: "${target.url}" }
`,
  );
});

afterAll(async () => {
  running?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
  await onSource(mysql, `DROP USER IF EXISTS 'run_${process.pid}'@'%'`);
  await source.drop();
  await target.drop();
  await Promise.all([mysql.stop(), postgres.stop()]);
});

const environment = { SOURCE_PASSWORD: PASSWORD };

async function sluice(...argv: readonly string[]): Promise<Ran> {
  const ran = await runSluice(argv, { main: MAIN, folder, environment });
  printed.push(ran.stdout, ran.stderr);
  return ran;
}

/** Rows of a table on the target, without the names of its columns, in order. */
async function targetRows(table: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: target.url });
  await client.connect();
  try {
    const { rows } = await client.query({
      text: `SELECT * FROM "${table.replaceAll('"', '""')}" ORDER BY 1`,
      rowMode: 'array',
    });
    return rows;
  } finally {
    await client.end();
  }
}

it('check finds nothing that blocks, run until caught up copies every odd name, and a second run goes on', async () => {
  expect(await sluice('check')).toMatchObject({ exit: 0 });
  const first = await sluice('run', '--until', 'caught-up', '--json');
  expect(first).toMatchObject({ exit: 0 });
  expect(JSON.parse(first.stdout)).toMatchObject({ kind: 'Run', status: 'ok', data: { ended: 'caught-up' } });
  expect(await targetRows(ODD)).toEqual([
    [1, 'one', 1],
    [2, 'two', 2],
  ]);
  await onSource(mysql, `INSERT INTO ${source.name}.\`user\` VALUES (2, 'y')`);
  expect(await sluice('run', '--until', 'caught-up')).toMatchObject({ exit: 0 });
  expect(await targetRows('user')).toEqual([
    [1, 'x'],
    [2, 'y'],
  ]);
});

it('a running pipeline is seen by status and lag, keeps a second one out, and ends on SIGTERM with exit 0', async () => {
  running = spawn(process.execPath, [MAIN, 'run'], { cwd: folder, env: bareEnvironment(environment) });
  running.stderr?.on('data', (data) => printed.push(String(data)));
  const ended = new Promise((resolve) => running?.on('close', resolve));
  expect(await sluice('lag', '--max', '0s', '--wait', '--timeout', '60s')).toMatchObject({ exit: 0 });
  await onSource(
    mysql,
    `UPDATE ${source.name}.${quote(ODD)} SET ${quote('a.b "c"')} = 'changed' WHERE ${quote('Order')} = 1`,
  );
  // A poll of the source's head before the change would still say "none": the row itself is the proof.
  await expect.poll(() => targetRows(ODD), { timeout: 30_000 }).toContainEqual([1, 'changed', 1]);
  const status = await sluice('status', '--json');
  expect(JSON.parse(status.stdout)).toMatchObject({
    kind: 'Status',
    data: { state: 'streaming', mode: 'run', pid: running.pid, source: { kind: 'mysql', isConnected: true } },
  });
  const second = await sluice('run');
  expect(second.exit).toBe(3);
  expect(second.stderr).toContain(`process ${running.pid}`);
  running.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(await sluice('status')).toMatchObject({ exit: 6 });
});

it('the quarantine of a clean pipeline is empty', async () => {
  expect(await sluice('quarantine', 'list')).toMatchObject({ exit: 0, stdout: 'quarantine empty\n' });
});

it('nothing of all that was printed holds the password (INV-74)', () => {
  expect(printed.join('')).not.toContain(PASSWORD);
  expect(printed.join('')).not.toContain(encodeURIComponent(PASSWORD));
});
