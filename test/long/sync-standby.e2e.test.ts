import { afterEach, expect, test } from 'vitest';
import type { PipelineStatus } from '../../src/contract/status.ts';
import { caughtUpSince, type Line } from '../e2e/line.ts';
import { untilProcess } from '../e2e/line-process.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { alarms, cleanUpAll, lineOf, NO_ALARM, started, verify } from '../verify/session.ts';

afterEach(cleanUpAll);

const WAITING = `SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name LIKE 'sluice:%'`;

/** Every COMMIT from now on waits for a standby that is not there, and none sees its rows; null: for none. */
async function waitFor(line: Line, standby: string | null): Promise<void> {
  const what = standby === null ? 'RESET synchronous_standby_names' : `SET synchronous_standby_names = '${standby}'`;
  await onTarget(line, `ALTER SYSTEM ${what}`);
  await onTarget(line, 'SELECT pg_reload_conf()');
}

test('rows that are committed and not to be seen, for the standby that the target waits for is gone, are no difference', async () => {
  const line = await lineOf({
    source: 'mysql',
    log: 'embedded',
    yaml: 'verify: { throttle: 100% }',
    isTargetOwn: true,
  });
  await onSource(
    line,
    'CREATE TABLE hot (id int PRIMARY KEY, n int)',
    `INSERT INTO hot VALUES ${Array.from({ length: 500 }, (_, id) => `(${id}, 0)`).join(', ')}`,
    'CREATE TABLE bag (n int)',
    'INSERT INTO bag VALUES (1), (2), (2)',
  );
  const child = started(line);
  const processes = [child];
  await untilProcess(line, caughtUpSince(Date.now()), { processes });
  expect(await verify(line)).toMatchObject({ exit: 0 });

  await waitFor(line, 'gone');
  await onSource(
    line,
    'UPDATE hot SET n = n + 1 WHERE id < 200',
    'INSERT INTO bag VALUES (3)',
    'DELETE FROM hot LIMIT 5',
  );
  const asked = verify(line, '--restart');
  let isOver = false;
  const writing = (async () => {
    for (let turn = 0; !isOver; turn++) await onSource(line, `UPDATE hot SET n = n + 1 WHERE id = ${turn % 500}`);
  })();
  // Ended while it waits, a session has committed: the next one reads a checkpoint that was not to be seen before.
  for (let cut = 0; cut < 3; cut++) {
    await expect.poll(() => onTarget(line, WAITING), { timeout: 60_000 }).not.toEqual([]);
    await onTarget(line, WAITING.replace('SELECT pid', 'SELECT pg_terminate_backend(pid)'));
  }
  await waitFor(line, null);
  const found = await asked;
  expect(alarms(found), JSON.stringify(found)).toEqual(NO_ALARM);
  isOver = true;
  await writing;
  const isLooked = ({ verify: told }: PipelineStatus) =>
    told?.tables.every(({ waiting }) => (waiting ?? 0) === 0) ?? false;
  await untilProcess(line, caughtUpSince(Date.now()), { processes });
  const { verify: told } = await untilProcess(line, isLooked, { processes });
  expect(told?.tables.map(({ differenceCount }) => differenceCount)).toEqual([0, 0]);
  expect(await verify(line, '--restart')).toMatchObject({ exit: 0 });
  expect(await child.stop(), child.log).toBe(0);
});
