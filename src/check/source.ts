import type { Config } from '../config/config.ts';
import { sourceLogin } from '../config/login.ts';
import { isIncluded } from '../config/table-filter.ts';
import { SluiceError } from '../contract/error.ts';
import { type Finding, finding, findingOf } from '../contract/finding.ts';
import { readCatalogue } from '../mysql/catalogue.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import { connectMysql, type MysqlConnection } from '../mysql/connection.ts';
import type { Server } from '../mysql/server.ts';
import type { SourceCheckOptions } from './check-option.ts';
import { scanTable } from './data-scan.ts';
import { checkLeftOut } from './left-out.ts';
import { checkRules } from './rule.ts';
import { checkBypass } from './source-bypass.ts';
import { checkRights, readAccount } from './source-right.ts';
import { checkSettings } from './source-setting.ts';
import { checkState } from './source-state.ts';
import { checkPatterns, checkTables, nameOf } from './source-table.ts';
import { checkReadable, unreadableTable } from './unreadable-table.ts';

export interface CheckedSource {
  readonly findings: readonly Finding[];
  /** null: the server could not be reached. */
  readonly server: Server | null;
  /** Those that the pipeline would move. */
  readonly tables: readonly CatalogueTable[];
}

/** Everything that the source must be, do and allow. */
export async function checkSource(config: Config, options: SourceCheckOptions): Promise<CheckedSource> {
  let connection: MysqlConnection;
  try {
    connection = await connectMysql(sourceLogin(config.source));
  } catch (error) {
    return { findings: [findingOf(error, 'source')], server: null, tables: [] };
  }
  const abort = (): void => connection.destroy();
  options.signal.addEventListener('abort', abort, { once: true });
  try {
    return await checkConnected(connection, config, options);
  } finally {
    options.signal.removeEventListener('abort', abort);
    await connection.close();
  }
}

async function checkConnected(
  connection: MysqlConnection,
  config: Config,
  options: SourceCheckOptions,
): Promise<CheckedSource> {
  const { source } = config;
  const { server } = connection;
  const account = await readAccount(connection);
  const findings: Finding[] = [...(await checkSettings(connection)), ...checkRights(account, server.kind, source)];
  findings.push(...(await checkDatabases(connection, source.databases)));
  if (options.depth === 'resume') {
    return {
      findings: [...findings, ...(await checkState(connection, { source, account, dataBytes: 0 }))],
      server,
      tables: [],
    };
  }
  const catalogue = await readTables(connection, source.databases);
  if ('severity' in catalogue) return { findings: [...findings, catalogue], server, tables: [] };
  const tables = catalogue.filter(({ version }) => isIncluded(config.tables, version.database, version.table));
  const dataBytes = tables.reduce((sum, { estimateBytes }) => sum + estimateBytes, 0);
  findings.push(...(await checkState(connection, { source, account, dataBytes })), ...(await checkBypass(connection)));
  findings.push(...checkPatterns(config.tables, catalogue, tables), ...checkRules(config, tables));
  findings.push(...checkTables(tables));
  findings.push(...(await checkLeftOut(connection, config)));
  const opened = await checkReadable(connection, tables, account.account);
  findings.push(...opened.findings);
  if (options.depth === 'full')
    findings.push(...(await scanTables(connection, config, { ...options, tables: opened.readable })));
  return { findings, server, tables };
}

async function scanTables(
  connection: MysqlConnection,
  config: Config,
  { tables, onStep }: { readonly tables: readonly CatalogueTable[]; readonly onStep: (step: string) => void },
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const table of tables) {
    onStep(`reading ${nameOf(table)}`);
    found.push(...(await scanned(connection, table, config)));
  }
  return found;
}

/** A table may open and yet break where its rows are read. */
async function scanned(
  connection: MysqlConnection,
  table: CatalogueTable,
  config: Config,
): Promise<readonly Finding[]> {
  try {
    return await scanTable(connection, table, config);
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'SOURCE_TABLE_DAMAGED') throw error;
    return [unreadableTable(table, error.message)];
  }
}

async function checkDatabases(connection: MysqlConnection, databases: readonly string[]): Promise<readonly Finding[]> {
  const rows = await connection.rows(
    'SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME IN (?)',
    [databases],
  );
  const seen = new Set(rows.map((row) => row['name']));
  return databases
    .filter((database) => !seen.has(database))
    .map((database) =>
      finding(
        'blocker',
        'SOURCE_DATABASE_UNKNOWN',
        database,
        'there is no such database, or this account may not see it',
        'source: { databases: [...] } # or grant SELECT on it',
      ),
    );
}

/** The catalogue, or the finding that says which type of it nobody knows. */
async function readTables(
  connection: MysqlConnection,
  databases: readonly string[],
): Promise<readonly CatalogueTable[] | Finding> {
  try {
    return await readCatalogue(connection, { databases });
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'SOURCE_TYPE_UNKNOWN') return findingOf(error, 'source');
    throw error;
  }
}
