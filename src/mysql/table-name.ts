import type { MysqlConnection } from './connection.ts';
import type { TableName } from './identifier.ts';

const TABLES = `SELECT TABLE_SCHEMA AS \`database\`, TABLE_NAME AS \`table\` FROM information_schema.TABLES
  WHERE TABLE_SCHEMA IN (?) AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY TABLE_SCHEMA, TABLE_NAME`;

/**
 * The tables that the account sees, sorted by database and name, without the rest of the catalogue: behind a fence
 * everybody waits for it. Views and sequences are not tables.
 */
export async function readTableNames(
  connection: MysqlConnection,
  databases: readonly string[],
): Promise<readonly TableName[]> {
  if (databases.length === 0) return [];
  const rows = await connection.rows(TABLES, [databases]);
  return rows.map((row) => ({ database: row['database'] ?? '', table: row['table'] ?? '' }));
}
