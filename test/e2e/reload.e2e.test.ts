import { afterEach, expect, test } from 'vitest';
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
