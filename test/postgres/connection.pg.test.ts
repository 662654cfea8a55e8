import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { SluiceError } from '../../src/contract/error.ts';
import { connectPostgres, type PostgresSession } from '../../src/postgres/connection.ts';
import { freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';

async function open() {
  const server = await startServer('postgres');
  const database = await freshDatabase(server, 'session');
  const sessions: PostgresSession[] = [];
  const connect = async (url = database.url) => {
    const session = await connectPostgres({ url, pipeline: 'shop' });
    sessions.push(session);
    return session;
  };
  const close = async () => {
    for (const session of sessions) await session.close();
    await database.drop();
    await server.stop();
  };
  return { url: database.url, connect, [Symbol.asyncDispose]: close };
}

test('a session prints every value in one way, whatever the server is set to', async () => {
  await using target = await open();
  const session = await target.connect();
  const { rows } = await session.query(
    `SELECT current_setting('application_name') AS name, '2024-02-03 04:05:06.7+02'::timestamptz AS at, 0.1::real AS f,
            '\\x00ff'::bytea AS b, '1 day 02:03:04'::interval AS i, 9007199254740993::bigint AS n`,
  );
  expect(rows[0]).toEqual({
    name: 'sluice:shop',
    at: '2024-02-03 02:05:06.7+00',
    f: '0.1',
    b: '\\x00ff',
    i: '1 day 02:03:04',
    n: '9007199254740993',
  });
});

test('foreign keys and triggers rest in a session of ours', async () => {
  await using target = await open();
  const session = await target.connect();
  await session.query('CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int REFERENCES p)');
  await session.query('INSERT INTO c VALUES (5)');
  expect(session.isReplica).toBe(true);
});

test('an account that may not set the replication role is told so and works', async () => {
  await using target = await open();
  const admin = await target.connect();
  const name = `plain_${process.pid}`;
  await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'secret-word'`);
  const url = new URL(target.url);
  url.username = name;
  url.password = 'secret-word';
  const session = await target.connect(url.href);
  expect(session.isReplica).toBe(false);
  await expect(session.query('CREATE SCHEMA other')).rejects.toMatchObject({ code: 'TARGET_PRIVILEGE' });
  await session.close();
  await admin.query(`DROP ROLE ${name}`);
});

test('refusals carry code and disposition, and neither password nor row value', async () => {
  await using target = await open();
  const session = await target.connect();
  await session.query('CREATE TABLE t (id int PRIMARY KEY, n smallint)');
  await session.query(`INSERT INTO t VALUES (4711, 1)`);
  const failures: [string, string, string][] = [
    ['INSERT INTO t VALUES (4711, 1)', 'TARGET_VALUE_REFUSED', 'quarantine'],
    [`INSERT INTO t VALUES (1, '4711x')`, 'TARGET_VALUE_REFUSED', 'quarantine'],
    ['SELECT * FROM nowhere', 'TARGET_SCHEMA', 'stop'],
    [`DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$`, 'TARGET_CONFLICT', 'retry'],
    [`DO $$ BEGIN RAISE SQLSTATE '53100'; END $$`, 'TARGET_RESOURCES', 'retry'],
    [`DO $$ BEGIN RAISE SQLSTATE 'XX001'; END $$`, 'TARGET_ERROR', 'stop'],
  ];
  for (const [statement, code, disposition] of failures) {
    const error = await session.query(statement).catch((e: unknown) => e);
    expect(error).toMatchObject({ code, disposition });
    expect(JSON.stringify(error) + String(error)).not.toContain('4711');
  }
});

test('a wrong password stops, an unreachable or silent server is tried again, a lost session says so', async () => {
  await using target = await open();
  const closed = new URL(target.url);
  closed.port = '1';
  await expect(target.connect(closed.href)).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE', disposition: 'retry' });
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as { port: number };
  const late = connectPostgres({
    url: `postgresql://a:b@127.0.0.1:${port}/x`,
    pipeline: 'shop',
    connectTimeoutMs: 100,
  });
  await expect(late).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE', disposition: 'retry' });
  silent.close();
  const missing = new URL(target.url);
  missing.pathname = '/no_such_database';
  await expect(target.connect(missing.href)).rejects.toMatchObject({ code: 'TARGET_DATABASE_MISSING' });
  const [session, other] = [await target.connect(), await target.connect()];
  const { rows } = await session.query('SELECT pg_backend_pid()::text AS pid');
  await other.query(`SELECT pg_terminate_backend(${rows[0]?.['pid']}, 5000)`);
  await expect(session.query('SELECT 1')).rejects.toMatchObject({ disposition: 'retry' });
  await expect(session.query('SELECT 1')).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE' });
});

test('a session that we closed is a lost one to whoever still uses it', async () => {
  await using target = await open();
  const session = await target.connect();
  const running = session.query('SELECT pg_sleep(0.2)').catch((error: unknown) => error);
  await session.close();
  await running;
  await expect(session.query('SELECT 1')).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE', disposition: 'retry' });
});

test('a server without TLS is refused when TLS is asked for', async () => {
  await using target = await open();
  const tls = { mode: 'verify-full' as const };
  const session = connectPostgres({ url: target.url, pipeline: 'shop', tls });
  await expect(session).rejects.toMatchObject({ code: 'TARGET_TLS', disposition: 'stop' });
});

test('COPY takes buffers as they come; a refused or broken one leaves the session usable', async () => {
  await using target = await open();
  const session = await target.connect();
  await session.query('CREATE TABLE t (id int PRIMARY KEY, name text)');
  function* chunks(count: number) {
    for (let i = 0; i < count; i++) yield Buffer.from(`${i}\trow ${i}\n`.repeat(1));
  }
  expect(await session.copy('COPY t FROM STDIN', chunks(20_000))).toBe(20_000);
  const again = session.copy('COPY t FROM STDIN', chunks(20_000));
  await expect(again).rejects.toMatchObject({ code: 'TARGET_VALUE_REFUSED', sqlstate: '23505' });
  function* broken() {
    yield Buffer.from('100000\tx\n');
    throw new RangeError('our own');
  }
  await expect(session.copy('COPY t FROM STDIN', broken())).rejects.toThrow();
  await expect(session.copy('COPY nowhere FROM STDIN', chunks(1))).rejects.toMatchObject({ code: 'TARGET_SCHEMA' });
  expect((await session.query('SELECT count(*) AS n FROM t')).rows).toEqual([{ n: '20000' }]);
});

test('of a session that the server ended every further word fails with an error of ours', async () => {
  await using target = await open();
  const other = await target.connect();
  const codes = new Set<string>();
  for (let turn = 0; turn < 20; turn++) {
    const session = await target.connect();
    const { rows } = await session.query('SELECT pg_backend_pid()::text AS pid');
    await other.query('SELECT pg_terminate_backend($1::int)', [rows[0]?.['pid'] ?? '']);
    // Each at once behind the last: the message, the end and the error come one after the other.
    for (let word = 0; word < 50; word++) {
      const error: unknown = await session.query('SELECT 1').then(
        () => null,
        (failure: unknown) => failure,
      );
      if (error !== null) codes.add(error instanceof SluiceError ? error.code : String(error));
    }
  }
  expect([...codes].filter((code) => !code.startsWith('TARGET_'))).toEqual([]);
  expect(codes.size).toBeGreaterThan(0);
});
