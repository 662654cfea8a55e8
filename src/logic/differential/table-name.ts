import type { Connection } from 'mysql2/promise';
import type { Client } from 'pg';
import { key } from '../table-access.ts';

/** A table as a statement names it, quoted, by its name in any case. */
export type QuotedTable = (name: string) => string;

const SOURCE_TABLES = 'SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()';
const TARGET_TABLES = `SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v') AND relnamespace = current_schema()::regnamespace`;

/** Tables of the session's database; MySQL may tell names apart by case. */
export async function sourceTables(connection: Connection): Promise<QuotedTable> {
  const [rows] = await connection.query({ sql: SOURCE_TABLES, rowsAsArray: true });
  return quoted(
    (rows as string[][]).map(([name = '']) => name),
    (name) => `\`${name.replaceAll('`', '``')}\``,
  );
}

/** Tables of the session's schema. */
export async function targetTables(client: Client): Promise<QuotedTable> {
  const { rows } = await client.query<string[]>({ text: TARGET_TABLES, rowMode: 'array' });
  return quoted(
    rows.map(([name = '']) => name),
    (name) => `"${name.replaceAll('"', '""')}"`,
  );
}

function quoted(names: readonly string[], quote: (name: string) => string): QuotedTable {
  const known = new Map(names.map((name) => [key(name), quote(name)]));
  return (name) => known.get(key(name)) ?? quote(name);
}
