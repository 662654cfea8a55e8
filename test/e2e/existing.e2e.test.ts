import { expect, test } from 'vitest';
import { caughtUpSince, type Line, type LineOptions, openLine, startLine } from './line.ts';
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
