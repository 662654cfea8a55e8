/** The validation scripts run by the stock clients of both servers, for any source. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { sourceLogin } from '../../../src/config/login.ts';
import { connectMysql } from '../../../src/mysql/connection.ts';
import { makeValidationScripts } from '../../../src/pipeline/verify/validation-script.ts';
import { caughtUpSince, type Line, openLine, type SourceKind, startLine } from '../../e2e/line.ts';
import { fillShop } from '../../e2e/shop.ts';
import { sourceOutput, targetOutput } from './client.ts';

/** Names and values that end a quotation, a comment or a line of output in the wrong place. */
const ODD = [
  `CREATE TABLE \`odd 'name"; \\\\ -- x\` (\`select\` INT PRIMARY KEY, \`it's "a\` VARCHAR(20), \`tab\tbed\` DECIMAL(20,10), \`new\nline\` DATE)`,
  `INSERT INTO \`odd 'name"; \\\\ -- x\` VALUES (1, 'a\\tb\\nc\\\\', -1.5, '2024-02-29'), (2, '', NULL, NULL), (3, 'é😀', 0, '9999-12-31')`,
  `CREATE TABLE kinds (id BIGINT UNSIGNED PRIMARY KEY, f FLOAT, d DOUBLE, b BIT(9), flag BIT(1), y YEAR, t TIME(6), z INT(8) ZEROFILL,
    big DECIMAL(65,30), blb BLOB, bin BINARY(4), e ENUM('x','é'), s SET('a','b','c'), l TEXT CHARACTER SET latin1, j JSON,
    dt DATETIME(3), ts TIMESTAMP(6) NULL, touched DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP)`,
  `INSERT INTO kinds VALUES
    (18446744073709551615, 0.1, 1e300, b'101010101', b'1', 2024, '-00:00:00.5', 42, 12345678901234567890123456789012345.1, x'0001', 'a', 'é', 'a,c', 'é', '{}', '2024-01-01 00:00:00.120', '2024-01-01 00:00:00', '2024-01-01'),
    (1, -3.5, -0.1, b'0', b'0', 1901, '838:59:59', 7, -0.000000000000000000000000000001, '', '', 'x', '', '', 'null', '1000-01-01', '2024-01-01 00:00:00.000001', '2020-01-01')`,
  'CREATE TABLE no_rows (id INT PRIMARY KEY, t TEXT, n INT)',
  'CREATE TABLE up (id INT PRIMARY KEY)',
  'CREATE TABLE down (id INT PRIMARY KEY, up_id INT, code VARCHAR(9), UNIQUE by_code (code), CONSTRAINT to_up FOREIGN KEY (up_id) REFERENCES up (id))',
  'INSERT INTO up VALUES (1), (2)',
  "INSERT INTO down VALUES (1, 1, 'a'), (2, NULL, NULL), (3, 2, 'b')",
];

export function scriptContract(kind: SourceKind): void {
  test('on an equal shop both scripts print the same bytes, in the stock clients', async () => {
    const line = await openLine({ source: kind, log: 'embedded' });
    try {
      await fillShop(line, 0.5);
      await moved(line);
      const { source, target } = await outputs(kind, line);
      expect(target).toBe(source);
      expect(source).toContain('tbl_order\t*\t');
      expect(source.split('\n').length).toBeGreaterThan(200);
    } finally {
      await line.close();
    }
  });

  test('odd names and every type print the same bytes, and each planted change shows in its own line', async () => {
    const line = await openLine({ source: kind, log: 'embedded', yaml: '' });
    try {
      await onSource(line, ODD);
      await moved(line);
      const { source, target } = await outputs(kind, line);
      expect(target).toBe(source);
      for (const [statement, shown] of PLANTED) expect(await changedLines(line, statement), statement).toEqual(shown);
    } finally {
      await line.close();
    }
  });

  test('masked columns are named and not measured, and a table that the target has not is told', async () => {
    const line = await openLine({
      source: kind,
      log: 'embedded',
      yaml: 'tables: { rules: { up: { mask: { note: "null" } } } }',
    });
    try {
      await onSource(line, ['CREATE TABLE up (id INT PRIMARY KEY, note TEXT)', "INSERT INTO up VALUES (1, 'secret')"]);
      await moved(line);
      await onSource(line, ['CREATE TABLE late (id INT PRIMARY KEY)']);
      const made = await makeValidationScripts(line.config);
      expect(made).toMatchObject({ tables: ['up'], absent: ['late'] });
      expect(made.source).toContain('-- up: note is not measured: masked');
      const { source, target } = await outputs(kind, line);
      expect(target).toBe(source);
    } finally {
      await line.close();
    }
  });
}

const WITHOUT_UNIQUES = `DO $$ DECLARE i regclass; BEGIN
  FOR i IN SELECT indexrelid FROM pg_index WHERE indrelid = 'down'::regclass AND indisunique AND NOT indisprimary
  LOOP EXECUTE 'DROP INDEX ' || i; END LOOP; END $$`;

/** Statements on the target, and how their lines of its script read then. */
const PLANTED: readonly (readonly [string, readonly string[]])[] = [
  ['DELETE FROM up WHERE id = 2', ['down\tto_up\t1', 'up\t*\t1\t-\t-\t-', 'up\tid\t1\t1\t1\t1']],
  ["UPDATE down SET code = 'bb' WHERE id = 3", ['down\tcode\t2\t1\t2\t3']],
  [`${WITHOUT_UNIQUES}; UPDATE down SET code = 'a'`, ['down\tcode\t3\t1\t1\t3', 'down\tby_code\t1']],
  [
    "UPDATE kinds SET ts = ts + interval '1 microsecond' WHERE id = 1",
    ['kinds\tts\t2\t2024-01-01 00:00:00\t2024-01-01 00:00:00.000002\t-'],
  ],
  ['UPDATE kinds SET flag = NULL WHERE id = 1', ['kinds\tflag\t1\t1\t1\t-']],
];

async function onSource(line: Line, statements: readonly string[]): Promise<void> {
  const source = await connectMysql({ ...sourceLogin(line.config.source), database: line.source.name });
  for (const statement of statements) await source.run(statement);
  await source.close();
}

async function moved(line: Line): Promise<void> {
  const running = startLine(line);
  await running.until(caughtUpSince(Date.now()));
  await running.stop();
}

async function outputs(kind: SourceKind, line: Line): Promise<{ source: string; target: string }> {
  const made = await makeValidationScripts(line.config);
  const file = (name: string) => join(line.folder, name);
  await writeFile(file('source.sql'), made.source);
  await writeFile(file('target.sql'), made.target);
  const [source, target] = [
    await sourceOutput(kind, line.source.url, file('source.sql')),
    await targetOutput(line.target.url, file('target.sql')),
  ];
  if (source === null || target === null) throw new Error('this machine has no client of a server');
  return { source, target };
}

/** Lines that the target's script prints other than before; each statement comes on top of those before it. */
async function changedLines(line: Line, statement: string): Promise<string[]> {
  const client = new Client({ connectionString: line.target.url });
  await client.connect();
  const print = async () => ((await targetOutput(line.target.url, join(line.folder, 'target.sql'))) ?? '').split('\n');
  try {
    await client.query("SET session_replication_role = 'replica'");
    const before = new Set(await print());
    await client.query(statement);
    return (await print()).filter((one) => !before.has(one));
  } finally {
    await client.end();
  }
}
