import type { AvroWriter } from '../avro/writer.ts';
import type { BinlogDecoder, WireColumn } from '../column/codec.ts';
import { rowLayout } from '../column/row.ts';
import type { TableVersion } from '../contract/table.ts';
import type { EventCursor } from './event-cursor.ts';

/** Branch of a nullable column's union, as Avro writes it (zigzag): 0 null, 1 the value. */
const NULL_BRANCH = 0;
const VALUE_BRANCH = 2;

/**
 * Rewrites rows of one table version from the binlog's form to Avro's. After `image` the fields of the row just written
 * start at `starts[i]` in the writer, and end at `starts[i + 1]`.
 */
export class RowDecoder {
  readonly table: TableVersion;
  readonly starts: number[];
  readonly #decoders: readonly BinlogDecoder[];
  readonly #nullable: readonly boolean[];
  readonly #nullBytes: number;

  constructor(table: TableVersion, wires: readonly WireColumn[]) {
    const { codecs } = rowLayout(table);
    this.table = table;
    this.starts = new Array<number>(wires.length + 1).fill(0);
    this.#decoders = wires.map((wire, i) => {
      const codec = codecs[i];
      if (!codec) throw new RangeError('more columns in the table map than in its table');
      return codec.binlog(wire);
    });
    this.#nullable = table.columns.map((column) => column.nullable);
    this.#nullBytes = Math.ceil(wires.length / 8);
  }

  get columnCount(): number {
    return this.#decoders.length;
  }

  /** One row image at the cursor; all columns are in it (checked where the event begins). */
  image(cell: EventCursor, out: AvroWriter): void {
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
}
