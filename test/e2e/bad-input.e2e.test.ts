import { expect, test } from 'vitest';
import { caughtUpSince, openLine, startLine } from './line.ts';
import { startProcess, untilProcess } from './line-process.ts';
import { expectEqual } from './shop.ts';
import { onSource, onTarget } from './statement.ts';

const PLAIN = { source: 'mysql', log: 'embedded', yaml: '' } as const;

test('an empty database is refused with a code and a cure, and the target is left alone', async () => {
  const line = await openLine(PLAIN);
  try {
    await expect(startLine(line).ended).rejects.toMatchObject({
      code: 'SOURCE_NO_TABLES',
      remedy: expect.stringMatching(/\w/),
    });
    expect(await onTarget(line, "SELECT 1 FROM pg_namespace WHERE nspname = 'sluice'")).toEqual([]);
  } finally {
    await line.close();
  }
});

test('a table without a key arrives, with equal rows and their count, and follows changes', async () => {
  const line = await openLine(PLAIN);
  try {
    await onSource(
      line,
      'CREATE TABLE no_key (a int, b varchar(20))',
      "INSERT INTO no_key VALUES (1, 'one'), (1, 'one'), (1, 'one'), (2, NULL), (NULL, NULL)",
    );
    const running = startLine(line);
    await running.until(({ state }) => state === 'streaming');
    await onSource(
      line,
      "INSERT INTO no_key VALUES (3, 'three'), (1, 'one')",
      'DELETE FROM no_key WHERE a = 1 LIMIT 2',
      "UPDATE no_key SET b = 'two' WHERE a = 2 OR a IS NULL",
    );
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    await expectEqual(line);
  } finally {
    await line.close();
  }
});

test('a target table that does not fit stops the run with all of its problems before a row is written', async () => {
  const line = await openLine({ ...PLAIN, target: ', ddl: existing' });
  try {
    await onSource(
      line,
      'CREATE TABLE item (id int PRIMARY KEY, name varchar(20), born date)',
      "INSERT INTO item VALUES (1, 'a', '2024-02-29')",
    );
    await onTarget(line, 'CREATE TABLE item (id int PRIMARY KEY, name point, extra int NOT NULL)');
    const failure = await startLine(line).ended.catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'TARGET_SKEW' });
    const told = JSON.stringify(failure) + String(failure);
    for (const problem of ['name', 'born', 'extra']) expect(told).toContain(problem);
    expect(await onTarget(line, 'SELECT * FROM item')).toEqual([]);
  } finally {
    await line.close();
  }
});

test('a second process of one pipeline is refused, by name of the first, and the first goes on', async () => {
  const line = await openLine(PLAIN);
  await onSource(line, 'CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1), (2)');
  const first = startProcess(line);
  try {
    await untilProcess(line, ({ state }) => state === 'streaming', { processes: [first] });
    const second = startProcess(line, 'run', ['--json']);
    expect(await second.ended).toBe(3);
    expect(second.output).toContain('CONTROL_HELD');
    expect(second.output).toContain(String(first.pid));
    await onSource(line, 'INSERT INTO item VALUES (3)');
    await untilProcess(line, caughtUpSince(Date.now()), { processes: [first] });
    expect(await first.stop()).toBe(0);
    await expectEqual(line);
  } finally {
    await first.kill();
    await line.close();
  }
});

test('a second process that hides behind another socket is refused by the log itself', async () => {
  const line = await openLine(PLAIN);
  await onSource(line, 'CREATE TABLE item (id int PRIMARY KEY)');
  const first = startProcess(line);
  try {
    await untilProcess(line, ({ state }) => state === 'streaming', { processes: [first] });
    const second = startProcess(line, 'run', ['--json', '--control-socket', `${line.folder}/other.sock`]);
    expect(await second.ended).not.toBe(0);
    expect(second.output).toContain(String(first.pid));
    expect(await first.stop()).toBe(0);
  } finally {
    await first.kill();
    await line.close();
  }
});
