import { chmod, copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { profileOf } from '../../src/logic/profile.ts';
import { unpackDebianPackages } from '../../src/servers/debian-package.ts';
import { createShop } from '../../src/shop/shop.ts';
import { BUSINESS_PROGRAMS, BUSINESS_TABLES } from '../logic/business-program.ts';
import { guideFiles, guidePrograms, guideTables } from '../logic/guide.ts';
import { type Moved, type MoveOptions, move } from '../logic/move.ts';
import { fillSakila } from './sakila-source.ts';

const MAJOR = 15;

const SETS: readonly {
  readonly set: string;
  readonly fill: Parameters<typeof move>[0];
  readonly options: MoveOptions;
}[] = [
  {
    set: 'the guide and the business programs',
    fill: async ({ source }) => {
      const url = new URL(source.url);
      url.pathname = '';
      await createShop({ url: url.href, database: source.name, scale: 0.01, seed: 7 });
      await run(source.url, [...guideTables(), ...BUSINESS_TABLES]);
    },
    options: {
      programs: [...guideFiles().flatMap(guidePrograms), ...BUSINESS_PROGRAMS.map(({ create }) => create)],
    },
  },
  {
    set: 'what MariaDB alone has',
    fill: async ({ source }) => await run(source.url, guideTables()),
    options: { source: 'mariadb', programs: guidePrograms('mariadb.sql') },
  },
  { set: 'sakila', fill: fillSakila, options: {} },
];

async function run(url: string, statements: readonly string[]): Promise<void> {
  const connection = await createConnection({ uri: url });
  for (const statement of statements) await connection.query(statement);
  await connection.end();
}

let folder = '';
afterAll(async () => await rm(folder, { recursive: true, force: true }));

describe.each(SETS)('INV-117 plpgsql_check, over the conversions of $set', ({ fill, options }) => {
  test('finds no error', async () => {
    await using moved = await move(fill, options);
    const client = new Client({ connectionString: moved.line.target.url });
    await client.connect();
    try {
      await install(client);
      expect(await errorsOf(client, moved)).toEqual([]);
    } finally {
      await client.end();
    }
  });
});

/** The library is loaded by its path, so that nothing is installed beside the server. */
async function install(client: Client): Promise<void> {
  const { rows } = await client.query("SELECT current_setting('server_version_num')::int / 10000 AS major");
  if (rows[0]?.major !== MAJOR)
    throw new Error(`plpgsql_check is Debian's for PostgreSQL ${MAJOR}, and the server is ${rows[0]?.major}`);
  const prefix = await unpackDebianPackages('plpgsql-check', [`postgresql-${MAJOR}-plpgsql-check`]);
  folder = await mkdtemp(join(tmpdir(), 'sluice-plpgsql-check-'));
  await chmod(folder, 0o755);
  const library = join(folder, 'plpgsql_check.so');
  await copyFile(join(prefix, `usr/lib/postgresql/${MAJOR}/lib/plpgsql_check.so`), library);
  await chmod(library, 0o755);
  const scripts = join(prefix, `usr/share/postgresql/${MAJOR}/extension`);
  const script = (await readdir(scripts)).find((name) => /^plpgsql_check--[\d.]+\.sql$/.test(name)) ?? '';
  const text = (await readFile(join(scripts, script), 'utf8'))
    .replaceAll(/^\\.*$/gm, '')
    .replaceAll('@extschema@', 'plpgsql_check')
    .replaceAll('MODULE_PATHNAME', library);
  await client.query(`CREATE SCHEMA plpgsql_check; SET search_path = plpgsql_check; ${text}`);
  await client.query('SET search_path = public, plpgsql_check');
}

const FUNCTIONS = `SELECT p.oid, p.proname AS name, COALESCE(min(t.tgrelid), 0) AS relation
  FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace JOIN pg_language AS l ON l.oid = p.prolang
  LEFT JOIN pg_trigger AS t ON t.tgfoid = p.oid
  WHERE n.nspname = 'public' AND l.lanname = 'plpgsql' AND p.proname = ANY ($1) GROUP BY p.oid, p.proname`;

async function errorsOf(client: Client, { converted }: Moved): Promise<readonly string[]> {
  const whole = new Map(converted.map((one) => [one.name.toLowerCase(), one]));
  const { rows } = await client.query(FUNCTIONS, [[...whole.keys()]]);
  expect(rows.length).toBeGreaterThanOrEqual(converted.filter(({ statements }) => statements.length > 0).length);
  const found: string[] = [];
  for (const { oid, name, relation } of rows) {
    const temporary = profileOf(whole.get(name)?.program ?? unknown(name)).access.temporary;
    const told = await client.query(
      `SELECT lineno, message FROM plpgsql_check_function_tb($1::oid, $2::oid, fatal_errors := false) WHERE level = 'error'`,
      [oid, relation],
    );
    for (const { lineno, message } of told.rows) {
      // A table that the program makes itself stands only while it runs.
      const missing = /relation "(?:pg_temp\.)?(\w+)" does not exist/.exec(message)?.[1];
      const isOwn = missing !== undefined && (temporary.has(missing.toLowerCase()) || missing.startsWith('_result'));
      // Two routines fail on purpose.
      const isMeant = name.endsWith('_too_long') && message.startsWith('value too long');
      if (!isOwn && !isMeant) found.push(`${name}, line ${lineno}: ${message}`);
    }
  }
  return found;
}

function unknown(name: string): never {
  throw new Error(`${name} is no program`);
}
