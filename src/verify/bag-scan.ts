import type { MysqlConnection } from '../mysql/connection.ts';
import { readPages } from '../mysql/raw-rows.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { quoteIdent, quoteTable } from '../postgres/quote.ts';
import type { CanonicalCells, RowPrint } from './row-print.ts';
import { sourceTable, type VerifiedTable } from './verified-table.ts';

const FETCH_ROWS = 2_000;

/** All rows of the source under the rules, in canonical form. */
export async function* sourceCells(
  connection: MysqlConnection,
  table: VerifiedTable,
  print: RowPrint,
): AsyncIterable<readonly CanonicalCells[]> {
  const sql = `SELECT ${table.selectList} FROM ${sourceTable(table)}`;
  for await (const { bytes, bounds } of readPages(connection, sql, table.readable.layout)) {
    const batch: CanonicalCells[] = [];
    for (let at = 0; at < bounds.length; at += 4) {
      const image = bytes.subarray(bounds[at], bounds[at + 1]);
      batch.push(print.sourceCells(table.ruled === null ? image : table.ruled.image(image)));
    }
    yield batch;
  }
}

/** All rows of the target in the same form, through a cursor so that memory stays flat; inside a transaction. */
export async function* targetCells(
  session: PostgresSession,
  table: VerifiedTable,
  print: RowPrint,
): AsyncIterable<readonly CanonicalCells[]> {
  const list = table.compared.map(({ targetName }, i) => `${quoteIdent(targetName)} AS c${i}`).join(', ');
  await session.query(`DECLARE sluice_rows CURSOR FOR SELECT ${list || '1'} FROM ${quoteTable(table.target)}`);
  for (;;) {
    const { rows } = await session.query(`FETCH ${FETCH_ROWS} FROM sluice_rows`);
    if (rows.length === 0) break;
    yield rows.map((row) => print.printedCells(table.compared.map((_, i) => row[`c${i}`] ?? null)));
  }
  await session.query('CLOSE sluice_rows');
}
