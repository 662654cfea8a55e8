import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAIN, runSluice } from '../cli/run-sluice.ts';
import { type Line, openLine } from '../e2e/line.ts';
import { bareEnvironment } from '../run-environment.ts';
import { type Sides, sidesOf } from './sides.ts';

let line: Line;
let sides: Sides;
let child: ChildProcess;
let printed = '';

beforeAll(async () => {
  line = await openLine({ source: 'mysql', log: 'embedded', yaml: '' });
  sides = await sidesOf(line);
  await sides.onSource(`CREATE TABLE t (id int PRIMARY KEY, flag tinyint(1) NOT NULL, note text);
    INSERT INTO t VALUES (1, 0, 'one'), (2, 1, 'two')`);
  child = spawn(process.execPath, [MAIN, 'run'], { cwd: line.folder, env: bareEnvironment() });
  child.stderr?.on('data', (data) => {
    printed += String(data);
  });
});

afterAll(async () => {
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  await sides.close();
  await line.close();
});

async function quarantine(...words: readonly string[]) {
  const ran = await runSluice(['quarantine', ...words, '--json'], { folder: line.folder });
  return { exit: ran.exit, ...JSON.parse(ran.stdout) };
}

async function waiting(): Promise<{ id: string; key: string; behind: string | null; reason: string }[]> {
  return (await quarantine('list')).data.changes;
}

test('while the pipeline runs a change that the target cannot hold waits with all that follows it, and is retried in order', async () => {
  await expect.poll(() => sides.targetRows('t').catch(() => printed), { timeout: 60_000 }).toHaveLength(2);
  await sides.onSource(`UPDATE t SET flag = 2 WHERE id = 1; UPDATE t SET note = 'later' WHERE id = 1;
    INSERT INTO t VALUES (3, 1, 'three')`);
  await expect.poll(() => sides.targetRows('t'), { timeout: 30_000 }).toEqual(['1|f|one', '2|t|two', '3|t|three']);
  const [first, second, ...others] = await waiting();
  expect(first).toMatchObject({ key: '{"id":1}', behind: null });
  expect(second).toMatchObject({ key: '{"id":1}', behind: first?.id });
  expect(others).toEqual([]);

  // Not cured yet: nothing is lost by trying, and the pipeline goes on.
  expect(await quarantine('retry', first?.id ?? '')).toMatchObject({ exit: 4, data: { applied: 0, remaining: 2 } });
  await sides.target.query('ALTER TABLE t ALTER COLUMN flag TYPE smallint USING flag::integer');
  expect(await quarantine('retry', 'all')).toMatchObject({ exit: 0, data: { applied: 2, remaining: 0 } });
  expect(await sides.targetRows('t')).toEqual(['1|2|later', '2|1|two', '3|1|three']);
  expect(await waiting()).toEqual([]);
});

test('a NUL byte in a text is set aside and dropped by name, while the pipeline goes on', async () => {
  await sides.onSource("INSERT INTO t VALUES (4, 0, CONCAT('a', CHAR(0), 'b')); INSERT INTO t VALUES (5, 0, 'five')");
  await expect.poll(() => sides.targetRows('t WHERE id > 3'), { timeout: 30_000 }).toEqual(['5|0|five']);
  const [change] = await waiting();
  expect(change).toMatchObject({ key: '{"id":4}' });
  expect(await quarantine('drop', 'all', '--confirm', 'other')).toMatchObject({ exit: 2 });
  expect(await quarantine('drop', change?.id ?? '', '--confirm', line.config.pipeline)).toMatchObject({
    exit: 0,
    data: { dropped: 1 },
  });
  expect(await waiting()).toEqual([]);
  await sides.onSource("UPDATE t SET note = 'mended' WHERE id = 4");
  await expect.poll(() => sides.targetRows('t WHERE id = 4'), { timeout: 30_000 }).toEqual(['4|0|mended']);
});

test('an error of the running process comes with its code and remedy', async () => {
  expect(await quarantine('retry', '999')).toMatchObject({
    exit: 2,
    error: { code: 'QUARANTINE_NO_SUCH_CHANGE', remedy: expect.stringContaining('quarantine list') },
  });
});
