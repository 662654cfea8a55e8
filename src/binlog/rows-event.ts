import { AvroWriter } from '../avro/writer.ts';
import type { RowChange } from '../contract/change.ts';
import { incompleteImage } from './error.ts';
import { EVENT } from './event.ts';
import { EventCursor } from './event-cursor.ts';
import { inflated } from './mariadb-compression.ts';
import type { RowDecoder } from './row-decoder.ts';

/** The operation that a rows event's type code stands for, and its form. */
export interface RowsForm {
  readonly op: 'c' | 'u' | 'd';
  /** Version 2 has extra data behind the flags. */
  readonly hasExtra: boolean;
  readonly isCompressed: boolean;
}

export const ROWS_FORMS: ReadonlyMap<number, RowsForm> = new Map(
  (
    [
      [[EVENT.writeRowsV1, EVENT.updateRowsV1, EVENT.deleteRowsV1], false, false],
      [[EVENT.writeRows, EVENT.updateRows, EVENT.deleteRows], true, false],
      [[EVENT.writeRowsCompressedV1, EVENT.updateRowsCompressedV1, EVENT.deleteRowsCompressedV1], false, true],
      [[EVENT.writeRowsCompressed, EVENT.updateRowsCompressed, EVENT.deleteRowsCompressed], true, true],
    ] as const
  ).flatMap(([codes, hasExtra, isCompressed]) =>
    codes.map((code, i) => [code, { op: (['c', 'u', 'd'] as const)[i] ?? 'c', hasExtra, isCompressed }] as const),
  ),
);

/** Either says that the server did not leave foreign key actions out of the binlog (contract, RowChange.cascades). */
const NO_FOREIGN_KEY_CHECKS = 0x02;
const USE_SQL_FOREIGN_KEY = 0x10;

/** Reads rows events into changes. One for a stream: its buffers are used again, every image is cut from a copy. */
export class RowsReader {
  readonly #out = new AvroWriter(64 * 1024);
  readonly #inner = new EventCursor();
  /** Ends of what was written for a row: image before, its key, image after, its key; in that order, row by row. */
  readonly #ends: number[] = [];

  /** The cursor stands behind the table id. Returns the bytes of Avro that the changes hold. */
  read(cursor: EventCursor, form: RowsForm, decoder: RowDecoder, into: (change: RowChange) => void): number {
    const flags = cursor.uint(2);
    if (form.hasExtra) cursor.skip(cursor.uint(2) - 2);
    const [first, second] = imageDecoders(cursor, form, decoder);
    const cells = form.isCompressed ? this.#inner.over(inflated(cursor)) : cursor;
    const cascades = (flags & (NO_FOREIGN_KEY_CHECKS | USE_SQL_FOREIGN_KEY)) === 0;
    this.#out.reset();
    this.#ends.length = 0;
    while (cells.position < cells.end) {
      this.#image(cells, first);
      if (second) this.#image(cells, second);
    }
    this.#cut(form, decoder, cascades, into);
    return this.#out.position;
  }

  #image(cells: EventCursor, decoder: RowDecoder): void {
    const out = this.#out;
    decoder.image(cells, out);
    this.#ends.push(out.position);
    const { key } = decoder.table;
    const { starts } = decoder;
    for (const column of key) out.raw(out.bytes, starts[column], starts[column + 1]);
    this.#ends.push(out.position);
  }

  #cut(form: RowsForm, { table }: RowDecoder, cascades: boolean, into: (change: RowChange) => void): void {
    const bytes = this.#out.take();
    const ends = this.#ends;
    const hasKey = table.key.length > 0;
    const { op } = form;
    let start = 0;
    for (let i = 0; i < ends.length; i += 2) {
      const image = bytes.subarray(start, ends[i]);
      const key = hasKey ? bytes.subarray(ends[i], ends[i + 1]) : null;
      start = ends[i + 1] as number;
      if (op === 'c') into({ tag: 'row', op, table, before: null, after: image, key, oldKey: null, cascades });
      else if (op === 'd') into({ tag: 'row', op, table, before: image, after: null, key, oldKey: null, cascades });
      else {
        i += 2;
        const after = bytes.subarray(start, ends[i]);
        const newKey = hasKey ? bytes.subarray(ends[i], ends[i + 1]) : null;
        start = ends[i + 1] as number;
        const oldKey = key && newKey && !key.equals(newKey) ? key : null;
        into({ tag: 'row', op, table, before: image, after, key: newKey, oldKey, cascades });
      }
    }
  }
}

/** One for each image of a row. Every column must be in it (binlog_row_image=FULL), but those that are not logged. */
function imageDecoders(
  cursor: EventCursor,
  form: RowsForm,
  decoder: RowDecoder,
): readonly [first: RowDecoder, second: RowDecoder | null] {
  const count = cursor.packed();
  if (count !== decoder.columnCount) throw new RangeError('a rows event of another width than its table map');
  const first = imageDecoder(cursor, decoder);
  return [first, form.op === 'u' ? imageDecoder(cursor, decoder) : null];
}

function imageDecoder(cursor: EventCursor, decoder: RowDecoder): RowDecoder {
  const { table, columnCount, partial } = decoder;
  const present = cursor.slice(Math.ceil(columnCount / 8));
  const isAbsent = (i: number) => (((present[i >> 3] as number) >> (i & 7)) & 1) === 0;
  let absent = 0;
  for (let i = 0; i < columnCount; i++) if (isAbsent(i)) absent++;
  if (absent === 0) return decoder;
  const isExpected = partial !== null && table.columns.every((column, i) => isAbsent(i) === (column.unlogged === true));
  if (!isExpected) throw incompleteImage(table);
  return partial;
}
