import { afterEach, expect, test } from 'vitest';
import { caughtUpSince } from '../e2e/line.ts';
import { untilProcess } from '../e2e/line-process.ts';
import { expectEqual } from '../e2e/shop.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { cleanUpAll, lineOf, started, told, verify } from './session.ts';

afterEach(cleanUpAll);

const ROWS = 200;

test.each(['mysql', 'mariadb'] as const)(
  'rows that are repaired while the application writes them at %s end as the source has them',
  async (source) => {
    const line = await lineOf({ source, log: 'embedded', yaml: 'verify: { throttle: 100% }' });
    await onSource(
      line,
      'CREATE TABLE hot (id int PRIMARY KEY, n int)',
      `INSERT INTO hot VALUES ${Array.from({ length: ROWS }, (_, id) => `(${id}, 0)`).join(', ')}`,
    );
    const child = started(line);
    const processes = [child];
    await untilProcess(line, caughtUpSince(Date.now()), { processes });
    await onTarget(line, `UPDATE hot SET n = -1 WHERE id % 3 = 0; DELETE FROM hot WHERE id % 3 = 1`);
    // The last of them the application never writes: they are there, however late the repair begins.
    await onTarget(line, `INSERT INTO hot SELECT id, -2 FROM generate_series(${ROWS}, ${ROWS * 2 + 9}) id`);
    let isOver = false;
    const writing = (async () => {
      for (let turn = 1; !isOver; turn++) {
        const id = (turn * 7) % (ROWS * 2);
        const act = turn % 3 === 0 ? `DELETE FROM hot WHERE id = ${id}` : `REPLACE INTO hot VALUES (${id}, ${turn})`;
        await onSource(line, act);
      }
    })();
    const repaired = await verify(line, '--repair', '--confirm', line.config.pipeline);
    isOver = true;
    await writing;
    expect(repaired, JSON.stringify(repaired)).toMatchObject({ exit: 0 });
    // Rows that the application writes anew before they are looked at are equal by themselves.
    expect(repaired.data.tables[0]?.repaired).toBeGreaterThanOrEqual(10);
    await untilProcess(line, caughtUpSince(Date.now()), { processes });
    expect(await verify(line)).toMatchObject({ exit: 0, data: { tables: [{ state: 'equal' }] } });
    expect(await child.stop(), child.log).toBe(0);
    await expectEqual(line);
  },
);

test('a row too many whose key no row of the source can have is told at once, and the others are repaired', async () => {
  const line = await lineOf({ source: 'mysql', log: 'embedded', yaml: 'verify: { throttle: 100% }' });
  await onSource(
    line,
    'CREATE TABLE seen (at datetime PRIMARY KEY, n int)',
    "INSERT INTO seen VALUES ('2024-01-01', 1), ('2024-01-02', 2)",
  );
  const child = started(line);
  const processes = [child];
  await untilProcess(line, caughtUpSince(Date.now()), { processes });
  await onTarget(line, "UPDATE seen SET n = 7; INSERT INTO seen VALUES ('infinity', 3), ('2024-01-03', 4)");
  const ran = await verify(line, '--repair', '--confirm', line.config.pipeline);
  expect(ran, JSON.stringify(ran)).toMatchObject({ exit: 4, data: { tables: [{ repaired: 3, differenceCount: 1 }] } });
  expect(ran.data.tables[0]?.advice).toMatch(/REPAIR_UNFIT.*1 row: only the target has them/);
  expect(told(ran)).toEqual([expect.stringMatching(/^seen infinity extra /)]);
  expect(await onTarget(line, 'SELECT count(*)::int AS n FROM seen')).toEqual([{ n: 3 }]);
  expect(await child.stop(), child.log).toBe(0);
});
