import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkLog } from '../../src/check/log.ts';
import { checkTarget } from '../../src/check/target.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { ColumnType } from '../../src/contract/table.ts';
import type { CatalogueColumn, CatalogueTable } from '../../src/mysql/catalogue-table.ts';
import { describedVersion } from '../../src/mysql/description.ts';
import { connectPostgres } from '../../src/postgres/connection.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { onTarget, urlOf } from './sides.ts';

let server: RunningServer;
let database: FreshDatabase;

beforeAll(async () => {
  server = await startServer('postgres');
  database = await freshDatabase(server, 'check');
});

afterAll(async () => {
  await database.drop();
  await server.stop();
});

function configOf(url: string, more = '', rest = ''): Config {
  const text = `pipeline: shop\nsource: { url: "mysql://u@127.0.0.1:1/shop" }\ntarget: { url: "${url}"${more} }${rest}`;
  const { config, problems } = loadConfig({
    file: '/tmp/x/sluice.yaml',
    text,
    environment: {},
    flags: {},
    readFile: () => '',
  });
  if (config === null) throw new Error(JSON.stringify(problems));
  return config;
}

/** A source table as the catalogue would tell it, of integer and text columns. */
function table(name: string, columns: Readonly<Record<string, string>>): CatalogueTable {
  const described = Object.entries(columns).map(([column, columnType]): CatalogueColumn => {
    const type: ColumnType = columnType.startsWith('int')
      ? { kind: 'integer', bytes: 4, unsigned: false }
      : { kind: 'text', charset: 'utf8mb4' };
    const none = {
      default: null,
      extra: '',
      comment: '',
      length: null,
      charset: null,
      collation: null,
      generated: null,
      srid: null,
    };
    const length = columnType === 'varchar(10)' ? 10 : null;
    return {
      name: column,
      type,
      nullable: column !== 'id',
      isGenerated: false,
      isLogged: true,
      columnType,
      ...none,
      length,
    };
  });
  const description = { database: 'shop', table: name, columns: described, key: ['id'], uniques: [], cascades: [] };
  return {
    version: describedVersion(description, described),
    description,
    columns: described,
    indexes: [],
    foreignKeys: [],
    referencedBy: [],
    checks: [],
    triggers: 0,
    engine: 'InnoDB',
    isSystemVersioned: false,
    estimateRows: 0,
    estimateBytes: 0,
    nextAutoIncrement: null,
    collation: null,
    comment: '',
    isPartitioned: false,
    keyIndex: null,
  };
}

async function brief(config: Config, ...tables: readonly CatalogueTable[]): Promise<readonly string[]> {
  const { findings } = await checkTarget(config, tables);
  return findings.map(({ severity, code, object }) => `${severity} ${code} ${object}`);
}

const T = table('t', { id: 'int', note: 'varchar(10)' });

const RULES =
  '\ntables: { rules: { ruled: { rename: plain, columns: { note: text }, exclude: [secret], cast: { kind: jsonb } } } }';

describe('a target', () => {
  it('whose tables are as the rules ask is without any finding, and a type other than the one cast to is told', async () => {
    const ruled = table('ruled', { id: 'int', note: 'varchar(10)', secret: 'int', kind: 'text' });
    await onTarget(database.url, 'CREATE TABLE plain (id int PRIMARY KEY, text text, kind jsonb)');
    expect(await brief(configOf(database.url, '', RULES), ruled)).toEqual([]);
    await onTarget(database.url, 'ALTER TABLE plain ALTER kind TYPE text');
    expect(await brief(configOf(database.url, '', RULES), ruled)).toEqual([
      'blocker TARGET_TABLE_MISFIT public.plain.kind',
    ]);
    await onTarget(database.url, 'DROP TABLE plain');
  });

  it('that is as it should be is without any finding, and nothing is made on it', async () => {
    const report = await checkTarget(configOf(database.url), [T]);
    expect(report).toEqual({ findings: [], version: expect.stringMatching(/^1[5-9]/) });
    await onTarget(
      database.url,
      "DO $$ BEGIN IF to_regnamespace('sluice') IS NOT NULL THEN RAISE 'made'; END IF; END $$",
    );
  });

  it('that cannot be reached, has no such database or takes no such login is told so', async () => {
    expect(await brief(configOf('postgresql://u@127.0.0.1:1/d'))).toEqual(['blocker TARGET_UNREACHABLE target']);
    const none = await checkTarget(configOf(urlOf(server.url, { database: 'no such' })), []);
    expect(none.findings.map(({ code }) => code)).toEqual(['TARGET_DATABASE_MISSING']);
    const nobody = await checkTarget(
      configOf(urlOf(database.url, { user: 'nobody at all', password: 'guessed-password' })),
      [],
    );
    expect(nobody.findings.map(({ code }) => code)).toEqual(['TARGET_LOGIN']);
    expect(JSON.stringify(nobody)).not.toContain('guessed-password');
  });

  it('that is not encoded UTF8 is refused', async () => {
    const name = `latin_${process.pid}`;
    await onTarget(
      server.url,
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'`,
    );
    expect(await brief(configOf(urlOf(server.url, { database: name })))).toEqual(['blocker TARGET_ENCODING target']);
    await onTarget(server.url, `DROP DATABASE ${name}`);
  });

  it('without the citext that a rule asks for is refused with the cure, and with it is told where only ASCII is folded', async () => {
    const name = `folding_${process.pid}`;
    await onTarget(server.url, `CREATE DATABASE ${name} TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`);
    const url = urlOf(server.url, { database: name });
    try {
      const config = configOf(url, '', '\ntables: { rules: { t: { case: { note: citext } } } }');
      const { findings } = await checkTarget(config, [T]);
      expect(findings.map(({ code, severity, cure }) => [code, severity, cure[0]])).toEqual([
        ['TARGET_EXTENSION', 'blocker', 'CREATE EXTENSION citext'],
        ['TARGET_CTYPE', 'warning', expect.stringMatching(/^CREATE DATABASE/)],
      ]);
      await onTarget(url, 'CREATE SCHEMA away', 'CREATE EXTENSION citext SCHEMA away');
      expect((await checkTarget(config, [T])).findings[0]?.cure).toEqual([expect.stringMatching(/^ALTER EXTENSION/)]);
      await onTarget(url, 'ALTER EXTENSION citext SET SCHEMA public');
      expect(await brief(config, T)).toEqual(['warning TARGET_CTYPE target']);
      const check = { name: 'small', clause: '(`note` = lower(`note`))', isEnforced: true, isOfColumn: false };
      expect(await brief(configOf(url), T)).toEqual([]);
      expect(await brief(configOf(url), { ...T, checks: [check] })).toEqual(['warning TARGET_CTYPE target']);
    } finally {
      await onTarget(server.url, `DROP DATABASE ${name}`);
    }
  });

  it('with a poor account has every grant it lacks, and they are enough', async () => {
    const role = `poor "role" ${process.pid}`;
    const quoted = `"${role.replaceAll('"', '""')}"`;
    await onTarget(
      database.url,
      `CREATE ROLE ${quoted} LOGIN PASSWORD 'pw'`,
      `REVOKE TEMPORARY ON DATABASE "${database.name}" FROM PUBLIC`,
    );
    const config = configOf(urlOf(database.url, { user: role, password: 'pw' }).replaceAll('"', '%22'));
    const { findings } = await checkTarget(config, [T]);
    expect(findings.map(({ severity, code, object }) => `${severity} ${code} ${object}`)).toEqual([
      'blocker TARGET_PRIVILEGE target',
      'warning TARGET_REPLICATION_ROLE target',
      'blocker TARGET_PRIVILEGE public',
      'blocker TARGET_PRIVILEGE target',
    ]);
    for (const { cure } of findings) await onTarget(database.url, ...cure);
    expect(await brief(config, T)).toEqual([]);
    await onTarget(
      database.url,
      `DROP OWNED BY ${quoted} CASCADE`,
      `REVOKE SET ON PARAMETER session_replication_role FROM ${quoted}`,
      `DROP ROLE ${quoted}`,
    );
  });

  it('without the schema, when the account may not make it, is told with both ways out', async () => {
    const role = `maker_${process.pid}`;
    await onTarget(
      database.url,
      `CREATE ROLE ${role} LOGIN PASSWORD 'pw'`,
      `GRANT SET ON PARAMETER session_replication_role TO ${role}`,
      `GRANT TEMPORARY ON DATABASE "${database.name}" TO ${role}`,
    );
    const config = configOf(urlOf(database.url, { user: role, password: 'pw' }), ', schema: "Odd Schema"');
    expect(await brief(config)).toEqual(['blocker TARGET_PRIVILEGE Odd Schema', 'blocker TARGET_PRIVILEGE target']);
    const owner = configOf(database.url, ', schema: "Odd Schema"');
    expect(await brief(owner)).toEqual([]);
    await onTarget(
      database.url,
      `DROP OWNED BY ${role}`,
      `REVOKE SET ON PARAMETER session_replication_role FROM ${role}`,
      `DROP ROLE ${role}`,
    );
  });
});

describe('a zone of the source', () => {
  it('is no problem where the target changes its clock on the same days, and one where it has none', async () => {
    const config = configOf(database.url);
    const zoned = (datetimeZone: string): Config => ({ ...config, source: { ...config.source, datetimeZone } });
    expect(await brief(zoned('Europe/Berlin'))).toEqual([]);
    expect(await brief(zoned('Not/A_Zone'))).toEqual(['blocker TARGET_ZONE target']);
  });
});

describe('a table that is there already', () => {
  it('and fits is no problem while it is empty, and one when it holds rows of others', async () => {
    await onTarget(
      database.url,
      'CREATE SCHEMA fits',
      'CREATE TABLE fits.t (id integer PRIMARY KEY, note varchar(10))',
    );
    const config = configOf(database.url, ', schema: fits');
    expect(await brief(config, T)).toEqual([]);
    await onTarget(database.url, "INSERT INTO fits.t VALUES (1, 'mine')");
    expect(await brief(config, T)).toEqual(['blocker TARGET_TABLE_NOT_EMPTY fits.t']);
  });

  it('and holds rows of an application that is logged in is not begun on, nor emptied first', async () => {
    const config = configOf(
      database.url,
      ', ddl: existing, schema: fits, emptyFirst: [t]',
      '\ncutover: { targetRoles: [used_by] }',
    );
    await onTarget(database.url, "CREATE ROLE used_by LOGIN PASSWORD 'used'");
    expect(await brief(config, T)).toEqual(['information TARGET_TABLE_EMPTIED fits.t']);
    const url = new URL(database.url);
    Object.assign(url, { username: 'used_by', password: 'used' });
    const application = await connectPostgres({ url: url.href, pipeline: 'application' });
    try {
      expect(await brief(config, T)).toEqual([
        'blocker TARGET_IN_USE target',
        'information TARGET_TABLE_EMPTIED fits.t',
      ]);
    } finally {
      await application.close();
      await onTarget(database.url, 'DROP ROLE used_by');
    }
  });

  it('and holds what this pipeline wrote is no problem', async () => {
    await onTarget(
      database.url,
      'CREATE SCHEMA sluice',
      'CREATE TABLE sluice.checkpoint (pipeline text, lane text)',
      "INSERT INTO sluice.checkpoint VALUES ('shop', 'main')",
    );
    expect(await brief(configOf(database.url, ', schema: fits'), T)).toEqual([]);
    await onTarget(database.url, 'DROP SCHEMA sluice CASCADE');
  });

  it('and does not fit is told column by column', async () => {
    await onTarget(
      database.url,
      'CREATE SCHEMA misfit',
      'CREATE TABLE misfit.t (id uuid PRIMARY KEY, other text NOT NULL, made int NOT NULL DEFAULT 1)',
    );
    expect(await brief(configOf(database.url, ', schema: misfit'), T)).toEqual([
      'blocker TARGET_TABLE_MISFIT misfit.t.note',
      'blocker TARGET_TABLE_MISFIT misfit.t.id',
      'blocker TARGET_TABLE_MISFIT misfit.t.other',
    ]);
  });

  it('has to be there with target.ddl existing', async () => {
    const config = configOf(database.url, ', ddl: existing');
    expect(await brief(config, table('nothing here', { id: 'int' }))).toEqual([
      'blocker TARGET_TABLE_MISSING public.nothing here',
    ]);
    expect(await brief(configOf(database.url, ', ddl: existing, schema: nowhere'))).toEqual([
      'blocker TARGET_SCHEMA_MISSING nowhere',
    ]);
  });
});

describe('the folder of the embedded log', () => {
  it('may be missing where it can be made, and is told where it cannot', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-check-'));
    const config = configOf(database.url);
    const at = (directory: string): Config => ({
      ...config,
      log: { kind: 'embedded', directory, keepBytes: 0, topicPrefix: 'shop' },
    });
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'locked'));
    chmodSync(join(folder, 'locked'), 0o500);
    expect(await checkLog(at(join(folder, 'a', 'b', 'log')))).toEqual([]);
    expect((await checkLog(at(join(folder, 'file', 'log')))).map(({ code }) => code)).toEqual(['LOG_DIRECTORY']);
    rmSync(folder, { recursive: true });
  });
});
