import { describe, expect, test } from 'vitest';
import { caughtUpSince, startLine } from './line.ts';
import { expectBothEqual, openReverseLine, run } from './reverse-line.ts';

describe.each(['mysql', 'mariadb'] as const)('between %s and PostgreSQL', (source) => {
  test('neither direction takes what the other wrote for new, there and back', async () => {
    const made = await openReverseLine({
      source,
      log: 'embedded',
      yaml: '',
      fill: async (_, connection) => {
        await connection.run('CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL)');
        await connection.run('INSERT INTO t VALUES (1, 1), (2, 2)');
      },
    });
    const { line, reverse, target, source: mysql } = made;
    try {
      await reverse.prepare();
      // The forward stream writes after the slot was made.
      const forward = startLine(line);
      await mysql.run('INSERT INTO t VALUES (3, 3)');
      await mysql.run('UPDATE t SET n = n + 10');
      await forward.until(caughtUpSince(Date.now()));
      await forward.stop();

      const running = made.start();
      await reverse.drain(running, 60_000);
      expect(reverse.status().rows).toBe(0);
      await run(target, 'INSERT INTO t VALUES (4, 4); UPDATE t SET n = n + 100; DELETE FROM t WHERE id = 2');
      await reverse.drain(running, 60_000);
      expect(reverse.status().rows).toBe(6);
      await running.stop();
      await expectBothEqual(made);

      // Back on the source: what the way back wrote stands in its binlog, between E and what comes now.
      const rowsAsWritten = async () =>
        (await target.query('SELECT id, n, xmin::text AS writer FROM t WHERE id <> 9 ORDER BY id')).rows;
      const before = await rowsAsWritten();
      const back = startLine(line);
      await mysql.run('INSERT INTO t VALUES (9, 9)');
      await back.until(caughtUpSince(Date.now()));
      await back.stop();
      expect(await rowsAsWritten()).toEqual(before);
      expect((await target.query('SELECT n FROM t WHERE id = 9')).rows).toEqual([{ n: '9' }]);
      await expectBothEqual(made);
    } finally {
      await made.close();
    }
  });
});

test('DDL on the target stops the way back before a row of it, and goes on once the new shape is accepted', async () => {
  const made = await openReverseLine({
    source: 'mysql',
    log: 'embedded',
    yaml: '',
    fill: async (_, connection) => {
      await connection.run('CREATE TABLE t (id int PRIMARY KEY, n int)');
      await connection.run('INSERT INTO t VALUES (1, 1)');
    },
  });
  const { reverse, target, source } = made;
  try {
    await reverse.prepare();
    const running = made.start();
    await run(target, 'UPDATE t SET n = 2; ALTER TABLE t ADD COLUMN extra text; INSERT INTO t VALUES (2, 3, $$new$$)');
    await expect(running.ended).rejects.toMatchObject({ code: 'REVERSE_TABLE_CHANGED', disposition: 'stop' });
    expect(await source.rows('SELECT id, n FROM t ORDER BY id')).toEqual([{ id: '1', n: '2' }]);
    expect(reverse.status().lastError).toMatchObject({ code: 'REVERSE_TABLE_CHANGED', stage: 'capture' });

    const still = made.start();
    await expect(still.ended).rejects.toMatchObject({ code: 'REVERSE_TABLE_CHANGED' });
    expect(await reverse.accept({ schema: 'public', table: 't' })).toBe(true);
    const again = made.start();
    await run(target, "UPDATE t SET extra = 'only there' WHERE id = 1");
    await reverse.drain(again, 60_000);
    expect(await source.rows('SELECT id, n FROM t ORDER BY id')).toEqual([
      { id: '1', n: '2' },
      { id: '2', n: '3' },
    ]);
    expect((await reverse.plan()).notCarried).toMatchObject([
      { column: 'extra', reason: 'the source has no such column' },
    ]);
  } finally {
    await made.close();
  }
});

test('what is taken away at the end leaves the target as it was before', async () => {
  const made = await openReverseLine({
    source: 'mysql',
    log: 'embedded',
    yaml: '',
    fill: async (_, connection) => {
      for (const name of ['a', 'b', 'c'])
        await connection.run(`CREATE TABLE ${name} (id int PRIMARY KEY, u int NOT NULL UNIQUE)`);
    },
  });
  const { reverse, target } = made;
  const identities = async () =>
    (
      await target.query(
        "SELECT relname, relreplident FROM pg_class WHERE relname IN ('a', 'b', 'c') AND relkind = 'r' ORDER BY relname",
      )
    ).rows.map((row) => `${row['relname']} ${row['relreplident']}`);
  try {
    const { rows } = await target.query(
      "SELECT indexrelid::regclass AS name FROM pg_index WHERE indrelid = 'b'::regclass AND NOT indisprimary",
    );
    await run(
      target,
      `ALTER TABLE b REPLICA IDENTITY USING INDEX ${rows[0]?.['name']}; ALTER TABLE c REPLICA IDENTITY NOTHING`,
    );
    const before = await identities();
    expect(before).toEqual(['a d', 'b i', 'c n']);
    await reverse.prepare();
    await reverse.prepare();
    expect(await identities()).toEqual(['a f', 'b f', 'c f']);
    await reverse.canary(60_000);
    await reverse.drop();
    await reverse.drop();
    expect(await identities()).toEqual(before);
    for (const catalogue of ['pg_replication_slots', 'pg_publication'])
      expect(
        (
          await target.query(
            `SELECT 1 FROM ${catalogue} WHERE ${catalogue === 'pg_publication' ? 'pubname' : 'slot_name'} LIKE $1`,
            [`%${made.line.config.pipeline}%`],
          )
        ).rows,
      ).toEqual([]);
  } finally {
    await made.close();
  }
});
