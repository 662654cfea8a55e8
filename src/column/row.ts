import { AvroReader } from '../avro/reader.ts';
import { AvroWriter } from '../avro/writer.ts';
import type { TableVersion } from '../contract/table.ts';
import type { ColumnCodec } from './codec.ts';
import { codecOf } from './family.ts';

/** A table's columns with their codecs: how to walk a row image (the Avro record of all columns, in order). */
export interface RowLayout {
  readonly table: TableVersion;
  readonly codecs: readonly ColumnCodec[];
}

const layouts = new WeakMap<TableVersion, RowLayout>();

export function rowLayout(table: TableVersion): RowLayout {
  const known = layouts.get(table);
  if (known) return known;
  const layout = { table, codecs: table.columns.map((column) => codecOf(column.type)) };
  layouts.set(table, layout);
  return layout;
}

/** Starts of each column's field in a row image (the union branch where nullable), and the end as a last entry. */
export function fieldOffsets(layout: RowLayout, row: Uint8Array, upTo = layout.codecs.length): number[] {
  const reader = new AvroReader().over(row);
  const offsets: number[] = [];
  for (let i = 0; i < upTo; i++) {
    offsets.push(reader.position);
    skipField(layout, i, reader);
  }
  offsets.push(reader.position);
  return offsets;
}

/** Moves past a whole row image. */
export function skipRow(layout: RowLayout, reader: AvroReader): void {
  for (let i = 0; i < layout.codecs.length; i++) skipField(layout, i, reader);
}

function skipField(layout: RowLayout, index: number, reader: AvroReader): void {
  const column = layout.table.columns[index];
  const codec = layout.codecs[index];
  if (!column || !codec) throw new RangeError(`no column ${index} in ${layout.table.table}`);
  if (column.nullable && reader.byte() === 0) return;
  codec.skip(reader);
}

/** Avro record of the key columns, cut out of a row image: key columns are NOT NULL, so their bytes are the same. */
export function keyOf(layout: RowLayout, row: Uint8Array): Buffer | null {
  const { key } = layout.table;
  if (key.length === 0) return null;
  const offsets = fieldOffsets(layout, row, Math.max(...key) + 1);
  const out = new AvroWriter(64);
  for (const index of key) out.raw(row, offsets[index], offsets[index + 1]);
  return out.take();
}
