import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SluiceError } from '../../src/contract/error.ts';
import { connectMysql, type MysqlSettings } from '../../src/mysql/connection.ts';
import { stateOfThread } from '../../src/mysql/thread.ts';
import { FaultProxy } from '../../src/servers/proxy.ts';
import { type TestSource, testSource } from './source.ts';

let source: TestSource;

beforeAll(async () => {
  source = await testSource('mysql', 'connection');
});
afterAll(() => source[Symbol.asyncDispose]());

const refused = async (change: Partial<MysqlSettings>): Promise<SluiceError> =>
  connectMysql({ ...source.settings, ...change }).then(
    () => expect.unreachable(),
    (error: SluiceError) => error,
  );

test('a session reads every value as exact text, in UTC, with zero dates as they are', async () => {
  const { connection } = source;
  await connection.run('CREATE TABLE zero (d DATE, t TIMESTAMP NULL, c CHAR(4))');
  await connection.run("INSERT INTO zero VALUES ('0000-00-00', FROM_UNIXTIME(1), 'a')");
  const row = await connection.row('SELECT d, t, c, 18446744073709551615 AS n, ? AS s FROM zero', ["é'\\"]);
  expect(row).toEqual({ d: '0000-00-00', t: '1970-01-01 00:00:01', c: 'a', n: '18446744073709551615', s: "é'\\" });
  expect(await connection.rows("SELECT 1 AS one FROM zero WHERE d = '0000-00-00'")).toEqual([{ one: '1' }]);
});

test('what refuses a login is told by a code of its own', async () => {
  expect(await refused({ user: 'nobody', password: 'wrong' })).toMatchObject({ code: 'SOURCE_ACCESS_DENIED' });
  expect(await refused({ database: 'no such' })).toMatchObject({ code: 'SOURCE_DATABASE_UNKNOWN' });
  expect(await refused({ port: 1 })).toMatchObject({ code: 'SOURCE_UNREACHABLE', disposition: 'retry' });
  expect(await refused({ host: 'no-such-host.invalid' })).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
});

test('a certificate that nobody vouches for is refused in both verifying modes', async () => {
  for (const mode of ['verify-ca', 'verify-full'] as const) {
    const error = await refused({ host: 'localhost', tls: { mode } });
    expect(['SOURCE_TLS_UNTRUSTED', 'SOURCE_TLS_UNSUPPORTED']).toContain(error.code);
  }
});

test('verify-full with an address instead of a name is refused before anything is sent', async () => {
  const error = await refused({ host: '127.0.0.1', tls: { mode: 'verify-full' } });
  expect(error).toMatchObject({ code: 'SOURCE_TLS_NEEDS_NAME', disposition: 'stop' });
});

test('an account with caching_sha2_password logs in without TLS, its password in no error', async () => {
  const { connection } = source;
  await connection.run("CREATE USER 'sha2'@'%' IDENTIFIED WITH caching_sha2_password BY 'pass word'");
  const session = await connectMysql({ ...source.settings, user: 'sha2', password: 'pass word' });
  expect(await session.row('SELECT 1 AS one')).toEqual({ one: '1' });
  await session.close();
  const error = await refused({ user: 'sha2', password: 'other secret' });
  expect(JSON.stringify([error, error.message, String(error.cause)])).not.toContain('secret');
  await connection.run("DROP USER 'sha2'@'%'");
});

test('a link that is cut ends what runs on it, and so does a goodbye, though the server never answers', async () => {
  await using proxy = await FaultProxy.start(source.settings);
  const through = { ...source.settings, port: proxy.port };
  const [cut, left] = [await connectMysql(through), await connectMysql(through)];
  proxy.stall();
  const running = cut.rows('SELECT 1').catch((error: SluiceError) => error);
  cut.destroy();
  expect(await running).toMatchObject({ code: 'SOURCE_CONNECTION_LOST', disposition: 'retry' });
  await left.close();
  const late = connectMysql({ ...through, timeoutMs: 200 });
  await expect(late).rejects.toMatchObject({ disposition: 'retry' });
});

test('a killed session says that its connection is lost, and every later statement too', async () => {
  const session = await connectMysql(source.settings);
  const running = session.rows('SELECT SLEEP(60)').catch((error: SluiceError) => error);
  await source.connection.run(`KILL ${session.threadId}`);
  const lost = ['SOURCE_CONNECTION_LOST', 'SOURCE_QUERY_INTERRUPTED'];
  expect(lost).toContain(((await running) as SluiceError).code);
  await expect(session.rows('SELECT 1')).rejects.toMatchObject({ code: 'SOURCE_CONNECTION_LOST' });
});

test('an error that would quote a value of a row quotes none', async () => {
  const { connection } = source;
  await connection.run('CREATE TABLE once (a VARCHAR(20) PRIMARY KEY)');
  await connection.run("INSERT INTO once VALUES ('private')");
  const error = await connection.run("INSERT INTO once VALUES ('private')").catch((e: SluiceError) => e);
  expect(error).toMatchObject({ code: 'SOURCE_VALUE_REFUSED' });
  expect(JSON.stringify([error, String((error as SluiceError).cause)])).not.toContain('private');
});

test('what a session does is told, also while it runs a statement that utf8mb3 has no letters for', async () => {
  const { connection } = source;
  const other = await connectMysql(source.settings);
  const lock = await connectMysql(source.settings);
  try {
    // The server looks at its own end a moment after its last answer has arrived.
    await expect.poll(() => stateOfThread(connection, other.threadId)).toBe('listens');
    await lock.row("SELECT GET_LOCK('told', 0)");
    const waiting = other.row("SELECT GET_LOCK('told', 600), '🇪🇺'");
    await expect.poll(() => stateOfThread(connection, other.threadId)).toBe('works');
    await lock.row("SELECT RELEASE_LOCK('told')");
    await waiting;
    await other.close();
    await expect.poll(() => stateOfThread(connection, other.threadId)).toBe('gone');
  } finally {
    await other.close();
    await lock.close();
  }
});
