import { Client } from 'pg';
import { afterEach, expect, test } from 'vitest';
import { caughtUpSince, type Line, pause } from '../e2e/line.ts';
import { untilProcess } from '../e2e/line-process.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { cleanUpAll, lineOf, started, verify } from './session.ts';

afterEach(cleanUpAll);

/** More than are compared, at the pace of the throttle, before the target hangs. */
const ROWS = 4_000;
const FILL = [
  'CREATE TABLE long_one (id int PRIMARY KEY, note varchar(20))',
  `INSERT INTO long_one WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 63)
    SELECT a.i * 64 + b.i, 'row' FROM n a, n b WHERE a.i * 64 + b.i < ${ROWS}`,
];
const OVER = { exit: 5, error: { code: 'VERIFY_NOT_REACHED' } };
const ALL_EQUAL = {
  exit: 0,
  data: { isFinished: true, tables: [{ sourceRows: ROWS, targetRows: ROWS, equal: ROWS }] },
};

async function comparedRows(line: Line): Promise<number> {
  const sql = `SELECT sum((progress::json->>'sourceRows')::int)::int AS rows FROM sluice.verification`;
  const [row] = await onTarget(line, sql).catch(() => []);
  return Number(row?.['rows'] ?? 0);
}

test('a verify whose target answers nothing any more ends when its time is over, and goes on when the target does', async () => {
  const yaml = 'verify: { chunkMaxRows: 20, throttle: 400/s, parallel: 2 }';
  const line = await lineOf({ source: 'mysql', log: 'embedded', yaml, isProxied: true });
  await onSource(line, ...FILL);
  const child = started(line);
  const processes = [child];
  await untilProcess(line, caughtUpSince(Date.now()), { processes });
  const asked = verify(line, '--table', 'long_one', '--timeout', '20s');
  while ((await comparedRows(line)) < 100) await pause(50);
  line.proxies?.target.stall();
  // Its own writes hang as well.
  await onSource(line, "UPDATE long_one SET note = 'changed' WHERE id % 100 = 0");
  expect(await asked).toMatchObject({ ...OVER, data: { isFinished: false } });
  expect(await verify(line, '--table', 'long_one', '--timeout', '1s')).toMatchObject(OVER);
  expect(await verify(line, '--timeout', '1s')).toMatchObject(OVER);
  const before = await comparedRows(line);
  expect(before).toBeGreaterThanOrEqual(100);
  line.proxies?.target.heal();
  await untilProcess(line, caughtUpSince(Date.now()), { processes });
  const done = await verify(line, '--table', 'long_one');
  expect(done, JSON.stringify(done)).toMatchObject(ALL_EQUAL);
  expect(await child.stop(), child.log).toBe(0);
}, 300_000);

test('a verify of a table that is locked on the target, where the stream waits too, ends in time and goes on later', async () => {
  const yaml = 'verify: { chunkMaxRows: 500, throttle: 100% }';
  const line = await lineOf({ source: 'mariadb', log: 'embedded', yaml });
  await onSource(line, ...FILL);
  const child = started(line);
  const processes = [child];
  await untilProcess(line, caughtUpSince(Date.now()), { processes });
  expect(await verify(line)).toMatchObject(ALL_EQUAL);
  const holder = new Client({ connectionString: line.target.url });
  await holder.connect();
  try {
    await holder.query('BEGIN; LOCK TABLE long_one, sluice.verification IN ACCESS EXCLUSIVE MODE');
    await onSource(line, "UPDATE long_one SET note = 'changed' WHERE id % 100 = 0");
    expect(await verify(line, '--table', 'long_one', '--timeout', '1s')).toMatchObject(OVER);
    expect(await verify(line, '--timeout', '1s', '--restart')).toMatchObject(OVER);
    await holder.query('ROLLBACK; BEGIN; LOCK TABLE long_one IN ACCESS EXCLUSIVE MODE');
    const restarted = await verify(line, '--table', 'long_one', '--timeout', '3s', '--restart');
    expect(restarted).toMatchObject({ ...OVER, data: { isFinished: false } });
  } finally {
    await holder.end();
  }
  expect(await verify(line, '--table', 'long_one')).toMatchObject(ALL_EQUAL);
  expect(await child.stop(), child.log).toBe(0);
}, 300_000);
