import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { scopeOf } from '../../src/pipeline/scope.ts';
import { actorsOn, ruleOn } from '../../src/pipeline/verify/cause.ts';
import { connectPostgres, type PostgresSession } from '../../src/postgres/connection.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';

let server: RunningServer;
let database: FreshDatabase;
let session: PostgresSession;

beforeAll(async () => {
  server = await startServer('postgres');
  database = await freshDatabase(server, 'cause');
  session = await connectPostgres({ url: database.url, pipeline: 'test' });
  await session.query(`CREATE TABLE plain (id int PRIMARY KEY); CREATE TABLE parent (id int PRIMARY KEY);
    CREATE TABLE "Child's" (id int PRIMARY KEY, p int CONSTRAINT up REFERENCES parent ON DELETE CASCADE, q int REFERENCES plain);
    CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER "Ever" BEFORE UPDATE ON "Child's" FOR EACH ROW EXECUTE FUNCTION meddle();
    CREATE TRIGGER later BEFORE INSERT ON "Child's" FOR EACH ROW EXECUTE FUNCTION meddle();
    CREATE TRIGGER off BEFORE INSERT ON "Child's" FOR EACH ROW EXECUTE FUNCTION meddle();
    ALTER TABLE "Child's" ENABLE ALWAYS TRIGGER "Ever"; ALTER TABLE "Child's" DISABLE TRIGGER off`);
});

afterAll(async () => {
  await session?.close();
  await database?.drop();
  await server?.stop();
});

test('a difference is told with the triggers and cascades that may have made it, and with none where there are none', async () => {
  expect(await actorsOn(session, { schema: 'public', table: 'plain' })).toBe(null);
  expect(await actorsOn(session, { schema: 'public', table: "Child's" })).toBe(
    'on the target trigger "Ever" acts on every write, that of sluice too; trigger later acts when somebody else writes; foreign key up changes its rows when somebody else changes the parent',
  );
});

test('a role that has written in a transaction that is open is named, one that only reads and sluice itself are not', async () => {
  const plain = { schema: 'public', table: 'plain' };
  const writer = new Client({ connectionString: database.url, application_name: 'psql' });
  await writer.connect();
  try {
    await writer.query('BEGIN; SELECT * FROM plain');
    await session.query('BEGIN; INSERT INTO plain VALUES (2)');
    expect(await actorsOn(session, plain)).toBe(null);
    await writer.query('INSERT INTO plain VALUES (1)');
    expect(await actorsOn(session, plain)).toMatch(
      /^on the target role \S+ \(psql\) has a transaction open that writes to it$/,
    );
  } finally {
    await session.query('ROLLBACK');
    await writer.end();
  }
});

test('a rule of the column is told as a cause, and none of another column', () => {
  const text = `pipeline: p
source: { url: 'mysql://u:p@localhost/shop' }
target: { url: 'postgres://u:p@localhost/shop' }
tables: { rules: { t: { mask: { a: 'null' }, cast: { b: bigint }, case: { c: citext, d: lower } } } }
`;
  const { config, problems } = loadConfig({
    file: 'sluice.yaml',
    text,
    flags: {},
    environment: {},
    readFile: () => '',
  });
  if (config === null) throw new TypeError(JSON.stringify(problems));
  const on = (column: string) => ruleOn(scopeOf(config), { database: 'shop', table: 't' }, column);
  expect(['a', 'b', 'c', 'd', 'e'].map(on)).toEqual([
    'a rule masks it (null)',
    'a rule casts it to bigint',
    'a rule compares it without case (citext)',
    'a rule compares it without case (lower)',
    null,
  ]);
});
