import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataScan, type DataScanOptions, scanSource } from '../../src/assess/data-scan.ts';
import { decidingFacts } from '../../src/assess/deciding-fact.ts';
import type { Example } from '../../src/assess/example.ts';
import { findingsOf } from '../../src/assess/finding.ts';
import type { Config } from '../../src/config/config.ts';
import { scanData } from '../../src/convert/scan.ts';
import { readCatalogue } from '../../src/mysql/catalogue.ts';
import type { CatalogueTable } from '../../src/mysql/catalogue-table.ts';
import { type TestSource, testSource } from '../mysql/source.ts';
import { PLANTED, type Planted, plantedSchema, plantInvalidText } from './planted-schema.ts';
import { scanOptions } from './scan-option.ts';
import { configOf } from './test-config.ts';

/** What the scan finds on a real server: every planted defect by count and key, and nothing else. */
export function scanContract(kind: TestSource['kind']): void {
  let source: TestSource;
  let tables: readonly CatalogueTable[];

  beforeAll(async () => {
    source = await testSource(kind, 'assess');
    for (const sql of plantedSchema()) await source.connection.run(sql);
    for (const name of ['clean', 'bad', 'parent', 'author', 'disguised', 'full'])
      await source.connection.run(`ANALYZE TABLE ${name}`);
    await source.connection.run("SET sql_mode = 'ALLOW_INVALID_DATES'");
    tables = await readCatalogue(source.connection, { databases: [source.database] });
  });
  afterAll(() => source[Symbol.asyncDispose]());

  const config = (rules = ''): Pick<Config, 'tables'> => configOf(source.database, rules);
  const whole = (change: Partial<DataScanOptions> = {}) =>
    scanSource(source.connection, { ...scanOptions(tables, config()), ...change });
  const found = (scan: DataScan, rules = '') => scan.read.flatMap((read) => findingsOf(read, config(rules)));

  describe(`the scan of ${kind}`, () => {
    it('finds every planted defect with its exact number of rows and the keys of all of them, and nothing else', async () => {
      const findings = found(await whole());
      const brief = findings.map(({ rule, table, columns, rows, examples }) => ({
        rule,
        table,
        columns,
        keys: keysOf(examples, rows.rows),
        rows: rows.rows,
      }));
      const byName = (a: { rule: string; columns: readonly string[] }, b: typeof a) =>
        `${a.rule}${a.columns}`.localeCompare(`${b.rule}${b.columns}`);
      expect([...brief].sort(byName)).toEqual([...PLANTED].sort(byName));
      expect(findings.every(({ rows }) => rows.kind === 'exact')).toBe(true);
    });

    it('gives the same counts when it reads in chunks of seven rows', async () => {
      const limits = { sampleRows: null, chunkRows: 7, smallBytes: 0 };
      const counts = (scan: DataScan) =>
        found(scan)
          .map(({ rule, columns, rows }) => `${rule} ${columns} ${rows.rows}`)
          .sort();
      expect(counts(await whole({ limits }))).toEqual(counts(await whole()));
    });

    it('decides types as the scan of a run does', async () => {
      const query = async (sql: string) => (await source.connection.rows(sql)).map((row) => Object.values(row));
      const ofRun = await scanData(tables, query);
      expect(decidingFacts((await whole()).read)).toEqual(ofRun);
    });

    it('leaves open what a run needs an answer to, and closes it by the rule it asks for', async () => {
      const scan = await whole();
      const open = (rules: string) =>
        found(scan, rules)
          .filter(({ isOpen }) => isOpen)
          .map(({ rule, columns }) => `${rule} ${columns}`);
      expect(open('')).toEqual(['zero-date born', 'nul note']);
      expect(open('{ bad: { zeroDate: { born: null }, nul: { note: strip } } }')).toEqual([]);
    });

    it('shows no value unless it is asked to, and never one of a masked column or of a name like a secret', async () => {
      const values = (scan: DataScan) => found(scan).flatMap(({ examples }) => examples.map(({ value }) => value));
      expect(new Set(values(await whole()))).toEqual(new Set([null]));
      const shown = await whole({ showsValues: true });
      expect(values(shown)).toContain('2020-00-10');
      const masked = configOf(source.database, '{ bad: { mask: { note: fixed(x), flag: fixed(x) } } }');
      const hidden = await whole({ showsValues: true, config: masked });
      expect(found(hidden).some(({ columns }) => columns.includes('note'))).toBe(false);
    });

    it('finds bytes that are no text of their column', async () => {
      await plantInvalidText(source);
      const [table] = await readCatalogue(source.connection, { databases: [source.database], tables: ['broken_text'] });
      const scan = await whole({ tables: table === undefined ? [] : [table] });
      const findings = found(scan).filter(({ rule }) => rule === 'invalid-text');
      expect(findings.map(({ risk, byDefault }) => [risk, byDefault])).toEqual([
        ['rows-wait', expect.stringMatching(/^the row is set aside/)],
      ]);
      expect(findings.map(({ rows, examples }) => [rows, examples.map(({ key }) => key[0]?.value)])).toEqual([
        [{ kind: 'exact', rows: 3 }, ['2', '3', '4']],
      ]);
    });
  });
}

function keysOf(examples: readonly Example[], rows: number): Planted['keys'] {
  if (examples.length === 0) return null;
  if (rows > examples.length) return 'some';
  return examples.map(({ key }) => Number(key[0]?.value)).sort((a, b) => a - b);
}
