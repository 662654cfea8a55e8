import type { AvroWriter } from '../avro/writer.ts';
import type { BinlogDecoder, WireColumn } from '../column/codec.ts';
import { rowLayout } from '../column/row.ts';
import type { TableVersion } from '../contract/table.ts';
import type { EventCursor } from './event-cursor.ts';

/** Branch of a nullable column's union, as Avro writes it (zigzag): 0 null, 1 the value. */
const NULL_BRANCH = 0;
const VALUE_BRANCH = 2;

/** A column of an image: in it, in it but not to be told, or left out by the server. */
type Field = 'logged' | 'dropped' | 'absent';

/**
 * Rewrites rows of one table version from the binlog's form to Avro's. After `image` the fields of the row just written
 * start at `starts[i]` in the writer, and end at `starts[i + 1]`.
 */
export class RowDecoder {
  readonly table: TableVersion;
  readonly starts: number[];
  readonly #wires: readonly WireColumn[];
  readonly #decoders: readonly BinlogDecoder[];
  readonly #nullable: readonly boolean[];
  readonly #nullBytes: number;
  readonly #fields: readonly Field[] | null;
  #partial: RowDecoder | null = null;

  /** `isPartial`: of images without the columns that the server does not log. */
  constructor(table: TableVersion, wires: readonly WireColumn[], isPartial = false) {
    const { codecs } = rowLayout(table);
    this.table = table;
    this.#wires = wires;
    this.starts = new Array<number>(wires.length + 1).fill(0);
    this.#decoders = wires.map((wire, i) => {
      const codec = codecs[i];
      if (!codec) throw new RangeError('more columns in the table map than in its table');
      return codec.binlog(wire);
    });
    this.#nullable = table.columns.map((column) => column.nullable);
    const unlogged = table.columns.map((column) => column.unlogged === true);
    const present = unlogged.filter((is) => !(is && isPartial)).length;
    this.#nullBytes = Math.ceil(present / 8);
    this.#fields = unlogged.includes(true)
      ? unlogged.map((is) => (is ? (isPartial ? 'absent' : 'dropped') : 'logged'))
      : null;
  }

  /** Decoder of images that lack exactly the columns which the server does not log; null where it logs all. */
  get partial(): RowDecoder | null {
    if (this.#fields === null) return null;
    this.#partial ??= new RowDecoder(this.table, this.#wires, true);
    return this.#partial;
  }

  get columnCount(): number {
    return this.#decoders.length;
  }

  /** One row image at the cursor; all columns that this decoder wants are in it (checked where the event begins). */
  image(cell: EventCursor, out: AvroWriter): void {
    if (this.#fields !== null) {
      this.#oddImage(this.#fields, cell, out);
      return;
    }
    const { starts } = this;
    const decoders = this.#decoders;
    const nullable = this.#nullable;
    const nulls = cell.position;
    cell.skip(this.#nullBytes);
    for (let i = 0; i < decoders.length; i++) {
      starts[i] = out.position;
      const isNull = ((cell.bytes[nulls + (i >> 3)] as number) & (1 << (i & 7))) !== 0;
      if (nullable[i]) out.byte(isNull ? NULL_BRANCH : VALUE_BRANCH);
      else if (isNull) throw new RangeError('NULL in a column that is NOT NULL');
      if (!isNull) (decoders[i] as BinlogDecoder)(cell, out);
    }
    starts[decoders.length] = out.position;
  }

  /** The bitmap of NULLs counts the columns of the image. A value that updates would not tell is NULL from the start. */
  #oddImage(fields: readonly Field[], cell: EventCursor, out: AvroWriter): void {
    const nulls = cell.position;
    cell.skip(this.#nullBytes);
    let bit = 0;
    for (const [i, field] of fields.entries()) {
      const start = out.position;
      this.starts[i] = start;
      const isNull = field === 'absent' || ((cell.bytes[nulls + (bit >> 3)] as number) & (1 << (bit & 7))) !== 0;
      if (field !== 'absent') bit++;
      if (this.#nullable[i]) out.byte(isNull ? NULL_BRANCH : VALUE_BRANCH);
      else if (isNull) throw new RangeError('NULL in a column that is NOT NULL');
      if (!isNull) (this.#decoders[i] as BinlogDecoder)(cell, out);
      if (field === 'dropped') {
        out.position = start;
        out.byte(NULL_BRANCH);
      }
    }
    this.starts[fields.length] = out.position;
  }
}
