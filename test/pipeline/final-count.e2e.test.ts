import { Client } from 'pg';
import { expect, test } from 'vitest';
import { countFinally } from '../../src/pipeline/cutover/final-count.ts';
import { scopeOf } from '../../src/pipeline/scope.ts';
import { caughtUpSince, openLine, startLine } from '../e2e/line.ts';
import { onSource } from '../e2e/statement.ts';

test.each(['mysql', 'mariadb'] as const)(
  'rows are counted on %s and on the target, small tables first, and a table that takes too long is left',
  async (source) => {
    const line = await openLine({ source, log: 'embedded', yaml: 'cutover: { finalCounts: 60s }' });
    const other = new Client({ connectionString: line.target.url });
    try {
      await onSource(
        line,
        'CREATE TABLE large (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, note varchar(200))',
        'INSERT INTO large (note) SELECT REPEAT("x", 200) FROM information_schema.COLUMNS LIMIT 500',
        'CREATE TABLE small (id int NOT NULL PRIMARY KEY)',
        'INSERT INTO small VALUES (1), (2)',
      );
      const running = startLine(line);
      await running.until(caughtUpSince(Date.now()));
      await running.stop();
      const counted = (finalCountsMs = line.config.cutover.finalCountsMs) => {
        const config = { ...line.config, cutover: { ...line.config.cutover, finalCountsMs } };
        return countFinally(config, scopeOf(config), new AbortController().signal);
      };
      const name = line.source.name;
      const small = { table: `${name}.small`, source: '2', target: '2' };
      expect(await counted()).toEqual([small, { table: `${name}.large`, source: '500', target: '500' }]);
      await other.connect();
      await other.query('BEGIN; LOCK TABLE large');
      expect(await counted(3_000)).toEqual([small, { table: `${name}.large`, source: null, target: null }]);
      expect(await counted(0)).toBeNull();
    } finally {
      await other.end();
      await line.close();
    }
  },
);
