import type { ByteWriter } from '../avro/byte-writer.ts';
import { AvroReader } from '../avro/reader.ts';
import { AvroWriter } from '../avro/writer.ts';
import { copyText } from '../column/copy-text.ts';
import { targetType } from '../column/target-type.ts';
import {
  cellPrinter,
  isShifted,
  type PrintedColumn,
  type SpanPrinter,
  spanPrinter,
  stampEnd,
  zoneSuffix,
} from './cell-print.ts';
import { copyCell, copyTextCell } from './word-copy.ts';

/** Character sets of which the source sends UTF-8, so that the text is in the log as it was sent. */
const UTF8: ReadonlySet<string> = new Set(['utf8mb4', 'utf8mb3', 'utf8']);

/**
 * Prints a cell of a result set (`ColumnCodec.select`) as `cellPrinter` prints the Avro value that `query` makes of it
 * (INV-122), without making it where the server's own text is what is printed, or nearly.
 */
export function sentPrinter(column: PrintedColumn): SpanPrinter {
  const { type } = column;
  const span = spanPrinter(column);
  switch (type.kind) {
    case 'integer':
      return isPlainInteger(column) ? plainNumber(decoded(column)) : decoded(column);
    case 'decimal':
      return plainNumber(decoded(column));
    case 'text':
      return span !== null && UTF8.has(type.charset) ? quick(span) : decoded(column);
    case 'enum':
    case 'json':
    case 'date':
    case 'binary':
    case 'blob':
      return span === null ? decoded(column) : quick(span);
    case 'datetime':
    case 'timestamp':
      return sentStamp(column);
    default:
      return decoded(column);
  }
}

/** The same for cells that lie side by side in one buffer. */
function quick(span: SpanPrinter): SpanPrinter {
  return span === copyText ? copyTextCell : span;
}

function isPlainInteger({ targetType: name }: PrintedColumn): boolean {
  const target = targetType(name).name;
  return target !== 'boolean' && !target.startsWith('interval');
}

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;

/** Digits as they were sent; `other` takes those that ZEROFILL puts zeros before. */
function plainNumber(other: SpanPrinter): SpanPrinter {
  return (bytes, start, end, out) => {
    const first = bytes[start] === MINUS ? start + 1 : start;
    if (bytes[first] === ZERO && end - first > 1 && bytes[first + 1] !== POINT) other(bytes, start, end, out);
    else copyCell(bytes, start, end, out);
  };
}

function sentStamp(column: PrintedColumn): SpanPrinter {
  const zone = zoneSuffix(column);
  const other = decoded(column);
  if (isShifted(column, zone)) return other;
  return (bytes, start, end, out) => {
    const last = stampEnd(bytes, start, end);
    if (last === null) {
      other(bytes, start, end, out);
      return;
    }
    copyCell(bytes, start, last, out);
    if (zone !== '') out.latin1(zone);
  };
}

/** By way of the Avro value. */
function decoded(column: PrintedColumn): SpanPrinter {
  const { query } = column.codec;
  const print = cellPrinter(column);
  const reader = new AvroReader();
  let value = new AvroWriter(64);
  return (bytes, start, end, out: ByteWriter) => {
    value.reset();
    query(bytes, start, end, value);
    print(reader.over(value.bytes, 0, value.position), out);
    // What a large cell took is not kept for as long as the table is compared.
    if (value.bytes.length > MOST_KEPT_BYTES) value = new AvroWriter(64);
  };
}

const MOST_KEPT_BYTES = 1024 * 1024;
