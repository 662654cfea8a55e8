import type { ByteWriter } from '../avro/byte-writer.ts';
import { AvroWriter } from '../avro/writer.ts';
import { cellText, encodeKey, encodeRow } from '../mysql/raw-rows.ts';
import { PACKET_BYTES, packetEnd } from '../mysql/row-tap.ts';
import type { RowPrint } from './row-print.ts';
import type { Lines } from './side.ts';
import type { SourceRows } from './source-rows.ts';
import type { VerifiedTable } from './verified-table.ts';

/**
 * Rows as the source sent them, printed as they come. They are kept in the room of the worker, in their packets; Avro
 * images are made of those alone that are asked for.
 */
export class SentRows {
  readonly #table: VerifiedTable;
  readonly #print: RowPrint;
  readonly #out: ByteWriter;
  readonly #sent: ByteWriter;
  #rows = 0;
  /** Where each row's cells begin; made when a row is asked for. */
  #starts: readonly number[] = [];
  /** Where the cells of the last row begin. */
  #last = 0;
  readonly #image = new AvroWriter(1024);
  readonly #key = new AvroWriter(64);

  constructor(table: VerifiedTable, print: RowPrint, lines: { readonly source: Lines; readonly sent: Lines }) {
    this.#table = table;
    this.#print = print;
    this.#out = lines.source.empty();
    this.#sent = lines.sent.empty();
  }

  get rows(): number {
    return this.#rows;
  }

  /** Of the lines. */
  get bytes(): number {
    return this.#out.position;
  }

  add(bytes: Buffer, start: number, end: number, rows: number): void {
    this.#sent.raw(bytes, start, end);
    this.#rows += rows;
    const { ruled } = this.#table;
    const last =
      ruled === null ? this.#print.sentLines(this.#out, bytes, start, rows) : this.#addRuled(bytes, start, rows);
    this.#last = this.#sent.position - (end - last);
  }

  #addRuled(bytes: Buffer, start: number, rows: number): number {
    let last = start;
    for (last of startsOf(bytes, start, rows)) this.#print.line(this.#out, this.#imageOf(bytes, last));
    return last;
  }

  /** Text of a cell of the last row, as it was sent. */
  lastSent(column: number): string {
    return cellText(this.#sent.bytes, this.#last, column);
  }

  end(): SourceRows {
    const bytes = this.#sent.bytes;
    return {
      rows: this.#rows,
      text: this.#out.bytes.subarray(0, this.#out.position),
      image: (row) => this.#imageOf(bytes, this.#startOf(row)),
      key: (row) => {
        this.#key.reset();
        encodeKey(this.#table.readable.layout, bytes, this.#startOf(row), this.#key);
        return this.#key.bytes.subarray(0, this.#key.position);
      },
      lastSent: (column) => this.lastSent(column),
    };
  }

  /** As the rules leave it; of the row whose cells begin at `at`. */
  #imageOf(bytes: Buffer, at: number): Buffer {
    const { readable, ruled } = this.#table;
    const out = this.#image;
    out.reset();
    encodeRow(readable.layout, bytes, at, { out, starts: [] });
    const image = out.bytes.subarray(0, out.position);
    return ruled === null ? image : ruled.image(image);
  }

  #startOf(row: number): number {
    if (this.#starts.length === 0) this.#starts = [...startsOf(this.#sent.bytes, 0, this.#rows)];
    const start = this.#starts[row];
    if (start === undefined) throw new RangeError(`no row ${row}`);
    return start;
  }
}

/** Where the cells of each row begin. */
function* startsOf(bytes: Buffer, start: number, rows: number): Iterable<number> {
  for (let row = 0, at = start; row < rows; row++, at = packetEnd(bytes, at)) yield at + PACKET_BYTES;
}
