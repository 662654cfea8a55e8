import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { RoleFence } from '../../src/cutover/fence/postgres-fence.ts';
import type { RoleFenceRecord, RoleFenceSettings } from '../../src/cutover/fence/postgres-record.ts';
import { connectPostgres, type PostgresSession } from '../../src/postgres/connection.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';

let server: RunningServer;
let root: PostgresSession;
let record: RoleFenceRecord | null = null;

beforeAll(async () => {
  server = await startServer('postgres', { arguments: ['-c', 'max_prepared_transactions=5'], durable: false });
  root = await session();
  await root.query(`CREATE ROLE app LOGIN PASSWORD 'x'; CREATE ROLE worker LOGIN PASSWORD 'x'; CREATE ROLE parked;
CREATE TABLE t (who text); GRANT INSERT, SELECT ON t TO app, worker`);
});
afterEach(async () => {
  if (record !== null) await new RoleFence(settings()).lift(record);
  record = null;
});
afterAll(async () => {
  await root.close();
  await server[Symbol.asyncDispose]();
});

function loginOf(user?: string) {
  const url = new URL(server.url);
  if (user !== undefined) [url.username, url.password] = [user, 'x'];
  return { url: url.href, pipeline: 'shop' };
}

const session = (user?: string) => connectPostgres(loginOf(user));

function settings(change: Partial<RoleFenceSettings> = {}): RoleFenceSettings {
  const tryAs = [{ name: 'application', login: loginOf('app') }];
  return { login: loginOf(), roles: ['app', 'worker', 'parked'], tryAs, limitMs: 10_000, ...change };
}

async function plan(change?: Partial<RoleFenceSettings>) {
  const fence = new RoleFence(settings(change));
  record = JSON.parse(JSON.stringify(await fence.plan())) as RoleFenceRecord;
  return { fence, record };
}

const written = async () => (await root.query('SELECT who FROM t')).rows.map(({ who }) => who);

test('roles cannot log in, what they had open is rolled back, and a role that could not log in before cannot after', async () => {
  const app = await session('app');
  await app.query('BEGIN');
  await app.query("INSERT INTO t VALUES ('late')");
  const { fence, record } = await plan();
  expect(record.roles).toEqual(['app', 'worker']);
  expect(fence.describe(record).set[0]?.statements).toEqual([
    'ALTER ROLE "app" NOLOGIN',
    'ALTER ROLE "worker" NOLOGIN',
  ]);
  await fence.set(record);
  await fence.set(record);
  await expect(app.query('COMMIT')).rejects.toMatchObject({ name: 'TargetError' });
  expect(await fence.proveHolds(record)).toMatchObject({ holds: true, tries: [{ outcome: 'refused' }], gaps: [] });
  await fence.lift(record);
  await fence.lift(record);
  await (await session('app')).close();
  expect((await root.query("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'parked'")).rows).toEqual([
    { rolcanlogin: 'f' },
  ]);
  expect(await written()).not.toContain('late');
});

test('a prepared transaction is refused by its name', async () => {
  const app = await session('app');
  await app.query("BEGIN; INSERT INTO t VALUES ('prepared'); PREPARE TRANSACTION 'it''s'");
  const { fence, record } = await plan();
  const decisions = ["COMMIT PREPARED 'it''s'", "ROLLBACK PREPARED 'it''s'"];
  expect(await fence.check()).toContainEqual(expect.objectContaining({ code: 'FENCE_PREPARED', cure: decisions }));
  await expect(fence.set(record)).rejects.toMatchObject({ code: 'FENCE_PREPARED' });
  await root.query("ROLLBACK PREPARED 'it''s'");
  await fence.set(record);
  expect(await fence.isSet(record)).toEqual({ isSet: true, gaps: [] });
});

test('a fence that somebody else lifts is noticed, and a login that comes in', async () => {
  // Sessions of the tries themselves, which are let in too, are none of the application's.
  const tryAs = Array.from({ length: 8 }, () => ({ name: 'application', login: loginOf('app') }));
  const { fence, record } = await plan({ tryAs });
  await fence.set(record);
  await root.query('ALTER ROLE app LOGIN');
  const app = await session('app');
  const proof = await fence.proveHolds(record);
  expect(proof).toMatchObject({ holds: false, tries: tryAs.map(() => ({ outcome: 'passed' })) });
  expect(proof.gaps).toEqual(['app can log in', expect.stringMatching(/of app from .* is there/)]);
  await app.close();
});

test('a login that could not be tried proves nothing', async () => {
  const tryAs = [{ name: 'application', login: { url: 'postgresql://nobody@127.0.0.1:1/x', pipeline: 'shop' } }];
  const { fence, record } = await plan({ tryAs });
  await fence.set(record);
  expect(await fence.proveHolds(record)).toMatchObject({ holds: false, tries: [{ outcome: 'unclear' }] });
});

test('where no login of the application is known, a role of our own is closed out with the others and tried', async () => {
  const { fence, record } = await plan({ tryAs: [] });
  const { canary } = record;
  await fence.set(record);
  await fence.set(record);
  // Another pipeline on the same server has one of its own.
  const other = new RoleFence(settings({ tryAs: [], roles: [], login: { ...loginOf(), pipeline: 'other' } }));
  const others = await other.plan();
  await other.set(others);
  await other.lift(others);
  expect(await fence.proveHolds(record)).toMatchObject({ holds: true, tries: [{ as: canary, outcome: 'refused' }] });
  await root.query(`ALTER ROLE ${canary} LOGIN`);
  expect(await fence.proveHolds(record)).toMatchObject({ holds: false, tries: [{ outcome: 'passed' }] });
  await fence.lift(record);
  expect((await root.query(`SELECT 1 FROM pg_roles WHERE rolname = '${canary}'`)).rows).toEqual([]);
});

test('what is done behind the fence waits for no login, and neither does the lift', async () => {
  await root.query("CREATE ROLE fencer SUPERUSER LOGIN PASSWORD 'x'");
  const { fence, record } = await plan({ tryAs: [], login: loginOf('fencer') });
  await fence.ready(record);
  await root.query('ALTER ROLE fencer NOLOGIN');
  await fence.set(record);
  expect(await fence.proveHolds(record)).toMatchObject({ holds: true, tries: [{ outcome: 'refused' }] });
  expect(await fence.isSet(record)).toEqual({ isSet: true, gaps: [] });
  await fence.lift(record);
  await root.query('DROP ROLE fencer');
});

test('a role of our own that somebody gives another password is tried with one that is known', async () => {
  const { fence, record } = await plan({ tryAs: [] });
  await fence.ready(record);
  await fence.set(record);
  await root.query(`ALTER ROLE ${record.canary} PASSWORD 'another'`);
  expect(await fence.proveHolds(record)).toMatchObject({ holds: true, tries: [{ outcome: 'refused' }] });
  await fence.lift(record);
});

test('check names every right that is missing with the statements that give it, and those suffice', async () => {
  await root.query("CREATE ROLE poor LOGIN PASSWORD 'x'");
  const fence = new RoleFence(settings({ login: loginOf('poor') }));
  const missing = (await fence.check()).filter(({ severity }) => severity === 'blocker');
  expect(missing.map(({ object }) => object)).toEqual(['app', 'worker', 'parked', 'target']);
  for (const statement of missing.flatMap(({ cure }) => cure)) await root.query(statement);
  expect((await fence.check()).filter(({ severity }) => severity === 'blocker')).toEqual([]);
  const app = await session('app');
  record = await fence.plan();
  await fence.set(record);
  await expect(app.query('SELECT 1')).rejects.toMatchObject({ name: 'TargetError' });
  expect(await fence.proveHolds(record)).toMatchObject({ holds: true });
});

test('who can pass and what runs by itself is listed: superusers, members, subscriptions, jobs of pg_cron', async () => {
  await root.query(`CREATE ROLE boss LOGIN SUPERUSER; CREATE ROLE member LOGIN IN ROLE app; CREATE SCHEMA cron;
CREATE TABLE cron.job (jobid int, username text, database text, active bool);
INSERT INTO cron.job VALUES (7, 'app', current_database(), true)`);
  const fence = new RoleFence(settings());
  const passing = (await fence.check()).filter(({ code }) => code === 'FENCE_CAN_PASS').map(({ message }) => message);
  expect(passing).toContainEqual(expect.stringContaining('boss'));
  expect(passing).toContainEqual(expect.stringContaining('member can write behind the fence: it may become app'));
  expect(await fence.stillRuns()).toContainEqual({ kind: 'event', who: '7 as app', text: 'job 7 as app of pg_cron' });
  await root.query('DROP ROLE boss, member; DROP SCHEMA cron CASCADE');
});

test('the fence stands after a restart of the server', async () => {
  const { fence, record } = await plan();
  await fence.set(record);
  await root.close();
  await server.restart();
  root = await session();
  expect(await fence.proveHolds(record)).toMatchObject({ holds: true });
});

test('a server that was killed in the middle is waited for: set and lift end as if nothing had been', async () => {
  const fence = new RoleFence(settings({ limitMs: 60_000 }));
  const planned = await fence.plan();
  await root.close();
  for (const act of [() => fence.set(planned), () => fence.lift(planned)]) {
    await server.kill();
    const acting = act();
    await Promise.all([acting, server.restart()]);
  }
  root = await session();
  await (await session('app')).close();
});
