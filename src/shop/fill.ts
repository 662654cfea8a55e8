/** Fills the tables by INSERTs of about half a mebibyte on several connections; rows are made as they are sent. */
import type { Connection } from 'mysql2/promise';
import type { ShopModel } from './model.ts';
import { indexSeed, Random, streamSeed } from './random.ts';
import { SHOP_TABLES, type ShopTable } from './scale.ts';
import { TABLE_DEFINITIONS } from './table.ts';

const BATCH_BYTES = 1 << 19;
const RANGE_ROWS = 20_000;

export type RowRange = { readonly table: ShopTable; readonly from: number; readonly until: number };

/** The rows `from` to `until - 1` of a table as SQL value lists. */
export function* shopTableRows(model: ShopModel, range: RowRange): Generator<string> {
  const { rows } = TABLE_DEFINITIONS[range.table];
  const stream = streamSeed(model.seed, range.table);
  const random = new Random(0);
  for (let index = range.from; index < range.until; index++) {
    random.reseed(indexSeed(stream, index));
    yield rows.row(index, random, model);
  }
}

type Batch = { readonly sql: string; readonly rows: number };

function* batches(model: ShopModel, range: RowRange): Generator<Batch> {
  const head = `INSERT INTO ${range.table} (${TABLE_DEFINITIONS[range.table].rows.columns}) VALUES `;
  let values: string[] = [];
  let length = 0;
  for (const row of shopTableRows(model, range)) {
    values.push(row);
    length += row.length;
    if (length < BATCH_BYTES) continue;
    yield { sql: head + values.join(','), rows: values.length };
    values = [];
    length = 0;
  }
  if (values.length > 0) yield { sql: head + values.join(','), rows: values.length };
}

/** The whole shop cut into ranges, the tables with the most rows first. */
export function rowRanges(model: ShopModel): RowRange[] {
  const tables = SHOP_TABLES.toSorted((a, b) => model.rows[b] - model.rows[a]);
  return tables.flatMap((table) => {
    const rows = model.rows[table];
    return Array.from({ length: Math.ceil(rows / RANGE_ROWS) }, (_, i) => ({
      table,
      from: i * RANGE_ROWS,
      until: Math.min(rows, (i + 1) * RANGE_ROWS),
    }));
  });
}

export type FillOptions = {
  readonly connections: readonly Connection[];
  readonly model: ShopModel;
  /** Called after each INSERT with the rows it brought. */
  readonly onRows?: ((rows: number) => void) | undefined;
};

async function work(connection: Connection, ranges: RowRange[], { model, onRows }: FillOptions): Promise<void> {
  // Ranges arrive in no order; the rows themselves satisfy every key.
  await connection.query('SET SESSION foreign_key_checks = 0, unique_checks = 0');
  for (let range = ranges.shift(); range; range = ranges.shift()) {
    for (const { sql, rows } of batches(model, range)) {
      await connection.query(sql);
      onRows?.(rows);
    }
  }
}

/** Fills all tables; every connection works until no range is left. */
export async function fillShop(options: FillOptions): Promise<void> {
  const ranges = rowRanges(options.model);
  await Promise.all(options.connections.map((connection) => work(connection, ranges, options)));
}
