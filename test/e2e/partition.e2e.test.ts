import { afterEach, expect, test } from 'vitest';
import { SCHEMA_ACTIONS } from '../../src/pipeline/schema/actions.ts';
import { type Sides, sidesOf } from '../pipeline/sides.ts';
import { expectSchema } from './expect-schema.ts';
import { caughtUpSince, type Line, openLine, startLine } from './line.ts';
import { expectEqual } from './shop.ts';
import { onSource } from './statement.ts';

interface Divided {
  readonly name: string;
  readonly columns: string;
  readonly by: string;
  readonly parts: readonly string[];
  /** Rows at and beside every bound. */
  readonly rows: readonly string[];
}

/** By what PostgreSQL divides as well: each row must lie in the partition of the same name. */
const SAME: readonly Divided[] = [
  {
    name: 'by_number',
    columns: 'id INT NOT NULL, n BIGINT NOT NULL, note VARCHAR(9), PRIMARY KEY (id, n), KEY by_note (note)',
    by: 'RANGE (n) (PARTITION p0 VALUES LESS THAN (-5), PARTITION p1 VALUES LESS THAN (10), PARTITION top VALUES LESS THAN MAXVALUE)',
    parts: ['p0', 'p1', 'top'],
    rows: ["1, -6, 'a'", "2, -5, 'b'", "3, 9, 'c'", "4, 10, 'd'", '5, 9223372036854775807, NULL'],
  },
  {
    name: 'by_year',
    columns: 'id INT NOT NULL AUTO_INCREMENT, d DATE NOT NULL, PRIMARY KEY (id, d)',
    by: 'RANGE (YEAR(d)) (PARTITION p0 VALUES LESS THAN (1990), PARTITION p1 VALUES LESS THAN (2000))',
    parts: ['p0', 'p1'],
    rows: ["1, '1989-12-31'", "2, '1990-01-01'", "3, '1999-12-31'", "4, '1001-01-01'"],
  },
  {
    name: 'by_day',
    columns: 'id INT NOT NULL, at DATETIME(3) NOT NULL, PRIMARY KEY (id, at)',
    by: "RANGE (TO_DAYS(at)) (PARTITION p0 VALUES LESS THAN (TO_DAYS('2024-03-01')), PARTITION p1 VALUES LESS THAN MAXVALUE)",
    parts: ['p0', 'p1'],
    rows: ["1, '2024-02-29 23:59:59.999'", "2, '2024-03-01 00:00:00'", "3, '9999-12-31 23:59:59'"],
  },
  {
    name: 'by_moment',
    columns: 'id INT NOT NULL, at TIMESTAMP NOT NULL, PRIMARY KEY (id, at)',
    by: 'RANGE (UNIX_TIMESTAMP(at)) (PARTITION p0 VALUES LESS THAN (1000000000), PARTITION p1 VALUES LESS THAN MAXVALUE)',
    parts: ['p0', 'p1'],
    rows: ["1, '2001-09-09 01:46:39'", "2, '2001-09-09 01:46:40'"],
  },
  {
    name: 'by_pair',
    columns: 'a INT NOT NULL, d DATE NOT NULL, c INT, PRIMARY KEY (a, d)',
    by: "RANGE COLUMNS (a, d) (PARTITION p0 VALUES LESS THAN (1, '2020-01-01'), PARTITION p1 VALUES LESS THAN (1, MAXVALUE), PARTITION p2 VALUES LESS THAN (MAXVALUE, MAXVALUE))",
    parts: ['p0', 'p1', 'p2'],
    rows: [
      "0, '2030-01-01', 1",
      "1, '2019-12-31', 2",
      "1, '2020-01-01', 3",
      "1, '9999-12-31', 4",
      "2, '1999-01-01', 5",
    ],
  },
  {
    name: 'by_list',
    columns: 'id INT NOT NULL, kind INT NULL, UNIQUE by_id (id, kind)',
    by: 'LIST (kind) (PARTITION p0 VALUES IN (1, 3, NULL), PARTITION p1 VALUES IN (-2))',
    parts: ['p0', 'p1'],
    rows: ['1, 1', '2, 3', '3, NULL', '4, -2'],
  },
  {
    name: 'by_dates',
    columns: 'd DATE NOT NULL PRIMARY KEY, n INT',
    by: "LIST COLUMNS (d) (PARTITION p0 VALUES IN ('2020-02-29', '2021-01-01'), PARTITION p1 VALUES IN ('2022-01-01'))",
    parts: ['p0', 'p1'],
    rows: ["'2020-02-29', 1", "'2021-01-01', 2", "'2022-01-01', 3"],
  },
];

/** Spread by a hash: PostgreSQL has its own. */
const SPREAD: readonly Divided[] = [
  {
    name: 'by_hash',
    columns: 'id INT PRIMARY KEY, n INT, UNIQUE pair (id, n)',
    by: 'HASH (id) PARTITIONS 3',
    parts: ['p0', 'p1', 'p2'],
    rows: ['1, 1', '2, 2', '3, 3', '4, 4', '-5, 5'],
  },
  {
    name: 'by_key',
    columns: 'name VARCHAR(9) PRIMARY KEY, n INT',
    by: 'KEY () PARTITIONS 2',
    parts: ['p0', 'p1'],
    rows: ["'a', 1", "'b', 2", "'c', 3"],
  },
];

/** One table each, with the reason. */
const PLAIN: readonly (readonly [name: string, columns: string, by: string, reason: RegExp])[] = [
  ['by_sum', 'a INT, b INT, PRIMARY KEY (a, b)', 'RANGE (a + b) (PARTITION p0 VALUES LESS THAN (5))', /expression/],
  ['by_month', 'd DATE PRIMARY KEY', 'HASH (MONTH(d)) PARTITIONS 2', /expression/],
  [
    'by_text',
    'c VARCHAR(9) PRIMARY KEY',
    "LIST COLUMNS (c) (PARTITION p0 VALUES IN ('a', 'b'))",
    /no certain form for character varying/,
  ],
  [
    'by_two',
    'a INT, b INT, PRIMARY KEY (a, b)',
    'LIST COLUMNS (a, b) (PARTITION p0 VALUES IN ((1, 2), (3, 4)))',
    /one column alone/,
  ],
  [
    'twice',
    'a INT, b INT, PRIMARY KEY (a, b)',
    'RANGE (a) SUBPARTITION BY HASH (b) SUBPARTITIONS 2 (PARTITION p0 VALUES LESS THAN MAXVALUE)',
    /divided again/,
  ],
];

const lines: Line[] = [];
afterEach(async () => {
  for (const line of lines.splice(0)) await line.close();
});

async function rowsOf(run: Promise<readonly Readonly<Record<string, string | null>>[]>): Promise<readonly string[]> {
  return (await run).map((row) => Object.values(row)[0] ?? '').sort();
}

async function expectSamePlaces({ source, target }: Sides, { name, columns, parts }: Divided): Promise<void> {
  const [, first = ''] = /^(\w+)/.exec(columns) ?? [];
  for (const part of parts) {
    const theirs = await rowsOf(source.rows(`SELECT ${first} FROM ${name} PARTITION (${part})`));
    const { rows } = await target.query(`SELECT ${first}::text FROM ${name}_${part}`);
    expect({ name, part, rows: await rowsOf(Promise.resolve(rows)) }).toEqual({ name, part, rows: theirs });
  }
}

test.each(['mysql', 'mariadb'] as const)(
  'a table that %s divides is divided on the target, each row lies where it lies there, and none is lost',
  async (source) => {
    const line = await openLine({ source, log: 'embedded', yaml: 'tables: { include: ["*"] }' });
    lines.push(line);
    for (const { name, columns, by, rows } of [...SAME, ...SPREAD]) {
      await onSource(line, `CREATE TABLE ${name} (${columns}) PARTITION BY ${by}`);
      await onSource(line, ...rows.map((row) => `INSERT INTO ${name} VALUES (${row})`));
    }
    for (const [name, columns, by] of PLAIN)
      await onSource(line, `CREATE TABLE ${name} (${columns}) PARTITION BY ${by}`);
    const running = startLine(line);
    await running.until(({ state }) => state === 'streaming');
    await onSource(
      line,
      'UPDATE by_number SET n = 10 WHERE id = 1',
      'UPDATE by_list SET kind = -2 WHERE id = 3',
      'DELETE FROM by_number WHERE id = 2',
      "INSERT INTO by_moment VALUES (3, '1970-01-02 00:00:00')",
      'UPDATE by_hash SET id = 77 WHERE id = 4',
      'ALTER TABLE by_year ADD PARTITION (PARTITION late VALUES LESS THAN (2100))',
      "INSERT INTO by_year VALUES (9, '2050-01-01')",
    );
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    await expectEqual(line);
    await expectSchema(line, 0);
    const sides = await sidesOf(line);
    try {
      for (const one of SAME) await expectSamePlaces(sides, one);
      for (const { name, parts } of SPREAD) {
        const { rows } = await sides.target.query(
          `SELECT relid::text AS part FROM pg_partition_tree('${name}') WHERE isleaf`,
        );
        expect(rows.map(({ part }) => part).sort()).toEqual(parts.map((part) => `${name}_${part}`));
      }
      const { rows } = await sides.target.query('SELECT id FROM by_year_default');
      expect(rows).toEqual([{ id: '9' }]);
      await sides.target.query("INSERT INTO by_year (d) VALUES ('1995-01-01')");
      await expect(sides.target.query('INSERT INTO by_hash VALUES (1, 9)')).rejects.toMatchObject({
        sqlstate: '23505',
      });
    } finally {
      await sides.close();
    }
    const plan = await SCHEMA_ACTIONS.plan(line.config, {
      signal: new AbortController().signal,
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    });
    const entry = (table: string) =>
      plan.inventory.entries.find((one) => one.kind === 'partitioning' && one.table === table);
    for (const [name, , , reason] of PLAIN)
      expect(entry(name)).toMatchObject({
        outcome: 'changed',
        target: 'one table',
        reason: expect.stringMatching(reason),
      });
    expect(entry('by_number')).toMatchObject({ outcome: 'converted', target: 'PARTITION BY RANGE ("n")' });
    expect(entry('by_year')).toMatchObject({ outcome: 'changed', reason: expect.stringContaining('by_year_default') });
  },
);

test('with target.partitions: one-table every table is one', async () => {
  const line = await openLine({ source: 'mysql', log: 'embedded', target: ', partitions: one-table' });
  lines.push(line);
  await onSource(line, 'CREATE TABLE t (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 2');
  const plan = await SCHEMA_ACTIONS.plan(line.config, {
    signal: new AbortController().signal,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  expect(plan.files.map(({ text }) => text).join('')).not.toContain('PARTITION OF');
  expect(plan.inventory.entries.find(({ kind }) => kind === 'partitioning')).toMatchObject({ target: 'one table' });
});
