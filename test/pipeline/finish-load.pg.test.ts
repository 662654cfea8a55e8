import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Step } from '../../src/convert/step.ts';
import { finishKeys, finishLoad } from '../../src/pipeline/schema/finish-load.ts';

import { connectPostgres, type PostgresSession } from '../../src/postgres/connection.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { urlOf } from '../check/sides.ts';

const logger = { debug() {}, info() {}, warn() {}, error() {} };
const NEVER = new AbortController().signal;

let server: RunningServer;
let database: FreshDatabase;
let session: PostgresSession;

beforeAll(async () => {
  server = await startServer('postgres');
  database = await freshDatabase(server, 'finish');
  session = await connectPostgres({ url: database.url, pipeline: 'test' });
});

afterAll(async () => {
  await session.close();
  await database.drop();
  await server.stop();
});

beforeEach(async () => {
  await session.query(`DROP TABLE IF EXISTS child, parent, a, a_b;
    CREATE TABLE parent (id integer PRIMARY KEY, code integer); CREATE TABLE child (id integer PRIMARY KEY, parent_id integer);
    INSERT INTO parent SELECT n, n FROM generate_series(1, 100) n; INSERT INTO child SELECT n, n FROM generate_series(1, 100) n`);
});

function index(name: string, table: string, column: string, unique = ''): Step {
  const statements = (given: string) => [
    `CREATE ${unique} INDEX CONCURRENTLY IF NOT EXISTS "${given}" ON ${table} (${column})`,
  ];
  return { kind: 'index', target: { schema: 'public', table }, name, statements };
}

function key(name: string, table: string, column: string, parent: string): Step {
  const statements = () => [
    `ALTER TABLE ${table} ADD CONSTRAINT "${name}" FOREIGN KEY (${column}) REFERENCES ${parent} NOT VALID`,
  ];
  return { kind: 'foreign-key', target: { schema: 'public', table }, name, statements };
}

const options = (steps: readonly Step[], url = database.url, signal = NEVER) => ({
  target: { url, pipeline: 'test' },
  steps,
  signal,
  logger,
});

/** `table.index` of each index that is valid and no primary key. */
async function indexes(): Promise<string[]> {
  const { rows } = await session.query(`SELECT x.indrelid::regclass || '.' || i.relname AS name FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indisvalid AND NOT x.indisprimary
    AND i.relnamespace = 'public'::regnamespace ORDER BY 1`);
  return rows.map((row) => row['name'] ?? '');
}

async function validKeys(): Promise<string[]> {
  const { rows } = await session.query(
    "SELECT conname FROM pg_constraint WHERE contype = 'f' AND convalidated ORDER BY 1",
  );
  return rows.map((row) => row['conname'] ?? '');
}

const STEPS = [index('child_of', 'child', 'parent_id'), index('parent_code', 'parent', 'code', 'UNIQUE')];

test('indexes and keys stand afterwards, and a second time finds its work done', async () => {
  for (let time = 0; time < 2; time++) {
    expect(await finishLoad(options(STEPS))).toEqual([]);
    expect(await finishKeys(options([key('of_parent', 'child', 'parent_id', 'parent')]))).toEqual([]);
  }
  expect(await indexes()).toEqual(['child.child_of', 'parent.parent_code']);
  expect(await validKeys()).toEqual(['of_parent']);
});

test('an index that a crash left invalid is made again', async () => {
  await session.query('INSERT INTO parent VALUES (101, 1)');
  await expect(session.query('CREATE UNIQUE INDEX CONCURRENTLY parent_code ON parent (code)')).rejects.toMatchObject({
    code: expect.stringMatching(/^TARGET_/),
  });
  await session.query('DELETE FROM parent WHERE id = 101');
  expect(await indexes()).toEqual([]);
  expect(await finishLoad(options(STEPS))).toEqual([]);
  expect(await indexes()).toEqual(['child.child_of', 'parent.parent_code']);
});

test('a constraint that a crash left without its validation is validated', async () => {
  const step = key('of_parent', 'child', 'parent_id', 'parent');
  for (const statement of step.statements(step.name)) await session.query(statement);
  expect(await validKeys()).toEqual([]);
  expect(await finishKeys(options([step]))).toEqual([]);
  expect(await validKeys()).toEqual(['of_parent']);
});

test('a step that fails for good is told with its reason, and the others go on', async () => {
  await session.query('INSERT INTO parent VALUES (101, 1); INSERT INTO child VALUES (101, 999)');
  const failures = await finishLoad(options([...STEPS].reverse()));
  expect(failures).toMatchObject([{ disposition: expect.stringMatching(/stop|quarantine/) }]);
  expect(await indexes()).toEqual(['child.child_of']);
  const keys = [key('of_parent', 'child', 'parent_id', 'parent'), key('of_id', 'child', 'id', 'parent')];
  expect(await finishKeys(options(keys))).toHaveLength(1);
  expect(await validKeys()).toEqual(['of_id']);
});

test('an index whose name something else has is made under another name, once', async () => {
  await session.query(
    'CREATE TABLE a (id integer PRIMARY KEY, n integer); CREATE TABLE a_b (id integer PRIMARY KEY, n integer)',
  );
  const steps = [index('a_b_c', 'a', 'n'), index('a_b_c', 'a_b', 'n', 'UNIQUE'), index('a_pkey', 'a', 'n')];
  for (let time = 0; time < 2; time++) expect(await finishLoad({ ...options(steps), parallel: 1 })).toEqual([]);
  expect(await indexes()).toEqual([
    'a.a_b_c',
    expect.stringMatching(/^a\.a_pkey_\w{8}$/),
    expect.stringMatching(/^a_b\.a_b_c_\w{8}$/),
  ]);
});

test('a step whose table is locked comes again until it can be made', async () => {
  const other = await connectPostgres({ url: database.url, pipeline: 'other' });
  await other.query('BEGIN; LOCK TABLE child IN ACCESS EXCLUSIVE MODE');
  const running = finishLoad(options(STEPS));
  await expect.poll(() => waiting(session)).toBeGreaterThan(0);
  await other.query('COMMIT');
  await other.close();
  expect(await running).toEqual([]);
});

test('a stop cuts a long step off at once, and the next run makes it', async () => {
  const other = await connectPostgres({ url: database.url, pipeline: 'other' });
  await other.query('BEGIN; LOCK TABLE child IN ACCESS EXCLUSIVE MODE');
  const stop = new AbortController();
  const running = finishLoad(options(STEPS, database.url, stop.signal));
  await expect.poll(() => waiting(session)).toBeGreaterThan(0);
  const startedMs = performance.now();
  stop.abort();
  expect(await running).toEqual([]);
  // By itself it would end when it has waited 5 s for the lock.
  expect(performance.now() - startedMs).toBeLessThan(4_000);
  await other.query('COMMIT');
  await other.close();
  expect(await finishLoad(options(STEPS))).toEqual([]);
  expect(await indexes()).toEqual(['child.child_of', 'parent.parent_code']);
});

async function waiting(by: PostgresSession): Promise<number> {
  const { rows } = await by.query(`SELECT count(*) AS n FROM pg_locks
    WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
  return Number(rows[0]?.['n']);
}

test('an account that may not let keys rest makes none of them, and says so once with its cure', async () => {
  const role = `plain_${process.pid}`;
  await session.query(
    `CREATE ROLE ${role} LOGIN PASSWORD 'pw'; ALTER TABLE child OWNER TO ${role}; ALTER TABLE parent OWNER TO ${role};
     GRANT ALL ON SCHEMA sluice TO ${role}; GRANT ALL ON ALL TABLES IN SCHEMA sluice TO ${role}`,
  );
  try {
    const url = urlOf(database.url, { user: role, password: 'pw' });
    const keys = [key('of_parent', 'child', 'parent_id', 'parent'), key('of_id', 'child', 'id', 'parent')];
    expect(await finishKeys(options(keys, url))).toMatchObject([
      {
        code: 'TARGET_KEYS_LEFT_OFF',
        remedy: expect.stringContaining('GRANT SET ON PARAMETER session_replication_role'),
      },
    ]);
    expect(await validKeys()).toEqual([]);
    await session.query(`GRANT SET ON PARAMETER session_replication_role TO ${role}`);
    expect(await finishKeys(options(keys, url))).toEqual([]);
    expect(await validKeys()).toEqual(['of_id', 'of_parent']);
  } finally {
    await session.query(`REVOKE SET ON PARAMETER session_replication_role FROM ${role}; REASSIGN OWNED BY ${role} TO postgres;
      DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});
