import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Assessment } from '../../src/assess/report.ts';
import type { ScanCost } from '../../src/assess/scan-cost.ts';
import { MysqlConnection } from '../../src/mysql/connection.ts';
import { assess } from '../../src/pipeline/schema/assess.ts';
import type { AssessOptions } from '../../src/pipeline/schema/assess-option.ts';
import { oddSchema } from '../convert/odd-schema.ts';
import { countObjects } from '../convert/source-count.ts';
import { type TestSource, testSource } from '../mysql/source.ts';
import { ASSESS_OPTIONS, configAt, loginOf } from './test-config.ts';

const TABLES = 40;

/** The report over a schema with everything odd in it, on a real server; the target is not there. */
export function reportContract(kind: TestSource['kind']): void {
  let source: TestSource;

  beforeAll(async () => {
    source = await testSource(kind, 'assess_report');
    await source.connection.run("SET sql_mode = ''");
    for (const sql of oddSchema(kind, TABLES)) await source.connection.run(sql);
  });
  afterAll(() => source[Symbol.asyncDispose]());

  const assessed = (database: string, change: Partial<AssessOptions> & { user?: string; password?: string } = {}) => {
    const settings = { ...source.settings, ...change };
    return assess(configAt(loginOf(settings, database)), { ...ASSESS_OPTIONS, ...change });
  };

  describe(`the report of ${kind}`, () => {
    it('has every object of the source exactly once, as the server itself counts them, whatever is broken', async () => {
      const report = await assessed(source.database);
      const counted = Map.groupBy(report.objects, ({ kind: of }) => of);
      const counts = new Map([...counted].map(([of, objects]) => [of, objects.length]));
      expect(counts).toEqual(await countObjects(source));
      expect(new Set(report.objects.map(({ text, database }) => `${database} ${text}`)).size).toBe(
        report.objects.length,
      );
      const { converts, choice, hand, excluded } = report.counts;
      expect(converts + choice + hand + excluded).toBe(report.objects.length);
      for (const object of report.objects) if (object.class === 'hand') expect(object.reason, object.text).toBeTruthy();
    });

    it('names what is broken: a view without its table, a definer that is gone, a table that cannot be read', async () => {
      const report = await assessed(source.database);
      const reason = (text: string) => report.objects.find((object) => object.text === text)?.reason;
      expect(reason('view broken')).toMatch(/broken at the source/);
      expect(reason('procedure pr')).toMatch(/its definer nobody@nowhere does not exist/);
      expect(reason('table crashed')).toBeTruthy();
      expect(report.open.filter((line) => line.startsWith('crashed:'))).toHaveLength(1);
      expect(report.tables.find(({ name }) => name.endsWith('.wide'))?.isWhole).toBe(true);
      expect(report.notes).toEqual([expect.stringMatching(/the target was not asked \(TARGET_UNREACHABLE\)/)]);
    });

    it('gives each stored program the class of its conversion, with what is left to do', async () => {
      const database = `${source.database}_programs`;
      await source.connection.run(`CREATE DATABASE ${database}`);
      await source.connection.run(`CREATE TABLE ${database}.t (id INT PRIMARY KEY, flag TINYINT(1))`);
      for (const [name, body] of [
        ['whole', 'UPDATE t SET flag = 1 WHERE id = 1'],
        ['looked', 'BEGIN DECLARE m TEXT; GET DIAGNOSTICS CONDITION 1 m = MESSAGE_TEXT; END'],
        ['text', 'BEGIN UPDATE t SET flag = 0; FLUSH STATUS; END'],
      ])
        await source.connection.run(`CREATE PROCEDURE ${database}.${name}() ${body}`);
      const { objects } = await assessed(database);
      const told = objects.flatMap(({ kind, name, class: of, program }) =>
        kind === 'procedure' ? [[name, of, program?.class]] : [],
      );
      expect(told).toEqual([
        ['looked', 'choice', 'review'],
        ['text', 'hand', 'skeleton'],
        ['whole', 'converts', 'automatic'],
      ]);
      expect(objects.find(({ name }) => name === 'text')?.reason).toMatch(/; line \d+: /);
      await source.connection.run(`DROP DATABASE ${database}`);
    });

    it('tells the application what this schema and this server call for, each with its places, and nothing else', async () => {
      const database = `${source.database}_app`;
      await source.connection.run(`CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`);
      await source.connection.run(`CREATE TABLE ${database}.person (id INT AUTO_INCREMENT PRIMARY KEY, email VARCHAR(40) NOT NULL UNIQUE,
        zip_code VARCHAR(9) NOT NULL, born DATE, visits INT NOT NULL, nick VARCHAR(9) NOT NULL UNIQUE, KEY born (born))`);
      await source.connection.run(`INSERT INTO ${database}.person VALUES (1, 'Ann@x', '1', NULL, 3, 'Ann')`);
      await source.connection.run(`CREATE PROCEDURE ${database}.keep() REPLACE INTO person (id) VALUES (1)`);
      await source.connection.run(
        `CREATE TABLE ${database}.plain (id INT PRIMARY KEY, k VARCHAR(9) COLLATE utf8mb4_bin NOT NULL)`,
      );
      const { application } = await assessed(database);
      const places = Object.fromEntries(application.map(({ title, places: of }) => [title, of]));
      expect(places).toEqual({
        'Comparisons that ignore case, accents or trailing spaces': ['person.email: 1 row', 'person.nick: 1 row'],
        'LIKE, =, GROUP BY and DISTINCT on other texts': ['person.zip_code'],
        'NULL in ORDER BY': ['person.born'],
        ...(kind === 'mariadb'
          ? { 'GROUP BY of columns that are not grouped': ['sql_mode has no ONLY_FULL_GROUP_BY'] }
          : {}),
        'Isolation of transactions': ['transaction_isolation is REPEATABLE-READ'],
        'INSERT IGNORE, REPLACE and ON DUPLICATE KEY UPDATE': ['procedure keep', 'person: 3 unique keys'],
        'Division of whole numbers': ['person.visits'],
        'The operator ||': ['sql_mode has no PIPES_AS_CONCAT'],
        'Comparisons of texts with numbers': ['person.zip_code'],
        'Last inserted id': ['person.id'],
        'Stored programs that the application calls': ['procedure keep'],
        "Raw SQL in MySQL's own words": ['every statement that is written by hand'],
      });
      await source.connection.run(`DROP DATABASE ${database}`);
    });

    it('knows of each stored program what logic list knows', async () => {
      const report = await assessed(source.database, { depth: 'catalogue' });
      const program = report.objects.find(({ text }) => text === 'procedure pr')?.program;
      expect(program).toMatchObject({ lines: expect.any(Number), formula: expect.stringMatching(/lines/) });
      expect(report.effort.parts.reduce((sum, { minutes }) => sum + minutes, 0)).toBe(report.effort.minutes);
    });

    it('asks the catalogue by as many statements for many tables as for few', async () => {
      const few = `${source.database}_few`;
      await source.connection.run(`CREATE DATABASE ${few}`);
      await source.connection.run(`CREATE TABLE ${few}.only (id INT PRIMARY KEY)`);
      const ofFew = await statementsOf(() => assessed(few, { depth: 'catalogue' }));
      for (let i = 1; i < 50; i++)
        await source.connection.run(`CREATE TABLE ${few}.t${i} (id INT PRIMARY KEY, a INT, KEY (a))`);
      expect(await statementsOf(() => assessed(few, { depth: 'catalogue' }))).toBe(ofFew);
      // A scan adds one for a small table without findings, two besides for how busy the source is, three for the cost.
      expect(await statementsOf(() => assessed(few))).toBeLessThanOrEqual(ofFew + 50 + 2 * 10 + 3);
      await source.connection.run(`DROP DATABASE ${few}`);
    });

    it('says what the scan costs before it reads the first table', async () => {
      const events: string[] = [];
      const onCost = (cost: ScanCost) => events.push(`cost of ${cost.tables} tables`);
      await assessed(source.database, { onCost, onStep: (step) => events.push(step) });
      const at = events.findIndex((event) => /^reading .* \(1 of \d+\)$/.test(event));
      const tables = /of (\d+)\)$/.exec(events[at] ?? '')?.[1];
      expect(events[at - 1]).toBe(`cost of ${tables} tables`);
      expect(events.filter((event) => event.startsWith('cost'))).toHaveLength(1);
    });

    it('names the table that the account may not read, and reads the others', async () => {
      const [account, database] = [`'half_${kind}'@'%'`, `${source.database}_rights`];
      for (const sql of [
        `CREATE DATABASE ${database}`,
        `CREATE TABLE ${database}.seen (id INT PRIMARY KEY)`,
        `CREATE TABLE ${database}.hidden (id INT PRIMARY KEY)`,
        `CREATE USER ${account} IDENTIFIED BY 'pw'`,
        `GRANT SELECT ON ${database}.seen TO ${account}`,
        `GRANT INSERT ON ${database}.hidden TO ${account}`,
      ])
        await source.connection.run(sql);
      const report = await assessed(database, { user: `half_${kind}`, password: 'pw' });
      expect(report.open).toEqual([expect.stringMatching(/^hidden: .*denied/i)]);
      expect(report.tables.find(({ name }) => name.endsWith('.seen'))?.readRows).toBe(0);
      await source.connection.run(`DROP DATABASE ${database}`);
      await source.connection.run(`DROP USER ${account}`);
    });

    it('of an empty database says that there is nothing to move', async () => {
      const database = `${source.database}_empty`;
      await source.connection.run(`CREATE DATABASE ${database}`);
      const report = await assessed(database);
      expect(report).toMatchObject({
        summary: expect.stringMatching(/no table to move/),
        open: [],
        tables: [],
        objects: [],
      });
      await source.connection.run(`DROP DATABASE ${database}`);
    });

    it('estimates by a sample of a large table what a read of all of it counts', async () => {
      const database = `${source.database}_large`;
      await source.connection.run(`CREATE DATABASE ${database}`);
      await source.connection.run(
        `CREATE TABLE ${database}.large (id INT PRIMARY KEY, flag TINYINT(1), pad CHAR(200))`,
      );
      const digits =
        '(SELECT 0 n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)';
      const number = 'a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n';
      await source.connection.run(
        `INSERT INTO ${database}.large SELECT ${number} + 1, IF((${number}) % 7 = 0, 3, 1), 'x' FROM ${'abcde'
          .split('')
          .map((name) => `${digits} ${name}`)
          .join(', ')}`,
      );
      await source.connection.run(`ANALYZE TABLE ${database}.large`);
      const report = await assessed(database, { sampleRows: 4000 });
      const exact = Math.ceil(100_000 / 7);
      const [finding] = report.findings;
      if (finding?.rows.kind !== 'estimated') throw new Error('not an estimate');
      // The share is the sample's; the number of rows is the server's own estimate.
      const tableRows = report.tables[0]?.rows ?? 0;
      expect(finding.rows.low / tableRows).toBeLessThanOrEqual(1 / 7);
      expect(finding.rows.high / tableRows).toBeGreaterThanOrEqual(1 / 7);
      expect(report.scan?.rows).toBeLessThanOrEqual(4000);
      const whole = await assessed(database, { depth: 'whole' });
      expect(whole.findings[0]?.rows).toEqual({ kind: 'exact', rows: exact });
      await source.connection.run(`DROP DATABASE ${database}`);
    });
  });
}

async function statementsOf(work: () => Promise<Assessment>): Promise<number> {
  const rows = vi.spyOn(MysqlConnection.prototype, 'rows');
  try {
    await work();
    return rows.mock.calls.length;
  } finally {
    rows.mockRestore();
  }
}
