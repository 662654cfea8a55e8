import type { CatalogueTable } from './catalogue-table.ts';
import type { MysqlConnection, Row } from './connection.ts';

/** A table, and what its AUTO_INCREMENT column gives next, in digits; null where it has none. */
export interface NextNumber {
  readonly database: string;
  readonly table: string;
  readonly counted: { readonly column: string; readonly next: string } | null;
}

const TABLES = `SELECT TABLE_SCHEMA AS \`database\`, TABLE_NAME AS \`table\`, AUTO_INCREMENT AS next
  FROM information_schema.TABLES WHERE TABLE_SCHEMA IN (?) AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')`;
const COLUMNS = `SELECT TABLE_SCHEMA AS \`database\`, TABLE_NAME AS \`table\`, COLUMN_NAME AS \`column\`
  FROM information_schema.COLUMNS WHERE TABLE_SCHEMA IN (?) AND EXTRA LIKE '%auto_increment%'`;

/** As the server counts now, without the rest of the catalogue: behind a fence everybody waits for it. */
export async function readNextNumbers(
  connection: MysqlConnection,
  databases: readonly string[],
): Promise<readonly NextNumber[]> {
  if (databases.length === 0) return [];
  const columns = await connection.rows(COLUMNS, [databases]);
  const columnOf = new Map(columns.map((row) => [keyOf(row), row['column'] ?? '']));
  return (await connection.rows(TABLES, [databases])).map((row) => {
    const column = columnOf.get(keyOf(row));
    const counted = column === undefined ? null : { column, next: row['next'] ?? '1' };
    return { database: row['database'] ?? '', table: row['table'] ?? '', counted };
  });
}

function keyOf({ database, table }: Row): string {
  return JSON.stringify([database, table]);
}

/** As the catalogue was when it was read. */
export function nextNumberOf({ version, columns, nextAutoIncrement }: CatalogueTable): NextNumber {
  const column = columns.find(({ extra }) => extra.includes('auto_increment'));
  const counted = column && nextAutoIncrement !== null ? { column: column.name, next: nextAutoIncrement } : null;
  return { database: version.database, table: version.table, counted };
}
