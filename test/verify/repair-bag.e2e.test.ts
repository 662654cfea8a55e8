import { afterEach, expect, test } from 'vitest';
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
