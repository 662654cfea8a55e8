import { loadModule, parseSync } from 'libpg-query';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { dialect } from '../../src/sql/dialect.ts';
import { parseQuery } from '../../src/sql/parse.ts';
import { type Translation, translateQuery } from '../../src/sql/translate.ts';
import { QUERIES } from './query-sample.ts';
import { sampleDdl, sampleScope } from './sample-table.ts';
import { canonical, TwoServers } from './two-servers.ts';

const MYSQL = dialect('mysql', 90_704);
let servers: TwoServers;
let databases: readonly FreshDatabase[];

beforeAll(async () => {
  await loadModule();
  databases = [
    await freshDatabase(await startServer('mysql'), 'query'),
    await freshDatabase(await startServer('postgres'), 'query'),
  ];
  servers = await TwoServers.open(databases[0]?.url, databases[1]?.url);
  for (const statement of sampleDdl('mysql')) await servers.mysql.query(statement);
  for (const statement of sampleDdl('postgres')) await servers.postgres.query(statement);
});
afterAll(async () => {
  await servers[Symbol.asyncDispose]();
  for (const database of databases) await database.drop();
});

function translate(query: string): Translation {
  return translateQuery(parseQuery(query, MYSQL), sampleScope(), query);
}

/** Rows as texts that both servers share; without an ORDER BY the order of rows is free. */
function comparable(rows: readonly (readonly unknown[])[], query: string): readonly string[] {
  const texts = rows.map((row) => row.map((cell) => canonical({ text: text(cell) })).join(' | '));
  return /ORDER BY(?![^(]*\))/.test(query) ? texts : texts.toSorted();
}

function text(cell: unknown): string | null {
  if (cell === null || cell === undefined) return null;
  if (Buffer.isBuffer(cell)) return cell.toString('utf8');
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}

test.each(QUERIES)('%s', async (query) => {
  const { sql, findings } = translate(query);
  const blocked = findings.filter(({ severity }) => severity === 'blocked');
  expect(blocked).toEqual([]);
  expect(() => parseSync(sql ?? '')).not.toThrow();
  const [left, names] = await servers.mysqlRows(query);
  const [right, ours] = await servers.postgresRows(sql ?? '');
  expect({ sql, rows: comparable(right, query) }).toEqual({ sql, rows: comparable(left, query) });
  expect(ours).toEqual(names);
});
