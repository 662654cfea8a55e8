import { ByteWriter } from '../avro/byte-writer.ts';
import { AvroReader } from '../avro/reader.ts';
import { AvroWriter } from '../avro/writer.ts';
import { ValueError } from '../contract/error.ts';
import { uncopied } from '../postgres/copy-field.ts';
import { cellPrinter } from './cell-print.ts';
import type { BagRow } from './compare-lines.ts';
import type { ComparedColumn } from './compared-column.ts';
import type { RowPrint } from './row-print.ts';
import type { VerifiedTable } from './verified-table.ts';

/** Whether rows of the table are named in the log by their images, and all of an image can be told from both sides. */
export function hasImages({ held, compared, ruled }: VerifiedTable): boolean {
  const { key, columns } = held.table;
  const isWhole = compared.length === columns.length && !columns.some(({ unlogged }) => unlogged);
  return key.length === 0 && isWhole && ruled === null;
}

/**
 * The image (Avro) by which the log names a row of a table without a key. null where there is none by which the sink would
 * find the row on the target again, as it does by its texts.
 */
export function rowImage(table: VerifiedTable, print: RowPrint, { image, texts, cells }: BagRow): Buffer | null {
  if (image !== null) return Buffer.from(image);
  const out = new AvroWriter(256);
  const isWritten = table.compared.every((column, i) => writeCell(out, table, column, texts?.[i] ?? null));
  if (!isWritten) return null;
  const made = out.take();
  return JSON.stringify(print.sourceCells(made)) === JSON.stringify(cells) ? made : null;
}

function writeCell(out: AvroWriter, table: VerifiedTable, column: ComparedColumn, text: string | null): boolean {
  const { nullable } = table.held.table.columns[column.index] ?? { nullable: false };
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
