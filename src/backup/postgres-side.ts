import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { connectPostgres, type PostgresSession, type PostgresSettings } from '../postgres/connection.ts';
import { quoteIdent, quoteTable } from '../postgres/quote.ts';
import { describeFile, dumpInto } from './dump-file.ts';
import { backupError } from './error.ts';
import type { RestoreTest, SideBackup } from './manifest.ts';
import type { SideOptions } from './mysql-side.ts';
import { findTool, startTool, toolVersion } from './tool.ts';

export interface PostgresSide {
  readonly login: PostgresSettings;
  /** A server on which a test makes a database, restores into it and drops it. Absent: no test. */
  readonly restoreInto?: PostgresSettings;
}

const FILE = 'target.dump';

/** The whole database in pg_dump's own format, in one consistent view. */
export async function backupPostgres(side: PostgresSide, options: SideOptions): Promise<SideBackup> {
  const session = await connectPostgres(side.login);
  try {
    const server = await identityOf(session);
    const tool = await findTool('pg_dump', options.tools);
    const version = await toolVersion(tool);
    if (majorOf(version) < majorOf(server.version))
      throw backupError('BACKUP_TOOL_VERSION', `${version} cannot dump PostgreSQL ${server.version}`);
    const given = ['--format=custom', '--no-password', ...urlArguments(side.login)];
    const path = join(options.folder, FILE);
    await dumpInto({ ...options, tool, arguments: given, environment: secretOf(side.login) }, path, false);
    return {
      side: 'target',
      server: server.version,
      id: server.id,
      databases: [server.database],
      tool: version,
      file: await describeFile(path, FILE),
      position: { kind: 'wal', lsn: server.lsn },
      restored: side.restoreInto === undefined ? null : await restorePostgres(side.restoreInto, session, options),
    };
  } finally {
    await session.close();
  }
}

/** Without the password, which a list of processes would show; libpq takes it from the environment. */
function urlArguments({ url, tls }: PostgresSettings): readonly string[] {
  const plain = new URL(url);
  plain.password = '';
  for (const name of [...plain.searchParams.keys()]) if (name.startsWith('ssl')) plain.searchParams.delete(name);
  if (tls !== undefined && tls.mode !== 'off') {
    plain.searchParams.set('sslmode', tls.mode);
    if (tls.ca !== undefined) plain.searchParams.set('sslrootcert', tls.ca);
    if (tls.cert !== undefined) plain.searchParams.set('sslcert', tls.cert);
    if (tls.key !== undefined) plain.searchParams.set('sslkey', tls.key);
  }
  return [`--dbname=${plain.href}`];
}

function secretOf({ url }: PostgresSettings): Readonly<Record<string, string>> {
  return { PGPASSWORD: decodeURIComponent(new URL(url).password) };
}

function majorOf(text: string): number {
  return Number(/(\d+)(?:\.|\s|$)/.exec(text)?.[1] ?? 0);
}

async function identityOf(session: PostgresSession) {
  const { rows } = await session.query(
    `SELECT current_setting('server_version') AS version, current_database() AS database,
pg_current_wal_lsn() AS lsn, (SELECT system_identifier FROM pg_control_system()) AS id`,
  );
  const { version, database, lsn, id } = rows[0] ?? {};
  return { version: version ?? '', database: database ?? '', lsn: lsn ?? '', id: id ?? '' };
}

async function restorePostgres(
  into: PostgresSettings,
  source: PostgresSession,
  options: SideOptions,
): Promise<RestoreTest> {
  const startedMs = performance.now();
  const database = `sluice_restore_${randomBytes(4).toString('hex')}`;
  const admin = await connectPostgres(into);
  try {
    await admin.query(`CREATE DATABASE ${quoteIdent(database)} TEMPLATE template0 ENCODING 'UTF8'`);
    const { tables, rows, version } = await restoreAndCount(within(into, database), source, options);
    return { server: version, tables, rows: String(rows), tookMs: Math.round(performance.now() - startedMs) };
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${quoteIdent(database)} WITH (FORCE)`);
    await admin.close();
  }
}

function within(login: PostgresSettings, database: string): PostgresSettings {
  const url = new URL(login.url);
  url.pathname = `/${database}`;
  return { ...login, url: url.href };
}

async function restoreAndCount(into: PostgresSettings, source: PostgresSession, options: SideOptions) {
  const tool = await findTool('pg_restore', options.tools);
  const how = ['--exit-on-error', '--no-owner', '--no-privileges', '--no-password'];
  const given = [...how, ...urlArguments(into), join(options.folder, FILE)];
  const { child, ended } = startTool({ ...options, tool, arguments: given, environment: secretOf(into) });
  child.stdout?.resume();
  await ended;
  const session = await connectPostgres(into);
  try {
    const restored = await tablesOf(session);
    const missing = (await tablesOf(source)).filter((name) => !restored.includes(name));
    if (missing.length > 0) throw backupError('BACKUP_RESTORE_FAILED', `not restored: ${missing.join(', ')}`);
    let rows = 0n;
    for (const name of restored)
      rows += BigInt((await session.query(`SELECT count(*) FROM ${name}`)).rows[0]?.['count'] ?? 0);
    return { tables: restored.length, rows, version: (await identityOf(session)).version };
  } finally {
    await session.close();
  }
}

/** Quoted names of tables that hold rows themselves. */
async function tablesOf(session: PostgresSession): Promise<readonly string[]> {
  const { rows } = await session.query(
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
AND n.nspname !~ '^pg_' ORDER BY 1, 2`,
  );
  return rows.map(({ schema, name }) => quoteTable({ schema: schema ?? '', table: name ?? '' }));
}
