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
  let failure: unknown;
  const query = connection.rawQuery(sql, (error) => {
    const rest = encoder.cut(true);
    if (rest.rows > 0) queue.put(rest);
    // A decoder's failure is a fault of ours or of the row, never of the link: it stays what it is.
    queue.end(failure ?? (error ? sourceError(error, 'reading rows') : null));
  });
  // Query.fieldsEOF hands over to `this.row`; packets are reused by the parser, so nothing of one is kept.
  const endOfRows = query.row;
  query.row = function row(this: unknown, packet: RawPacket, link: unknown): unknown {
    if (packet.isEOF()) return endOfRows.call(this, packet, link);
    try {
      if (failure === undefined && encoder.add(packet.buffer, packet.offset)) queue.put(encoder.cut());
    } catch (error) {
      failure = error;
    }
    return row;
  };
  yield* queue.pages();
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
    const { columns } = this.#layout;
    const out = this.#out;
    const starts = this.#starts;
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i] as RawLayout['columns'][number];
      starts[i] = out.position;
      let length = bytes[at++] as number;
      if (length === 0xfb) {
        if (!column.nullable) throw new RangeError(`NULL in column ${i + 1}, which the catalogue calls NOT NULL`);
        out.byte(0);
        continue;
      }
      if (length > 0xfb) {
        const size = length === 0xfc ? 2 : length === 0xfd ? 3 : 8;
        length = size === 8 ? Number(bytes.readBigUInt64LE(at)) : bytes.readUIntLE(at, size);
        at += size;
      }
      if (column.nullable) out.long(1);
      column.query(bytes, at, at + length, out);
      at += length;
    }
    starts[columns.length] = out.position;
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
