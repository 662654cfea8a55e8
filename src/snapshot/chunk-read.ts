import type { MysqlConnection } from '../mysql/connection.ts';
import type { Bound, KeyOrder, KeyRange } from '../mysql/key-order.ts';
import { type RowPage, readPages } from '../mysql/raw-rows.ts';
import { type ReadableTable, selectBound, selectRange } from '../mysql/readable-table.ts';

export interface ReadRows {
  readonly pages: readonly RowPage[];
  readonly rows: number;
  readonly bytes: number;
}

/** The key of the last row of a chunk at the start of `range`; null when the whole range is one chunk. */
export async function planChunk(
  connection: MysqlConnection,
  table: ReadableTable,
  { order, range, rows }: { readonly order: KeyOrder; readonly range: KeyRange; readonly rows: number },
): Promise<Bound | null> {
  const row = await connection.row(selectBound(table, order, range, rows));
  const bound = order.columns.map((_, i) => row[`k${i}`] ?? null);
  if (!bound.every((text) => text !== null)) return null;
  return String(bound) === String(range.upper) ? null : bound;
}

/** Rows of a range; null when they pass `mostBytes` with more than one row: the connection is cut then. */
export async function readRange(
  connection: MysqlConnection,
  table: ReadableTable,
  { range, mostBytes }: { readonly range: KeyRange; readonly mostBytes: number },
): Promise<ReadRows | { readonly overflowRows: number }> {
  const pages: RowPage[] = [];
  let rows = 0;
  let bytes = 0;
  for await (const page of readPages(connection, selectRange(table, range), table.layout)) {
    pages.push(page);
    rows += page.rows;
    bytes += page.bytes.length;
    if (bytes > mostBytes && rows > 1) return { overflowRows: rows };
  }
  return { pages, rows, bytes };
}
