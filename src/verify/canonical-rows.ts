import { AvroReader } from '../avro/reader.ts';
import type { ValuePolicy } from '../column/codec.ts';
import { type RowLayout, rowLayout } from '../column/row.ts';
import type { TableVersion } from '../contract/table.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import { quoteIdentifier, quoteTable } from '../mysql/identifier.ts';
import { readPages } from '../mysql/raw-rows.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { quoteIdent, quoteTable as quoteTargetTable, type TargetName } from '../postgres/quote.ts';
import { ruledRows, type TableRules } from '../rule/row-rule.ts';
import type { CanonicalRow } from './compare.ts';

/** What of the source is compared, and what the rules make of it before it reaches the target. */
export interface SourceView {
  readonly compared: readonly ComparedColumn[];
  readonly rules: TableRules | null;
}

/** A column that both sides have. */
export interface ComparedColumn {
  /** Index into the columns of the table as the rules leave it. */
  readonly index: number;
  readonly targetName: string;
  /** As `format_type` prints it. */
  readonly targetType: string;
  readonly policy: ValuePolicy;
}

const FETCH_ROWS = 2_000;

/** All rows of the source, in canonical form under rules and policies: what the target should hold. */
export async function* sourceRows(
  connection: MysqlConnection,
  table: TableVersion,
  { compared, rules }: SourceView,
): AsyncIterable<readonly CanonicalRow[]> {
  const layout = rowLayout(table);
  const ruled = rules === null ? { version: table, image: (row: Buffer) => row } : ruledRows(table, rules);
  const held = rowLayout(ruled.version);
  const columns = table.columns.map((column, index) => ({
    nullable: column.nullable,
    query: codec(layout, index).query,
  }));
  const list = table.columns.map((column, index) => codec(layout, index).select(quoteIdentifier(column.name)));
  const wanted = new Map(compared.map((column) => [column.index, column]));
  const sql = `SELECT ${list.join(', ')} FROM ${quoteTable(table)}`;
  for await (const page of readPages(connection, sql, { columns, key: [] })) {
    const rows: CanonicalRow[] = [];
    for (let i = 0; i < page.bounds.length; i += 4) {
      rows.push(canonicalRow(held, wanted, ruled.image(page.bytes.subarray(page.bounds[i], page.bounds[i + 1]))));
    }
    yield rows;
  }
}

function codec(layout: RowLayout, index: number) {
  const found = layout.codecs[index];
  if (!found) throw new RangeError(`no column ${index} in ${layout.table.table}`);
  return found;
}

function canonicalRow(layout: RowLayout, wanted: ReadonlyMap<number, ComparedColumn>, bytes: Buffer): CanonicalRow {
  const reader = new AvroReader().over(bytes);
  const row: (string | null)[] = [];
  layout.table.columns.forEach((column, index) => {
    const isNull = column.nullable && reader.byte() === 0;
    const compared = wanted.get(index);
    if (!compared) {
      if (!isNull) codec(layout, index).skip(reader);
      return;
    }
    const { targetType, policy } = compared;
    row.push(isNull ? null : codec(layout, index).canonicalSource(reader, targetType, policy));
  });
  return row;
}

/** All rows of the target in the same form, through a cursor so that memory stays flat. */
export async function* targetRows(
  session: PostgresSession,
  name: TargetName,
  table: TableVersion,
  compared: readonly ComparedColumn[],
): AsyncIterable<readonly CanonicalRow[]> {
  const layout = rowLayout(table);
  const list = compared.map((column, i) => `${quoteIdent(column.targetName)} AS c${i}`).join(', ');
  await session.query(`BEGIN; DECLARE rows CURSOR FOR SELECT ${list || '1'} FROM ${quoteTargetTable(name)}`);
  try {
    for (;;) {
      const { rows } = await session.query(`FETCH ${FETCH_ROWS} FROM rows`);
      if (rows.length === 0) break;
      yield rows.map((row) =>
        compared.map(({ index, targetType }, i) => {
          const text = row[`c${i}`];
          return text === null || text === undefined ? null : codec(layout, index).canonicalTarget(text, targetType);
        }),
      );
    }
  } finally {
    await session.query('ROLLBACK');
  }
}
