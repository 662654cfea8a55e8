import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Assessment } from '../../src/assess/report.ts';
import { assess } from '../../src/pipeline/schema/assess.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { type TestSource, testSource } from '../mysql/source.ts';
import { ASSESS_OPTIONS, configBetween, loginOf } from './test-config.ts';

const SCHEMA = [
  `CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(40), price DECIMAL(8,2), sold DATETIME, flag TINYINT(1),
    CHECK (price >= 0), whole INT GENERATED ALWAYS AS (price DIV 1) STORED)`,
  "INSERT INTO item (id, name, price, sold, flag) VALUES (1, 'a', 1.5, NULL, 1)",
  'CREATE VIEW cheap AS SELECT id, UPPER(name) AS name, flag FROM item WHERE price < 10',
  'CREATE VIEW above AS SELECT COUNT(*) AS n, MAX(id) AS last FROM cheap',
  'CREATE VIEW searched AS SELECT id FROM item WHERE UUID_TO_BIN(name) IS NULL',
  'CREATE PROCEDURE touch() UPDATE item SET flag = 0 WHERE id = 1',
];

/** Everything that a database of the target holds. */
const STANDING = `SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' UNION SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%'`;

describe.each(['mysql', 'mariadb'] as const)('assess of %s with a target that it can reach', (kind) => {
  let source: TestSource;
  let target: FreshDatabase;
  let report: Assessment;

  const standing = async (): Promise<readonly string[]> => {
    const client = new Client({ connectionString: target.url });
    await client.connect();
    const { rows } = await client.query(STANDING);
    await client.end();
    return rows.map(({ name }) => String(name)).sort();
  };

  let before: readonly string[];
  beforeAll(async () => {
    source = await testSource(kind, 'assess_proven');
    target = await freshDatabase(await startServer('postgres'), 'assess_proven');
    const known = kind === 'mariadb' ? SCHEMA.filter((sql) => !sql.includes('UUID_TO_BIN')) : SCHEMA;
    for (const sql of known) await source.connection.run(sql);
    before = await standing();
    report = await assess(configBetween(loginOf(source.settings, source.database), target.url), ASSESS_OPTIONS);
  });
  afterAll(async () => {
    await source[Symbol.asyncDispose]();
    await target.drop();
  });

  const found = (text: string) => report.objects.find((object) => object.text === text);

  it('gives every view the verdict of the target, with the work that follows from it', () => {
    expect(found('view cheap')).toMatchObject({ class: 'converts', program: { class: 'automatic' } });
    expect(found('view above')).toMatchObject({ class: 'converts' });
    if (kind === 'mysql') expect(found('view searched')).toMatchObject({ class: 'hand', program: { class: 'hand' } });
    expect(report.notes).toEqual([]);
  });

  it('takes the types of columns that stored programs use from what will stand there', () => {
    expect(found('column flag on item')).toMatchObject({ target: 'boolean' });
    expect(found('procedure touch')).toMatchObject({ class: 'converts', program: { class: 'automatic' } });
  });

  it('leaves nothing behind on the target', async () => {
    expect(await standing()).toEqual(before);
  });
});
