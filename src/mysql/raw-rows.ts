import { AvroWriter } from '../avro/writer.ts';
import type { QueryDecoder } from '../column/codec.ts';
import type { MysqlConnection, RawPacket } from './connection.ts';
import { sourceError } from './error.ts';

/** What to make of the rows of a result set: column i of the SELECT becomes field i of the Avro record. */
export interface RawLayout {
  readonly columns: readonly { readonly nullable: boolean; readonly query: QueryDecoder }[];
  /** Indexes of the key's columns, NOT NULL all of them; empty: rows have no key. */
  readonly key: readonly number[];
}

/** Rows as Avro records in one buffer that nobody writes to any more; views of it are rows and keys, not copies. */
export interface RowPage {
  readonly bytes: Buffer;
  readonly rows: number;
  /** Four entries a row: start and end of the record, start and end of its key; -1 for no key. */
  readonly bounds: readonly number[];
}

export interface PageOptions {
  readonly pageBytes?: number;
  /** Pages that wait for the consumer before the socket is paused. */
  readonly aheadPages?: number;
}

/**
 * Runs a SELECT and gives its rows in pages. The text protocol's cells go straight into Avro bytes: no row object, no
 * string. One statement at a time on the connection; a consumer that stops early cuts the connection.
 */
export async function* readPages(
  connection: MysqlConnection,
  sql: string,
  layout: RawLayout,
  options: PageOptions = {},
): AsyncIterable<RowPage> {
  const { pageBytes = 256 * 1024, aheadPages = 4 } = options;
  const queue = new PageQueue(connection, aheadPages);
  const encoder = new RowEncoder(layout, pageBytes);
  sendQuery(connection, sql, {
    take: (bytes, at) => {
      if (encoder.add(bytes, at)) queue.put(encoder.cut());
    },
    ended: (error) => {
      const rest = encoder.cut(true);
      if (rest.rows > 0) queue.put(rest);
      queue.end(error);
    },
  });
  yield* queue.pages();
}

interface RowTaker {
  readonly take: (bytes: Buffer, at: number) => void;
  /** Called once; null: after the last row. */
  readonly ended: (error: unknown) => void;
}

function sendQuery(connection: MysqlConnection, sql: string, { take, ended }: RowTaker): void {
  let failure: unknown = null;
  const query = connection.rawQuery(sql, (error) => {
    // A decoder's failure is a fault of ours or of the row, never of the link: it stays what it is.
    ended(failure ?? (error ? sourceError(error, 'reading rows') : null));
  });
  // Query.fieldsEOF hands over to `this.row`; the packet is reused by the parser, its bytes are not.
  const endOfRows = query.row;
  query.row = function row(this: unknown, packet: RawPacket, link: unknown): unknown {
    if (packet.isEOF()) return endOfRows.call(this, packet, link);
    try {
      if (failure === null) take(packet.buffer, packet.offset);
    } catch (error) {
      failure = error;
    }
    return row;
  };
}

export interface EncodedRow {
  readonly out: AvroWriter;
  /** Filled in: where each column's field begins, and the end. */
  readonly starts: number[];
}

/** Writes a row of length-encoded cells as an Avro record. */
export function encodeRow({ columns }: RawLayout, bytes: Buffer, at: number, { out, starts }: EncodedRow): void {
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i] as RawLayout['columns'][number];
    starts[i] = out.position;
    let length = bytes[at++] as number;
    if (length === NULL_CELL) {
      if (!column.nullable) throw unexpectedNull(i);
      out.byte(0);
      continue;
    }
    if (length > NULL_CELL) {
      const size = lengthSize(length);
      length = longLength(bytes, at, size);
      at += size;
    }
    if (column.nullable) out.long(1);
    column.query(bytes, at, at + length, out);
    at += length;
  }
  starts[columns.length] = out.position;
}

/** Writes the Avro record of the key of such a row. */
export function encodeKey({ columns, key }: RawLayout, bytes: Buffer, at: number, out: AvroWriter): void {
  for (const index of key) {
    const cell = cellAt(bytes, at, index);
    const start = cellStart(bytes, cell);
    columns[index]?.query(bytes, start, start + cellLength(bytes, cell), out);
  }
}

/** Text of a cell of such a row; empty for NULL. */
export function cellText(bytes: Buffer, at: number, column: number): string {
  const cell = cellAt(bytes, at, column);
  const start = cellStart(bytes, cell);
  return bytes.toString('utf8', start, start + cellLength(bytes, cell));
}

/** Where the cell's length stands. */
function cellAt(bytes: Buffer, at: number, column: number): number {
  let cell = at;
  for (let i = 0; i < column; i++) cell = cellStart(bytes, cell) + cellLength(bytes, cell);
  return cell;
}

function cellStart(bytes: Buffer, at: number): number {
  const first = bytes[at] as number;
  return at + 1 + (first > NULL_CELL ? lengthSize(first) : 0);
}

/** Bytes; 0 for NULL. */
function cellLength(bytes: Buffer, at: number): number {
  const first = bytes[at] as number;
  if (first < NULL_CELL) return first;
  return first === NULL_CELL ? 0 : longLength(bytes, at + 1, lengthSize(first));
}

/** In place of a cell's length. */
export const NULL_CELL = 0xfb;

/** Bytes that hold the length of a cell whose first byte is above NULL_CELL. */
export function lengthSize(first: number): 2 | 3 | 8 {
  return first === 0xfc ? 2 : first === 0xfd ? 3 : 8;
}

export function longLength(bytes: Buffer, at: number, size: 2 | 3 | 8): number {
  return size === 8 ? Number(bytes.readBigUInt64LE(at)) : bytes.readUIntLE(at, size);
}

export function unexpectedNull(column: number): RangeError {
  return new RangeError(`NULL in column ${column + 1}, which the catalogue calls NOT NULL`);
}

/** Most tables and chunks of a small database fit into this; it grows to a page. */
const FIRST_BYTES = 8 * 1024;

class RowEncoder {
  readonly #layout: RawLayout;
  readonly #pageBytes: number;
  /** The key's fields lie side by side in order, so the key is a view of the row. */
  readonly #isKeyInside: boolean;
  readonly #starts: number[];
  #out: AvroWriter;
  #bounds: number[] = [];

  constructor(layout: RawLayout, pageBytes: number) {
    this.#layout = layout;
    this.#pageBytes = pageBytes;
    this.#isKeyInside = layout.key.every((index, i) => i === 0 || index === (layout.key[i - 1] ?? 0) + 1);
    this.#starts = new Array<number>(layout.columns.length + 1).fill(0);
    this.#out = new AvroWriter(Math.min(pageBytes, FIRST_BYTES));
  }

  /** Adds a row of length-encoded cells (0xfb is NULL). True when the page is full. */
  add(bytes: Buffer, at: number): boolean {
    const out = this.#out;
    encodeRow(this.#layout, bytes, at, { out, starts: this.#starts });
    this.#bound();
    return out.position >= this.#pageBytes;
  }

  #bound(): void {
    const { key, columns } = this.#layout;
    const starts = this.#starts;
    const first = key[0];
    const bounds = this.#bounds;
    bounds.push(starts[0] as number, starts[columns.length] as number);
    if (first === undefined) bounds.push(-1, -1);
    else if (this.#isKeyInside) bounds.push(starts[first] as number, starts[first + key.length] as number);
    else {
      const start = this.#out.position;
      for (const index of key) this.#out.raw(this.#out.bytes, starts[index], starts[index + 1]);
      bounds.push(start, this.#out.position);
    }
  }

  /** Takes the page out; the next row begins a new one. */
  cut(isLast = false): RowPage {
    const page = { bytes: this.#out.bytes, rows: this.#bounds.length / 4, bounds: this.#bounds };
    if (!isLast) this.#out = new AvroWriter(this.#pageBytes);
    this.#bounds = [];
    return page;
  }
}

/** Pages between the socket, which pushes, and the consumer, which pulls. */
class PageQueue {
  readonly #connection: MysqlConnection;
  readonly #ahead: number;
  readonly #pages: RowPage[] = [];
  #wake: () => void = () => {};
  #ended: { readonly error: unknown } | null = null;

  constructor(connection: MysqlConnection, aheadPages: number) {
    this.#connection = connection;
    this.#ahead = aheadPages;
  }

  put(page: RowPage): void {
    this.#pages.push(page);
    if (this.#pages.length === this.#ahead) this.#connection.pause(true);
    this.#wake();
  }

  end(error: unknown): void {
    this.#ended = { error };
    this.#wake();
  }

  async *pages(): AsyncIterable<RowPage> {
    try {
      for (;;) {
        const page = this.#pages.shift();
        if (page) {
          if (this.#pages.length === this.#ahead - 1) this.#connection.pause(false);
          yield page;
        } else if (this.#ended) break;
        else await this.#woken();
      }
      if (this.#ended.error) throw this.#ended.error;
    } finally {
      if (!this.#ended) this.#connection.destroy();
    }
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
