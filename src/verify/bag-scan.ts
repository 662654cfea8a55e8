import type { MysqlConnection } from '../mysql/connection.ts';
import { readPages } from '../mysql/raw-rows.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { quoteIdent, quoteTable } from '../postgres/quote.ts';
import type { BagRow } from './compare-lines.ts';
import type { RowPrint } from './row-print.ts';
import { sourceTable, type VerifiedTable } from './verified-table.ts';

const MOST_FETCHED_ROWS = 2_000;
/** Aimed at, by what the source says of its rows on average. */
const FETCHED_BYTES = 4 * 1024 * 1024;

/** Conditions of both sides that choose some of the rows. */
export interface OnlyRows {
  readonly source: string;
  readonly target: string;
}

/** Rows of the source under the rules, all or those that `only` chooses; images are good until the next batch. */
export async function* sourceBag(
  connection: MysqlConnection,
  table: VerifiedTable,
  print: RowPrint,
  only?: OnlyRows,
): AsyncIterable<readonly BagRow[]> {
  const sql = `SELECT ${table.selectList} FROM ${sourceTable(table)}${whereOf(only?.source)}`;
  for await (const { bytes, bounds } of readPages(connection, sql, table.readable.layout)) {
    const batch: BagRow[] = [];
    for (let at = 0; at < bounds.length; at += 4) {
      const sent = bytes.subarray(bounds[at], bounds[at + 1]);
      const held = table.ruled === null ? sent : table.ruled.image(sent);
      batch.push({ cells: print.sourceCells(held), image: sent, texts: null });
    }
    yield batch;
  }
}

/** Those of the target, through a cursor so that memory stays flat; inside a transaction. */
export async function* targetBag(
  session: PostgresSession,
  table: VerifiedTable,
  print: RowPrint,
  only?: OnlyRows,
): AsyncIterable<readonly BagRow[]> {
  const list = table.compared.map(({ targetName }, i) => `${quoteIdent(targetName)} AS c${i}`).join(', ');
  const fetchRows = Math.max(1, Math.min(MOST_FETCHED_ROWS, Math.floor(FETCHED_BYTES / table.readable.rowBytes)));
  const from = `${quoteTable(table.target)}${whereOf(only?.target)}`;
  await session.query(`DECLARE sluice_rows CURSOR FOR SELECT ${list || '1'} FROM ${from}`);
  for (;;) {
    const { rows } = await session.query(`FETCH ${fetchRows} FROM sluice_rows`);
    if (rows.length === 0) break;
    yield rows.map((row): BagRow => {
      const texts = table.compared.map((_, i) => row[`c${i}`] ?? null);
      return { cells: print.printedCells(texts), image: null, texts };
    });
  }
  await session.query('CLOSE sluice_rows');
}

function whereOf(condition: string | undefined): string {
  return condition === undefined ? '' : ` WHERE ${condition}`;
}
