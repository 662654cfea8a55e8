import type { ByteWriter } from '../avro/byte-writer.ts';
import { AvroReader } from '../avro/reader.ts';
import { uncopied } from '../postgres/copy-field.ts';
import { type CellPrinter, cellPrinter } from './cell-print.ts';
import type { VerifiedTable } from './verified-table.ts';

const TAB = 0x09;
const NEWLINE = 0x0a;

/** One row in canonical form; null is NULL. */
export type CanonicalCells = readonly (string | null)[];

interface Field {
  readonly nullable: boolean;
  readonly skip: (value: AvroReader) => void;
  /** null: not compared. */
  readonly print: CellPrinter | null;
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
      return { nullable, skip, print: column ? cellPrinter(column) : null };
    });
  }

  /** Writes the line of a source row, `bytes[start, end)`, as the target would print it. */
  line(out: ByteWriter, bytes: Uint8Array, start = 0, end = bytes.length): void {
    const reader = this.#reader.over(bytes, start, end);
    const from = out.position;
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
    if (out.position === from) out.byte(NEWLINE);
    else out.bytes[out.position - 1] = NEWLINE;
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

  targetCells(line: Buffer): CanonicalCells {
    return this.printedCells(
      line
        .toString('utf8', 0, line.length - 1)
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

function unreachable(): never {
  throw new RangeError('a column without a codec');
}
