import { afterEach, expect, test } from 'vitest';
import { caughtUpSince } from '../e2e/line.ts';
import { untilProcess } from '../e2e/line-process.ts';
import { fillShop, settleZeroDates, startTraffic } from '../e2e/shop.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { alarms, cleanUpAll, lineOf, NO_ALARM, started, told, verify } from './session.ts';

afterEach(cleanUpAll);

test.each([
  { source: 'mysql', log: 'embedded', verbs: ['run'] },
  { source: 'mariadb', log: 'kafka', verbs: ['capture', 'apply'] },
] as const)(
  'verify finds by table, key and column what was changed behind the back of a pipeline from $source through $log',
  async ({ source, log, verbs }) => {
    const line = await lineOf({ source, log, yaml: 'verify: { chunkMaxRows: 3, throttle: 100% }' });
    await onSource(
      line,
      'CREATE TABLE numbered (id int PRIMARY KEY, a varchar(20), d double)',
      "INSERT INTO numbered VALUES (1, 'one', 0.5), (2, 'two ', 1.5), (3, '', NULL), (4, NULL, -0.0), (5, 'five', 1e300), (6, 'six', 6), (7, 'seven', 7)",
      'CREATE TABLE named (name varchar(20) PRIMARY KEY, n bigint)',
      "INSERT INTO named VALUES ('a', 1), ('B', 2), ('c', 3), ('ß', 4), ('z\\\\t', 5)",
      'CREATE TABLE pair (a bigint unsigned, b varbinary(8), c datetime(6), PRIMARY KEY (a, b))',
      "INSERT INTO pair VALUES (1, 'x', '2024-01-01 00:00:00.123456'), (1, 'y', '2024-01-01 00:00:01'), (9007199254740993, '', NULL)",
      'CREATE TABLE bag (n int, note varchar(20))',
      "INSERT INTO bag VALUES (1, 'a'), (1, 'a'), (2, 'b')",
    );
    const processes = verbs.map((verb) => started(line, verb));
    await untilProcess(line, caughtUpSince(Date.now()), { processes });

    const clean = await verify(line);
    expect(clean, JSON.stringify(clean)).toMatchObject({ exit: 0, data: { isFinished: true } });
    expect(
      clean.data.tables.map(({ table, state, sourceRows, targetRows, equal }) => [
        table,
        state,
        sourceRows,
        targetRows,
        equal,
      ]),
    ).toEqual([
      ['bag', 'equal', 3, 3, 3],
      ['named', 'equal', 5, 5, 5],
      ['numbered', 'equal', 7, 7, 7],
      ['pair', 'equal', 3, 3, 3],
    ]);

    await onTarget(
      line,
      `UPDATE numbered SET a = 'two' WHERE id = 2; UPDATE numbered SET a = '' WHERE id = 4; UPDATE numbered SET d = 1.0000000000000002e300 WHERE id = 5;
       DELETE FROM numbered WHERE id = 6; INSERT INTO numbered VALUES (8, 'extra', 8);
       UPDATE named SET name = 'b' WHERE name = 'B'; INSERT INTO named VALUES ('zz', 9);
       UPDATE pair SET c = c + interval '1 microsecond' WHERE b = 'x'; DELETE FROM pair WHERE a > 1;
       DELETE FROM bag WHERE n = 2; INSERT INTO bag VALUES (1, 'a')`,
    );
    const dirty = await verify(line);
    expect(dirty).toMatchObject({ exit: 4, error: { code: 'VERIFY_DIFFERENCES' } });
    expect(told(dirty)).toEqual(
      [
        'numbered 2 different a two  two',
        'numbered 4 different a  ',
        'numbered 5 different d 1e+300 1.0000000000000002e+300',
        'numbered 6 missing   ',
        'numbered 8 extra   ',
        'named B missing   ',
        'named b extra   ',
        'named zz extra   ',
        'pair 1,78 different c 2024-01-01 00:00:00.123456 2024-01-01 00:00:00.123457',
        'pair 9007199254740993, missing   ',
        'bag 1,a extra   ',
        'bag 2,b missing   ',
      ].sort(),
    );
    expect(await verify(line, '--table', 'bag', '--table', 'name*')).toMatchObject({
      exit: 4,
      data: {
        tables: [
          { table: 'bag', differenceCount: 2 },
          { table: 'named', differenceCount: 3 },
        ],
      },
    });
    expect(await verify(line, '--repair')).toMatchObject({ exit: 2 });
    const repaired = await verify(line, '--repair', '--confirm', line.config.pipeline);
    expect(repaired.data.tables.map(({ table, state, repaired: rows }) => [table, state, rows])).toEqual([
      ['bag', 'equal', 2],
      ['named', 'equal', 3],
      ['numbered', 'equal', 5],
      ['pair', 'equal', 2],
    ]);
    expect(await verify(line, '--table', 'named', '--table', 'numbered', '--table', 'pair')).toMatchObject({ exit: 0 });
    const recorded = await onTarget(
      line,
      'SELECT kind, count(*)::int AS n, bool_and(equal_at IS NOT NULL) AS ok FROM sluice.repair GROUP BY kind ORDER BY kind',
    );
    expect(recorded).toEqual([
      { kind: 'different', n: 4, ok: true },
      { kind: 'extra', n: 4, ok: true },
      { kind: 'missing', n: 4, ok: true },
    ]);
    await onSource(line, "UPDATE numbered SET a = 'after' WHERE id = 4", 'DELETE FROM pair WHERE a > 1');
    await untilProcess(line, caughtUpSince(Date.now()), { processes });
    expect(await verify(line, '--table', 'numbered', '--table', 'pair')).toMatchObject({ exit: 0 });
    expect(await verify(line, '--table', 'nmed')).toMatchObject({ exit: 3, error: { code: 'TABLES_UNKNOWN' } });
    for (const each of processes) expect(await each.stop(), each.log).toBe(0);
    expect(await verify(line)).toMatchObject({ exit: 6, error: { code: 'CONTROL_UNREACHABLE' } });
  },
  300_000,
);

test('verify tells no difference of a shop that is written to all the time', async () => {
  const line = await lineOf({
    source: 'mysql',
    log: 'embedded',
    yaml: `verify: { chunkMaxRows: 200, throttle: 100%, parallel: 3 }
tables: { rules: { tbl_supplier: { zeroDate: { contract_start: "-infinity" } } } }`,
  });
  await fillShop(line, 0.2);
  await settleZeroDates(line);
  const child = started(line);
  await untilProcess(line, caughtUpSince(Date.now()), { processes: [child] });
  const traffic = startTraffic(line, 300);
  const found = await verify(line, '--restart');
  // Rows that never stood still are no difference: a slow machine has some (exit 5).
  expect({ ...alarms(found), error: found.exit === 5 ? undefined : found.error }).toEqual(NO_ALARM);
  await traffic.stop();
  const still = await verify(line, '--restart');
  expect({ ...alarms(still), exit: still.exit, error: still.error }).toEqual({ ...NO_ALARM, exit: 0 });
  expect(await child.stop(), child.log).toBe(0);
}, 600_000);
