import { describe, expect, test } from 'vitest';
import { readWayBack } from '../../src/pipeline/evidence/way-back.ts';
import { expectBothEqual, openReverseLine, run } from './reverse-line.ts';

const FILL = [
  `CREATE TABLE t (id int PRIMARY KEY, born date NULL, code varchar(5), latin varchar(20) CHARACTER SET latin1, fixed char(4),
     small tinyint, cents decimal(6,2), bits bit(3), kind enum('a','b'), raw binary(3), year_of year, note text)`,
  "INSERT INTO t (id, code, note) VALUES (1, 'one', 'x'), (2, 'two', 'x'), (3, 'three', 'x')",
  `CREATE TABLE old (id int PRIMARY KEY, since date NOT NULL, ends date NULL, n int) ENGINE=InnoDB`,
  "INSERT INTO old VALUES (1, '0000-00-00', '2020-00-10', 1), (2, '2020-01-01', NULL, 1)",
  'CREATE TABLE short_name (name varchar(20) NOT NULL PRIMARY KEY, n int)',
];

/** Each is one statement on the target that the source cannot take as it is, with the reason. */
const REFUSED: readonly (readonly [string, string])[] = [
  ["UPDATE t SET born = 'infinity' WHERE id = 1", 'out-of-range'],
  ["INSERT INTO t (id, born) VALUES (10, '0044-03-15 BC')", 'out-of-range'],
  ["INSERT INTO t (id, latin) VALUES (11, 'ж')", 'errno-1366'],
  ["INSERT INTO t (id, code) VALUES (12, 'too long')", 'too-long'],
  ["INSERT INTO t (id, fixed) VALUES (13, 'a   ')", 'trailing-space'],
  ['INSERT INTO t (id, small) VALUES (14, 1000)', 'errno-1264'],
  ['INSERT INTO t (id, cents) VALUES (15, 1.005)', 'cut-fraction'],
  ["INSERT INTO t (id, kind) VALUES (16, 'A')", 'not-member'],
  ["INSERT INTO t (id, raw) VALUES (17, '\\x00')", 'other-length'],
  ['INSERT INTO t (id, year_of) VALUES (18, 5)', 'out-of-range'],
  ['INSERT INTO t (id, cents) VALUES (4000000000, 1)', 'not-of-type'],
  ["INSERT INTO t (id, cents) VALUES (19, 'NaN')", 'out-of-range'],
];

describe.each(['mysql', 'mariadb'] as const)('on %s', (source) => {
  test('what the source cannot hold waits whole with what follows it, and everything else goes on', async () => {
    const made = await openReverseLine({
      source,
      log: 'embedded',
      yaml: 'tables: { rules: { old: { zeroDate: { since: "null" } } } }',
      fill: async (_, connection) => {
        for (const statement of FILL) await connection.run(statement);
      },
    });
    const { reverse, target, source: mysql } = made;
    try {
      // The application's own migrations widen what ours made.
      await run(
        target,
        `ALTER TABLE t ALTER COLUMN id TYPE bigint; ALTER TABLE t ALTER COLUMN code TYPE text;
         ALTER TABLE t ALTER COLUMN fixed TYPE text; ALTER TABLE t ALTER COLUMN cents TYPE numeric;
         ALTER TABLE t ALTER COLUMN small TYPE integer`,
      );
      const { rows } = await target.query(
        "SELECT conname AS name FROM pg_constraint WHERE conrelid = 't'::regclass AND contype = 'c'",
      );
      for (const { name } of rows) await target.query(`ALTER TABLE t DROP CONSTRAINT "${name}"`);
      await reverse.prepare();
      const running = made.start();
      for (const [statement] of REFUSED) await target.query(statement);
      await run(
        target,
        `UPDATE t SET note = 'later' WHERE id = 1; UPDATE t SET id = 5 WHERE id = 1; INSERT INTO t (id, note) VALUES (6, 'goes on');
         UPDATE t SET note = 'goes on' WHERE id = 2; UPDATE old SET n = 2; INSERT INTO old (id, n) VALUES (3, 3);
         INSERT INTO short_name VALUES ('Case', 1), ('case', 2); UPDATE short_name SET n = 5 WHERE name = 'case'`,
      );
      await reverse.drain(running, 60_000);
      const waiting = await reverse.quarantined();
      const reasons = waiting.filter(({ behind }) => behind === null).map(({ reason }) => reason);
      expect(reasons).toEqual([...REFUSED.map(([, reason]) => reason), 'errno-1062']);
      expect(waiting.slice(0, 2)).toMatchObject([
        { op: 'u', key: '{"id":"1"}' },
        { op: 'c', key: '{"id":"10"}' },
      ]);
      expect(waiting.filter(({ behind }) => behind !== null)).toHaveLength(3);
      const told = await readWayBack(mysql, made.line.config.pipeline);
      expect(told?.setAside.reduce((sum, { changes }) => sum + changes, 0)).toBe(waiting.length);
      expect(told?.setAside).toContainEqual({
        ...{ table: expect.stringMatching(/\.t$/), reason: 'too-long', state: 'waiting', changes: 1 },
      });
      expect(told).toMatchObject({ position: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/), restingTriggers: 0 });
      expect(await mysql.rows('SELECT id, note FROM t WHERE id < 100 ORDER BY id')).toEqual([
        { id: '1', note: 'x' },
        { id: '2', note: 'goes on' },
        { id: '3', note: 'x' },
        { id: '6', note: 'goes on' },
      ]);
      // What the target tells less of is left as it is where nobody changed it; a new zero date is one.
      expect(await mysql.rows('SELECT id, since, ends, n FROM old ORDER BY id')).toEqual([
        { id: '1', since: '0000-00-00', ends: '2020-00-10', n: '2' },
        { id: '2', since: '2020-01-01', ends: null, n: '2' },
        { id: '3', since: '0000-00-00', ends: null, n: '3' },
      ]);

      // The source learns to hold one of them; the rest stays, in order.
      await mysql.run('ALTER TABLE t MODIFY code varchar(20)');
      await running.stop();
      const again = made.start();
      await reverse.drain(again, 60_000);
      expect(await reverse.retry('all')).toEqual({ applied: 1, remaining: waiting.length - 1 });
      expect(await reverse.giveUp('all')).toEqual({ dropped: waiting.length - 1 });
      expect(await reverse.quarantined()).toEqual([]);
      expect(await mysql.rows('SELECT code FROM t WHERE id = 12')).toEqual([{ code: 'too long' }]);
    } finally {
      await made.close();
    }
  });
});

test('columns that rules hide are left alone by UPDATEs and take their defaults in INSERTs, and are named', async () => {
  const made = await openReverseLine({
    source: 'mysql',
    log: 'embedded',
    yaml: `tables: { rules: { person: { exclude: [secret], mask: { phone: "null" }, columns: { mail: email }, rename: people } } }`,
    fill: async (_, connection) => {
      await connection.run(
        `CREATE TABLE person (id int PRIMARY KEY, mail varchar(40), phone varchar(20), secret varchar(20) NOT NULL DEFAULT 'none',
           touched timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP)`,
      );
      await connection.run(
        "INSERT INTO person VALUES (1, 'a@x', '123', 's3', '2001-02-03 04:05:06'), (2, 'b@x', '456', 's4', '2001-02-03 04:05:06')",
      );
    },
  });
  const { reverse, target, source } = made;
  try {
    const { plan } = await reverse.prepare();
    expect(plan.notCarried).toEqual([
      { table: `${made.line.source.name}.person`, column: 'phone', reason: 'a rule masks it', stopsInserts: false },
      {
        table: `${made.line.source.name}.person`,
        column: 'secret',
        reason: 'a rule leaves it out',
        stopsInserts: false,
      },
    ]);
    const running = made.start();
    await run(
      target,
      `UPDATE people SET email = 'c@x' WHERE id = 1; INSERT INTO people (id, email, touched) VALUES (3, 'd@x', '2020-01-01');
       DELETE FROM people WHERE id = 2`,
    );
    await reverse.drain(running, 60_000);
    expect(await source.rows('SELECT id, mail, phone, secret FROM person ORDER BY id')).toEqual([
      { id: '1', mail: 'c@x', phone: '123', secret: 's3' },
      { id: '3', mail: 'd@x', phone: null, secret: 'none' },
    ]);
    await expectBothEqual(made);
  } finally {
    await made.close();
  }
});
