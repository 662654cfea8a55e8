import type { CatalogueTable } from '../../mysql/catalogue-table.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { quoteTable as quoteSource } from '../../mysql/identifier.ts';
import { type Bound, whereRange } from '../../mysql/key-order.ts';
import { readableTable, selectBound } from '../../mysql/readable-table.ts';
import type { Throttle } from '../../mysql/throttle.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { quoteLiteral, quoteTable, type TargetName } from '../../postgres/quote.ts';

/** How rows are counted beside the stream: part by part, with a rest after each; a sum over parts is of no one moment. */
export interface Parts {
  /** Of the source's key, at once. */
  readonly rows: number;
  /** Of the target's heap, at once. */
  readonly blocks: number;
  readonly source: Throttle;
  readonly target: Throttle;
}

/** Aggregates of all rows of a table of the source, one row for each part; `parts` null: at once. */
export async function* sourceSums(
  source: MysqlConnection,
  table: CatalogueTable,
  sums: string,
  parts: Parts | null,
): AsyncIterable<Readonly<Record<string, string | null>>> {
  const readable = readableTable(table);
  const { order } = readable;
  if (parts === null || order === null) {
    const whole = () => source.row(`SELECT ${sums} FROM ${quoteSource(table.version)}`);
    yield parts === null ? await whole() : await parts.source.run(whole, () => table.estimateRows);
    return;
  }
  for (let lower: Bound | null = null, isLast = false; !isLast; ) {
    const from: Bound | null = lower;
    yield await parts.source.run(
      async () => {
        const row = await source.row(selectBound(readable, order, { lower: from, upper: null }, parts.rows));
        const bound = order.columns.map((_, i) => row[`k${i}`] ?? null);
        const upper = bound.every((text) => text !== null) ? bound : null;
        isLast = upper === null;
        lower = upper;
        return await source.row(`SELECT ${sums} FROM ${readable.from}${whereRange(order, { lower: from, upper })}`);
      },
      () => parts.rows,
    );
  }
}

/** Conditions on a row `c` of a table of the target that divide its heap; each partition has blocks of its own. */
export async function targetParts(session: PostgresSession, table: TargetName, blocks: number): Promise<string[]> {
  const { rows } = await session.query(
    `SELECT max(pg_relation_size(relid) / current_setting('block_size')::int)::text AS blocks
     FROM pg_partition_tree(${quoteLiteral(quoteTable(table))}::regclass)`,
  );
  const count = Math.max(1, Math.ceil(Number(rows[0]?.['blocks'] ?? 0) / blocks));
  return Array.from({ length: count }, (_, part) => {
    const from = part === 0 ? [] : [`c.ctid >= '(${part * blocks},0)'::tid`];
    // What comes meanwhile is behind the last.
    const to = part === count - 1 ? [] : [`c.ctid < '(${(part + 1) * blocks},0)'::tid`];
    return [...from, ...to].join(' AND ') || 'TRUE';
  });
}
