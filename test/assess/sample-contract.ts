import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataScan, scanSource } from '../../src/assess/data-scan.ts';
import { findingsOf } from '../../src/assess/finding.ts';
import { readCatalogue } from '../../src/mysql/catalogue.ts';
import type { CatalogueTable } from '../../src/mysql/catalogue-table.ts';
import { type TestSource, testSource } from '../mysql/source.ts';
import { scanOptions } from './scan-option.ts';
import { configOf } from './test-config.ts';

const ROWS = 20_000;
const SAMPLE_ROWS = 2_000;
/** Every tenth row of the second half is touched, none of the first: rows that come first know nothing of it. */
const TOUCHED_ROWS = ROWS / 2 / 10;
const FLAG = `IF(n > ${ROWS / 2} AND n MOD 10 = 0, 7, 1)`;

/** Keys of every kind that is no single integer, each growing with `n`, and how a row of it is made. */
const KEYS: Readonly<Record<string, readonly [columns: string, key: string, values: string]>> = {
  pair: ['tenant INT, code INT', 'PRIMARY KEY (tenant, code)', 'n DIV 3000, n'],
  one_tenant: ['tenant INT, code VARCHAR(20)', 'PRIMARY KEY (tenant, code)', "1, CONCAT('C-', LPAD(n, 8, '0'))"],
  named: ['name VARCHAR(40)', 'PRIMARY KEY (name)', "CONCAT('user-', LPAD(n, 8, '0'))"],
  hashed: ['id CHAR(32) COLLATE utf8mb4_bin', 'PRIMARY KEY (id)', 'LEFT(SHA2(n, 256), 32)'],
  packed: ['id BINARY(16)', 'PRIMARY KEY (id)', "UNHEX(LPAD(HEX(n * n), 32, '0'))"],
  timed: ['at DATETIME(3), sub INT', 'PRIMARY KEY (at, sub)', "'2020-01-01' + INTERVAL n MINUTE, n"],
  priced: ['price DECIMAL(12,3)', 'PRIMARY KEY (price)', 'n / 8'],
  keyless: ['at DATETIME NOT NULL', 'KEY by_time (at)', "'2020-01-01' + INTERVAL n DIV 20 MINUTE"],
  bare: ['at DATETIME', 'KEY by_time (at)', "'2020-01-01' + INTERVAL n MINUTE"],
};

/** What a sample of a table tells, whatever its key is. */
export function sampleContract(kind: TestSource['kind']): void {
  let source: TestSource;
  let tables: readonly CatalogueTable[];

  beforeAll(async () => {
    source = await testSource(kind, 'sampled');
    for (const sql of numbers()) await source.connection.run(sql);
    for (const [name, [columns, key, values]] of Object.entries(KEYS)) {
      await source.connection.run(
        `CREATE TABLE ${name} (${columns}, flag TINYINT(1), pad CHAR(50), ${key}) CHARSET utf8mb4`,
      );
      await source.connection.run(`INSERT INTO ${name} SELECT ${values}, ${FLAG}, 'x' FROM numbers ORDER BY n`);
      await source.connection.run(`ANALYZE TABLE ${name}`);
    }
    tables = await readCatalogue(source.connection, { databases: [source.database], tables: Object.keys(KEYS) });
  });
  afterAll(() => source[Symbol.asyncDispose]());

  const scanned = async (name: string): Promise<DataScan['read'][number]> => {
    const limits = { sampleRows: SAMPLE_ROWS, chunkRows: 500, smallBytes: 0 };
    const config = configOf(source.database);
    const only = tables.filter(({ version }) => version.table === name);
    const { read } = await scanSource(source.connection, { ...scanOptions(only, config), limits });
    const [first] = read;
    if (first === undefined) throw new Error(`${name} was not read`);
    return first;
  };

  describe(`a sample of ${kind}`, () => {
    it.each(Object.keys(KEYS).filter((name) => name !== 'bare'))(
      'of table %s comes from places all over it, and its interval holds the truth',
      async (name) => {
        const { table, reading } = await scanned(name);
        expect(reading).toMatchObject({ coverage: 'spread', sampling: { isWeighed: true } });
        expect(reading.sampling?.places).toBeGreaterThanOrEqual(10);
        expect(reading.rows).toBeLessThanOrEqual(SAMPLE_ROWS * 1.1);
        expect(reading.statements).toBeLessThan(200);
        const [finding] = findingsOf({ table, reading }, configOf(source.database)).filter(
          ({ rule }) => rule === 'not-boolean',
        );
        const rows = finding?.rows;
        if (rows?.kind !== 'estimated') throw new Error(`no estimate: ${JSON.stringify(rows)}`);
        const scale = table.estimateRows / ROWS;
        expect(rows.low).toBeLessThanOrEqual(TOUCHED_ROWS * scale);
        expect(rows.high).toBeGreaterThanOrEqual(TOUCHED_ROWS * scale);
        expect(rows.high).toBeLessThan(TOUCHED_ROWS * scale * 3);
      },
    );

    it('of a table without a key or an index that every row is in is its first rows, and claims no more', async () => {
      const { table, reading } = await scanned('bare');
      expect(reading).toMatchObject({ coverage: 'first', sampling: null, rows: SAMPLE_ROWS });
      const findings = findingsOf({ table, reading }, configOf(source.database));
      expect(findings.filter(({ rows }) => rows.kind !== 'at-least')).toEqual([]);
    });
  });
}

function numbers(): readonly string[] {
  const digits = Array.from({ length: 10 }, (_, digit) => `SELECT ${digit} AS d`).join(' UNION ALL ');
  const places = ['a', 'b', 'c', 'd', 'e'];
  const sum = places.map((place, at) => `${place}.d * ${10 ** at}`).join(' + ');
  return [
    'CREATE TABLE numbers (n INT PRIMARY KEY)',
    `INSERT INTO numbers SELECT n FROM (SELECT ${sum} AS n FROM ${places.map((place) => `(${digits}) ${place}`).join(', ')}) x WHERE n >= 1 AND n <= ${ROWS}`,
  ];
}
