import type { Connection } from 'mysql2/promise';
import type { Client } from 'pg';
import { key } from '../table-access.ts';

/** A query for the rows of a table whose every cell is the text that the server prints. */
export type CellQuery = (table: string) => string;

const SOURCE_COLUMNS = `SELECT table_name, column_name, data_type FROM information_schema.columns
  WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position`;

const TARGET_COLUMNS = `SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
  FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY c.relname, a.attnum`;

export async function sourceCells(connection: Connection): Promise<CellQuery> {
  const [rows] = await connection.query({ sql: SOURCE_COLUMNS, rowsAsArray: true });
  return queries(rows as string[][], { quote: (name) => `\`${name.replaceAll('`', '``')}\``, text: sourceText });
}

export async function targetCells(client: Client): Promise<CellQuery> {
  const { rows } = await client.query<string[]>({ text: TARGET_COLUMNS, rowMode: 'array' });
  return queries(rows, { quote: (name) => `"${name.replaceAll('"', '""')}"`, text: targetText });
}

/** Bytes as digits, bits and years as a number (the year 0 is printed 0000); geometry is not compared. */
function sourceText(column: string, type: string): string {
  if (/geometry|point|line|polygon|geom/.test(type)) return 'NULL';
  if (type === 'bit' || type === 'year') return `CAST(${column} + 0 AS CHAR)`;
  if (/blob|binary/.test(type)) return `LOWER(HEX(CAST(${column} AS BINARY)))`;
  return `CAST(${column} AS CHAR)`;
}

function targetText(column: string, type: string): string {
  if (/^bit\(/.test(type)) return `${column}::bigint::text`;
  if (type === 'text[]') return `array_to_string(${column}, ',')`;
  return type === 'boolean' ? `${column}::int::text` : `${column}::text`;
}

interface Language {
  readonly quote: (name: string) => string;
  readonly text: (column: string, type: string) => string;
}

function queries(rows: readonly (readonly string[])[], { quote, text }: Language): CellQuery {
  const tables = Map.groupBy(rows, ([table = '']) => key(table));
  return (table) => {
    const columns = tables.get(key(table)) ?? [];
    const items = columns.map(([, column = '', type = '']) => text(quote(column), type));
    return `SELECT ${items.join(', ')} FROM ${quote(columns[0]?.[0] ?? table)}`;
  };
}
