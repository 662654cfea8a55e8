import { expect, test } from 'vitest';
import type { PipelineProcess } from '../../src/demo/pipeline-process.ts';
import { caughtUpSince, type Line, openLine, pause, startLine } from './line.ts';
import { startProcess, untilProcess } from './line-process.ts';
import { LIVE_TABLES, MIGRATIONS, migrate, swapped, writeAlong } from './migration.ts';
import { expectEqual } from './shop.ts';
import { onSource, onTarget } from './statement.ts';

const SWAPS = [
  swapped('_live_gho', '_live_del', 'MODIFY id bigint NOT NULL, ADD extra int NOT NULL DEFAULT 7'),
  swapped('_live_new', '_live_old', "ADD more varchar(9) NOT NULL DEFAULT 'x', DROP COLUMN amount"),
];

/** Nothing was paused on the way, and the columns stand on both sides. */
async function expectFollowed(line: Line): Promise<void> {
  expect(await onTarget(line, 'SELECT "table", advice FROM sluice.paused_table')).toEqual([]);
  expect(await onTarget(line, 'SELECT "table", reason, message FROM sluice.quarantine LIMIT 3')).toEqual([]);
  await expectEqual(line);
  const columns = await onTarget(
    line,
    `SELECT string_agg(attname, ' ' ORDER BY attname) AS names FROM pg_attribute
     WHERE attrelid = 'live'::regclass AND attnum > 0 AND NOT attisdropped`,
  );
  expect(columns).toEqual([{ names: 'extra flag id kind more n title' }]);
  const left = `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`;
  expect(await onTarget(line, left)).toEqual([{ relname: 'live' }, { relname: 'remade' }]);
}

test.each(['mysql', 'mariadb'] as const)(
  'what migrations of an application do at %s is followed under traffic, in stream order, to equal rows',
  async (source) => {
    const line = await openLine({ source, log: 'embedded', yaml: '' });
    try {
      await onSource(line, ...LIVE_TABLES);
      const running = startLine(line);
      await running.until(({ state }) => state === 'streaming');
      const traffic = writeAlong(line);
      await migrate(line, [...MIGRATIONS, ...SWAPS]);
      await traffic.stop();
      await running.until(caughtUpSince(Date.now()));
      await running.stop();
      await expectFollowed(line);
    } finally {
      await line.close();
    }
  },
);

test.each(['mysql', 'mariadb'] as const)(
  'kill -9 again and again while tables of %s change their shape: every DDL is done once, with its rows',
  async (source) => {
    const line = await openLine({ source, log: 'embedded', yaml: '' });
    let running: PipelineProcess | null = null;
    try {
      await onSource(line, ...LIVE_TABLES);
      running = startProcess(line);
      await untilProcess(line, ({ state }) => state === 'streaming', { processes: [running] });
      const traffic = writeAlong(line);
      for (const step of [...MIGRATIONS, ...SWAPS]) {
        await migrate(line, [step]);
        await running.kill();
        running = startProcess(line);
        await pause(Math.random() * 1500);
      }
      await traffic.stop();
      await untilProcess(line, caughtUpSince(Date.now()), { processes: [running] });
      expect(await running.stop()).toBe(0);
      await expectFollowed(line);
    } finally {
      await running?.kill();
      await line.close();
    }
  },
);

test.each(['mysql', 'mariadb'] as const)(
  'a DDL of %s that is not provably safe pauses its table alone',
  async (source) => {
    const line = await openLine({ source, log: 'embedded', yaml: '' });
    try {
      await onSource(
        line,
        'CREATE TABLE grows (id int PRIMARY KEY, name varchar(20))',
        'CREATE TABLE shrinks (id int PRIMARY KEY, name varchar(20), gone int)',
        "INSERT INTO grows VALUES (1, 'old')",
        "INSERT INTO shrinks VALUES (1, 'old', 1)",
      );
      const running = startLine(line);
      await running.until(({ state }) => state === 'streaming');
      await onSource(
        line,
        'ALTER TABLE shrinks MODIFY gone varchar(9)',
        "INSERT INTO shrinks VALUES (2, 'kept aside', 'x')",
        "INSERT INTO grows VALUES (4, 'goes on')",
      );
      await running.until(caughtUpSince(Date.now()));
      await running.stop();
      expect(await onTarget(line, 'SELECT id FROM shrinks')).toEqual([{ id: 1 }]);
      expect(await onTarget(line, 'SELECT id FROM grows ORDER BY id')).toEqual([{ id: 1 }, { id: 4 }]);
      const paused = await onTarget(line, 'SELECT "table", advice FROM sluice.paused_table');
      expect(paused).toMatchObject([{ table: 'shrinks', advice: expect.stringContaining('gone') }]);
      expect(await onTarget(line, 'SELECT "table", reason FROM sluice.quarantine')).toEqual([
        { table: 'shrinks', reason: 'table-paused' },
      ]);
    } finally {
      await line.close();
    }
  },
);
