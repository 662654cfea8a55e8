import { afterEach, expect, test } from 'vitest';
import type { VerifyReport } from '../../../src/contract/verify.ts';
import type { PipelineProcess } from '../../../src/demo/pipeline-process.ts';
import { SHOP_TABLES } from '../../../src/shop/scale.ts';
import { caughtUpSince, type Line, SHOP_RULES } from '../../e2e/line.ts';
import { untilProcess } from '../../e2e/line-process.ts';
import { fillShop, startTraffic } from '../../e2e/shop.ts';
import { onSource, onTarget } from '../../e2e/statement.ts';
import { alarms, cleanUpAll, lineOf, NO_ALARM, started, verify as verifyOnce } from '../session.ts';

afterEach(cleanUpAll);

async function running(line: Line): Promise<PipelineProcess> {
  const child = started(line);
  await untilProcess(line, caughtUpSince(Date.now()), { processes: [child] });
  return child;
}

/** Anew each time. */
async function verify(line: Line, ...words: readonly string[]) {
  return await verifyOnce(line, '--restart', ...words);
}

/** All that was found, in one order whatever the chunks. */
function found({ data }: { data: VerifyReport }): readonly string[] {
  return data.tables.flatMap(({ differences }) => differences.map((one) => JSON.stringify(one))).sort();
}

const FILL = [
  `CREATE TABLE cells (id int PRIMARY KEY, t varchar(20), d double, at datetime(6), j json, raw varbinary(9), secret varchar(20))`,
  `INSERT INTO cells WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
    SELECT i, CONCAT('text ', i), i / 7, '2024-01-01 00:00:00.000001', JSON_OBJECT('n', i), x'00ff', 'hidden' FROM n`,
  'CREATE TABLE named (name varchar(20) PRIMARY KEY, n int)',
  "INSERT INTO named VALUES ('a', 1), ('B', 2)",
];

const PLANT = `UPDATE cells SET t = t || ' ' WHERE id = 7; UPDATE cells SET t = '' WHERE id = 8; UPDATE cells SET d = d + 1e-13 WHERE id = 300;
  UPDATE cells SET at = at + interval '1 microsecond' WHERE id = 301; UPDATE cells SET j = '{"n": 12345678901234567890}' WHERE id = 302;
  UPDATE cells SET j = NULL, raw = NULL WHERE id = 303; DELETE FROM cells WHERE id = 400; INSERT INTO cells (id, t) VALUES (9999, 'extra');
  UPDATE cells SET t = CASE id WHEN 11 THEN 'text 12' ELSE 'text 11' END WHERE id IN (11, 12); UPDATE named SET n = 3 WHERE name = 'B'`;

test.each(['mysql', 'mariadb'] as const)(
  'hashes inside the servers find what reading finds, cell by cell, from %s',
  async (source) => {
    const yaml = `verify: { chunkMaxRows: 100, throttle: 100% }
tables: { rules: { cells: { mask: { secret: fixed(x) } } } }`;
    const line = await lineOf({ source, log: 'embedded', yaml });
    await onSource(line, ...FILL);
    const child = await running(line);
    const clean = await verify(line, '--mode', 'pushdown');
    expect(clean, JSON.stringify(clean)).toMatchObject({ exit: 0, data: { isFinished: true } });
    expect(clean.data.tables).toMatchObject([
      { table: 'cells', state: 'equal', sourceRows: 500, targetRows: 500, equal: 500 },
      { table: 'named', state: 'equal', streamed: [] },
    ]);
    const [cells] = clean.data.tables;
    expect(cells?.streamed).toEqual(['j', 'secret']);
    await onTarget(line, PLANT);
    const [read, hashed] = [await verify(line), await verify(line, '--mode', 'pushdown')];
    expect([read.exit, hashed.exit]).toEqual([4, 4]);
    expect(found(hashed)).toEqual(found(read));
    expect(found(read).length).toBeGreaterThan(10);
    const counts = ({ data }: typeof read) =>
      data.tables.map(({ sourceRows, targetRows, equal }) => [sourceRows, targetRows, equal]);
    expect(counts(hashed)).toEqual(counts(read));
    const repaired = await verify(line, '--mode', 'pushdown', '--repair', '--confirm', line.config.pipeline);
    expect(repaired.data.tables.map(({ state }) => state)).toEqual(['equal', 'equal']);
    expect(await child.stop(), child.log).toBe(0);
  },
);

test('hashes of a shop that is written to all the time tell no difference, for a fraction of the bytes', async () => {
  const yaml = `verify: { throttle: 100%, parallel: 2 }\ntables: { rules: ${SHOP_RULES} }`;
  const line = await lineOf({ source: 'mysql', log: 'embedded', yaml, isProxied: true });
  // So large that heartbeats, gates and catalogues, which go over the same wire, weigh little.
  await fillShop(line, 8);
  const child = await running(line);
  const wire = () => (line.proxies?.source.passedBytes ?? 0) + (line.proxies?.target.passedBytes ?? 0);
  const cost = async (mode: string) => {
    const before = wire();
    const { exit, data } = await verify(line, '--mode', mode, '--table', 'tbl_billing', '--table', 'tbl_inventory');
    expect({ exit, states: data.tables.map(({ state }) => state) }).toEqual({ exit: 0, states: ['equal', 'equal'] });
    return wire() - before;
  };
  const [read, hashed] = [await cost('stream'), await cost('pushdown')];
  // The hashes alone are held to a fiftieth (pushdown-contract.ts); the slower a machine, the more the rest weighs here.
  expect(read / hashed, `${read} bytes read, ${hashed} hashed`).toBeGreaterThan(2);
  const traffic = startTraffic(line, 60);
  // Named, they are compared by their rows alone: views of moving tables are looked at again and again (view-moving.e2e).
  const moving = await verify(line, '--mode', 'pushdown', '--table', 'tbl_*');
  expect(moving.data.tables.length).toBe(SHOP_TABLES.length);
  // Rows that never stood still are no difference: a slow machine has some (exit 5).
  expect({ ...alarms(moving), exit: moving.exit === 5 ? 0 : moving.exit }).toEqual({ ...NO_ALARM, exit: 0 });
  await traffic.stop();
  expect(await verify(line, '--mode', 'pushdown', '--table', 'tbl_*')).toMatchObject({ exit: 0 });
  expect(await child.stop(), child.log).toBe(0);
}, 300_000);
