import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, createConnection } from 'mysql2/promise';
import { expect, test, vi } from 'vitest';
import { freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { checked, onTarget } from '../check/sides.ts';
import { caughtUpSince, configOf, startLine } from '../e2e/line.ts';
import { expectEqual } from '../e2e/shop.ts';

/** The first suite whose MariaDB leaves generated columns out of its images. */
const SUITE = 'trixie';

async function startUnlogging() {
  vi.stubEnv('SLUICE_TEST_MARIADB_SUITE', SUITE);
  try {
    return await startServer('mariadb', { fresh: true, durable: false });
  } finally {
    vi.unstubAllEnvs();
  }
}

const TABLES = [
  `CREATE TABLE keyed (id int PRIMARY KEY, a int, s int AS (a + 1) STORED, t varchar(20) AS (concat('x', a)) STORED,
    v int AS (a * 2) VIRTUAL, b varchar(9), INDEX (v))`,
  'CREATE TABLE keyless (a int, s int AS (a + 1) STORED, b varchar(9))',
  'CREATE TABLE single (id int NOT NULL UNIQUE, a int, s int AS (a + 1) STORED UNIQUE, c bit(9), n int AS (nullif(a, 3)))',
];
const CHANGES = ['keyed', 'single'].flatMap((table) => [
  `INSERT INTO ${table} (id, a) VALUES (10, 10), (11, 11), (12, NULL)`,
  `UPDATE ${table} SET a = a + 100`,
  `UPDATE ${table} SET id = id + 100 WHERE id > 10`,
  `DELETE FROM ${table} WHERE id = 111`,
]);
const KEYLESS = [
  "INSERT INTO keyless (a, b) VALUES (5, 'x'), (5, 'x'), (6, NULL)",
  'INSERT INTO keyless (a) VALUES (1000)',
  "UPDATE keyless SET b = 'y' WHERE a = 5 LIMIT 1",
  'UPDATE keyless SET a = 7 WHERE a = 6',
  'DELETE FROM keyless WHERE a = 5 LIMIT 1',
];

test('generated columns that the source does not log end equal where the target computes them, and are refused by name where it does not', async () => {
  await using server = await startUnlogging();
  await using postgres = await startServer('postgres');
  const target = await freshDatabase(postgres, 'unlogged');
  const source = await freshDatabase(server, 'unlogged');
  const folder = await mkdtemp(join(tmpdir(), 'sluice-unlogged-'));
  const session = await createConnection(source.url);
  const run = (...statements: readonly string[]) => runAll(session, statements);
  const text = (more: string, url = target.url) => `pipeline: unlogged
source: { url: ${source.url}, databases: [${source.name}] }
target: { url: "${url}"${more} }
log: { kind: embedded, directory: log }
control: { socket: ${join(folder, 's.sock')} }
`;
  const file = join(folder, 'sluice.yaml');
  const lineOf = (config: string) => {
    return {
      source,
      target,
      folder,
      file,
      config: configOf(file, config),
      proxies: null,
      close: async () => undefined,
    };
  };
  try {
    await run(
      ...TABLES,
      'INSERT INTO keyed (id, a) VALUES (1, 1), (2, NULL)',
      'INSERT INTO single (id, a) VALUES (1, 1)',
    );
    const line = lineOf(text(''));
    const running = startLine(line);
    await running.until(({ state }) => state === 'streaming');
    await run(...CHANGES, ...KEYLESS);
    await running.until(caughtUpSince(Date.now()));
    // Rows of the table without a key are repaired by images that have nothing in such a column either.
    await onTarget(target.url, "DELETE FROM keyless WHERE a = 7; INSERT INTO keyless (a, b) VALUES (9, 'z')");
    const { tables } = await running.verify({ repair: true });
    expect(tables.find(({ table }) => table === 'keyless')).toMatchObject({ state: 'equal', repaired: 2 });
    await onTarget(target.url, 'DELETE FROM keyless WHERE a = 1000');
    const writing = startWriting(source.url);
    const under = await running.verify({ tables: ['keyless'] });
    await writing.stop();
    expect(under.tables).toMatchObject([
      { state: 'different', differenceCount: 1, differences: [{ kind: 'missing' }] },
    ]);
    await running.verify({ tables: ['keyless'], repair: true });
    await running.stop();
    await expectEqual(line);

    const plain = await freshDatabase(postgres, 'unlogged_plain');
    await onTarget(plain.url, 'CREATE TABLE single (id int PRIMARY KEY, a int, s int, c bit(9), n int)');
    const existing = `${text(', ddl: existing, schema: public', plain.url)}tables: { include: [single] }\n`;
    const report = await checked(existing);
    expect(
      report.findings.filter(({ severity }) => severity === 'blocker').map(({ code, object }) => [code, object]),
    ).toEqual([
      ['TARGET_TABLE_MISFIT', 'public.single.s'],
      ['TARGET_TABLE_MISFIT', 'public.single.n'],
    ]);

    await run('CREATE TABLE odd (id int PRIMARY KEY, a varchar(9), s varchar(99) AS (soundex(a)) STORED)');
    const odd = await checked(text(''), 'quick');
    expect(odd.findings.find(({ code }) => code === 'COLUMN_UNLOGGED')).toMatchObject({
      severity: 'blocker',
      object: `${source.name}.odd.s`,
      cure: ['tables: { rules: { "odd": { exclude: ["s"] } } }'],
    });
    await plain.drop();
  } finally {
    session.destroy();
    await target.drop();
    await rm(folder, { recursive: true, force: true });
  }
});

/** Rows of the table without a key come, change and go without a rest, until it is stopped. */
function startWriting(url: string) {
  let isOver = false;
  const done = (async () => {
    const session = await createConnection(url);
    for (let turn = 0; !isOver; turn++)
      await runAll(session, [
        `INSERT INTO keyless (a) VALUES (${turn % 500})`,
        `UPDATE keyless SET b = 'w' WHERE a = ${(turn + 3) % 500} LIMIT 1`,
        `DELETE FROM keyless WHERE a = ${(turn + 250) % 500} LIMIT 1`,
      ]);
    session.destroy();
  })();
  return {
    stop: async () => {
      isOver = true;
      await done;
    },
  };
}

async function runAll(session: Connection, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await session.query(statement);
}
