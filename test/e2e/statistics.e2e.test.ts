import { afterEach, expect, test } from 'vitest';
import { caughtUpSince, type Line, openLine, startLine } from './line.ts';
import { onSource, onTarget } from './statement.ts';

let line: Line;
afterEach(() => line.close());

const ANALYZED = `SELECT relname AS name, analyze_count::int AS times FROM pg_stat_user_tables
  WHERE schemaname = 'public' AND analyze_count > 0 ORDER BY 1`;

test('the planner knows every table as soon as it is loaded, those that are divided too, and no start asks again', async () => {
  line = await openLine({ source: 'mysql', log: 'embedded' });
  await onSource(
    line,
    'CREATE TABLE plain (id INT PRIMARY KEY, kind VARCHAR(9), KEY by_kind (kind))',
    `CREATE TABLE parted (id INT NOT NULL, n INT NOT NULL, PRIMARY KEY (id, n))
     PARTITION BY RANGE (n) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)`,
    "INSERT INTO plain VALUES (1, 'a'), (2, 'a'), (3, 'a'), (4, 'b')",
    'INSERT INTO parted VALUES (1, 1), (2, 20)',
  );
  const analyzed = ['parted', 'parted_p0', 'parted_p1', 'plain'].map((name) => ({ name, times: 1 }));
  for (let start = 0; start < 2; start++) {
    const run = startLine(line);
    await run.until(caughtUpSince(Date.now()));
    expect(await onTarget(line, ANALYZED)).toEqual(analyzed);
    const kinds = "SELECT most_common_vals::text AS kinds FROM pg_stats WHERE tablename = 'plain' AND attname = 'kind'";
    expect(await onTarget(line, kinds)).toEqual([{ kinds: '{a}' }]);
    await run.stop();
  }
});
