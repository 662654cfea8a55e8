import { test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { caughtUpSince, type Line, openLine, startLine } from './line.ts';
import { expectEqual } from './shop.ts';
import { onSource } from './statement.ts';

async function caughtUp(line: Line, config: Partial<Config['tables']> = {}): Promise<void> {
  const running = startLine({ ...line, config: { ...line.config, tables: { ...line.config.tables, ...config } } });
  await running.until(caughtUpSince(Date.now()));
  await running.stop();
}

test('a table that was left out for a while is read anew when it takes part again, with what it lost meanwhile', async () => {
  const line = await openLine({ source: 'mysql', log: 'embedded', yaml: '' });
  try {
    await onSource(line, 'CREATE TABLE stays (id int PRIMARY KEY)', 'CREATE TABLE comes (id int PRIMARY KEY, n int)');
    await onSource(line, 'INSERT INTO stays VALUES (1)', 'INSERT INTO comes VALUES (1, 1), (2, 2)');
    await onSource(line, 'CREATE TABLE bag (n int)', 'INSERT INTO bag VALUES (1), (1)');
    await caughtUp(line);
    const exclude = ['comes', 'bag'];
    await onSource(line, 'INSERT INTO stays VALUES (2)', 'DELETE FROM comes WHERE id = 2', 'DELETE FROM bag LIMIT 1');
    await caughtUp(line, { exclude });
    await onSource(line, 'INSERT INTO comes VALUES (3, 3)', 'INSERT INTO bag VALUES (2)');
    await caughtUp(line, { exclude });
    await caughtUp(line);
    await expectEqual(line);
    await onSource(line, 'UPDATE comes SET n = 4', 'INSERT INTO bag VALUES (2)');
    await caughtUp(line);
    await expectEqual(line);
  } finally {
    await line.close();
  }
});
