import { expect, test } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import { runSluice } from '../cli/run-sluice.ts';
import { caughtUpSince, type Line, type LineOptions, openLine, startLine } from './line.ts';
import { startProcess, untilProcess } from './line-process.ts';
import { expectEqual } from './shop.ts';
import { onSource, onTarget } from './statement.ts';

/** A line into a schema that stands already. */
async function withLine(options: Partial<LineOptions>, work: (line: Line) => Promise<void>): Promise<void> {
  const target = `, ddl: existing${options.target ?? ''}`;
  const line = await openLine({ source: 'mysql', log: 'embedded', yaml: '', ...options, target });
  try {
    await work(line);
  } finally {
    await line.close();
  }
}

async function loaded(line: Line): Promise<void> {
  const running = startLine(line);
  await running.until(caughtUpSince(Date.now()));
  await running.stop();
}

test('a target of another version is refused before anything is touched', async () => {
  await withLine({ target: ', emptyFirst: [a]' }, async (line) => {
    await onSource(line, 'CREATE TABLE a (id int PRIMARY KEY, name varchar(20))', "INSERT INTO a VALUES (1, 'x')");
    await onTarget(line, 'CREATE TABLE a (id int PRIMARY KEY, name varchar(10)); INSERT INTO a VALUES (9, NULL)');
    await expect(startLine(line).ended).rejects.toMatchObject({
      code: 'TARGET_SKEW',
      message: expect.stringContaining('public.a.name: narrower on the target: source varchar(20)'),
    });
    expect(await onTarget(line, 'SELECT id FROM a')).toEqual([{ id: 9 }]);
    expect(await onTarget(line, "SELECT to_regnamespace('sluice') AS own")).toEqual([{ own: null }]);
  });
});

test('rows that the operator gave up are deleted before the first load, and never after it', async () => {
  await withLine({ target: ', emptyFirst: [kind]' }, async (line) => {
    await onSource(
      line,
      'CREATE TABLE kind (id int PRIMARY KEY)',
      'CREATE TABLE thing (id int PRIMARY KEY, kind_id int, FOREIGN KEY (kind_id) REFERENCES kind (id))',
      'INSERT INTO kind VALUES (1), (2)',
      'INSERT INTO thing VALUES (1, 1)',
    );
    await onTarget(
      line,
      `CREATE TABLE kind (id int PRIMARY KEY);
       CREATE TABLE thing (id int PRIMARY KEY, kind_id int REFERENCES kind (id) DEFERRABLE INITIALLY DEFERRED);
       INSERT INTO kind VALUES (2), (77)`,
    );
    await loaded(line);
    await expectEqual(line);
    await onSource(line, 'INSERT INTO kind VALUES (3)');
    await loaded(line);
    await expectEqual(line);
  });
});

test('the application can insert after a run: sequences go on behind the rows of the source, the deleted ones too', async () => {
  await withLine({}, async (line) => {
    await onSource(
      line,
      'CREATE TABLE a (id int AUTO_INCREMENT PRIMARY KEY, n int)',
      'INSERT INTO a (n) VALUES (1), (2)',
    );
    await onTarget(line, 'CREATE TABLE a (id serial PRIMARY KEY, n int)');
    const running = startLine(line);
    await running.until(({ state }) => state === 'streaming');
    expect(await onTarget(line, 'INSERT INTO a (n) VALUES (9) RETURNING id')).toEqual([{ id: 3 }]);
    await onTarget(line, 'DELETE FROM a WHERE n = 9');
    await onSource(line, 'INSERT INTO a (id, n) VALUES (77, 3), (90, 4)', 'DELETE FROM a WHERE id = 90');
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    expect(await onTarget(line, 'INSERT INTO a (n) VALUES (5) RETURNING id')).toEqual([{ id: 78 }]);
    await onTarget(line, 'DELETE FROM a WHERE n = 5');
    await loaded(line);
    expect(await onTarget(line, 'INSERT INTO a (n) VALUES (6) RETURNING id')).toEqual([{ id: 91 }]);
  });
});

test('what is dropped for the load stands again as it was when the load is complete, and rows went by without it', async () => {
  await withLine({ target: ', dropForLoad: all' }, async (line) => {
    await onSource(
      line,
      'CREATE TABLE kind (id int PRIMARY KEY, name varchar(20) NOT NULL, UNIQUE (name))',
      'CREATE TABLE thing (id int PRIMARY KEY, kind_id int, n int)',
      "INSERT INTO kind VALUES (1, 'one'), (2, 'two')",
      'INSERT INTO thing VALUES (1, 1, 5), (2, 2, 6)',
    );
    await onTarget(
      line,
      `CREATE TABLE kind (id int PRIMARY KEY, name varchar(20) NOT NULL CONSTRAINT kind_name UNIQUE);
       CREATE TABLE thing (id int PRIMARY KEY, kind_id int CONSTRAINT of_kind REFERENCES kind DEFERRABLE INITIALLY DEFERRED,
         n int CONSTRAINT positive CHECK (n >= 0));
       CREATE INDEX kind_like ON kind (name varchar_pattern_ops);
       CREATE FUNCTION count_up() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.n := NEW.n + 100; RETURN NEW; END';
       CREATE TRIGGER up BEFORE INSERT ON thing FOR EACH ROW EXECUTE FUNCTION count_up()`,
    );
    const before = await objects(line);
    const running = startLine(line);
    await running.until(({ state }) => state === 'streaming');
    expect(await objects(line)).toEqual(before);
    expect(
      await onTarget(line, 'SELECT count(*)::int AS n FROM sluice.dropped_object WHERE restored_at IS NOT NULL'),
    ).toEqual([{ n: 5 }]);
    await onSource(line, 'INSERT INTO thing VALUES (3, 1, 7)');
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    await expectEqual(line);
    await loaded(line);
    expect(await objects(line)).toEqual(before);
  });
});

test('what would act on replicated rows stays off while the account cannot let it rest, and comes when it can', async () => {
  await withLine({ target: ', dropForLoad: all' }, async (line) => {
    const role = `owner_${process.pid}`;
    await onSource(line, 'CREATE TABLE a (id int PRIMARY KEY, parent int)', 'INSERT INTO a VALUES (1, 2), (2, NULL)');
    await onTarget(
      line,
      `CREATE ROLE ${role} LOGIN PASSWORD 'pw'; GRANT CREATE ON DATABASE "${line.target.name}" TO ${role};
       GRANT ALL ON SCHEMA public TO ${role};
       CREATE TABLE a (id int PRIMARY KEY, parent int CONSTRAINT own REFERENCES a, CONSTRAINT fine CHECK (id > 0));
       ALTER TABLE a OWNER TO ${role}`,
    );
    const before = await objects(line);
    try {
      const plain = asRole(line, role);
      const running = startLine(plain);
      await running.until(({ state }) => state === 'streaming');
      expect(running.status().errors.map(({ code }) => code)).toContain('TARGET_OBJECTS_LEFT_OFF');
      await running.stop();
      expect(before.filter((name) => name !== 'own')).toEqual(await objects(line));
      await onTarget(line, `GRANT SET ON PARAMETER session_replication_role TO ${role}`);
      await loaded(plain);
      expect(await objects(line)).toEqual(before);
      await expectEqual(line);
    } finally {
      await onTarget(
        line,
        `REVOKE SET ON PARAMETER session_replication_role FROM ${role}; DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`,
      );
    }
  });
});

test('native enum types and domains of the target take texts, enums and numbers, loaded and streamed', async () => {
  await withLine({}, async (line) => {
    await onSource(
      line,
      "CREATE TABLE a (id enum('x', 'y', 'z') PRIMARY KEY, kind enum('small', 'large'), name varchar(20), n int unsigned, note varchar(5))",
      "INSERT INTO a VALUES ('x', 'small', 'large', 5, 'öäü'), ('y', NULL, 'small', NULL, '')",
    );
    await onTarget(
      line,
      `CREATE TYPE size AS ENUM ('large', 'small'); CREATE TYPE letter AS ENUM ('z', 'y', 'x');
       CREATE DOMAIN count AS integer CHECK (VALUE < 100); CREATE DOMAIN short AS varchar(5);
       CREATE TABLE a (id letter PRIMARY KEY, kind size, name size, n count, note short)`,
    );
    const running = startLine(line);
    await running.until(({ state }) => state === 'streaming');
    await onSource(
      line,
      "UPDATE a SET kind = 'large', n = 99 WHERE id = 'y'",
      "INSERT INTO a VALUES ('z', 'large', 'small', 7, 'z')",
      "DELETE FROM a WHERE id = 'x'",
    );
    await running.until(caughtUpSince(Date.now()));
    await expectEqual(line);
    // Neither a label nor within the domain.
    await onSource(line, "UPDATE a SET name = 'huge' WHERE id = 'y'", "UPDATE a SET n = 100 WHERE id = 'z'");
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    expect(await onTarget(line, 'SELECT id, name, n FROM a ORDER BY id')).toEqual([
      { id: 'z', name: 'small', n: 7 },
      { id: 'y', name: 'small', n: 99 },
    ]);
    expect(await onTarget(line, 'SELECT count(*)::int AS n FROM sluice.quarantine')).toEqual([{ n: 2 }]);
  });
});

test('a DDL of the source waits for the migration of the target, which finds its tables as it left them', async () => {
  await withLine({}, async (line) => {
    await onSource(line, 'CREATE TABLE a (id int PRIMARY KEY, n int)', 'INSERT INTO a VALUES (1, 1)');
    await onTarget(line, 'CREATE TABLE a (id int PRIMARY KEY, n int)');
    const process = startProcess(line);
    const until = (isThere: Parameters<typeof untilProcess>[1]) =>
      untilProcess(line, isThere, { processes: [process] });
    try {
      await until(({ state }) => state === 'streaming');
      await onSource(
        line,
        "ALTER TABLE a ADD COLUMN more varchar(9) DEFAULT 'x'",
        "INSERT INTO a VALUES (2, 2, 'two')",
      );
      await until(({ snapshot }) => snapshot.tables.some(({ phase }) => phase === 'paused'));
      expect(await onTarget(line, 'SELECT * FROM a')).toEqual([{ id: 1, n: 1 }]);
      // What Django does: a default for the rows that stand, and none afterwards.
      await onTarget(
        line,
        "ALTER TABLE a ADD COLUMN more varchar(9) DEFAULT 'x'; ALTER TABLE a ALTER COLUMN more DROP DEFAULT",
      );
      await runSluice(['quarantine', 'retry', 'all'], { folder: line.folder });
      await until(caughtUpSince(Date.now()));
      expect(await process.stop()).toBe(0);
      await expectEqual(line);
    } finally {
      await process.kill();
    }
  });
});

/** The line with another account on the target. */
function asRole(line: Line, role: string): Line {
  const { url } = line.config.target;
  const login = { ...url, user: role, password: new Secret('pw') };
  return { ...line, config: { ...line.config, target: { ...line.config.target, url: login } } };
}

/** Names of constraints, indexes and triggers that stand. */
async function objects(line: Line): Promise<readonly unknown[]> {
  const rows = await onTarget(
    line,
    `SELECT conname AS name FROM pg_constraint WHERE connamespace = 'public'::regnamespace
     UNION SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
     UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}
