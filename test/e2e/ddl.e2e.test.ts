import { expect, test } from 'vitest';
import { caughtUpSince, openLine, startLine } from './line.ts';
import { expectEqual } from './shop.ts';
import { onSource, onTarget } from './statement.ts';

test.each(['mysql', 'mariadb'] as const)(
  'a nullable column added at %s arrives with its data, and other DDL pauses its table alone',
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
        "INSERT INTO grows VALUES (2, 'before')",
        'ALTER TABLE grows ADD COLUMN note varchar(30) NULL, ADD COLUMN amount decimal(10,2) NULL',
        "INSERT INTO grows VALUES (3, 'after', 'new', 12.50)",
        "UPDATE grows SET note = 'late' WHERE id = 1",
      );
      await running.until(caughtUpSince(Date.now()));
      await expectEqual(line);
      await onSource(
        line,
        'ALTER TABLE shrinks DROP COLUMN gone',
        "INSERT INTO shrinks VALUES (2, 'kept aside')",
        "INSERT INTO grows VALUES (4, 'goes on', NULL, NULL)",
      );
      await running.until(caughtUpSince(Date.now()));
      await running.stop();
      expect(await onTarget(line, 'SELECT id FROM shrinks')).toEqual([{ id: 1 }]);
      expect(await onTarget(line, 'SELECT id FROM grows ORDER BY id')).toEqual([1, 2, 3, 4].map((id) => ({ id })));
      const paused = await onTarget(line, 'SELECT "table", advice FROM sluice.paused_table');
      expect(paused).toMatchObject([{ table: 'shrinks', advice: expect.stringContaining('dropped') }]);
      expect(await onTarget(line, 'SELECT "table", reason FROM sluice.quarantine')).toEqual([
        { table: 'shrinks', reason: 'table-paused' },
      ]);
    } finally {
      await line.close();
    }
  },
);
