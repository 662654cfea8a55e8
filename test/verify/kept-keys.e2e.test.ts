import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PipelineStatus } from '../../src/contract/status.ts';
import type { PipelineProcess } from '../../src/demo/pipeline-process.ts';
import { caughtUpSince, type Line } from '../e2e/line.ts';
import { untilProcess } from '../e2e/line-process.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { cleanUpAll, lineOf, started, verify } from './session.ts';

let line: Line;
let child: PipelineProcess;

/** Keys of 2,600 bytes, so that memory's 16 MiB are soon full. */
const ROWS = 7_000;
const WIDE = `INSERT INTO wide SELECT CONCAT(LPAD(seq, 6, '0'), REPEAT('k', 2594)), 0 FROM (
  SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n AS seq FROM digit a, digit b, digit c, digit d WHERE d.n < 7) s`;

beforeAll(async () => {
  line = await lineOf({ source: 'mysql', log: 'embedded', yaml: 'verify: { throttle: 100% }' });
  await onSource(
    line,
    'CREATE TABLE digit (n int PRIMARY KEY)',
    'INSERT INTO digit VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)',
    'CREATE TABLE wide (k varchar(2700) CHARACTER SET latin1 PRIMARY KEY, v tinyint(1))',
    'CREATE TABLE kept (id int PRIMARY KEY, flag tinyint(1))',
    'INSERT INTO kept VALUES (1, 0), (2, 1), (3, 0)',
    'CREATE TABLE loose (v int)',
    'INSERT INTO loose VALUES (1), (1)',
    WIDE,
  );
  child = started(line);
  await untilProcess(line, caughtUpSince(Date.now()), { processes: [child] });
  expect(await verify(line)).toMatchObject({ exit: 0 });
});
afterAll(cleanUpAll);

function of({ verify: told }: PipelineStatus, name: string) {
  return told?.tables.find(({ table }) => table === name);
}

/** Killed as a machine does, and started again; resolves once it knows what the one before it had kept. */
async function again(): Promise<PipelineStatus> {
  await child.kill();
  child = started(line);
  const isKnown = (status: PipelineStatus) =>
    status.pid === child.pid && typeof of(status, 'kept')?.changesSince === 'number';
  return await untilProcess(line, isKnown, { processes: [child] });
}

test('a difference that was found in a changed row is known again after kill -9, and so is what changed since', async () => {
  await onSource(line, 'UPDATE kept SET flag = 7 WHERE id = 3', 'INSERT INTO loose VALUES (2)');
  // A batch that is tried again without the row that the target cannot hold counts its changes again.
  const isTold = (status: PipelineStatus) =>
    of(status, 'kept')?.state === 'different' && (of(status, 'loose')?.changesSince ?? 0) >= 1;
  await untilProcess(line, isTold, { processes: [child] });
  const killed = await again();
  expect(of(killed, 'kept')).toMatchObject({ state: 'different', differenceCount: 1, advice: null });
  expect(of(killed, 'kept')?.changesSince).toBeGreaterThanOrEqual(1);
  expect(of(killed, 'loose')).toMatchObject({ state: 'equal', waiting: null });
  expect(of(killed, 'loose')?.changesSince).toBeGreaterThanOrEqual(1);
  expect(of(killed, 'wide')).toMatchObject({ state: 'equal', changesSince: 0, waiting: 0, advice: null });
});

test('a change that was applied right before kill -9 is read again from the log, and its row is looked at', async () => {
  await onSource(line, 'UPDATE kept SET flag = 0 WHERE id = 2');
  await untilProcess(line, caughtUpSince(Date.now()), { processes: [child] });
  const isCounted = (status: PipelineStatus) => (of(status, 'kept')?.changesSince ?? 0) >= 2;
  await untilProcess(line, isCounted, { processes: [child] });
  await onTarget(line, 'UPDATE kept SET flag = true WHERE id = 2');
  const killed = await again();
  expect(of(killed, 'kept')?.changesSince).toBeGreaterThanOrEqual(2);
  await untilProcess(line, (status) => of(status, 'kept')?.differenceCount === 2, { processes: [child] });
});

const LAST_VERIFY = `SELECT what->>'outcome' AS outcome, what->>'done' AS done FROM sluice.event
  WHERE what->>'action' = 'verify' ORDER BY id DESC LIMIT 1`;

test('a comparison that is cut short is told so, leaves the verdict before it, and changes are counted from the next', async () => {
  await onSource(line, 'INSERT INTO loose VALUES (3)', 'INSERT INTO loose VALUES (4)');
  await untilProcess(line, caughtUpSince(Date.now()), { processes: [child] });
  const beganMs = Date.now();
  expect(await verify(line, '--table', 'loose')).toMatchObject({ exit: 0 });
  const isTold = (status: PipelineStatus) => (of(status, 'loose')?.verifiedAtMs ?? 0) >= beganMs;
  const before = await untilProcess(line, isTold, { processes: [child] });
  await onSource(line, 'INSERT INTO loose VALUES (5)');
  await untilProcess(line, caughtUpSince(Date.now()), { processes: [child] });
  const holder = new Client({ connectionString: line.target.url });
  await holder.connect();
  try {
    await holder.query('BEGIN; LOCK TABLE loose IN ACCESS EXCLUSIVE MODE');
    expect(await verify(line, '--table', 'loose', '--timeout', '2s')).toMatchObject({ exit: 5 });
    const done = '0 of 1 tables compared, 0 rows read';
    await expect
      .poll(() => onTarget(line, LAST_VERIFY), { timeout: 60_000 })
      .toEqual([{ outcome: 'interrupted', done }]);
    await child.kill();
  } finally {
    await holder.end();
  }
  const killedAtMs = Date.now();
  const loose = of(await again(), 'loose');
  expect(loose?.state).toBe('equal');
  // The next process may have compared it by itself already; what counts never is the one that was cut short.
  if ((loose?.verifiedAtMs ?? 0) < killedAtMs) expect(loose?.verifiedAtMs).toBe(of(before, 'loose')?.verifiedAtMs);
  expect(await verify(line, '--table', 'loose')).toMatchObject({ exit: 0 });
  const done = await untilProcess(line, (status) => of(status, 'loose')?.changesSince === 0, { processes: [child] });
  expect(of(done, 'loose')).toMatchObject({ state: 'equal', advice: null });
});

test('more changed keys than memory holds wait on the target, and every one of their rows is looked at', async () => {
  // A boolean of the target cannot hold 7: these two wait in quarantine.
  await onSource(line, "UPDATE wide SET v = IF(k LIKE '000000%' OR k LIKE '006999%', 7, 1)");
  const isApplied = (status: PipelineStatus) => (of(status, 'wide')?.changesSince ?? 0) >= ROWS;
  await untilProcess(line, isApplied, { processes: [child] });
  const killed = await again();
  expect(of(killed, 'wide')?.changesSince).toBeGreaterThanOrEqual(ROWS);
  const done = await untilProcess(line, (status) => of(status, 'wide')?.waiting === 0, { processes: [child] });
  expect(of(done, 'wide')).toMatchObject({ state: 'different', differenceCount: 2, advice: null });
  const [left] = await onTarget(line, 'SELECT count(*)::text AS rows FROM sluice.changed_key');
  expect(left).toEqual({ rows: '0' });
});
