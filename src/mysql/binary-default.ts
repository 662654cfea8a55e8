import type { CatalogueColumn, CatalogueTable } from './catalogue-table.ts';
import type { MysqlConnection } from './connection.ts';
import { quoteIdentifier, quoteTable } from './identifier.ts';

/**
 * Literal defaults of binary columns as `0x` and hex digits. The catalogues cut them at a zero byte (MySQL) or print
 * bytes that are no text as `?` (MariaDB), so the server is asked for the value itself, one statement for each table
 * that has one.
 */
export async function readBinaryDefaults(
  connection: MysqlConnection,
  tables: readonly CatalogueTable[],
  readable: readonly CatalogueTable[],
): Promise<readonly CatalogueTable[]> {
  const exact: CatalogueTable[] = [];
  for (const table of tables) {
    const isAsked = readable.includes(table) && table.columns.some(isBinaryDefault);
    exact.push(isAsked ? await withDefaults(connection, table) : table);
  }
  return exact;
}

function isBinaryDefault({ type, default: given }: CatalogueColumn): boolean {
  return (type.kind === 'binary' || type.kind === 'blob') && given?.kind === 'literal';
}

async function withDefaults(connection: MysqlConnection, table: CatalogueTable): Promise<CatalogueTable> {
  const asked = table.columns.filter(isBinaryDefault);
  const list = asked.map(({ name }, i) => `HEX(DEFAULT(t.${quoteIdentifier(name)})) AS d${i}`).join(', ');
  // DEFAULT() needs a row in scope: the outer join makes one where the table is empty.
  const row = await connection.row(
    `SELECT ${list} FROM (SELECT 1) one LEFT JOIN ${quoteTable(table.version)} t ON FALSE`,
  );
  const texts = new Map(asked.map(({ name }, i) => [name, `0x${row[`d${i}`] ?? ''}`]));
  const columns = table.columns.map((column): CatalogueColumn => {
    const text = texts.get(column.name);
    return text === undefined ? column : { ...column, default: { kind: 'literal', text } };
  });
  return { ...table, columns };
}
