import { type DataScan, scanSource } from '../../assess/data-scan.ts';
import { decidingFacts } from '../../assess/deciding-fact.ts';
import { type Assessment, assessment } from '../../assess/report.ts';
import { readHabit } from '../../assess/server-habit.ts';
import type { ScanLimits } from '../../assess/table-scan.ts';
import { checkRights, readAccount } from '../../check/source-right.ts';
import { checkSettings } from '../../check/source-setting.ts';
import { checkTables } from '../../check/source-table.ts';
import type { Config } from '../../config/config.ts';
import type { Finding } from '../../contract/finding.ts';
import { findingOf } from '../../contract/finding.ts';
import type { CatalogueTable } from '../../mysql/catalogue-table.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { readSourceSchema, type SourceSchema } from '../../mysql/source-schema.ts';
import { tableKey } from '../../mysql/table-key.ts';
import { scopeOf } from '../scope.ts';
import { withSource } from '../source-session.ts';
import { plannedInventory } from '../verify/planned-inventory.ts';
import type { Assess, AssessOptions } from './assess-option.ts';
import { assessPrograms } from './assess-program.ts';

/** Rows of a chunk, and bytes up to which a table is read by one statement. */
const CHUNK_ROWS = 20_000;
const SMALL_BYTES = 16 * 1024 * 1024;

/** Looks at everything that a migration of this source will meet. Fails with SOURCE_... only where the link does. */
export const assess: Assess = async (config, options) => {
  return await withSource(config, options.signal, (source) => assessConnected(source, config, options));
};

async function assessConnected(source: MysqlConnection, config: Config, options: AssessOptions): Promise<Assessment> {
  const scope = scopeOf(config);
  const notes: string[] = [];
  options.onStep('reading the catalogue');
  const schema = await readSourceSchema(source, scope.databases);
  const tables = schema.tables.filter(({ version }) => scope.isPublished(version.database, version.table));
  const settings = await settingsOf(source, config, tables);
  const scan = await scanned(source, { config, schema, tables }, options);
  if (scan === null) notes.push('no row was read: what the data decides is not known, and its types are the widest');
  options.onStep('asking the target');
  const { inventory, isProven } = await plannedInventory(
    { schema, facts: decidingFacts(scan?.read ?? []), config, scope, source, notes },
    options.signal,
  );
  const programs = await assessPrograms(source, { databases: scope.databases, tables, inventory, notes });
  const { kind, versionText } = source.server;
  const mode = options.depth === 'whole' ? 'whole' : 'sample';
  return assessment({
    config,
    source: `${kind} ${versionText}`,
    atMs: Date.now(),
    tables,
    inventory,
    isProven,
    programs,
    settings,
    habit: await readHabit(source),
    mode,
    scan,
    notes,
  });
}

interface Scanned {
  readonly config: Config;
  readonly schema: SourceSchema;
  readonly tables: readonly CatalogueTable[];
}

async function scanned(
  source: MysqlConnection,
  { config, schema, tables }: Scanned,
  options: AssessOptions,
): Promise<DataScan | null> {
  if (options.depth === 'catalogue') return null;
  const limits: ScanLimits = {
    sampleRows: options.depth === 'whole' ? null : options.sampleRows,
    chunkRows: CHUNK_ROWS,
    smallBytes: SMALL_BYTES,
  };
  const readable = tables.filter(
    ({ version, columns }) => !schema.unreadable.has(tableKey(version.database, version.table)) && columns.length > 0,
  );
  const { throttle, load, showsValues, signal, onCost, onStep } = options;
  return await scanSource(source, {
    config,
    tables: readable,
    limits,
    throttle,
    load,
    showsValues,
    signal,
    onCost,
    onStep,
  });
}

/** Of the server, the account and what tables are made of; what this account may not ask is a finding itself. */
async function settingsOf(
  source: MysqlConnection,
  config: Config,
  tables: readonly CatalogueTable[],
): Promise<readonly Finding[]> {
  try {
    const account = await readAccount(source);
    const rights = checkRights(account, source.server.kind, config.source);
    return [...(await checkSettings(source)), ...rights, ...checkTables(tables)];
  } catch (error) {
    return [findingOf(error, 'source')];
  }
}
