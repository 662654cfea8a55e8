import { HEARTBEAT_DATABASE } from '../../config/config.ts';
import { sourceAdminLogin } from '../../config/login.ts';
import { SluiceError } from '../../contract/error.ts';
import { canaryAccount, canaryOf, dropMysqlCanary } from '../../cutover/fence/canary.ts';
import { accountName } from '../../cutover/fence/mysql-account.ts';
import { connectMysql, type MysqlConnection } from '../../mysql/connection.ts';
import { quoteIdentifier, quoteTable } from '../../mysql/identifier.ts';
import { journalledTriggers, restoreTriggers } from '../../mysql-sink/trigger-journal.ts';
import type { Remains, RemovalSite } from './remains.ts';

/** Every table of ours in the database `sluice`, each with a column `pipeline`. The journal of triggers is the last. */
export const OUR_SOURCE_TABLES = [
  ...['heartbeat', 'canary', 'cutover_step', 'cutover', 'reverse_checkpoint', 'reverse_quarantine', 'reverse_version'],
  'reverse_trigger',
] as const;

/** With the heartbeat and the way back's tables. */
export const OWN_DATABASE: Remains = {
  end: 'source',
  name: 'own-database',
  what: 'our small database with the heartbeat and the way back’s tables; only this pipeline’s rows where another one uses it',
  find: (site) =>
    onSource(site, async (connection) => {
      const { pipeline } = site.config;
      const tables = await standingTables(connection);
      if (!(await isShared(connection, tables, pipeline)))
        return [...tables.map((table) => `${HEARTBEAT_DATABASE}.${table}`), ...(await databaseOf(connection))];
      const found: string[] = [];
      for (const table of tables)
        if (await hasRows(connection, table, 'pipeline = ?', pipeline))
          found.push(`rows of ${HEARTBEAT_DATABASE}.${table}`);
      return found;
    }),
  statements: ({ config }, found) =>
    isOnlyRows(found ?? [])
      ? OUR_SOURCE_TABLES.map((table) => `DELETE FROM ${ours(table)} WHERE pipeline = '${config.pipeline}'`)
      : [`DROP DATABASE IF EXISTS ${quoteIdentifier(HEARTBEAT_DATABASE)} /* where no other pipeline uses it */`],
  remove: (site) => changing(site, (connection) => removeDatabase(connection, site)),
};

/** Another pipeline uses it. */
export function isOnlyRows(found: readonly string[]): boolean {
  return found.some((name) => name.startsWith('rows of '));
}

export const SOURCE_REMAINS: readonly Remains[] = [
  {
    end: 'source',
    name: 'triggers',
    what: 'triggers that were put away for the way back, made again as they were',
    find: (site) =>
      onSource(site, async (connection) => {
        if (!(await standingTables(connection)).includes('reverse_trigger')) return [];
        const triggers = await journalledTriggers(connection, site.place.checkpoint);
        return triggers.map(({ database, name }) => `${database}.${name}`);
      }),
    statements: (_, found) =>
      found?.length === 0 ? [] : ['CREATE TRIGGER: each statement stands in the evidence, under reverse_trigger'],
    remove: (site) =>
      changing(site, async (connection) => {
        if (!(await standingTables(connection)).includes('reverse_trigger')) return;
        await restoreTriggers(sourceAdminLogin(site.config.source), connection, site.place.checkpoint);
      }),
  },
  {
    end: 'source',
    name: 'try-account',
    what: 'the account without any right whose login was tried behind the fence',
    find: (site) => onSource(site, (connection) => tryAccounts(connection, site)),
    statements: ({ config }) => [`DROP USER IF EXISTS ${accountName(canaryAccount(canaryOf(config.pipeline)))}`],
    remove: (site) => changing(site, (connection) => dropMysqlCanary(connection, canaryOf(site.config.pipeline))),
  },
  OWN_DATABASE,
];

async function removeDatabase(connection: MysqlConnection, { config, place }: RemovalSite): Promise<void> {
  const tables = await standingTables(connection);
  // A trigger that could not be made again stands nowhere else but there.
  if (tables.includes('reverse_trigger') && (await journalledTriggers(connection, place.checkpoint)).length > 0)
    throw triggersWait();
  if (await isShared(connection, tables, config.pipeline)) {
    for (const table of tables)
      await connection.run(`DELETE FROM ${ours(table)} WHERE pipeline = ?`, [config.pipeline]);
    return;
  }
  for (const table of tables) await connection.run(`DROP TABLE IF EXISTS ${ours(table)}`);
  const { rest } = await connection.row(
    'SELECT COUNT(*) AS rest FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?',
    [HEARTBEAT_DATABASE],
  );
  if (rest === '0') await connection.run(`DROP DATABASE IF EXISTS ${quoteIdentifier(HEARTBEAT_DATABASE)}`);
}

function ours(table: string): string {
  return quoteTable({ database: HEARTBEAT_DATABASE, table });
}

async function standingTables(connection: MysqlConnection): Promise<readonly string[]> {
  const rows = await connection.rows(
    'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME IN (?)',
    [HEARTBEAT_DATABASE, OUR_SOURCE_TABLES],
  );
  const standing = new Set(rows.map(({ name }) => name));
  return OUR_SOURCE_TABLES.filter((table) => standing.has(table));
}

async function databaseOf(connection: MysqlConnection): Promise<readonly string[]> {
  const rows = await connection.rows('SELECT 1 AS there FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?', [
    HEARTBEAT_DATABASE,
  ]);
  return rows.map(() => `database ${HEARTBEAT_DATABASE}`);
}

async function isShared(connection: MysqlConnection, tables: readonly string[], pipeline: string): Promise<boolean> {
  for (const table of tables) if (await hasRows(connection, table, 'pipeline <> ?', pipeline)) return true;
  return false;
}

/** Another pipeline has rows in our database. */
export async function isSharedSource(connection: MysqlConnection, pipeline: string): Promise<boolean> {
  return await isShared(connection, await standingTables(connection), pipeline);
}

async function hasRows(connection: MysqlConnection, table: string, where: string, pipeline: string): Promise<boolean> {
  return (await connection.rows(`SELECT 1 AS there FROM ${ours(table)} WHERE ${where} LIMIT 1`, [pipeline])).length > 0;
}

/** Empty too where our account may not look: then none of ours could have been made either. */
async function tryAccounts(connection: MysqlConnection, { config }: RemovalSite): Promise<readonly string[]> {
  const account = canaryAccount(canaryOf(config.pipeline));
  try {
    const rows = await connection.rows('SELECT 1 AS there FROM mysql.user WHERE user = ? AND host = ?', [
      account.user,
      account.host,
    ]);
    return rows.map(() => accountName(account));
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'SOURCE_PRIVILEGE_MISSING') return [];
    throw error;
  }
}

/** ENDING_TRIGGERS_WAIT: their texts must not be lost. */
function triggersWait(): SluiceError {
  return new SluiceError({
    code: 'ENDING_TRIGGERS_WAIT',
    message: 'triggers of the source could not be made again, and their texts stand in sluice.reverse_trigger',
    remedy: 'Make them by hand (the evidence has them), empty that table, and run the command again.',
    disposition: 'stop',
  });
}

export async function onSource<T>(
  { config }: RemovalSite,
  work: (connection: MysqlConnection) => Promise<T>,
): Promise<T> {
  const connection = await connectMysql(sourceAdminLogin(config.source));
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/**
 * A fence that was not loosened refuses us as well: then the server takes writes of ours, and of nobody else, for as long
 * as this takes, in a way that a restart forgets.
 */
export function changing(site: RemovalSite, work: (connection: MysqlConnection) => Promise<void>): Promise<void> {
  return onSource(site, async (connection) => {
    const [shown] = await connection.rows("SHOW GLOBAL VARIABLES LIKE 'super_read_only'");
    if (shown?.['Value'] !== 'ON') return await work(connection);
    await connection.run('SET GLOBAL super_read_only = OFF');
    try {
      await work(connection);
    } finally {
      await connection.run('SET GLOBAL super_read_only = ON');
    }
  });
}
