import { afterEach, expect, test } from 'vitest';
import { type Sides, sidesOf } from '../pipeline/sides.ts';
import { expectSchema } from './expect-schema.ts';
import { caughtUpSince, type Line, openLine, startLine } from './line.ts';
import { expectEqual } from './shop.ts';
import { onSource } from './statement.ts';

/** Least and greatest value of each column's type, and the values next to them that MySQL refuses. */
const RANGES: readonly (readonly [
  column: string,
  type: string,
  least: string,
  most: string,
  below: string,
  above: string,
])[] = [
  ['t', 'TINYINT', '-128', '127', '-129', '128'],
  ['tu', 'TINYINT UNSIGNED', '0', '255', '-1', '256'],
  ['s', 'SMALLINT', '-32768', '32767', '-32769', '32768'],
  ['su', 'SMALLINT UNSIGNED', '0', '65535', '-1', '65536'],
  ['m', 'MEDIUMINT', '-8388608', '8388607', '-8388609', '8388608'],
  ['mu', 'MEDIUMINT UNSIGNED', '0', '16777215', '-1', '16777216'],
  ['i', 'INT', '-2147483648', '2147483647', '-2147483649', '2147483648'],
  ['iu', 'INT UNSIGNED', '0', '4294967295', '-1', '4294967296'],
  ['b', 'BIGINT', '-9223372036854775808', '9223372036854775807', '-9223372036854775809', '9223372036854775808'],
  ['bu', 'BIGINT UNSIGNED', '0', '18446744073709551615', '-1', '18446744073709551616'],
  ['small', 'BIGINT UNSIGNED', '0', '9223372036854775807', '-1', '18446744073709551616'],
  ['d', 'DECIMAL(5,2) UNSIGNED', '0', '999.99', '-0.01', '1000'],
  ['z', 'INT(4) ZEROFILL', '0', '4294967295', '-1', '4294967296'],
  ['f', 'FLOAT UNSIGNED', '0', '1.5', '-0.5', '1e39'],
  ['g', 'DOUBLE UNSIGNED', '0', '1e300', '-1e-300', '1e309'],
  ['y', 'YEAR', '1901', '2155', '1900', '2156'],
];

const lines: Line[] = [];
afterEach(async () => {
  for (const line of lines.splice(0)) await line.close();
});

async function isTaken(run: Promise<unknown>): Promise<boolean> {
  return await run.then(
    () => true,
    () => false,
  );
}

async function expectSameRanges({ source, target }: Sides): Promise<void> {
  await source.run("SET SESSION sql_mode = 'STRICT_ALL_TABLES'");
  for (const [column, , least, most, below, above] of RANGES) {
    for (const value of [least, most, below, above, 'NULL']) {
      const sql = `INSERT INTO ranges (id, ${column}) VALUES (9, ${value})`;
      const both = [await isTaken(source.run(sql)), await isTaken(target.query(sql))];
      const isWithin = value !== below && value !== above;
      expect([column, value, ...both]).toEqual([column, value, isWithin, isWithin]);
      await source.run('DELETE FROM ranges WHERE id = 9');
      await target.query('DELETE FROM ranges WHERE id = 9');
    }
  }
}

test.each(['mysql', 'mariadb'] as const)(
  'a number that its column of %s refuses, the target refuses too, before and after the column was widened',
  async (source) => {
    const line = await openLine({ source, log: 'embedded', yaml: 'tables: { include: ["*"] }' });
    lines.push(line);
    const columns = RANGES.map(([column, type]) => `${column} ${type}`);
    await onSource(
      line,
      `CREATE TABLE ranges (id INT PRIMARY KEY, ${columns.join(', ')})`,
      `INSERT INTO ranges VALUES (1, ${RANGES.map(([, , least]) => least).join(', ')})`,
      `INSERT INTO ranges VALUES (2, ${RANGES.map(([, , , most]) => most).join(', ')})`,
      'CREATE TABLE wider (id INT PRIMARY KEY, a TINYINT UNSIGNED NOT NULL, b SMALLINT)',
      'INSERT INTO wider VALUES (1, 255, -32768)',
    );
    const running = startLine(line);
    await running.until(({ state }) => state === 'streaming');
    await onSource(
      line,
      'ALTER TABLE wider MODIFY a SMALLINT UNSIGNED NOT NULL, MODIFY b MEDIUMINT',
      'INSERT INTO wider VALUES (2, 65535, 8388607)',
      'ALTER TABLE wider ADD c TINYINT UNSIGNED NOT NULL DEFAULT 7',
    );
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    await expectEqual(line);
    await expectSchema(line, 0);
    const sides = await sidesOf(line);
    try {
      await expectSameRanges(sides);
      expect(await isTaken(sides.target.query('INSERT INTO wider VALUES (3, 65536, 0, 0)'))).toBe(false);
      expect(await isTaken(sides.target.query('INSERT INTO wider VALUES (3, 0, 8388608, 0)'))).toBe(false);
      expect(await isTaken(sides.target.query('INSERT INTO wider VALUES (3, 0, 0, -1)'))).toBe(false);
      expect(await isTaken(sides.target.query('INSERT INTO wider VALUES (3, 65535, 8388607, 255)'))).toBe(true);
    } finally {
      await sides.close();
    }
  },
);

test('AUTO_INCREMENT of a column that becomes numeric goes on from a sequence, and one past its end is listed', async () => {
  const rules = '{ counted: { cast: { id: "numeric(20,0)" } } }';
  const line = await openLine({ source: 'mysql', log: 'embedded', yaml: `tables: { rules: ${rules} }` });
  lines.push(line);
  await onSource(
    line,
    'CREATE TABLE counted (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, n INT) AUTO_INCREMENT = 40',
    'INSERT INTO counted (n) VALUES (1), (2)',
    'CREATE TABLE beyond (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY)',
    'INSERT INTO beyond VALUES (18446744073709551000)',
  );
  const running = startLine(line);
  await running.until(({ state }) => state === 'streaming');
  await onSource(line, 'INSERT INTO counted (n) VALUES (3)');
  await running.until(caughtUpSince(Date.now()));
  await running.stop();
  await expectEqual(line);
  await expectSchema(line, 0);
  const sides = await sidesOf(line);
  try {
    const { rows } = await sides.target.query('INSERT INTO counted (n) VALUES (4) RETURNING id');
    expect(rows).toEqual([{ id: '43' }]);
    await sides.target.query('DROP TABLE counted');
    const left = await sides.target.query("SELECT 1 FROM pg_class WHERE relname = 'counted_id_seq'");
    expect(left.rows).toEqual([]);
  } finally {
    await sides.close();
  }
});
