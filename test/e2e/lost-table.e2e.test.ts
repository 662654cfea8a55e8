import { expect, test } from 'vitest';
import { caughtUpSince, openLine, startLine } from './line.ts';
import { onSource, onTarget } from './statement.ts';

test('a target table that was dropped while the pipeline stood still is not made anew and empty: it waits for its reload', async () => {
  const line = await openLine({ source: 'mysql', log: 'embedded', yaml: '' });
  try {
    const made = ['lost', 'stays'].map((name) => `CREATE TABLE ${name} (id int PRIMARY KEY)`);
    await onSource(line, ...made, 'INSERT INTO lost VALUES (1)', 'INSERT INTO stays VALUES (1)');
    const first = startLine(line);
    await first.until(({ state }) => state === 'streaming');
    await first.stop();
    await onTarget(line, 'DROP TABLE lost');
    await onSource(line, 'INSERT INTO lost VALUES (2)', 'INSERT INTO stays VALUES (2)');
    const next = startLine(line);
    await next.until(caughtUpSince(Date.now()));
    await next.stop();
    expect(await onTarget(line, "SELECT to_regclass('lost') IS NULL AS missing")).toEqual([{ missing: true }]);
    expect(await onTarget(line, 'SELECT id FROM stays ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }]);
    expect(await onTarget(line, 'SELECT "table", advice FROM sluice.paused_table')).toMatchObject([
      { table: 'lost', advice: expect.stringContaining('sluice tables reload') },
    ]);
  } finally {
    await line.close();
  }
});
