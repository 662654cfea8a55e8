import { afterEach, expect, test } from 'vitest';
import { caughtUpSince, pause } from '../e2e/line.ts';
import { untilProcess } from '../e2e/line-process.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { cleanUpAll, lineOf, started, told, verify } from './session.ts';

afterEach(cleanUpAll);

/** More than are compared, at the pace of the throttle, until the last kill. */
const ROWS = 4_000;

const ASKED = `SELECT who IS NOT NULL AS "isTold", what->>'outcome' AS outcome,
    (what->>'lastSeenAtMs')::bigint BETWEEN at_ms - 60000 AND (what->>'foundAtMs')::bigint AS "isBetween"
  FROM sluice.event WHERE what->>'action' = 'verify' ORDER BY id`;
const KILLED = { isTold: true, outcome: 'interrupted', isBetween: true };

test('a verify whose process is killed with -9 at any moment goes on with what is left, and forgets no difference', async () => {
  const line = await lineOf({
    source: 'mysql',
    log: 'embedded',
    yaml: 'verify: { chunkMaxRows: 20, throttle: 400/s, parallel: 1 }',
  });
  await onSource(
    line,
    'CREATE TABLE long_one (id int PRIMARY KEY, note varchar(20))',
    'CREATE TABLE named (name varchar(20) PRIMARY KEY, n int)',
    'SET SESSION cte_max_recursion_depth = 10000',
    `INSERT INTO long_one WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) SELECT i, CONCAT('row ', i) FROM n`,
    `INSERT INTO named SELECT CONCAT('key ', id), id FROM long_one WHERE id <= 200`,
  );
  let child = started(line);
  await untilProcess(line, caughtUpSince(Date.now()), { processes: [child] });
  await onTarget(
    line,
    `UPDATE long_one SET note = 'wrong' WHERE id % 1000 = 7; DELETE FROM named WHERE n = 5; INSERT INTO named VALUES ('zz', 0)`,
  );
  const left = async () => {
    const [row] = await onTarget(
      line,
      `SELECT sum((progress::json->>'sourceRows')::int)::int AS rows FROM sluice.verification`,
    ).catch(() => []);
    return Number(row?.['rows'] ?? 0);
  };
  for (let kill = 0, before = 0; kill < 3; kill++) {
    const asked = verify(line).catch(() => null);
    for (let rows = await left(); rows < before + 100; rows = await left()) await pause(50);
    await expect.poll(() => onTarget(line, ASKED), { timeout: 60_000 }).toHaveLength(kill + 1);
    await pause(Math.random() * 300);
    await child.kill();
    await asked;
    const after = await left();
    expect(after).toBeGreaterThan(before);
    before = after;
    child = started(line);
    await untilProcess(line, caughtUpSince(Date.now()), { processes: [child] });
  }
  // An auditor sees an end of each, though the process that was asked told none.
  await expect.poll(() => onTarget(line, ASKED), { timeout: 60_000 }).toEqual([KILLED, KILLED, KILLED]);
  const limited = await verify(line, '--timeout', '1s');
  expect([4, 5]).toContain(limited.exit);
  expect(limited.data.isFinished).toBe(false);
  const found = await verify(line);
  expect(found).toMatchObject({ exit: 4, data: { isFinished: true } });
  expect(told(found)).toEqual([
    'long_one 1007 different note row 1007 wrong',
    'long_one 2007 different note row 2007 wrong',
    'long_one 3007 different note row 3007 wrong',
    'long_one 7 different note row 7 wrong',
    'named key 5 missing   ',
    'named zz extra   ',
  ]);
  const counts = found.data.tables.map(({ table, sourceRows, targetRows, equal }) => [
    table,
    sourceRows,
    targetRows,
    equal,
  ]);
  expect(counts).toEqual([
    ['long_one', ROWS, ROWS, ROWS - 4],
    ['named', 200, 200, 199],
  ]);
  expect(await child.stop(), child.log).toBe(0);
}, 300_000);
