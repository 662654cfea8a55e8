import { SluiceError } from '../contract/error.ts';
import type { CatalogueTable } from './catalogue-table.ts';
import type { MysqlConnection } from './connection.ts';
import { quoteTable } from './identifier.ts';
import { tableKey } from './table-key.ts';

/** Tables asked in one statement: a server opens them all at once. */
const TOGETHER = 50;

/**
 * Tables that cannot be read (crashed, without their file, a MERGE over what is not there), each with the server's
 * reason. Many are asked in one statement; only where that fails is each half asked by itself.
 */
export async function findUnreadable(
  connection: MysqlConnection,
  tables: readonly CatalogueTable[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (let at = 0; at < tables.length; at += TOGETHER) await ask(connection, tables.slice(at, at + TOGETHER), found);
  return found;
}

async function ask(
  connection: MysqlConnection,
  tables: readonly CatalogueTable[],
  found: Map<string, string>,
): Promise<void> {
  const [first] = tables;
  if (first === undefined) return;
  const sql = tables.map(({ version }) => `(SELECT 1 FROM ${quoteTable(version)} LIMIT 1)`).join(' UNION ALL ');
  try {
    await connection.rows(sql);
  } catch (error) {
    // A link that broke is no fault of a table.
    if (!(error instanceof SluiceError) || error.disposition === 'retry') throw error;
    if (tables.length === 1) {
      found.set(tableKey(first.version.database, first.version.table), error.message);
      return;
    }
    const middle = Math.ceil(tables.length / 2);
    await ask(connection, tables.slice(0, middle), found);
    await ask(connection, tables.slice(middle), found);
  }
}
