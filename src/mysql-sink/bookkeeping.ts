import type { MysqlConnection } from '../mysql/connection.ts';
import { quoteIdentifier } from '../mysql/identifier.ts';

/** A table of ours at the source, quoted. */
export function ourTable(database: string, table: OurTable): string {
  return `${quoteIdentifier(database)}.${quoteIdentifier(table)}`;
}

type OurTable = 'reverse_checkpoint' | 'reverse_quarantine' | 'reverse_version' | 'reverse_trigger' | 'canary';

/** Names by which the forward stream knows what the way back wrote: see CHECKPOINT_TABLE. */
const TABLES: Readonly<Record<OurTable, string>> = {
  reverse_checkpoint: `
  pipeline varchar(64) NOT NULL PRIMARY KEY, log_id varchar(64) NOT NULL, epoch bigint NOT NULL,
  next_offset bigint NOT NULL, position varchar(64) NOT NULL, last_commit_us bigint, heartbeat varchar(64),
  drain varchar(64), attempts bigint NOT NULL`,
  reverse_version: `
  pipeline varchar(64) NOT NULL, id varchar(64) NOT NULL, fingerprint longtext NOT NULL, PRIMARY KEY (pipeline, id)`,
  reverse_quarantine: `
  pipeline varchar(64) NOT NULL, id bigint NOT NULL, \`database\` varchar(64) NOT NULL, \`table\` varchar(64) NOT NULL,
  version varchar(64) NOT NULL, op char(1) NOT NULL, \`key\` longblob, old_key longblob, \`before\` longblob,
  \`after\` longblob, reason varchar(64) NOT NULL, message text NOT NULL, behind bigint, epoch bigint NOT NULL,
  position varchar(64) NOT NULL, state varchar(16) NOT NULL, set_aside_at datetime(3) NOT NULL,
  PRIMARY KEY (pipeline, id), KEY waiting (pipeline, state, id)`,
  reverse_trigger: `
  pipeline varchar(64) NOT NULL, \`database\` varchar(64) NOT NULL, name varchar(64) NOT NULL,
  \`table\` varchar(64) NOT NULL, rank_in_table int NOT NULL, statement longtext NOT NULL, sql_mode varchar(1024) NOT NULL,
  client_charset varchar(64) NOT NULL, connection_collation varchar(64) NOT NULL,
  database_collation varchar(64) NOT NULL, PRIMARY KEY (pipeline, \`database\`, name)`,
  canary: `
  pipeline varchar(64) NOT NULL PRIMARY KEY, beat_us bigint NOT NULL`,
};

/** Makes our small database and its tables where they are not there. Names of others are kept byte by byte: utf8mb4_bin. */
export async function makeOurTables(connection: MysqlConnection, database: string): Promise<void> {
  await connection.run(`CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(database)}`);
  for (const [name, columns] of Object.entries(TABLES))
    await connection.run(
      `CREATE TABLE IF NOT EXISTS ${ourTable(database, name as OurTable)} (${columns}
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`,
    );
}

/** False before any way back was prepared on this server: nothing can wait then. */
export async function hasQuarantine(connection: MysqlConnection, database: string): Promise<boolean> {
  return await hasTables(connection, database, ['reverse_quarantine', 'reverse_version']);
}

/** False where no trigger was ever dropped. */
export async function hasTriggerJournal(connection: MysqlConnection, database: string): Promise<boolean> {
  return await hasTables(connection, database, ['reverse_trigger']);
}

async function hasTables(connection: MysqlConnection, database: string, names: readonly OurTable[]): Promise<boolean> {
  const sql = 'SELECT 1 AS there FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME IN (?)';
  return (await connection.rows(sql, [database, names])).length === names.length;
}

/** The pipeline's own rows, when the way back is given up. */
export async function forgetPipeline(connection: MysqlConnection, database: string, pipeline: string): Promise<void> {
  for (const name of ['reverse_checkpoint', 'reverse_quarantine', 'reverse_version', 'canary'] as const)
    await connection.run(`DELETE FROM ${ourTable(database, name)} WHERE pipeline = ?`, [pipeline]);
}
