import type { ByteWriter } from '../avro/byte-writer.ts';
import type { AvroReader } from '../avro/reader.ts';
import type { ColumnCodec, ValuePolicy } from '../column/codec.ts';
import { copyText } from '../column/copy-text.ts';
import { writeInteger } from '../column/digit.ts';
import { writeHex } from '../column/hex.ts';
import { targetType, textLimit } from '../column/target-type.ts';
import type { ColumnType } from '../contract/table.ts';

/** Reads one non-NULL Avro value and writes it as a cell of COPY's text format. */
export type CellPrinter = (value: AvroReader, out: ByteWriter) => void;

/** The same of `bytes[start, end)`. */
export type SpanPrinter = (bytes: Buffer, start: number, end: number, out: ByteWriter) => void;

export interface PrintedColumn {
  readonly type: ColumnType;
  readonly codec: ColumnCodec;
  readonly targetType: string;
  readonly policy: ValuePolicy;
}

/**
 * How a cell of the source is printed so that whole lines can be compared with what the target prints. Only equality
 * counts: where both texts are the same, the canonical forms are the same (INV-122); where they differ, the canonical
 * forms decide. So a printer that knows less is slower, never wrong.
 */
export function cellPrinter(column: PrintedColumn): CellPrinter {
  const span = spanPrinter(column);
  if (span !== null) return ofSpan(span);
  const target = targetType(column.targetType);
  switch (column.type.kind) {
    case 'integer':
    case 'year':
      if (target.name === 'boolean') return printBoolean(column);
      if (column.type.kind === 'year' || column.type.bytes < 8) return printInteger;
      return target.name.startsWith('interval') ? printCanonical(column) : printBigint;
    case 'timestamp':
    case 'datetime':
      return printStamp(column, zoneSuffix(column));
    case 'geometry':
      return printUpperHex(column);
    default:
      return printCanonical(column);
  }
}

/** Of a column whose Avro value is a string or bytes, all of which are printed as they stand; null for another. */
export function spanPrinter({ type, targetType: name, policy }: PrintedColumn): SpanPrinter | null {
  const target = targetType(name);
  switch (type.kind) {
    case 'integer':
      return type.bytes === 8 && type.unsigned && target.name !== 'boolean' ? copyText : null;
    case 'text':
    case 'enum': {
      const isText = textLimit(target) !== null && target.name !== 'character';
      return target.name === 'jsonb' || (isText && policy.nul === 'refuse') ? copyText : null;
    }
    case 'json':
    case 'decimal':
    case 'uuid':
    case 'inet4':
    case 'inet6':
      return copyText;
    case 'date':
      return target.name === 'date' ? copyText : null;
    case 'binary':
    case 'blob':
    case 'geometry':
      return target.name === 'bytea' ? printHex : null;
    default:
      return null;
  }
}

function ofSpan(print: SpanPrinter): CellPrinter {
  return (value, out) => {
    const start = value.span();
    print(value.bytes, start, value.position, out);
  };
}

const printHex: SpanPrinter = (bytes, start, end, out) => {
  out.latin1('\\\\x');
  writeHex(out, bytes, start, end);
};

const NULL_CELL = '\\N';

const printInteger: CellPrinter = (value, out) => writeInteger(out, value.long());

/** Beyond 53 bits digit by digit would not be exact. */
const printBigint: CellPrinter = (value, out) => out.latin1(String(value.bigLong()));

/** The canonical form itself, as COPY escapes it. */
function printCanonical({ codec, targetType, policy }: PrintedColumn): CellPrinter {
  return (value, out) => printString(codec.canonicalSource(value, targetType, policy), out);
}

function printBoolean({ codec, targetType, policy }: PrintedColumn): CellPrinter {
  return (value, out) => {
    const text = codec.canonicalSource(value, targetType, policy);
    printString(text === '1' ? 't' : text === '0' ? 'f' : text, out);
  };
}

/** Behind a date with a clock at the target. */
export function zoneSuffix(column: PrintedColumn): '' | '+00' {
  return targetType(column.targetType).name === 'timestamp with time zone' ? '+00' : '';
}

/** A time of another zone is another text at the target. */
export function isShifted({ type, policy }: PrintedColumn, zone: string): boolean {
  return type.kind === 'datetime' && zone !== '' && policy.zone !== undefined && policy.zone !== 'UTC';
}

function printStamp(column: PrintedColumn, zone: string): CellPrinter {
  const { codec, targetType, policy } = column;
  const isMoved = isShifted(column, zone);
  return (value, out) => {
    if (!isMoved && printPlainStamp(value, out)) return out.latin1(zone);
    const text = codec.canonicalSource(value, targetType, policy);
    printString(text === null || text.endsWith('infinity') ? text : text + zone, out);
  };
}

/** `YYYY-MM-DDThh:mm:ss.ffffff` as the target prints it. False, and nothing is read, where it is a zero date. */
function printPlainStamp(value: AvroReader, out: ByteWriter): boolean {
  const from = value.position;
  const start = value.span();
  const { bytes, position } = value;
  const end = stampEnd(bytes, start, bytes[position - 1] === Z ? position - 1 : position);
  if (end === null) {
    value.position = from;
    return false;
  }
  out.raw(bytes, start, end);
  out.bytes[out.position - (end - start) + DATE_LENGTH] = SPACE;
  return true;
}

const Z = 0x5a;
const ZERO = 0x30;
const SPACE = 0x20;
const CLOCK_LENGTH = 19;
const DATE_LENGTH = 10;

/**
 * A date and a clock with anything between them, as the target prints them: where its text ends, its zeros at the end of
 * a fraction left out; null for a zero date, which it has not.
 */
export function stampEnd(bytes: Buffer, start: number, end: number): number | null {
  if (isZero(bytes, start, 4) || isZero(bytes, start + 5, 2) || isZero(bytes, start + 8, 2)) return null;
  let last = end;
  if (last > start + CLOCK_LENGTH) {
    while (bytes[last - 1] === ZERO) last--;
    if (last === start + CLOCK_LENGTH + 1) last--;
  }
  return last;
}

function isZero(bytes: Buffer, at: number, count: number): boolean {
  for (let i = at; i < at + count; i++) if (bytes[i] !== ZERO) return false;
  return true;
}

function printUpperHex({ codec, targetType, policy }: PrintedColumn): CellPrinter {
  return (value, out) => printString(codec.canonicalSource(value, targetType, policy)?.toUpperCase() ?? null, out);
}

function printString(text: string | null, out: ByteWriter): void {
  const bytes = Buffer.from(text ?? '');
  if (text === null) out.latin1(NULL_CELL);
  else copyText(bytes, 0, bytes.length, out);
}
