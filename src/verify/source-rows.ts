import { ByteWriter } from '../avro/byte-writer.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import type { Bound, KeyRange } from '../mysql/key-order.ts';
import { orderBy, whereRange } from '../mysql/key-order.ts';
import { type RowPage, readPages } from '../mysql/raw-rows.ts';
import { selectBound } from '../mysql/readable-table.ts';
import type { RowPrint } from './row-print.ts';
import { sourceFrom, sourceTable, type VerifiedTable } from './verified-table.ts';

/** Rows of the source: printed one after another, and their images for when they are taken apart. */
export interface SourceRows {
  readonly rows: number;
  /** All lines, in the order in which they were read. */
  readonly text: Buffer;
  /** End of each line in `text`. */
  readonly ends: readonly number[];
  image(row: number): Uint8Array;
  /** Avro record of the key. */
  key(row: number): Uint8Array;
}

/** Bytes of rows in one chunk, at most; a chunk of larger rows is cut smaller. */
export const CHUNK_BYTES = 8 * 1024 * 1024;

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

/** Rows of a range in key order, of them only those that `only` chooses. `overflowRows`: it holds more bytes than a chunk may; the connection is cut then. */
export async function readSourceRange(
  connection: MysqlConnection,
  table: VerifiedTable,
  { print, range, only }: { readonly print: RowPrint; readonly range: KeyRange; readonly only?: string },
): Promise<SourceRows | { readonly overflowRows: number }> {
  const { order } = table.readable;
  const where = order === null ? '' : whereRange(order, range);
  const chosen = only === undefined ? where : `${where === '' ? ' WHERE' : `${where} AND`} (${only})`;
  const rest = `${chosen}${order === null ? '' : orderBy(order)}`;
  return await read(connection, table, { print, sql: `SELECT ${table.selectList} FROM ${sourceFrom(table)}${rest}` });
}

/** Rows of these keys, given by their canonical texts; a collation may find others besides. */
export async function readSourceKeys(
  connection: MysqlConnection,
  table: VerifiedTable,
  { print, keys }: { readonly print: RowPrint; readonly keys: readonly (readonly string[])[] },
): Promise<SourceRows> {
  const found = await read(connection, table, {
    print,
    sql: `SELECT ${table.selectList} FROM ${sourceTable(table)} WHERE ${keyCondition(table, keys)}`,
    mostBytes: Number.POSITIVE_INFINITY,
  });
  if ('overflowRows' in found) throw new RangeError('rows without a limit overflowed');
  return found;
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

interface Reading {
  readonly print: RowPrint;
  readonly sql: string;
  readonly mostBytes?: number;
}

async function read(
  connection: MysqlConnection,
  table: VerifiedTable,
  { print, sql, mostBytes = CHUNK_BYTES }: Reading,
): Promise<SourceRows | { readonly overflowRows: number }> {
  const rows = new Rows(table, print);
  const codecs = table.readable.layout;
  for await (const page of readPages(connection, sql, codecs)) {
    rows.add(page);
    if (rows.bytes > mostBytes && rows.rows > 1) return { overflowRows: rows.rows };
  }
  return rows.end();
}

class Rows {
  readonly #table: VerifiedTable;
  readonly #print: RowPrint;
  readonly #out = new ByteWriter(512 * 1024);
  readonly #ends: number[] = [];
  readonly #pages: { readonly page: RowPage; readonly first: number }[] = [];
  /** Rows as the rules leave them; empty without rules. */
  readonly #ruled: Buffer[] = [];

  constructor(table: VerifiedTable, print: RowPrint) {
    this.#table = table;
    this.#print = print;
  }

  get rows(): number {
    return this.#ends.length;
  }

  get bytes(): number {
    return this.#out.position;
  }

  add(page: RowPage): void {
    const { ruled } = this.#table;
    this.#pages.push({ page, first: this.rows });
    const { bytes, bounds } = page;
    for (let at = 0; at < bounds.length; at += 4) {
      if (ruled === null) this.#print.line(this.#out, bytes, bounds[at], bounds[at + 1]);
      else {
        const image = ruled.image(bytes.subarray(bounds[at], bounds[at + 1]));
        this.#ruled.push(image);
        this.#print.line(this.#out, image);
      }
      this.#ends.push(this.#out.position);
    }
  }

  end(): SourceRows {
    const text = this.#out.bytes.subarray(0, this.#out.position);
    const view = (row: number, part: 0 | 2): Uint8Array => {
      const found = this.#pages.findLast(({ first }) => first <= row);
      if (!found) throw new RangeError(`no row ${row}`);
      const at = (row - found.first) * 4 + part;
      return found.page.bytes.subarray(found.page.bounds[at], found.page.bounds[at + 1]);
    };
    return {
      ...{ rows: this.rows, text, ends: this.#ends },
      image: (row) => this.#ruled[row] ?? view(row, 0),
      key: (row) => view(row, 2),
    };
  }
}
