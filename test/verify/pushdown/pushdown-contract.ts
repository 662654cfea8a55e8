/** What hashes made inside both servers must find, for any source. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MysqlConnection } from '../../../src/mysql/connection.ts';
import { bucketsFor, compareSums, sourceSums, targetSums } from '../../../src/verify/pushdown/chunk-sums.ts';
import { type HashPlan, hashPlan } from '../../../src/verify/pushdown/hash-plan.ts';
import { sourceBuckets, targetBuckets } from '../../../src/verify/pushdown/hash-sql.ts';
import type { SourceKind } from '../../e2e/line.ts';
import { SHOP_RULES } from '../../e2e/line.ts';
import { fillShop } from '../../e2e/shop.ts';
import { type BothSides, bothSides } from './both-sides.ts';

const CELLS = `CREATE TABLE cells (id INT PRIMARY KEY, i INT, b BIGINT UNSIGNED, d DECIMAL(12,4), f FLOAT, g DOUBLE,
  bits BIT(9), flag BIT(1), t VARCHAR(40), l LONGTEXT CHARACTER SET latin1, raw VARBINARY(40), fixed BINARY(4),
  e ENUM('a','b',''), s SET('x','y'), day DATE, at DATETIME(6), stamp TIMESTAMP(3) NULL, clock TIME(6), y YEAR, j JSON)`;

const ROW = (id: number) => `(${id}, ${id * 7}, 9007199254740993, 1.5, 0.1, 0.1, b'101', b'1', 'text', 'text', x'00ff',
  x'6100', 'a', 'x,y', '2024-02-29', '2024-02-29 01:02:03.000004', '2024-02-29 01:02:03.5', '-01:02:03.000004', 2024, '{"a": 1}')`;

/** One cell of the row 5 as something behind the pipeline's back leaves it. */
const CHANGES = [
  'i = i + 1',
  'i = NULL',
  'b = 9007199254740992',
  'd = 1.5001',
  "f = '0.10000001'",
  "g = '0.1'::float8 + 1.4e-17",
  "g = '-0'::float8 * 0.1 + 0",
  "bits = B'000000100'",
  'flag = false',
  "t = 'text '",
  "t = 'Text'",
  "t = ''",
  'l = NULL',
  "raw = '\\x00fe'",
  "fixed = '\\x61000001'",
  "e = ''",
  "s = '{x}'",
  "s = '{}'",
  "day = '2024-03-01'",
  "day = 'infinity'",
  "at = '2024-02-29 01:02:03.000005'",
  "stamp = '2024-02-29 01:02:03.501+00'",
  "clock = '-01:02:03.000005'",
  'y = 2025',
];

export function pushdownContract(kind: SourceKind): void {
  describe('rows of every type', () => {
    let sides: BothSides;
    let plan: HashPlan;
    const chunk = { where: null, buckets: 16 };
    const differing = async () => {
      const [here, there] = [await sourceSums(sides.source, plan, chunk), await targetSums(sides.target, plan, chunk)];
      return compareSums(here, there);
    };

    beforeAll(async () => {
      sides = await bothSides(kind, { yaml: '', fill: fillCells });
      plan = hashPlan(await sides.table('cells'));
    });
    afterAll(() => sides?.close());

    test('are equal by hash, and the columns that only reading compares are named', async () => {
      expect(await differing()).toMatchObject({ isEqual: true, sourceRows: 200, targetRows: 200, differing: [] });
      expect(plan.streamed).toEqual([{ name: 'j', reason: 'no common text' }]);
    });

    test.each(CHANGES)(
      'with one cell changed behind the back (%s) differ in the bucket of that row alone',
      async (set) => {
        await sides.target.query('BEGIN');
        try {
          await sides.target.query(`UPDATE cells SET ${set} WHERE id = 5`);
          const found = await differing();
          expect(found.differing.length).toBe(1);
          const where = targetBuckets(plan, found.differing, chunk.buckets);
          const { rows } = await sides.target.query(`SELECT id FROM cells WHERE ${where} ORDER BY id`);
          const here = await sides.source.rows(
            `SELECT id FROM cells WHERE ${sourceBuckets(plan, found.differing, chunk.buckets)} ORDER BY id`,
          );
          expect(rows.map((row) => row['id'])).toContain('5');
          expect(here).toEqual(rows);
          expect(found.rowsToRead).toBe(rows.length);
        } finally {
          await sides.target.query('ROLLBACK');
        }
      },
    );

    test.each([
      'DELETE FROM cells WHERE id = 7',
      'INSERT INTO cells (id) VALUES (1000)',
      'UPDATE cells SET id = CASE id WHEN 8 THEN 9 ELSE 8 END, i = i WHERE id IN (8, 9)',
    ])('are found different after %s', async (statement) => {
      await sides.target.query('BEGIN');
      try {
        await sides.target.query('ALTER TABLE cells DROP CONSTRAINT cells_pkey');
        await sides.target.query(statement);
        expect((await differing()).isEqual).toBe(false);
      } finally {
        await sides.target.query('ROLLBACK');
      }
    });

    test('of a part of the table are compared by a condition of each side', async () => {
      const part = { buckets: 4, where: 'id > 190' };
      const here = await sourceSums(sides.source, plan, part);
      expect(here.rows).toBe(10);
      expect(compareSums(here, await targetSums(sides.target, plan, part)).isEqual).toBe(true);
      const other = await targetSums(sides.target, plan, { ...part, where: 'id > 191' });
      expect(compareSums(here, other).isEqual).toBe(false);
    });

    test('without a key are a multiset: a row more of two equal ones is found', async () => {
      const twins = hashPlan(await sides.table('twins'));
      const compare = async () =>
        compareSums(await sourceSums(sides.source, twins, chunk), await targetSums(sides.target, twins, chunk));
      expect(await compare()).toMatchObject({ isEqual: true, sourceRows: 4 });
      await sides.target.query("BEGIN; DELETE FROM twins WHERE ctid = (SELECT min(ctid) FROM twins WHERE t = 'a')");
      await sides.target.query("INSERT INTO twins VALUES (NULL, 'b')");
      expect(await compare()).toMatchObject({ isEqual: false, sourceRows: 4, targetRows: 4 });
      await sides.target.query('ROLLBACK');
    });

    test('with a masked column are compared in the others, and the masked one is named', async () => {
      const table = await sides.table('cells');
      const masked = hashPlan({ ...table, masked: new Set(['t']) });
      expect(masked.streamed).toContainEqual({ name: 't', reason: 'masked' });
      const [here, there] = [
        await sourceSums(sides.source, masked, chunk),
        await targetSums(sides.target, masked, chunk),
      ];
      expect(compareSums(here, there).isEqual).toBe(true);
    });
  });

  test('a shop is equal by hash in all its tables, for at least fifty times fewer bytes than its rows', async () => {
    const sides = await bothSides(kind, {
      yaml: `tables: { rules: ${SHOP_RULES} }`,
      fill: (line) => fillShop(line, 3),
    });
    try {
      const wire = () => (sides.line.proxies?.source.passedBytes ?? 0) + (sides.line.proxies?.target.passedBytes ?? 0);
      const sums = { hashes: 0, rows: 0 };
      for (const name of sides.names) {
        const plan = hashPlan(await sides.table(name));
        const count = Number((await sides.source.row(`SELECT COUNT(*) AS n FROM ${plan.table.source}`))['n']);
        const chunk = { where: null, buckets: bucketsFor(count) };
        const start = wire();
        const [here, there] = [
          await sourceSums(sides.source, plan, chunk),
          await targetSums(sides.target, plan, chunk),
        ];
        expect(compareSums(here, there), name).toMatchObject({ isEqual: true, sourceRows: count, targetRows: count });
        const hashed = wire();
        await readAll(sides, plan);
        if (count < 1_000) continue;
        sums.hashes += hashed - start;
        sums.rows += wire() - hashed;
      }
      expect(sums.rows / sums.hashes).toBeGreaterThan(50);
    } finally {
      await sides.close();
    }
  });
}

async function fillCells(_line: unknown, source: MysqlConnection): Promise<void> {
  await source.run(CELLS);
  const rows = Array.from({ length: 200 }, (_, i) => ROW(i + 1));
  await source.run(`INSERT INTO cells VALUES ${rows.join()}`);
  await source.run('CREATE TABLE twins (n INT, t VARCHAR(5))');
  await source.run("INSERT INTO twins VALUES (NULL, 'a'), (NULL, 'a'), (NULL, 'b'), (1, '')");
}

async function readAll({ source, target }: BothSides, { table }: HashPlan): Promise<void> {
  await source.rows(`SELECT * FROM ${table.source}`);
  await target.query(`SELECT * FROM ${table.target}`);
}
