import type { ColumnType } from '../contract/table.ts';
import type { CatalogueColumn, CatalogueTable } from './catalogue-table.ts';
import type { MysqlConnection } from './connection.ts';
import { quoteIdentifier, quoteTable } from './identifier.ts';

/**
 * Literal defaults that the catalogue does not tell whole, asked of the server by themselves, one statement for each table
 * that has one: of binary columns (cut at a zero byte by MySQL, with `?` for what is no text by MariaDB) as `0x` and hex
 * digits, and of text with a `?`, which may stand for a character beyond the catalogue's three bytes.
 */
export async function readExactDefaults(
  connection: MysqlConnection,
  tables: readonly CatalogueTable[],
  readable: readonly CatalogueTable[],
): Promise<readonly CatalogueTable[]> {
  const exact: CatalogueTable[] = [];
  for (const table of tables) {
    const isAsked = readable.includes(table) && table.columns.some(isDoubtful);
    exact.push(isAsked ? await withDefaults(connection, table) : table);
  }
  return exact;
}

function isDoubtful({ type, default: given }: CatalogueColumn): boolean {
  if (given?.kind !== 'literal') return false;
  return isBinary(type) || given.text.includes('?');
}

function isBinary({ kind }: ColumnType): boolean {
  return kind === 'binary' || kind === 'blob';
}

async function withDefaults(connection: MysqlConnection, table: CatalogueTable): Promise<CatalogueTable> {
  const asked = table.columns.filter(isDoubtful);
  const list = asked.map(({ name, type }, i) => {
    const value = `DEFAULT(t.${quoteIdentifier(name)})`;
    return `${isBinary(type) ? `CONCAT('0x', HEX(${value}))` : value} AS d${i}`;
  });
  // DEFAULT() needs a row in scope: the outer join makes one where the table is empty.
  const from = `(SELECT 1) one LEFT JOIN ${quoteTable(table.version)} t ON FALSE`;
  const row = await connection.row(`SELECT ${list.join(', ')} FROM ${from}`);
  const texts = new Map(asked.map(({ name }, i) => [name, row[`d${i}`] ?? null]));
  const columns = table.columns.map((column): CatalogueColumn => {
    const text = texts.get(column.name) ?? null;
    return text === null ? column : { ...column, default: { kind: 'literal', text } };
  });
  return { ...table, columns };
}
