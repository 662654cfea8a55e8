import type { MysqlConnection } from '../mysql/connection.ts';
import type { Bound, KeyRange } from '../mysql/key-order.ts';
import { orderBy, whereRange } from '../mysql/key-order.ts';
import { selectBound } from '../mysql/readable-table.ts';
import { readSentRows } from '../mysql/row-tap.ts';
import type { RowPrint } from './row-print.ts';
import { SentRows } from './sent-rows.ts';
import type { Lines } from './side.ts';
import { sourceFrom, sourceTable, type VerifiedTable } from './verified-table.ts';

/** Rows of the source as the target would send them, and their images for when they are taken apart; until the worker reads the source again. */
export interface SourceRows {
  readonly rows: number;
  /** All lines, in the order in which they were read, each in its frame. */
  readonly text: Buffer;
  /** Avro record of a row; until the next is asked for. */
  image(row: number): Uint8Array;
  /** Avro record of a row's key; likewise. */
  key(row: number): Uint8Array;
  /** Text of a cell of the last row, as it was sent. */
  lastSent(column: number): string;
}

/** Rows of a range, or as many of its first. */
export interface ReadRange {
  readonly range: KeyRange;
  /** null: all. */
  readonly first: number | null;
}

/** A connection to the source and what its worker reads into. */
export interface SourceReader {
  readonly connection: MysqlConnection;
  readonly lines: { readonly source: Lines; readonly sent: Lines };
}

/** Bytes of rows in one chunk, at most; a chunk of larger rows is cut smaller. */
export const CHUNK_BYTES = 8 * 1024 * 1024;

/** The rows asked for hold more bytes than may be read at once: so many of them did already. The connection is cut. */
export class TooManyBytes extends Error {
  readonly rows: number;

  constructor(rows: number) {
    super(`${rows} rows hold more bytes than are read at once`);
    this.rows = rows;
  }
}

/** The key of the last row of a chunk at the start of `range`; null when the whole range is one chunk. */
export async function chunkBound(
  connection: MysqlConnection,
  { readable }: VerifiedTable,
  { range, rows }: { readonly range: KeyRange; readonly rows: number },
): Promise<Bound | null> {
  const { order } = readable;
  if (order === null) return null;
  const row = await connection.row(selectBound(readable, order, range, rows));
  const bound = order.columns.map((_, i) => row[`k${i}`] ?? null);
  if (!bound.every((text) => text !== null)) return null;
  return String(bound) === String(range.upper) ? null : bound;
}

/** The bound behind the rows read, of a table with `boundColumns`. */
export function boundBehind({ boundColumns }: VerifiedTable, source: Pick<SourceRows, 'lastSent'>): Bound {
  return (boundColumns ?? []).map((column) => source.lastSent(column));
}

/** Rows of a range in key order, of them only those that `only` chooses. TooManyBytes. */
export async function readSourceRange(
  reader: SourceReader,
  table: VerifiedTable,
  { print, only, ...range }: ReadRange & { readonly print: RowPrint; readonly only?: string },
): Promise<SourceRows> {
  return await read(reader, table, { print, sql: selectRange(table, range, only) });
}

/** SQL of a range. */
export function selectRange(table: VerifiedTable, { range, first }: ReadRange, only?: string): string {
  const { order } = table.readable;
  const where = order === null ? '' : whereRange(order, range);
  const chosen = only === undefined ? where : `${where === '' ? ' WHERE' : `${where} AND`} (${only})`;
  const rest = `${chosen}${order === null ? '' : orderBy(order)}${first === null ? '' : ` LIMIT ${first}`}`;
  return `SELECT ${table.selectList} FROM ${sourceFrom(table)}${rest}`;
}

/** Rows of these keys, given by their canonical texts; a collation may find others besides. TooManyBytes, if of more than one. */
export async function readSourceKeys(
  reader: SourceReader,
  table: VerifiedTable,
  { print, keys }: { readonly print: RowPrint; readonly keys: readonly (readonly string[])[] },
): Promise<SourceRows> {
  const sql = `SELECT ${table.selectList} FROM ${sourceTable(table)} WHERE ${keyCondition(table, keys)}`;
  return await read(reader, table, { print, sql, hasLimit: keys.length > 1 });
}

/** SQL of the source that finds these keys by its index. */
export function keyCondition({ key }: VerifiedTable, keys: readonly (readonly string[])[]): string {
  const forms = key?.forms ?? [];
  const [only] = forms;
  if (forms.length === 1 && only) {
    return `${only.source} IN (${keys.map(([text = '']) => only.literal(text)).join(', ')})`;
  }
  const one = (texts: readonly string[]) =>
    `(${forms.map((form, i) => `${form.source} = ${form.literal(texts[i] ?? '')}`).join(' AND ')})`;
  return `(${keys.map(one).join(' OR ')})`;
}

export interface Reading {
  readonly sql: string;
  /** Of bytes; one row is read whatever it holds. */
  readonly hasLimit?: boolean;
}

async function read(
  { connection, lines }: SourceReader,
  table: VerifiedTable,
  { print, ...reading }: Reading & { readonly print: RowPrint },
): Promise<SourceRows> {
  const rows = new SentRows(table, print, lines);
  await readInto(rows, connection, reading);
  return rows.end();
}

/** TooManyBytes. */
export async function readInto(
  rows: SentRows,
  connection: MysqlConnection,
  { sql, hasLimit = true }: Reading,
): Promise<void> {
  let isWhole = true;
  await readSentRows(connection, sql, (...run) => {
    rows.add(...run);
    isWhole = !hasLimit || rows.bytes <= CHUNK_BYTES || rows.rows === 1;
    return isWhole;
  });
  if (!isWhole) throw new TooManyBytes(rows.rows);
}
