import { SluiceError } from '../contract/error.ts';
import { type Finding, finding } from '../contract/finding.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import { quoteTable } from '../mysql/identifier.ts';
import { tableKey } from '../mysql/table-key.ts';
import { findUnreadable } from '../mysql/unreadable-table.ts';
import { databaseScope, sourceGrant } from './grant.ts';
import { nameOf } from './source-table.ts';

export interface Readability {
  readonly findings: readonly Finding[];
  /** Whose rows can be looked at. */
  readonly readable: readonly CatalogueTable[];
}

/** Opens every table: what this account may not read, and what the server itself cannot. */
export async function checkReadable(
  connection: MysqlConnection,
  tables: readonly CatalogueTable[],
  account: string,
): Promise<Readability> {
  const refused: CatalogueTable[] = [];
  const broken: Finding[] = [];
  const opened: CatalogueTable[] = [];
  for (const table of tables) {
    const error = await refusalOf(connection, `SELECT * FROM ${quoteTable(table.version)} LIMIT 0`);
    if (error === null) opened.push(table);
    else if (error.code === 'SOURCE_PRIVILEGE_MISSING') refused.push(table);
    else broken.push(unreadableTable(table, error.message));
  }
  const empty = await findUnreadable(connection, opened);
  const reasonOf = ({ version }: CatalogueTable) => empty.get(tableKey(version.database, version.table));
  for (const table of opened) {
    const reason = reasonOf(table);
    if (reason !== undefined) broken.push(unreadableTable(table, reason));
  }
  const readable = opened.filter((table) => reasonOf(table) === undefined);
  return { findings: [...refusedTables(refused, account), ...broken], readable };
}

/** A table that the server cannot read: crashed, without its file, a MERGE over what is not there. */
export function unreadableTable(table: CatalogueTable, reason: string): Finding {
  const cure = [
    `CHECK TABLE ${quoteTable(table.version)} -- and REPAIR TABLE, or restore it`,
    `tables: { exclude: [${JSON.stringify(table.version.table)}] }`,
  ];
  return finding('blocker', 'TABLE_UNREADABLE', nameOf(table), `the source cannot read it: ${reason}`, ...cure);
}

/** null: the server took it. A link that broke is no fault of a table. */
async function refusalOf(connection: MysqlConnection, sql: string): Promise<SluiceError | null> {
  try {
    await connection.rows(sql);
    return null;
  } catch (error) {
    if (!(error instanceof SluiceError) || error.disposition === 'retry') throw error;
    return error;
  }
}

function refusedTables(tables: readonly CatalogueTable[], account: string): readonly Finding[] {
  const byDatabase = Map.groupBy(tables, ({ version }) => version.database);
  return Array.from(byDatabase, ([database, refused]) => {
    const names = refused.map(({ version }) => version.table);
    const message = `${account} may not read ${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
    const grant = sourceGrant('SELECT', databaseScope(database), account);
    return finding('blocker', 'SOURCE_PRIVILEGE_MISSING', database, message, grant);
  });
}
