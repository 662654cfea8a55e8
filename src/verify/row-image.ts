import { ByteWriter } from '../avro/byte-writer.ts';
import { AvroReader } from '../avro/reader.ts';
import { AvroWriter } from '../avro/writer.ts';
import { fieldOffsets, rowLayout } from '../column/row.ts';
import { ValueError } from '../contract/error.ts';
import { uncopied } from '../postgres/copy-field.ts';
import { cellPrinter } from './cell-print.ts';
import type { BagRow } from './compare-lines.ts';
import type { ComparedColumn } from './compared-column.ts';
import { DAY, STAMP } from './key-form.ts';
import type { RowPrint } from './row-print.ts';
import { isUnlogged, type VerifiedTable } from './verified-table.ts';

/** Why no row of the table can be named in the log by its image, as those of a table without a key are; null: they can. */
export function withoutImages({ held, compared }: VerifiedTable): string | null {
  const { key, columns } = held.table;
  if (key.length > 0) return 'it has a key by which the two sides do not find rows alike';
  return compared.length === columns.length ? null : 'the target lacks columns of it';
}

/**
 * The image (Avro) by which the log names a row of a table without a key: one of the source as it sends it, one of the
 * target as the rules leave it. null where there is none by which the sink would find the row on the target again, as it
 * does by its texts.
 */
export function rowImage(table: VerifiedTable, print: RowPrint, { image, texts, cells }: BagRow): Buffer | null {
  if (image !== null) return loggedImage(table, image);
  const out = new AvroWriter(256);
  const isWritten = table.compared.every((column, i) => writeCell(out, table, column, texts?.[i] ?? null));
  if (!isWritten) return null;
  const made = out.take();
  const read = print.sourceCells(made);
  // What the log does not have the target works out by itself.
  const isSame = table.compared.every((column, i) => isUnlogged(table, column) || read[i] === cells[i]);
  return isSame ? made : null;
}

/** Without what the source computes and does not log. */
function loggedImage({ readable }: VerifiedTable, image: Uint8Array): Buffer {
  const layout = rowLayout(readable.version);
  const { columns } = layout.table;
  if (!columns.some(({ unlogged }) => unlogged)) return Buffer.from(image);
  const offsets = fieldOffsets(layout, image);
  const out = new AvroWriter(image.length);
  columns.forEach(({ unlogged }, i) => {
    if (unlogged) out.byte(0);
    else out.raw(image, offsets[i], offsets[i + 1]);
  });
  return out.take();
}

/** The log has no form of a date without an end, of another era, or of a fifth digit of the year. */
function isBeyondLog({ type, targetType }: ComparedColumn, text: string): boolean {
  const isDate = ['date', 'datetime', 'timestamp'].includes(type.kind) && /^(date|timestamp)/.test(targetType);
  const plain = text.replace(/\+00$/, '');
  return isDate && !DAY.test(plain) && !STAMP.test(plain);
}

function writeCell(out: AvroWriter, table: VerifiedTable, column: ComparedColumn, known: string | null): boolean {
  const { nullable } = table.held.table.columns[column.index] ?? { nullable: false };
  const text = isUnlogged(table, column) ? null : known;
  if (text !== null && isBeyondLog(column, text)) return false;
  if (text === null) {
    if (nullable) out.byte(0);
    return nullable;
  }
  if (nullable) out.byte(2);
  const from = out.position;
  const bytes = Buffer.from(text);
  const columnType = table.columnTypes.get(column.name) ?? '';
  try {
    const decode = column.codec.fromTarget(column.targetType, { columnType, policy: column.policy });
    decode?.(bytes, 0, bytes.length, out);
    return decode !== null && printsAs(out.bytes.subarray(from, out.position), column, text);
  } catch (error) {
    if (error instanceof ValueError) return false;
    throw error;
  }
}

/** The sink finds the row by the texts that the target makes of the image. */
function printsAs(value: Uint8Array, column: ComparedColumn, text: string): boolean {
  if (column.type.kind === 'json') return new AvroReader().over(value).string() === text;
  const line = new ByteWriter(256);
  cellPrinter(column)(new AvroReader().over(value), line);
  return uncopied(line.take().toString()) === text;
}
