import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { MAIN, runSluice } from '../cli/run-sluice.ts';
import { type Line, openLine, pause } from './line.ts';
import { onSource, onTarget } from './statement.ts';

const SOON = { timeout: 90_000 };
const LISTS = 'tables: { exclude: [later, strange, "*_tmp"] }  # what takes part';

/** Single commits until `end`; how many. */
function trickle(line: Line) {
  const state = { isOver: false, commits: 0 };
  const going = (async () => {
    for (; !state.isOver; state.commits++) {
      await onSource(line, `INSERT INTO stays VALUES (${1_000 + state.commits})`);
      await pause(20);
    }
  })();
  const end = async () => {
    state.isOver = true;
    await going;
    return state.commits;
  };
  return { end };
}

test.each(['mysql', 'mariadb'] as const)(
  'tables of %s are taken into and out of a running pipeline under traffic, in the file too, and nothing else is lost',
  async (source) => {
    const line = await openLine({ source, log: 'embedded', yaml: `${LISTS}\nhttp: { listen: off }` });
    const { pipeline } = line.config;
    const sluice = async (...argv: readonly string[]) => {
      const { exit, stdout } = await runSluice([...argv, '--json'], { folder: line.folder });
      return { exit, ...JSON.parse(stdout) };
    };
    const ids = async (table: string) =>
      (await onTarget(line, `SELECT id FROM ${table} ORDER BY id`)).map(({ id }) => id);
    const text = async () => await readFile(line.file, 'utf8');
    const start = () => spawn(process.execPath, [MAIN, 'run', '--quiet'], { cwd: line.folder, stdio: 'ignore' });
    let child: ChildProcess | null = null;
    let traffic: ReturnType<typeof trickle> | null = null;
    try {
      await onSource(
        line,
        ...['stays', 'later', 'strange', 'one_tmp'].map((table) => `CREATE TABLE ${table} (id int PRIMARY KEY)`),
        'ALTER TABLE later ADD COLUMN flag tinyint(1)',
        'INSERT INTO later (id) VALUES (1), (2), (3)',
      );
      await onTarget(line, 'CREATE TABLE strange (id int PRIMARY KEY); INSERT INTO strange VALUES (7)');
      child = start();
      const { pid } = child;
      await expect.poll(() => sluice('lag', '--max', '0s').then(({ exit }) => exit), SOON).toBe(0);
      traffic = trickle(line);
      const before = await text();
      for (const [argv, exit, code] of [
        [['add', 'later', '--confirm', 'other'], 2, 'USAGE_NOT_CONFIRMED'],
        [['add', 'one_tmp', '--confirm', pipeline], 2, 'USAGE_EXCLUDED'],
        [['add', 'strange', '--confirm', pipeline], 3, 'TABLES_OCCUPIED'],
        [['remove', 'nowhere'], 3, 'TABLES_UNKNOWN'],
        [['add', 'later', '--confirm', pipeline, '--tables-exclude', 'later'], 2, 'USAGE_TABLES_ELSEWHERE'],
      ] as const) {
        const refused = await sluice('tables', ...argv);
        expect([argv, refused.exit, refused.error?.code]).toEqual([argv, exit, code]);
        expect(await text()).toBe(before);
      }

      expect(await sluice('tables', 'add', 'later', '--confirm', pipeline)).toMatchObject({
        exit: 0,
        data: { added: [{ table: 'later' }], removed: [] },
      });
      expect(await text()).toBe(before.replace('[later, strange, "*_tmp"]', '["strange", "*_tmp"]'));
      await expect.poll(() => ids('later').catch(() => null), SOON).toEqual([1, 2, 3]);
      await onSource(line, 'INSERT INTO later (id) VALUES (4)', 'DELETE FROM later WHERE id = 1');
      await expect.poll(() => ids('later'), SOON).toEqual([2, 3, 4]);
      expect(await sluice('tables', 'add', 'later', '--confirm', pipeline)).toMatchObject({
        exit: 0,
        data: { added: [] },
      });

      expect((await sluice('pause')).exit).toBe(0);
      const held = await sluice('tables', 'remove', 'later');
      expect([held.exit, held.error?.code]).toEqual([3, 'TABLES_NOT_NOW']);
      expect((await sluice('resume')).exit).toBe(0);
      const waiting = async () => (await sluice('status')).data.quarantine.length;
      await onSource(line, 'UPDATE later SET flag = 7 WHERE id = 3');
      await expect.poll(waiting, SOON).toBe(1);

      expect(await sluice('tables', 'remove', 'later')).toMatchObject({
        exit: 0,
        data: { removed: [{ table: 'later' }] },
      });
      await onSource(line, 'INSERT INTO later (id) VALUES (5)', 'DELETE FROM later WHERE id = 2');
      // What takes no part is nothing that is missing on the target.
      await expect.poll(waiting, SOON).toBe(0);
      await onSource(line, 'UPDATE later SET flag = 1 WHERE id = 3');
      await onSource(line, 'INSERT INTO stays VALUES (1)');
      await expect.poll(async () => (await ids('stays'))[0], SOON).toBe(1);
      expect(await ids('later')).toEqual([2, 3, 4]);
      // Nobody follows it any more: an analyst must not be told that it is complete up to now.
      const told = 'SELECT table_name, state FROM sluice.freshness ORDER BY 1';
      await expect.poll(() => onTarget(line, told), SOON).toEqual([{ table_name: 'stays', state: 'streaming' }]);
      const { data: status } = await sluice('status');
      expect(status.freshness.tables.map(({ table }: { table: string }) => table)).toEqual(['stays']);

      expect((await sluice('tables', 'add', 'later', '--confirm', pipeline)).exit).toBe(0);
      await expect.poll(() => ids('later'), SOON).toEqual([3, 4, 5]);
      const both = ['later', 'stays'].map((table_name) => ({ table_name, state: 'streaming' }));
      await expect.poll(() => onTarget(line, told), SOON).toEqual(both);
      expect((await sluice('status')).data).toMatchObject({
        pid,
        state: expect.stringMatching(/^(streaming|loading)$/),
      });
      child.kill('SIGKILL');
      await once(child, 'close');
      child = start();
      await onSource(line, 'INSERT INTO later (id) VALUES (6)');
      await expect.poll(() => ids('later'), SOON).toEqual([3, 4, 5, 6]);
      const commits = await traffic.end();
      await expect.poll(async () => (await ids('stays')).length, SOON).toBe(commits + 1);
    } finally {
      await traffic?.end();
      child?.kill('SIGTERM');
      if (child?.exitCode === null && child.signalCode === null) await once(child, 'close');
      await line.close();
    }
  },
  300_000,
);
