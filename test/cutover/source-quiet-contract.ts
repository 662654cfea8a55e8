import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sourceQuiet } from '../../src/cutover/source-quiet.ts';
import { connectMysql, type MysqlConnection, type MysqlSettings } from '../../src/mysql/connection.ts';
import { stateOfThread } from '../../src/mysql/thread.ts';
import { KeptSource } from '../../src/pipeline/kept-source.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';

/** InnoDB's view of transactions is made anew only when nobody has read it for 100 ms. */
const PATIENT = { timeout: 30_000, interval: 150 };

/** What holds on both kinds of servers. */
export function sourceQuietContract(kind: 'mysql' | 'mariadb'): void {
  let server: RunningServer;
  let looker: MysqlConnection;
  let writer: MysqlConnection;
  const login = (user: string, password: string): MysqlSettings => {
    const url = new URL(server.url);
    const { hostname: host, port } = url;
    return { host, port: Number(port), user, password, tls: { mode: 'off' }, timeoutMs: 10_000 };
  };
  beforeAll(async () => {
    server = await startServer(kind);
    const { username, password } = new URL(server.url);
    looker = await connectMysql(login(username, decodeURIComponent(password)));
    writer = await connectMysql(login(username, decodeURIComponent(password)));
    await looker.run('CREATE DATABASE quiet');
    await looker.run('CREATE TABLE quiet.t (id int PRIMARY KEY) ENGINE=InnoDB');
  });
  afterAll(async () => {
    await writer.close();
    await looker.close();
    await server.stop();
  });
  /** But for what other test files have open on the same server. */
  const inSight = async (session: MysqlConnection, longestMs: number, ours: readonly string[] = []) => {
    const { problems } = await sourceQuiet(session, { longestMs, ours });
    return problems.filter(({ text }) => {
      const thread = /^transaction of session (\d+) /.exec(text)?.[1] ?? String(writer.threadId);
      return thread === String(writer.threadId) && !/^XA transaction (?!left )/.test(text);
    });
  };
  const problems = async (longestMs: number, ours?: readonly string[]) =>
    (await inSight(looker, longestMs, ours)).map(({ text }) => text);

  test(`the session that asks again and again on ${kind} is one, and another one after it was ended`, async () => {
    const { username, password } = new URL(server.url);
    const kept = new KeptSource(() => login(username, decodeURIComponent(password)));
    const thread = () => kept.use(async ({ threadId }) => threadId);
    try {
      const first = await thread();
      expect(await thread()).toBe(first);
      await looker.run(`KILL ${first}`);
      await expect(kept.use((source) => source.rows('SELECT 1 AS one'))).rejects.toThrow();
      expect(await thread()).not.toBe(first);
    } finally {
      await kept.close();
    }
  });

  describe(`what stands against a fence on ${kind}`, () => {
    test('a transaction that has been open for longer than the limit is named, with what it has changed', async () => {
      expect(await problems(0)).toEqual([]);
      await writer.run('BEGIN');
      await writer.run('INSERT INTO quiet.t VALUES (1), (2)');
      const thread = String(writer.threadId);
      await expect
        .poll(() => problems(0), PATIENT)
        .toEqual([expect.stringMatching(`session ${thread} .* has changed 2 rows`)]);
      expect(await problems(3_600_000)).toEqual([]);
      expect(await problems(0, [thread])).toEqual([]);
      await writer.run('ROLLBACK');
      await expect.poll(() => problems(0), PATIENT).toEqual([]);
    });

    const curesOf = async (user: string) => {
      await looker.run(`CREATE USER ${user}@'%' IDENTIFIED BY '${user}'`);
      await looker.run(`GRANT PROCESS, XA_RECOVER_ADMIN ON *.* TO ${user}@'%'`);
      const session = await connectMysql(login(user, user));
      const { problems } = await sourceQuiet(session, { longestMs: 0, ours: [] });
      await session.close();
      return problems.map(({ cure }) => cure).join(' ');
    };

    test('it is named also while it runs a statement that utf8mb3 has no letters for', async () => {
      const thread = String(writer.threadId);
      await looker.row("SELECT GET_LOCK('quiet', 0)");
      await writer.run('BEGIN');
      await writer.run('INSERT INTO quiet.t VALUES (4)');
      const waiting = writer.row("SELECT GET_LOCK('quiet', 600), '🇪🇺'");
      try {
        await expect.poll(() => stateOfThread(looker, writer.threadId)).toBe('works');
        await expect.poll(() => problems(0), PATIENT).toEqual([expect.stringContaining(`session ${thread} is open`)]);
        expect(await problems(0, [thread])).toEqual([]);
        expect(await problems(3_600_000)).toEqual([]);
        if (kind === 'mysql') expect(await curesOf('half')).toContain('SELECT on performance_schema');
      } finally {
        await looker.row("SELECT RELEASE_LOCK('quiet')");
        await waiting;
        await writer.run('ROLLBACK');
      }
      await expect.poll(() => problems(0), PATIENT).toEqual([]);
    });

    test('a prepared XA transaction is named whatever its age', async () => {
      for (const statement of [
        `XA START 'left'`,
        'INSERT INTO quiet.t VALUES (3)',
        `XA END 'left'`,
        `XA PREPARE 'left'`,
      ])
        await writer.run(statement);
      expect(await problems(3_600_000)).toEqual(['XA transaction left stands prepared']);
      await writer.run(`XA ROLLBACK 'left'`);
      expect(await problems(3_600_000)).toEqual([]);
    });

    test('an account that may not see them is told so, and it does not pass for quiet', async () => {
      await looker.run(`CREATE USER blind@'%' IDENTIFIED BY 'blind'`);
      const blind = await connectMysql(login('blind', 'blind'));
      const found = (await sourceQuiet(blind, { longestMs: 0, ours: [] })).problems.map(({ cure }) => cure);
      await blind.close();
      expect(found.join(' ')).toContain('PROCESS');
    });

    test('once it is given the rights it sees them, though the session that was told so had been kept', async () => {
      await looker.run(`CREATE USER given@'%' IDENTIFIED BY 'given'`);
      const kept = new KeptSource(() => login('given', 'given'));
      const found = async () => {
        const judged = async (source: MysqlConnection) => ({
          ...(await sourceQuiet(source, { longestMs: 3_600_000, ours: [] })),
          problems: await inSight(source, 3_600_000),
        });
        return (await kept.judge(judged)).problems;
      };
      try {
        expect((await found()).map(({ cure }) => cure).join(' ')).toContain('PROCESS');
        await looker.run(`GRANT PROCESS${kind === 'mysql' ? ', XA_RECOVER_ADMIN' : ''} ON *.* TO given@'%'`);
        // What a session ran with an emoji in it MySQL keeps for a moment, and tells then with another right alone.
        await expect.poll(found, PATIENT).toEqual([]);
      } finally {
        await kept.close();
      }
    });
  });
}
