import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { onSource, onTarget, urlOf } from '../check/sides.ts';
import { type Ran, runInside, runSluice } from './run-sluice.ts';

const PASSWORD = 'p@ss/w:rd 100%';
let mysql: RunningServer;
let postgres: RunningServer;
let source: FreshDatabase;
let target: FreshDatabase;
let account = '';
let folder = '';

beforeAll(async () => {
  [mysql, postgres] = await Promise.all([startServer('mysql'), startServer('postgres')]);
  source = await freshDatabase(mysql, 'init');
  target = await freshDatabase(postgres, 'init');
  account = `init_${process.pid}`;
  await onSource(mysql, `CREATE TABLE ${source.name}.t (id int PRIMARY KEY)`);
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-init-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

afterAll(async () => {
  await onSource(mysql, `DROP USER IF EXISTS '${account}'@'%'`);
  await source.drop();
  await target.drop();
  await onTarget(
    postgres.url,
    `REVOKE SET ON PARAMETER session_replication_role FROM ${account}`,
    `DROP ROLE ${account}`,
  );
  await Promise.all([mysql.stop(), postgres.stop()]);
});

function flags(): readonly string[] {
  const from = urlOf(mysql.url, { user: account, password: PASSWORD, database: source.name });
  const to = urlOf(postgres.url, { user: account, password: PASSWORD, database: target.name });
  return ['--pipeline', 'shop', '--source-url', from, '--target-url', to];
}

function init(...more: readonly string[]): Promise<Ran> {
  return runSluice(['init', ...flags(), ...more], { folder });
}

it('prints what to create on each side, and that is enough: init, then check, go through without a word of the password', async () => {
  const first = await init('--json');
  expect(first.exit).toBe(6);
  expect(existsSync(join(folder, 'sluice.yaml'))).toBe(false);
  const { data } = JSON.parse(first.stdout) as { data: { source: string[]; target: string[] } };
  const quote = (statement: string): string => statement.replace("'...'", `'${PASSWORD}'`);
  await onSource(mysql, ...data.source.map(quote));
  await onTarget(target.url, ...data.target.map(quote));

  const second = await init();
  expect(second).toMatchObject({ exit: 0 });
  const path = join(folder, 'sluice.yaml');
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(`url: mysql://${account}:\${SOURCE_PASSWORD}@`);
  expect(statSync(path).mode & 0o777).toBe(0o600);

  const environment = { SOURCE_PASSWORD: PASSWORD, TARGET_PASSWORD: PASSWORD };
  const check = await runSluice(['check'], { folder, environment });
  expect(check).toMatchObject({ exit: 0 });
  expect(check.stdout).toContain('tables  1');
  for (const { stdout, stderr } of [first, second, check, { stdout: text, stderr: '' }]) {
    expect(stdout + stderr).not.toContain(PASSWORD);
    expect(stdout + stderr).not.toContain(encodeURIComponent(PASSWORD));
  }
});

it('does not replace a configuration unless told so', async () => {
  writeFileSync(join(folder, 'sluice.yaml'), 'precious: true\n');
  expect(await init()).toMatchObject({ exit: 2 });
  expect(readFileSync(join(folder, 'sluice.yaml'), 'utf8')).toBe('precious: true\n');
});

it('asks for what is missing on a terminal only', async () => {
  const ran = await runSluice(['init', '--pipeline', 'shop'], { folder });
  expect(ran.exit).toBe(2);
  expect(ran.stderr).toContain('sluice init needs --source-url, --target-url');
});

it('tells everything that is missing and everything that is wrong in one go', async () => {
  const ran = await runSluice(['init', '--target-url', 'postgresql://u@h', '--snapshot-parallel', '900'], { folder });
  expect(ran.exit).toBe(2);
  expect(ran.stderr).toContain('sluice init needs --pipeline, --source-url');
  expect(ran.stderr).toContain('snapshot.parallel: expected 1 to 64');
  const nowhere = ['--source-url', 'mysql://u@127.0.0.1:1/s', '--target-url', 'postgresql://u@127.0.0.1:2/t'];
  const both = await runSluice(['init', '--pipeline', 'shop', ...nowhere], {
    folder,
    environment: { SOURCE_PASSWORD: 'x', TARGET_PASSWORD: 'x' },
  });
  expect(both.exit).toBe(6);
  expect(both.stderr).toContain('127.0.0.1:1');
  expect(both.stderr).toContain('127.0.0.1:2');
});

it('takes the answers that are typed on a terminal, those typed ahead as well', async () => {
  const plain = (url: string): string => url.replace(/:[^:@/]*@/, '@');
  const [, pipeline = '', , from = '', , to = ''] = flags();
  const ran = await runInside(['init'], {
    folder,
    isTerminal: true,
    stdin: `${pipeline}\n${plain(from)}\n${plain(to)}\n`,
    environment: { SOURCE_PASSWORD: PASSWORD, TARGET_PASSWORD: PASSWORD },
  });
  expect(ran).toMatchObject({ exit: 0 });
  expect(ran.stderr).toContain('Name of the pipeline');
  expect(readFileSync(join(folder, 'sluice.yaml'), 'utf8')).toContain('pipeline: shop');
});

describe('on a terminal', () => {
  const plain = (url: string): string => url.replace(/:[^:@/]*@/, '@');
  const environment = { SOURCE_PASSWORD: PASSWORD, TARGET_PASSWORD: PASSWORD };
  const typed = (lines: readonly string[], env: Readonly<Record<string, string>> = environment): Promise<Ran> =>
    runInside(['init'], {
      folder,
      isTerminal: true,
      stdin: lines.map((line) => `${line}\n`).join(''),
      environment: env,
    });
  const written = (): string => readFileSync(join(folder, 'sluice.yaml'), 'utf8');

  it('says what is wrong with an answer and asks for it again', async () => {
    const [, , , from = '', , to = ''] = flags();
    const ran = await typed(['My Shop', '', 'shop', 'http://nowhere', plain(from), plain(to), 'maybe', '', '']);
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.stderr.split('Name of the pipeline')).toHaveLength(4);
    expect(ran.stderr.split('Source, mysql')).toHaveLength(3);
    expect(ran.stderr).toContain('an answer is needed');
    expect(written()).toContain('pipeline: shop');
    expect(written()).not.toContain('ddl:');
  });

  it('asks for passwords that the environment does not hold, and writes and shows them nowhere', async () => {
    const [, , , from = '', , to = ''] = flags();
    const ran = await typed(['shop', plain(from), PASSWORD, plain(to), PASSWORD, 'existing', 'embedded'], {});
    expect(ran).toMatchObject({ exit: 0 });
    expect(written()).toContain(`:\${SOURCE_PASSWORD}@`);
    expect(written()).toContain('ddl: existing');
    for (const text of [written(), ran.stdout, ran.stderr]) expect(text).not.toContain(PASSWORD);
  });

  it('shows what to create when a server refuses, and tries again with another URL without asking for the rest', async () => {
    const [, , , from = '', , to = ''] = flags();
    const wrong = plain(from).replace(account, 'nobody_here');
    const ran = await typed(['shop', wrong, plain(to), '', '', '', 's', plain(from)]);
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.stderr).toContain("CREATE USER IF NOT EXISTS 'nobody_here'@'%'");
    expect(ran.stderr.split('Target, postgresql')).toHaveLength(2);
    expect(written()).toContain(`mysql://${account}:`);
  });

  it('writes nothing and ends with 6 when it is given up, with 2 when the input ends too early', async () => {
    const [, , , from = '', , to = ''] = flags();
    const wrong = plain(from).replace(account, 'nobody_here');
    expect(await typed(['shop', wrong, plain(to), '', '', 'q'])).toMatchObject({ exit: 6 });
    expect(await typed(['shop', wrong])).toMatchObject({ exit: 2 });
    expect(existsSync(join(folder, 'sluice.yaml'))).toBe(false);
  });

  it('asks for the brokers only where the log is Kafka', async () => {
    const [, , , from = '', , to = ''] = flags();
    const ran = await typed(['shop', plain(from), plain(to), '', 'kafka', 'k1:9092,k2:9092']);
    expect(ran).toMatchObject({ exit: 0 });
    expect(written()).toContain('- k1:9092');
  });
});

it('has check exit 3 with the list when something is wrong, and 6 when a server cannot be reached', async () => {
  await onSource(
    mysql,
    `CREATE TABLE ${source.name}.z (id int PRIMARY KEY, d date NOT NULL)`,
    "SET SESSION sql_mode = ''",
    `INSERT INTO ${source.name}.z VALUES (1, '0000-00-00')`,
  );
  const environment = {
    SLUICE_PIPELINE: 'shop',
    SLUICE_SOURCE_URL: urlOf(mysql.url, { database: source.name }),
    SLUICE_TARGET_URL: target.url,
  };
  const refused = await runSluice(['check', '--json'], { folder, environment });
  expect(refused.exit).toBe(3);
  const document = JSON.parse(refused.stdout);
  expect(document).toMatchObject({
    kind: 'Check',
    status: 'action_required',
    error: { code: 'CHECK_REFUSED', message: '1 blocking problem' },
  });
  expect(document.data.findings).toContainEqual(
    expect.objectContaining({ code: 'COLUMN_ZERO_DATE', severity: 'blocker' }),
  );
  expect(await runSluice(['check', '--quick'], { folder, environment })).toMatchObject({ exit: 0 });
  const lost = await runSluice(['check', '--target-url', 'postgresql://u@127.0.0.1:1/d'], { folder, environment });
  expect(lost.exit).toBe(6);
  expect(lost.stdout).toContain('target  not reached');
});
