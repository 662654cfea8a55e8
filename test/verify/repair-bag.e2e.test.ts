import { afterEach, expect, test } from 'vitest';
import { runSluice } from '../cli/run-sluice.ts';
import { caughtUpSince } from '../e2e/line.ts';
import { untilProcess } from '../e2e/line-process.ts';
import { expectEqual } from '../e2e/shop.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { cleanUpAll, lineOf, started, told, verify } from './session.ts';

afterEach(cleanUpAll);

test.each(['mysql', 'mariadb'] as const)(
  'rows of a table of %s without a key are repaired by copies that are missing or too many',
  async (source) => {
    const line = await lineOf({ source, log: 'embedded', yaml: 'verify: { throttle: 100% }' });
    await onSource(
      line,
      'CREATE TABLE `Beleg ü` (a int, `b"b` varchar(20), c decimal(10,2), d double, e json, f datetime(6), g varbinary(5))',
      "INSERT INTO `Beleg ü` VALUES (1, 'drei', 1.50, 0.1, '{\"x\": 1.0}', '2020-01-02 03:04:05.000006', x'00ff'), (1, 'drei', 1.50, 0.1, '{\"x\": 1.0}', '2020-01-02 03:04:05.000006', x'00ff'), (1, 'drei', 1.50, 0.1, '{\"x\": 1.0}', '2020-01-02 03:04:05.000006', x'00ff')",
      "INSERT INTO `Beleg ü` VALUES (2, 'zwei ', NULL, -1e300, NULL, NULL, ''), (3, 'cell', 3.00, NULL, '[]', NULL, NULL)",
    );
    const child = started(line);
    const processes = [child];
    await untilProcess(line, caughtUpSince(Date.now()), { processes });
    const table = '"Beleg ü"';
    await onTarget(line, `DELETE FROM ${table} WHERE ctid IN (SELECT ctid FROM ${table} WHERE a = 1 LIMIT 2)`);
    await onTarget(line, `INSERT INTO ${table} SELECT * FROM ${table} WHERE a = 2`);
    await onTarget(line, `UPDATE ${table} SET "b""b" = NULL WHERE a = 3`);
    expect(told(await verify(line))).toHaveLength(5);
    const repaired = await verify(line, '--repair', '--confirm', line.config.pipeline);
    expect(repaired, JSON.stringify(repaired)).toMatchObject({ exit: 0, data: { tables: [{ repaired: 5 }] } });
    expect(await verify(line)).toMatchObject({ exit: 0, data: { tables: [{ state: 'equal', sourceRows: 5 }] } });
    const records = await onTarget(
      line,
      'SELECT kind, count(*)::int AS n, bool_and(equal_at IS NOT NULL) AS ok FROM sluice.repair GROUP BY kind ORDER BY kind',
    );
    expect(records).toEqual([
      { kind: 'extra', n: 2, ok: true },
      { kind: 'missing', n: 3, ok: true },
    ]);
    // Copies that the application adds meanwhile stay, and a TRUNCATE goes over what is being repaired.
    for (const act of ['INSERT INTO `Beleg ü` (a) VALUES (7), (8), (8)', 'TRUNCATE `Beleg ü`']) {
      await onTarget(line, `INSERT INTO ${table} (a) SELECT 8 FROM generate_series(1, 50)`);
      await onTarget(line, `DELETE FROM ${table} WHERE a = 2`);
      const repairing = verify(line, '--repair', '--confirm', line.config.pipeline);
      for (let turn = 0; turn < 10; turn++) await onSource(line, act, 'INSERT INTO `Beleg ü` (a) VALUES (7), (8)');
      const under = await repairing;
      expect(under, JSON.stringify(under)).toMatchObject({ exit: 0 });
      expect(await verify(line)).toMatchObject({ exit: 0, data: { tables: [{ state: 'equal' }] } });
    }
    await onSource(line, 'DELETE FROM `Beleg ü` WHERE a = 8 LIMIT 2');
    await untilProcess(line, caughtUpSince(Date.now()), { processes });
    expect(await child.stop(), child.log).toBe(0);
    await expectEqual(line);
  },
);

const RULES = '{ exclude: [secret], mask: { email: hash, note: truncate(3), gone: "null" } }';

test.each(['mysql', 'mariadb'] as const)(
  'rows of %s without a key are repaired under rules and up to 11 MiB; what cannot be is told with its reason',
  async (source) => {
    const yaml = `verify: { throttle: 100% }\ntables: { maskSalt: 0123456789abcdef, rules: { hidden: ${RULES} } }`;
    const line = await lineOf({ source, log: 'embedded', yaml });
    await onSource(
      line,
      'CREATE TABLE hidden (a int, email varchar(40), note varchar(20), gone varchar(9), secret varchar(20))',
      "INSERT INTO hidden VALUES (1, 'a@b', 'abcdef', 'g', 's1'), (1, 'a@b', 'abcxyz', 'h', 's2'), (2, NULL, NULL, NULL, NULL), (3, 'c@d', 'kept', 'k', 's3')",
      'CREATE TABLE large (a int, t longtext)',
      "INSERT INTO large VALUES (1, REPEAT('ü', 1500000)), (2, 'short')",
      'CREATE TABLE floats (d double PRIMARY KEY, n int)',
      'INSERT INTO floats VALUES (0.5, 1), (1.5, 2)',
    );
    const child = started(line);
    await untilProcess(line, caughtUpSince(Date.now()), { processes: [child] });
    const [held] = await onTarget(line, 'SELECT * FROM hidden WHERE a = 3');
    expect(held).toMatchObject({ note: 'kep', gone: null, email: expect.stringMatching(/^[0-9a-f]{32,}/) });
    await onTarget(line, 'DELETE FROM hidden WHERE a < 3; UPDATE hidden SET email = NULL');
    await onTarget(line, "DELETE FROM large WHERE a = 1; INSERT INTO large VALUES (3, repeat('y', 3000000))");
    const repair = ['--repair', '--confirm', line.config.pipeline];
    const done = await verify(line, ...repair);
    expect(done.data.tables.flatMap(({ state, advice }) => [state, advice])).toEqual(
      Array(3).fill(['equal', null]).flat(),
    );
    expect(done.exit).toBe(0);
    const repaired = done.data.tables.map(({ table, repaired: rows }) => [table, rows]);
    // Two rows that the mask makes alike are two copies of one.
    expect(repaired).toEqual([
      ['floats', 0],
      ['hidden', 5],
      ['large', 2],
    ]);
    expect(await onTarget(line, 'SELECT * FROM hidden WHERE a = 3')).toEqual([held]);
    expect(await verify(line)).toMatchObject({ exit: 0 });

    await onTarget(line, "INSERT INTO large VALUES (4, repeat('z', 12000000)); UPDATE floats SET n = 7 WHERE d = 0.5");
    const left = await verify(line, ...repair);
    expect(left.exit).toBe(4);
    const told = Object.fromEntries(left.data.tables.map(({ table, state, advice }) => [table, [state, advice]]));
    const advice = (reason: string) => expect.stringMatching(`REPAIR_UNFIT.*1 row: ${reason}.*tables reload`);
    expect(told).toMatchObject({
      floats: ['different', advice('it has a key by which the two sides do not find rows alike')],
      hidden: ['equal', null],
      large: ['different', advice('they are longer')],
    });
    await onTarget(line, 'DELETE FROM large WHERE a = 4; UPDATE floats SET n = 1 WHERE d = 0.5');
    expect(await child.stop(), child.log).toBe(0);
    await expectEqual(line);
  },
);

test.each(['mysql', 'mariadb'] as const)(
  'copies of a table of %s of which a change waits in quarantine stay as they are, and so do rows that no source could have sent',
  async (source) => {
    const line = await lineOf({ source, log: 'embedded', yaml: 'verify: { throttle: 100% }' });
    await onSource(
      line,
      'CREATE TABLE flags (a int, flag tinyint(1))',
      'INSERT INTO flags VALUES (1, 0), (2, 1), (3, 1)',
      'CREATE TABLE seen (at datetime, n int)',
      "INSERT INTO seen VALUES ('2024-01-01', 1)",
    );
    const child = started(line);
    const processes = [child];
    await untilProcess(line, caughtUpSince(Date.now()), { processes });
    // A boolean of the target cannot hold 7.
    await onSource(line, 'INSERT INTO flags VALUES (4, 7)');
    await untilProcess(line, caughtUpSince(Date.now()), { processes });
    await onTarget(line, "DELETE FROM flags WHERE a = 1; INSERT INTO seen VALUES ('infinity', 2), ('2024-01-01', 1)");
    const repair = ['--repair', '--confirm', line.config.pipeline];
    const left = await verify(line, ...repair);
    expect(left, JSON.stringify(left)).toMatchObject({
      exit: 4,
      data: {
        tables: [
          {
            ...{ table: 'flags', state: 'different', repaired: 0, differenceCount: 2 },
            advice: expect.stringMatching(/REPAIR_UNFIT.*2 rows: a change of the table waits in quarantine.*flags/),
          },
          {
            ...{ table: 'seen', state: 'different', repaired: 1, differenceCount: 1 },
            advice: expect.stringMatching(/REPAIR_UNFIT.*1 row: only the target has them.*by hand/),
          },
        ],
      },
    });
    const dropped = await runSluice(['quarantine', 'drop', 'all', '--confirm', line.config.pipeline], line);
    expect(dropped.exit, dropped.stderr).toBe(0);
    await onTarget(line, "DELETE FROM seen WHERE at = 'infinity'");
    // The one that waited goes the ordinary way once more, and waits again.
    const then = await verify(line, ...repair);
    expect(then.data.tables).toMatchObject([
      { table: 'flags', state: 'different', repaired: 1, differenceCount: 1 },
      { table: 'seen', state: 'equal', repaired: 0, advice: null },
    ]);
    expect(await child.stop(), child.log).toBe(0);
  },
);
