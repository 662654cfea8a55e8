import { afterEach, expect, test } from 'vitest';
import type { PipelineStatus } from '../../src/contract/status.ts';
import type { PipelineProcess } from '../../src/demo/pipeline-process.ts';
import { runSluice } from '../cli/run-sluice.ts';
import { caughtUpSince, type Line, openLine, pause, SHOP_RULES } from './line.ts';
import { type HalfVerb, startProcess, untilProcess } from './line-process.ts';
import { expectEqual, fillShop, startTraffic } from './shop.ts';
import { onSource, onTarget } from './statement.ts';

const cleanUp: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const act of cleanUp.splice(0).reverse()) await act();
});

async function lineOf(...options: Parameters<typeof openLine>): Promise<Line> {
  const line = await openLine(...options);
  cleanUp.push(() => line.close());
  return line;
}

function started(line: Line, verb: HalfVerb = 'run'): PipelineProcess {
  const child = startProcess(line, verb);
  cleanUp.push(() => child.kill());
  return child;
}

async function reload(line: Line, ...words: readonly string[]) {
  const ran = await runSluice(['tables', 'reload', ...words, '--json'], { folder: line.folder });
  return { exit: ran.exit, ...JSON.parse(ran.stdout) };
}

/** A row with a value that this target cannot hold. */
const ODD = "INSERT INTO keyed VALUES (9, 0, 'nine'); UPDATE keyed SET flag = 2 WHERE id = 9";

test.each([
  { source: 'mysql', log: 'embedded', verbs: ['run'] },
  { source: 'mariadb', log: 'kafka', verbs: ['capture', 'apply'] },
] as const)(
  'a reload makes tables of $source through the $log log what they are at the source, whatever was done to them',
  async ({ source, log, verbs }) => {
    const line = await lineOf({ source, log, yaml: '' });
    await onSource(
      line,
      'CREATE TABLE keyed (id int PRIMARY KEY, flag tinyint(1), note varchar(20))',
      "INSERT INTO keyed VALUES (1, 0, 'one'), (2, 1, 'two'), (3, 0, 'three')",
      'CREATE TABLE bag (n int, note varchar(20))',
      "INSERT INTO bag VALUES (1, 'a'), (1, 'a'), (2, 'b')",
      'CREATE TABLE other (id int PRIMARY KEY)',
      'INSERT INTO other VALUES (1)',
    );
    const processes = verbs.map((verb) => started(line, verb));
    await untilProcess(line, caughtUpSince(Date.now()), { processes });
    for (const statement of ODD.split(';')) await onSource(line, statement);
    await untilProcess(line, ({ quarantine }) => quarantine.length === 1, { processes });
    const touched = "DELETE FROM keyed WHERE id = 2; UPDATE keyed SET note = 'wrong' WHERE id = 1";
    await onTarget(line, `${touched}; INSERT INTO keyed VALUES (4); INSERT INTO bag VALUES (7); DELETE FROM other`);

    const confirm = ['--confirm', line.config.pipeline];
    expect(await reload(line, 'keyed')).toMatchObject({ exit: 2, error: { code: 'USAGE_NOT_CONFIRMED' } });
    expect(await reload(line, 'keyd', ...confirm)).toMatchObject({
      exit: 3,
      error: { code: 'TABLES_UNKNOWN', message: expect.stringContaining('did you mean keyed') },
    });
    await onSource(line, 'UPDATE keyed SET flag = 1 WHERE id = 9');
    expect(await reload(line, 'keyed', 'bag', ...confirm)).toMatchObject({
      exit: 0,
      status: 'ok',
      kind: 'TablesReload',
      data: {
        tables: [
          { table: 'bag', supersededChanges: 0 },
          { table: 'keyed', supersededChanges: 2 },
        ],
      },
    });
    await onSource(line, "INSERT INTO keyed VALUES (5, 0, 'five')", 'DELETE FROM bag WHERE n = 2');
    await untilProcess(line, caughtUpSince(Date.now()), { processes });
    expect(await onTarget(line, 'SELECT id FROM other')).toEqual([]);
    expect(await reload(line, '*.other', ...confirm)).toMatchObject({ exit: 0 });
    await untilProcess(line, caughtUpSince(Date.now()), { processes });
    for (const each of processes) expect(await each.stop(), each.log).toBe(0);
    await expectEqual(line);
    expect(await reload(line, '--all', ...confirm)).toMatchObject({ exit: 6, error: { code: 'CONTROL_UNREACHABLE' } });
  },
);

test.each([
  { source: 'mysql', log: 'embedded' },
  { source: 'mariadb', log: 'kafka' },
] as const)(
  'a reload of everything from $source through the $log log goes on after kill -9 at any moment, under traffic',
  async (way) => {
    const line = await lineOf({ ...way, yaml: `snapshot: { chunkMaxRows: 50 }\ntables: { rules: ${SHOP_RULES} }` });
    await fillShop(line, 0.05);
    let child = started(line);
    await untilProcess(line, caughtUpSince(Date.now()), { processes: [child] });
    await onTarget(line, 'DELETE FROM tbl_inventory; DELETE FROM tbl_product');
    const traffic = startTraffic(line, 40);
    expect(await reload(line, '--all', '--confirm', line.config.pipeline)).toMatchObject({ exit: 0 });
    for (let kill = 0; kill < 5; kill++) {
      await pause(Math.random() * 1_500);
      await child.kill();
      child = started(line);
      await untilProcess(line, ({ pid }) => pid === child.pid, { processes: [child] });
    }
    await traffic.stop();
    await untilProcess(line, caughtUpSince(Date.now()), { processes: [child] });
    expect(await child.stop(), child.log).toBe(0);
    await expectEqual(line);
  },
);

test.each(['mysql', 'mariadb'] as const)(
  'a table whose rows DDL moved at %s waits for a reload, whatever is retried, and is equal after it',
  async (source) => {
    const line = await lineOf({ source, log: 'embedded', yaml: '' });
    await onSource(
      line,
      `CREATE TABLE parts (id int PRIMARY KEY, note varchar(20)) PARTITION BY RANGE (id)
        (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (100))`,
      "INSERT INTO parts VALUES (1, 'goes'), (11, 'stays')",
    );
    const child = started(line);
    const processes = [child];
    await untilProcess(line, caughtUpSince(Date.now()), { processes });
    await onSource(line, 'ALTER TABLE parts TRUNCATE PARTITION p0', "INSERT INTO parts VALUES (2, 'new')");
    const advice = 'sluice tables reload';
    const isPaused = ({ snapshot }: PipelineStatus) =>
      snapshot.tables.some((table) => table.phase === 'paused' && table.advice?.includes(advice));
    await untilProcess(line, isPaused, { processes });
    const retry = await runSluice(['quarantine', 'retry', 'all', '--json'], { folder: line.folder });
    expect(JSON.parse(retry.stdout)).toMatchObject({ data: { applied: 0, remaining: 1 } });
    expect(await onTarget(line, 'SELECT id FROM parts ORDER BY id')).toEqual([{ id: 1 }, { id: 11 }]);
    expect(await reload(line, 'parts', '--confirm', line.config.pipeline)).toMatchObject({
      exit: 0,
      data: { tables: [{ table: 'parts', supersededChanges: 1 }] },
    });
    await onSource(line, "INSERT INTO parts VALUES (3, 'later')");
    await untilProcess(line, (status) => caughtUpSince(0)(status) && !isPaused(status), { processes });
    await untilProcess(line, caughtUpSince(Date.now()), { processes });
    expect(await child.stop(), child.log).toBe(0);
    await expectEqual(line);
  },
);
