import { expect, test } from 'vitest';
import { compareAll } from '../../src/pipeline/verify/compare-all.ts';
import { openLine } from '../e2e/line.ts';
import { onSource, onTarget } from '../e2e/statement.ts';

test('a table or a column that the target has not is a difference of that table, and the others are compared', async () => {
  const line = await openLine({ source: 'mysql', log: 'embedded', yaml: '' });
  try {
    await onSource(
      line,
      'CREATE TABLE a (id int PRIMARY KEY)',
      'CREATE TABLE b (id int PRIMARY KEY, note varchar(10))',
      'CREATE TABLE c (id int PRIMARY KEY)',
      'CREATE TABLE d (id int PRIMARY KEY)',
      'INSERT INTO a VALUES (1), (2)',
      "INSERT INTO b VALUES (1, 'x')",
      'INSERT INTO d VALUES (7)',
    );
    await onTarget(line, 'CREATE TABLE b (id int PRIMARY KEY); INSERT INTO b VALUES (1)');
    await onTarget(line, 'CREATE TABLE d (id int PRIMARY KEY); INSERT INTO d VALUES (7)');
    const missing = { kind: 'missing', key: {}, source: null, target: null };
    expect(await compareAll(line.config)).toEqual([
      { table: 'a', sourceRows: 2, targetRows: 0, isEqual: false, differences: [{ ...missing, column: null }] },
      { table: 'b', sourceRows: 1, targetRows: 1, isEqual: false, differences: [{ ...missing, column: 'note' }] },
      { table: 'c', sourceRows: 0, targetRows: 0, isEqual: false, differences: [{ ...missing, column: null }] },
      { table: 'd', sourceRows: 1, targetRows: 1, isEqual: true, differences: [] },
    ]);
  } finally {
    await line.close();
  }
});
