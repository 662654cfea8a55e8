import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { connectMysql, type MysqlConnection, type MysqlSettings } from '../mysql/connection.ts';
import { has, readGrants } from '../mysql/grant.ts';
import { quoteTable } from '../mysql/identifier.ts';
import { withClientFile } from './client-file.ts';
import { type DumpText, describeFile, dumpInto } from './dump-file.ts';
import { backupError } from './error.ts';
import type { RecoveryPosition, RestoreTest, SideBackup } from './manifest.ts';
import { findTool, startTool, type Tool, type Tools, toolVersion } from './tool.ts';

export interface MysqlSide {
  readonly login: MysqlSettings;
  readonly databases: readonly string[];
  /** Into which a test restores; none of the databases may be there. Absent: no test. */
  readonly restoreInto?: MysqlSettings;
}

export interface SideOptions {
  readonly folder: string;
  readonly tools: Tools;
  readonly signal?: AbortSignal;
}

const FILE = 'source.sql.gz';

/** All of the databases in one consistent view, without a lock on their tables: rows, routines, triggers, EVENTs. */
export async function backupMysql(side: MysqlSide, options: SideOptions): Promise<SideBackup> {
  const connection = await connectMysql(side.login);
  try {
    const { kind, versionText, id } = connection.server;
    const tool = await findTool(kind === 'mysql' ? 'mysqldump' : 'mariadb-dump', options.tools);
    const version = await toolVersion(tool);
    if (kind === 'mysql' && version.includes('MariaDB'))
      throw backupError('BACKUP_TOOL_VERSION', `${tool.file} is MariaDB's, and the server is MySQL`);
    const from = await binlogEnd(connection);
    const position = await dumpMysql(connection, side, tool, options);
    return {
      side: 'source',
      server: versionText,
      id,
      databases: side.databases,
      tool: version,
      file: await describeFile(join(options.folder, FILE), FILE),
      position: position ?? { kind: 'between', from, to: await binlogEnd(connection) },
      restored: side.restoreInto === undefined ? null : await restoreMysql(side.restoreInto, connection, side, options),
    };
  } finally {
    await connection.close();
  }
}

/**
 * The exact position needs a lock for a moment, and so the right RELOAD; RDS gives the right and refuses the lock, which
 * only trying tells.
 */
async function dumpMysql(
  connection: MysqlConnection,
  { login, databases }: MysqlSide,
  tool: Tool,
  options: SideOptions,
): Promise<RecoveryPosition | null> {
  const { kind } = connection.server;
  const dump = async (isExact: boolean): Promise<RecoveryPosition | null> => {
    const text = await withClientFile(login, kind, (file) => {
      const given = [file, ...dumpArguments(kind, isExact), '--databases', ...databases];
      return dumpInto({ ...options, tool, arguments: given }, join(options.folder, FILE), true);
    });
    if (!/-- Dump completed/.test(text.tail)) throw backupError('BACKUP_TOOL_FAILED', 'the dump has no end');
    return isExact ? exactPosition(text) : null;
  };
  if (!has(await readGrants(connection), 'RELOAD', null)) return await dump(false);
  return await dump(true).catch(() => dump(false));
}

function dumpArguments(kind: 'mysql' | 'mariadb', isExact: boolean): readonly string[] {
  const position = kind === 'mysql' ? '--source-data=2' : '--master-data=2';
  return [
    '--single-transaction',
    '--quick',
    '--routines',
    '--triggers',
    '--events',
    '--hex-blob',
    '--no-tablespaces',
    '--default-character-set=utf8mb4',
    // Even as a comment the GTIDs want the lock.
    ...(kind === 'mysql' ? [`--set-gtid-purged=${isExact ? 'COMMENTED' : 'OFF'}`] : []),
    ...(isExact ? [position] : []),
  ];
}

async function binlogEnd(connection: MysqlConnection): Promise<string> {
  const { File, Position, Executed_Gtid_Set } = await connection.row(connection.server.binlogStatusStatement);
  return [`${File}:${Position}`, Executed_Gtid_Set].filter((part) => part).join(' ');
}

/** `CHANGE REPLICATION SOURCE TO SOURCE_LOG_FILE='...', SOURCE_LOG_POS=...` or its older name, as a comment. */
function exactPosition({ head }: DumpText): RecoveryPosition | null {
  const [, file, offset] = /(?:SOURCE|MASTER)_LOG_FILE='([^']+)', (?:SOURCE|MASTER)_LOG_POS=(\d+)/.exec(head) ?? [];
  if (file === undefined || offset === undefined) return null;
  const [, gtid] = /GTID_PURGED=(?:\/\*!80000 '\+'\*\/ )?'([^']*)'/.exec(head) ?? [];
  return { kind: 'exact', file, offset, gtid: gtid?.replace(/\s/g, '') || null };
}

async function restoreMysql(
  into: MysqlSettings,
  source: MysqlConnection,
  { databases }: MysqlSide,
  options: SideOptions,
): Promise<RestoreTest> {
  const startedMs = performance.now();
  const empty = await connectMysql(into);
  try {
    await refuseNotEmpty(empty, databases);
    const { kind, versionText } = empty.server;
    const tool = await findTool(kind === 'mysql' ? 'mysql' : 'mariadb', options.tools);
    await withClientFile(into, kind, async (login) => {
      const { child, ended } = startTool({ ...options, tool, arguments: [login, '--default-character-set=utf8mb4'] });
      if (child.stdin === null) throw new Error('no stdin');
      const fed = pipeline(createReadStream(join(options.folder, FILE)), createGunzip(), child.stdin).catch(() => {});
      await Promise.all([fed, ended]);
    });
    const restored = await countRows(empty, databases);
    await refuseMissing(source, databases, [...restored.keys()]);
    const rows = [...restored.values()].reduce((sum, count) => sum + count, 0n);
    const tookMs = Math.round(performance.now() - startedMs);
    return { server: versionText, tables: restored.size, rows: String(rows), tookMs };
  } finally {
    await empty.close();
  }
}

async function refuseNotEmpty(connection: MysqlConnection, databases: readonly string[]): Promise<void> {
  const rows = await connection.rows('SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA');
  const there = rows.map(({ name }) => name ?? '').filter((name) => databases.includes(name));
  if (there.length > 0)
    throw backupError('BACKUP_RESTORE_NOT_EMPTY', `the server for the restore test has ${there.join(', ')} already`);
}

async function refuseMissing(
  source: MysqlConnection,
  databases: readonly string[],
  restored: readonly string[],
): Promise<void> {
  const missing = (await tablesOf(source, databases)).map(quoteTable).filter((name) => !restored.includes(name));
  if (missing.length > 0) throw backupError('BACKUP_RESTORE_FAILED', `not restored: ${missing.join(', ')}`);
}

/** Rows of each table, all of them read. */
async function countRows(
  connection: MysqlConnection,
  databases: readonly string[],
): Promise<ReadonlyMap<string, bigint>> {
  const counts = new Map<string, bigint>();
  for (const table of await tablesOf(connection, databases)) {
    const { count } = await connection.row(`SELECT COUNT(*) AS count FROM ${quoteTable(table)}`);
    counts.set(quoteTable(table), BigInt(count ?? 0));
  }
  return counts;
}

async function tablesOf(
  connection: MysqlConnection,
  databases: readonly string[],
): Promise<readonly { readonly database: string; readonly table: string }[]> {
  const rows = await connection.rows(
    `SELECT TABLE_SCHEMA AS db, TABLE_NAME AS name FROM information_schema.TABLES
WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA IN (?) ORDER BY 1, 2`,
    [databases],
  );
  return rows.map(({ db, name }) => ({ database: db ?? '', table: name ?? '' }));
}
