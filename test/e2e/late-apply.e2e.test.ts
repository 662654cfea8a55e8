import { expect, test } from 'vitest';
import type { PipelineStatus } from '../../src/contract/status.ts';
import { runPipeline } from '../../src/pipeline/run.ts';
import { runSluice } from '../cli/run-sluice.ts';
import { caughtUpSince, type Line, openLine } from './line.ts';
import { startProcess, untilProcess } from './line-process.ts';
import { expectEqual } from './shop.ts';
import { onSource, onTarget } from './statement.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** The first half alone, until all that the source has is in the log; it never says that the target has it (INV-70). */
async function captured(line: Line): Promise<void> {
  const { signal } = new AbortController();
  const told: PipelineStatus[] = [];
  const onStatus = (status: PipelineStatus) => told.push(status);
  const ran = await runPipeline(line.config, {
    mode: 'capture',
    until: 'caught-up',
    signal,
    logger: silent,
    onStatus,
  });
  expect(ran.ended).toBe('caught-up');
  expect(told.filter(({ isCaughtUp, lagMs }) => isCaughtUp || lagMs !== null)).toEqual([]);
}

const BEFORE = [
  'CREATE TABLE reshaped (id int PRIMARY KEY, gone int, old varchar(10))',
  "INSERT INTO reshaped VALUES (1, 1, 'x'), (2, 2, 'y')",
  'CREATE TABLE grown (id int PRIMARY KEY)',
  'INSERT INTO grown VALUES (1)',
  'CREATE TABLE moved (id int PRIMARY KEY, n int)',
  'INSERT INTO moved VALUES (1, 1)',
  'CREATE TABLE dropped (id int PRIMARY KEY)',
  'INSERT INTO dropped VALUES (1)',
];
const AFTER = [
  'ALTER TABLE reshaped DROP COLUMN gone, ADD COLUMN fresh int NOT NULL DEFAULT 7',
  "INSERT INTO reshaped VALUES (3, 'z', 9)",
  'ALTER TABLE reshaped RENAME COLUMN old TO young',
  'ALTER TABLE grown ADD COLUMN opt int NULL',
  'INSERT INTO grown VALUES (2, 2)',
  'RENAME TABLE moved TO elsewhere',
  'INSERT INTO elsewhere VALUES (2, 2)',
  'DROP TABLE dropped',
];

test('what is first applied long after it was captured goes by the DDL between: a table whose first rows have no place waits alone for its reload', async () => {
  const line = await openLine({ source: 'mysql', log: 'embedded', yaml: '' });
  try {
    await onSource(line, ...BEFORE);
    await captured(line);
    await onSource(line, ...AFTER);
    await captured(line);
    const running = startProcess(line);
    try {
      await untilProcess(line, caughtUpSince(Date.now()), { processes: [running] });
      expect(await onTarget(line, 'SELECT "table", advice FROM sluice.paused_table')).toMatchObject([
        { table: 'reshaped', advice: expect.stringContaining('sluice tables reload') },
      ]);
      const words = ['tables', 'reload', 'reshaped', '--confirm', line.config.pipeline];
      expect(await runSluice(words, { folder: line.folder })).toMatchObject({ exit: 0 });
      await untilProcess(line, caughtUpSince(Date.now()), { processes: [running] });
    } finally {
      await running.stop();
    }
    await expectEqual(line);
  } finally {
    await line.close();
  }
});
