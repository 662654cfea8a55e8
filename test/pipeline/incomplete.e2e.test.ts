import { expect, test } from 'vitest';
import { incompleteOf } from '../../src/contract/incomplete.ts';
import { caughtUpSince, openLine, startLine } from '../e2e/line.ts';
import { onSource, onTarget } from '../e2e/statement.ts';

test('a change that is set aside, and a table that nobody follows, are in the status as soon as the stream is past them', async () => {
  const line = await openLine({ source: 'mysql', log: 'embedded', yaml: '', target: ', ddl: existing' });
  try {
    await onSource(line, 'CREATE TABLE held (id int PRIMARY KEY, name varchar(20) NULL)');
    await onTarget(line, 'CREATE TABLE held (id int PRIMARY KEY, name varchar(20))');
    const running = startLine(line);
    await running.until(({ state }) => state === 'streaming');
    await running.until(caughtUpSince(Date.now()));
    expect(incompleteOf(running.status())).toEqual([]);
    await onSource(line, "INSERT INTO held VALUES (1, 'a\\0b')");
    await running.until(caughtUpSince(Date.now()));
    const held = { table: 'public.held', reason: '1 change waits in quarantine (nul-byte)' };
    expect(incompleteOf(running.status())).toEqual([held]);
    await onSource(line, 'CREATE TABLE later (id int PRIMARY KEY)', 'INSERT INTO later VALUES (1)');
    await running.until(caughtUpSince(Date.now()));
    const found = incompleteOf(running.status());
    expect(found[0]).toEqual({
      table: `${line.source.name}.later`,
      reason: expect.stringContaining('has no table public.later'),
    });
    expect(found).toContainEqual(held);
    await running.stop();
  } finally {
    await line.close();
  }
});
