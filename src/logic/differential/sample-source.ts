import type { MysqlConnection } from '../../mysql/connection.ts';
import { quoteIdentifier } from '../../mysql/identifier.ts';
import type { SampledColumn, SampledTable } from './scratch.ts';

/** A table of the source with the statement that makes it elsewhere. */
export interface SourceTable extends SampledTable {
  readonly create: string;
}

/** Words of the server, safe in a statement. */
export interface DatabaseCollation {
  readonly charset: string;
  readonly name: string;
}

const COLLATION = `SELECT DEFAULT_CHARACTER_SET_NAME AS charset, DEFAULT_COLLATION_NAME AS name
  FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?`;

export async function databaseCollation(connection: MysqlConnection, database: string): Promise<DatabaseCollation> {
  const { charset, name } = await connection.row(COLLATION, [database]);
  return { charset: charset ?? 'utf8mb4', name: name ?? 'utf8mb4_general_ci' };
}

const TABLES = `SELECT TABLE_NAME AS name FROM information_schema.TABLES
  WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME`;

const COLUMNS = `SELECT TABLE_NAME AS tbl, COLUMN_NAME AS name, COLUMN_TYPE AS type, DATA_TYPE AS kind, IS_NULLABLE AS nullable,
  COLUMN_KEY AS col_key, GENERATION_EXPRESSION AS made_by FROM information_schema.COLUMNS
  WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME, ORDINAL_POSITION`;

/** Reads the tables of a database: their making, and at most `limit` rows of each. Nothing is locked or written. */
export async function sampleSource(
  connection: MysqlConnection,
  database: string,
  limit: number,
): Promise<readonly SourceTable[]> {
  const columns = Map.groupBy(await connection.rows(COLUMNS, [database]), (row) => row['tbl'] ?? '');
  const found: SourceTable[] = [];
  for (const { name } of await connection.rows(TABLES, [database])) {
    const path = `${quoteIdentifier(database)}.${quoteIdentifier(name ?? '')}`;
    const shown = await connection.row(`SHOW CREATE TABLE ${path}`);
    const own = (columns.get(name ?? '') ?? []).filter((row) => (row['made_by'] ?? '') === '');
    const items = own.map((row) => selected(row['name'] ?? '', row['kind'] ?? ''));
    const keys = own.filter((row) => row['col_key'] === 'PRI').map((row) => row['name'] ?? '');
    const order = keys.length === 0 ? '' : ` ORDER BY ${keys.map(quoteIdentifier).join(', ')}`;
    const rows = await connection.rows(`SELECT ${items.join(', ')} FROM ${path}${order} LIMIT ${limit + 1}`);
    found.push({
      name: name ?? '',
      create: (shown['Create Table'] ?? '').replace(/ AUTO_INCREMENT=\d+/, ''),
      columns: own.map(columnOf),
      rows: rows.slice(0, limit).map((row) => own.map((column) => row[column['name'] ?? ''] ?? null)),
      key: keys,
      isPart: rows.length > limit,
    });
  }
  return found;
}

function columnOf(row: Readonly<Record<string, string | null>>): SampledColumn {
  return { name: row['name'] ?? '', type: row['type'] ?? '', isNullable: row['nullable'] === 'YES' };
}

const BYTES = /blob|binary/;

/** Bytes as digits, bits as a number, every other type as the server prints it. */
function selected(name: string, kind: string): string {
  const quoted = quoteIdentifier(name);
  if (BYTES.test(kind)) return `HEX(${quoted}) AS ${quoted}`;
  return kind === 'bit' ? `${quoted} + 0 AS ${quoted}` : quoted;
}
