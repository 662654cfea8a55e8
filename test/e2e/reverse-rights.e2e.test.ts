import { describe, expect, test } from 'vitest';
import { sourceGrants } from '../../src/check/grant.ts';
import { reverseSourceGrants } from '../../src/check/reverse-grant.ts';
import type { Finding } from '../../src/contract/finding.ts';
import { readTriggers } from '../../src/mysql-sink/trigger-journal.ts';
import { configOf, type Line } from './line.ts';
import { expectBothEqual, openReverseLine, reverseOf, run } from './reverse-line.ts';

const ACCOUNT = "'back'@'%'";

/** The same line under accounts that have nothing but what is said to be needed. */
function lowered(line: Line): Line {
  const source = new URL(line.source.url);
  const target = new URL(line.target.url);
  Object.assign(source, { username: 'back', password: 'word' });
  Object.assign(target, { username: 'back' });
  const text = `pipeline: ${line.config.pipeline}
source: { url: ${source}, databases: [${line.source.name}] }
target: { url: ${target} }
log: { kind: embedded, directory: log }
control: { socket: ${line.config.control.socket} }
`;
  return { ...line, config: configOf(line.file, text) };
}

describe.each(['mysql', 'mariadb'] as const)('back to %s', (kind) => {
  test('accounts with exactly the rights that check asks for do it all, while the source is read_only for others', async () => {
    const made = await openReverseLine({
      source: kind,
      log: 'embedded',
      isSourceOwn: true,
      isTargetOwn: true,
      yaml: '',
      fill: async (_, connection) => {
        await connection.run('CREATE TABLE t (id int PRIMARY KEY, n int)');
        await connection.run('INSERT INTO t VALUES (1, 1)');
        await connection.run("CREATE USER 'owner'@'localhost'");
        await connection.run("GRANT ALL ON *.* TO 'owner'@'localhost'");
        await connection.run(
          "CREATE DEFINER = 'owner'@'localhost' TRIGGER twice BEFORE INSERT ON t FOR EACH ROW SET NEW.n = NEW.n * 2",
        );
      },
    });
    const { line, source, target } = made;
    const low = lowered(line);
    const reverse = reverseOf(low);
    const tables = new Map([[line.source.name, ['t']]]);
    try {
      await source.run(`CREATE USER ${ACCOUNT} IDENTIFIED BY 'word'`);
      for (const grant of sourceGrants(kind, ACCOUNT, [line.source.name])) await source.run(grant);
      await target.query('CREATE ROLE back LOGIN');
      await target.query(`GRANT USAGE ON SCHEMA public TO back`);
      await target.query('GRANT SET ON PARAMETER session_replication_role TO back');
      await target.query('ALTER SCHEMA sluice OWNER TO back');
      const { rows } = await target.query(
        "SELECT relname AS name FROM pg_class WHERE relnamespace = 'sluice'::regnamespace AND relkind = 'r'",
      );
      for (const { name } of rows) await target.query(`ALTER TABLE sluice.${name} OWNER TO back`);

      const before = await reverse.check();
      expect(before.map(({ code }) => code)).toEqual([
        'TARGET_PRIVILEGE',
        'TARGET_PRIVILEGE',
        'TARGET_TABLE_NOT_OWNED',
        'SOURCE_PRIVILEGE_MISSING',
        'SOURCE_PRIVILEGE_MISSING',
        'SOURCE_PRIVILEGE_MISSING',
      ]);
      // Triggers that an account may not see are not taken for none.
      await expect(reverse.dropTriggers()).rejects.toMatchObject({ code: 'REVERSE_TRIGGER_UNREADABLE' });
      // Each finding's own cure, and nothing else.
      const cureAll = async (findings: readonly Finding[]) => {
        for (const { object, cure } of findings)
          for (const statement of cure) await (object === 'source' ? source.run(statement) : target.query(statement));
      };
      await cureAll(before);
      const seen = await reverse.check();
      expect(seen.map(({ code }) => code)).toEqual([
        'SOURCE_PRIVILEGE_MISSING',
        'SOURCE_TRIGGERS_REST',
        'SOURCE_TRIGGER_CREATORS',
      ]);
      await cureAll(seen);
      expect((await reverse.check()).map(({ code }) => code)).toEqual(['SOURCE_TRIGGERS_REST']);
      expect(reverseSourceGrants(source.server, ACCOUNT, [line.source.name])).toHaveLength(3);

      const triggers = await readTriggers(source, tables);
      await source.run('SET GLOBAL read_only = 1');
      await reverse.prepare();
      await reverse.canary(60_000);
      expect(await reverse.dropTriggers()).toBe(1);
      const running = reverse.start();
      await run(target, 'INSERT INTO t VALUES (2, 5); UPDATE t SET n = 7 WHERE id = 1');
      await reverse.drain(running, 60_000);
      await running.stop();
      await expectBothEqual(made);
      expect(await reverse.restoreTriggers()).toBe(1);
      expect(await readTriggers(source, tables)).toEqual(triggers);
      await reverse.drop();
      await source.run('SET GLOBAL read_only = 0');
    } finally {
      await made.close();
    }
  });
});

test('a source that refuses every write is waited for, and nothing is lost meanwhile', async () => {
  const made = await openReverseLine({
    source: 'mysql',
    log: 'embedded',
    isSourceOwn: true,
    yaml: '',
    fill: async (_, connection) => {
      await connection.run('CREATE TABLE t (id int PRIMARY KEY, n int)');
    },
  });
  const { reverse, source, target } = made;
  try {
    await reverse.prepare();
    const running = made.start();
    await source.run('SET GLOBAL super_read_only = 1');
    await run(target, 'INSERT INTO t VALUES (1, 1)');
    await expect.poll(() => reverse.status().lastError?.code).toBe('SOURCE_READ_ONLY');
    await source.run('SET GLOBAL super_read_only = 0');
    await source.run('SET GLOBAL read_only = 0');
    await reverse.drain(running, 60_000);
    await expectBothEqual(made);
    await expect.poll(() => reverse.status().lagMs).not.toBeNull();
  } finally {
    await made.close();
  }
});

test('what others wrote on the target before the cutover is none of the source’s', async () => {
  const made = await openReverseLine({
    source: 'mysql',
    log: 'embedded',
    yaml: '',
    fill: async (_, connection) => {
      await connection.run('CREATE TABLE t (id int PRIMARY KEY, n int)');
      await connection.run('INSERT INTO t VALUES (1, 1)');
    },
  });
  const { reverse, source, target } = made;
  try {
    await reverse.prepare();
    await run(target, 'INSERT INTO t VALUES (99, 99)');
    await reverse.canary(60_000);
    await run(target, 'DELETE FROM t WHERE id = 99');
    await reverse.skipForward();
    const running = made.start();
    await run(target, 'INSERT INTO t VALUES (2, 2)');
    await reverse.drain(running, 60_000);
    expect(await source.rows('SELECT id FROM t ORDER BY id')).toEqual([{ id: '1' }, { id: '2' }]);
    expect(await reverse.quarantined()).toEqual([]);
  } finally {
    await made.close();
  }
});

test('a table that is made after the way back was prepared holds the switch up, until it is prepared for it too', async () => {
  const made = await openReverseLine({
    source: 'mysql',
    log: 'embedded',
    yaml: '',
    fill: async (_, connection) => {
      await connection.run('CREATE TABLE t (id int PRIMARY KEY, n int)');
    },
  });
  const { reverse, source, target } = made;
  try {
    await reverse.prepare();
    await reverse.skipForward();
    await source.run('CREATE TABLE `late "one"` (id int PRIMARY KEY, n int)');
    await run(target, 'CREATE TABLE "late ""one""" (id int PRIMARY KEY, n int)');
    await expect(reverse.skipForward()).rejects.toMatchObject({
      code: 'REVERSE_TABLE_LATE',
      message: expect.stringContaining('"public"."late ""one"""'),
    });
    await reverse.prepare();
    await reverse.skipForward();
    const running = made.start();
    await run(target, 'INSERT INTO "late ""one""" VALUES (1, 1)');
    await reverse.drain(running, 60_000);
    expect(await source.rows('SELECT id FROM `late "one"`')).toEqual([{ id: '1' }]);
  } finally {
    await made.close();
  }
});
