import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCatalogue } from '../../src/mysql/catalogue.ts';
import { type Bound, type KeyRange, keyOrderOf, WHOLE } from '../../src/mysql/key-order.ts';
import { type ReadableTable, readableTable, selectRange } from '../../src/mysql/readable-table.ts';
import { planChunk } from '../../src/snapshot/chunk-read.ts';
import { type TestSource, testSource } from '../mysql/source.ts';

export interface KeyCase {
  readonly name: string;
  readonly columns: string;
  readonly rows: string;
}

const DUPLICATES = "('a'), ('B'), ('c'), (''), ('ab'), ('Zürich'), ('it''s'), ('\\\\'), ('z y')";

export const KEY_CASES: readonly KeyCase[] = [
  { name: 'int', columns: 'k INT PRIMARY KEY', rows: '(-5), (0), (7), (-2147483648), (2147483647)' },
  {
    name: 'unsigned bigint',
    columns: 'k BIGINT UNSIGNED PRIMARY KEY',
    rows: '(0), (18446744073709551615), (9007199254740993), (9007199254740992)',
  },
  { name: 'case-insensitive varchar', columns: 'k VARCHAR(20) PRIMARY KEY', rows: DUPLICATES },
  {
    name: 'varchar by bytes',
    columns: 'k VARCHAR(20) COLLATE utf8mb4_bin PRIMARY KEY',
    rows: `${DUPLICATES}, ('A'), ('b')`,
  },
  {
    name: 'latin1',
    columns: 'k VARCHAR(20) CHARACTER SET latin1 PRIMARY KEY',
    rows: "('a'), ('B'), ('é'), ('€'), ('')",
  },
  { name: 'utf16', columns: 'k VARCHAR(20) CHARACTER SET utf16 PRIMARY KEY', rows: "('a'), ('B'), ('é'), ('€'), ('')" },
  { name: 'char', columns: 'k CHAR(5) CHARACTER SET utf8mb3 PRIMARY KEY', rows: "('a'), ('B '), ('é'), ('')" },
  { name: 'enum', columns: "k ENUM('z','a','m','it''s') PRIMARY KEY", rows: "('z'), ('a'), ('m'), ('it''s')" },
  { name: 'set', columns: "k SET('z','a','m') PRIMARY KEY", rows: "('z'), ('a'), ('m'), ('z,m'), ('')" },
  {
    name: 'decimal',
    columns: 'k DECIMAL(65,30) PRIMARY KEY',
    rows: '(1.000000000000000000000000000001), (-3.5), (1), (12345678901234567890123456789012345.5)',
  },
  {
    name: 'datetime with zero and impossible dates',
    columns: 'k DATETIME(6) PRIMARY KEY',
    rows: `('2020-01-01 00:00:00.000001'), ('0000-00-00'), ('2020-01-01'), ('9999-12-31 23:59:59.999999'), ('2020-00-00'),
      ('2020-02-31')`,
  },
  {
    name: 'date',
    columns: 'k DATE PRIMARY KEY',
    rows: "('2020-01-01'), ('0000-00-00'), ('2020-00-01'), ('9999-12-31')",
  },
  {
    name: 'timestamp',
    columns: 'k TIMESTAMP(3) DEFAULT 0 PRIMARY KEY',
    rows: "('2020-01-01 00:00:00.001'), (0), ('2020-01-01')",
  },
  {
    name: 'time',
    columns: 'k TIME(6) PRIMARY KEY',
    rows: "('-838:59:59'), ('00:00:00'), ('838:59:59'), ('-00:00:00.000001')",
  },
  { name: 'year', columns: 'k YEAR PRIMARY KEY', rows: '(0), (1901), (2155), (2000), (1970)' },
  { name: 'binary', columns: 'k BINARY(16) PRIMARY KEY', rows: "(x'00'), (x'ff00'), (x'27'), (x'5c')" },
  { name: 'varbinary', columns: 'k VARBINARY(16) PRIMARY KEY', rows: "(x''), (x'00'), (x'ff00'), (x'27')" },
  { name: 'bit', columns: 'k BIT(64) PRIMARY KEY', rows: "(b'1'), (b'0'), (18446744073709551615)" },
  { name: 'float', columns: 'k FLOAT PRIMARY KEY', rows: '(1.1), (1.10000014), (-1e38), (0), (3.4e-38)' },
  { name: 'double', columns: 'k DOUBLE PRIMARY KEY', rows: '(1.1), (1.1000000000000003), (-1e308), (0)' },
  {
    name: 'prefix of blob and text',
    columns: 'k BLOB, l TEXT, PRIMARY KEY (k(4), l(3))',
    rows: "(x'00112233', 'abcd'), (x'00112234', 'abc'), (x'00112234', 'abd')",
  },
  {
    name: 'several columns, an enum among them',
    columns: "k VARCHAR(5), e ENUM('z','a'), i INT, PRIMARY KEY (k, e, i)",
    rows: "('a','z',1), ('a','z',2), ('A','a',1), ('b','a',-1), ('b','z',1), ('','z',0)",
  },
  {
    name: 'a unique key in the middle',
    columns: 'p INT, k INT NOT NULL, l VARCHAR(3) NOT NULL, UNIQUE (k, l)',
    rows: "(1, 1, 'a'), (2, 1, 'b'), (NULL, 2, 'a')",
  },
  { name: 'descending', columns: 'k INT, l INT, PRIMARY KEY (k DESC, l)', rows: '(1, 1), (1, 2), (2, 1)' },
];

/** Chunks of every size cover a table of every key type: each row once, none left out. */
export function keyOrderContract(kind: TestSource['kind'], cases: readonly KeyCase[]): void {
  let source: TestSource;

  beforeAll(async () => {
    source = await testSource(kind, 'key_order');
  });
  afterAll(() => source[Symbol.asyncDispose]());

  const load = async (table: string): Promise<ReadableTable> => {
    const [found] = await readCatalogue(source.connection, { databases: [source.database], tables: [table] });
    return found ? readableTable(found) : expect.unreachable();
  };

  const chunksOf = async (table: ReadableTable, rows: number): Promise<string[][]> => {
    const chunks: string[][] = [];
    let lower: Bound | null = null;
    do {
      const { order } = table;
      if (!order) expect.unreachable();
      const range: KeyRange = { lower, upper: null };
      const upper: Bound | null = await planChunk(source.connection, table, { order, range, rows });
      const found = await source.connection.rows(selectRange(table, { lower, upper }));
      chunks.push(found.map((row) => JSON.stringify(row)));
      lower = upper;
    } while (lower !== null);
    return chunks;
  };

  test.each(cases)('chunks of 1, 2 and 3 rows cover a table with this key exactly once: $name', async (keyCase) => {
    await source.connection.run('DROP TABLE IF EXISTS t');
    await source.connection.run(`CREATE TABLE t (${keyCase.columns})`);
    await source.connection.run(`INSERT INTO t VALUES ${keyCase.rows}`);
    const table = await load('t');
    const all = (await source.connection.rows(selectRange(table, WHOLE))).map((row) => JSON.stringify(row));
    for (const rows of [1, 2, 3]) {
      const chunks = await chunksOf(table, rows);
      expect(chunks.flat().sort()).toEqual([...all].sort());
      expect(chunks.slice(0, -1).every((chunk) => chunk.length === rows)).toBe(true);
    }
  });

  test('a chunk in the middle of a table with a key of two columns reads the rows of its range, not the table', async () => {
    await source.connection.run('CREATE TABLE big (a INT, b VARCHAR(9), c INT, PRIMARY KEY (a, b))');
    const rows = Array.from({ length: 5000 }, (_, i) => [i % 50, `n${i}`, i]);
    await source.connection.run('INSERT INTO big VALUES ?', [rows]);
    await source.connection.rows('ANALYZE TABLE big');
    const table = await load('big');
    const order = keyOrderOf(
      (await readCatalogue(source.connection, { databases: [source.database], tables: ['big'] }))[0] ??
        expect.unreachable(),
    );
    expect(order?.identity).toBe(table.order?.identity);
    const range = { lower: ['25', '6E31303235'], upper: ['26', '6E31303236'] };
    await source.connection.run('FLUSH STATUS');
    expect((await source.connection.rows(selectRange(table, range))).length).toBeGreaterThan(50);
    const status = await source.connection.rows("SHOW SESSION STATUS LIKE 'Handler_read%'");
    const read = status.reduce((sum, row) => sum + Number(row['Value']), 0);
    expect(read).toBeLessThan(400);
  });

  test('text that is not of a bound never becomes SQL', async () => {
    await source.connection.run('DROP TABLE IF EXISTS t');
    await source.connection.run('CREATE TABLE t (k INT PRIMARY KEY)');
    const table = await load('t');
    expect(() => selectRange(table, { lower: ['1 OR 1=1'], upper: null })).toThrow(RangeError);
  });
}
