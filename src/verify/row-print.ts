import type { ByteWriter } from '../avro/byte-writer.ts';
import { AvroReader } from '../avro/reader.ts';
import { lengthSize, longLength, NULL_CELL, unexpectedNull } from '../mysql/raw-rows.ts';
import { PACKET_BYTES } from '../mysql/row-tap.ts';
import { uncopied } from '../postgres/copy-field.ts';
import { FRAME_BYTES, writeFrame } from '../postgres/copy-out.ts';
import { type CellPrinter, cellPrinter, type SpanPrinter } from './cell-print.ts';
import { sentPrinter } from './sent-print.ts';
import type { VerifiedTable } from './verified-table.ts';

const TAB = 0x09;
const BACKSLASH = 0x5c;
const CAPITAL_N = 0x4e;
const NEWLINE = 0x0a;

/** One row in canonical form; null is NULL. */
export type CanonicalCells = readonly (string | null)[];

interface Field {
  readonly nullable: boolean;
  readonly skip: (value: AvroReader) => void;
  /** null: not compared. */
  readonly print: CellPrinter | null;
  /** The same of the cell as the source sends it. */
  readonly sent: SpanPrinter | null;
}

type PrintedTable = Pick<VerifiedTable, 'held' | 'compared' | 'key'>;

/** Both sides' rows of one table in the same forms: as lines to be compared at once, and as canonical cells. */
export class RowPrint {
  readonly #table: PrintedTable;
  readonly #fields: readonly Field[];
  readonly #reader = new AvroReader();

  constructor(table: PrintedTable) {
    this.#table = table;
    const { held, compared } = table;
    this.#fields = held.table.columns.map(({ nullable }, index): Field => {
      const column = compared.find((one) => one.index === index);
      const skip = held.codecs[index]?.skip ?? unreachable();
      const print = column ? cellPrinter(column) : null;
      return { nullable, skip, print, sent: column ? sentPrinter(column) : null };
    });
  }

  /** Writes the line of a source row, the Avro record `bytes[start, end)`, as the target would send it. */
  line(out: ByteWriter, bytes: Uint8Array, start = 0, end = bytes.length): void {
    const reader = this.#reader.over(bytes, start, end);
    const from = startLine(out);
    for (const { nullable, skip, print } of this.#fields) {
      const isNull = nullable && reader.byte() === 0;
      if (print === null) {
        if (!isNull) skip(reader);
        continue;
      }
      if (isNull) out.latin1('\\N');
      else print(reader, out);
      out.byte(TAB);
    }
    endLine(out, from);
  }

  /** The same of so many rows as the source sends them, packets from `start` on (row-tap.ts), where no rule changes them. Returns where the cells of the last begin. */
  sentLines(out: ByteWriter, bytes: Buffer, start: number, rows: number): number {
    let last = start;
    for (let row = 0, at = start; row < rows; row++) {
      last = at + PACKET_BYTES;
      at = this.#sentLine(out, bytes, last);
    }
    return last;
  }

  /** Of the cells from `at` on; returns their end. */
  #sentLine(out: ByteWriter, bytes: Buffer, at: number): number {
    const from = startLine(out);
    const fields = this.#fields;
    for (let i = 0; i < fields.length; i++) {
      const { sent, nullable } = fields[i] as Field;
      let length = bytes[at++] as number;
      if (length === NULL_CELL) {
        if (!nullable) throw unexpectedNull(i);
        if (sent !== null) writeNull(out);
        continue;
      }
      if (length > NULL_CELL) {
        const size = lengthSize(length);
        length = longLength(bytes, at, size);
        at += size;
      }
      if (sent !== null) {
        sent(bytes, at, at + length, out);
        out.byte(TAB);
      }
      at += length;
    }
    endLine(out, from);
    return at;
  }

  sourceCells(image: Uint8Array): CanonicalCells {
    const { held, compared } = this.#table;
    const reader = this.#reader.over(image);
    const cells: (string | null)[] = [];
    held.table.columns.forEach(({ nullable }, index) => {
      const isNull = nullable && reader.byte() === 0;
      const column = compared[cells.length];
      if (column?.index !== index) {
        if (!isNull) held.codecs[index]?.skip(reader);
        return;
      }
      cells.push(isNull ? null : column.codec.canonicalSource(reader, column.targetType, column.policy));
    });
    return cells;
  }

  /** Of a line in its frame. */
  targetCells(line: Buffer): CanonicalCells {
    return this.printedCells(
      line
        .toString('utf8', FRAME_BYTES, line.length - 1)
        .split('\t')
        .map(uncopied),
    );
  }

  /** Of the target's texts of a row. */
  printedCells(texts: CanonicalCells): CanonicalCells {
    return this.#table.compared.map(({ codec, targetType }, i) => {
      const text = texts[i] ?? null;
      return text === null ? null : codec.canonicalTarget(text, targetType);
    });
  }

  /** The key of canonical cells; a table without a key has none. */
  keyOf(cells: CanonicalCells): readonly string[] {
    return (this.#table.key?.places ?? []).map((place) => cells[place] ?? '');
  }

  /** The canonical texts of a key record. */
  keyTexts(record: Uint8Array): readonly string[] {
    const reader = this.#reader.over(record);
    return (this.#table.key?.places ?? []).map((place) => {
      const column = this.#table.compared[place];
      return column?.codec.canonicalSource(reader, column.targetType, column.policy) ?? '';
    });
  }

  /** The canonical texts of a key that the target printed. */
  printedKey(texts: readonly string[]): readonly string[] {
    return (this.#table.key?.places ?? []).map((place, i) => {
      const column = this.#table.compared[place];
      return column?.codec.canonicalTarget(texts[i] ?? '', column.targetType) ?? '';
    });
  }
}

/** Leaves room for the frame; returns where it goes. */
function startLine(out: ByteWriter): number {
  const from = out.position;
  out.reserve(FRAME_BYTES);
  out.position += FRAME_BYTES;
  return from;
}

function writeNull(out: ByteWriter): void {
  out.byte(BACKSLASH);
  out.byte(CAPITAL_N);
  out.byte(TAB);
}

/** The tab behind the last cell becomes the end of the line. */
function endLine(out: ByteWriter, from: number): void {
  if (out.position === from + FRAME_BYTES) out.byte(NEWLINE);
  else out.bytes[out.position - 1] = NEWLINE;
  writeFrame(out.bytes, from, out.position);
}

function unreachable(): never {
  throw new RangeError('a column without a codec');
}
