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
  const target = targetType(column.targetType);
  const isText = textLimit(target) !== null && target.name !== 'character';
  switch (column.type.kind) {
    case 'integer':
    case 'year':
      if (target.name === 'boolean') return printBoolean(column);
      if (column.type.kind === 'year' || column.type.bytes < 8) return printInteger;
      if (column.type.unsigned) return printText;
      return target.name.startsWith('interval') ? printCanonical(column) : printBigint;
    case 'text':
    case 'enum':
      if (target.name === 'jsonb') return printText;
      return isText && column.policy.nul === 'refuse' ? printText : printCanonical(column);
    case 'json':
    case 'decimal':
    case 'uuid':
    case 'inet4':
    case 'inet6':
      return printText;
    case 'date':
      return target.name === 'date' ? printText : printCanonical(column);
    case 'timestamp':
    case 'datetime':
      return printStamp(column, target.name === 'timestamp with time zone' ? '+00' : '');
    case 'binary':
    case 'blob':
      return target.name === 'bytea' ? printBytes : printCanonical(column);
    case 'geometry':
      return target.name === 'bytea' ? printBytes : printUpperHex(column);
    default:
      return printCanonical(column);
  }
}

const NULL_CELL = '\\N';

const printInteger: CellPrinter = (value, out) => writeInteger(out, value.long());

/** Beyond 53 bits digit by digit would not be exact. */
const printBigint: CellPrinter = (value, out) => out.latin1(String(value.bigLong()));

const printText: CellPrinter = (value, out) => {
  const start = value.span();
  copyText(value.bytes, start, value.position, out);
};

const printBytes: CellPrinter = (value, out) => {
  const start = value.span();
  out.latin1('\\\\x');
  writeHex(out, value.bytes, start, value.position);
};

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

function printStamp({ type, codec, targetType, policy }: PrintedColumn, zone: string): CellPrinter {
  // A time of another zone is another text at the target.
  const isShifted = type.kind === 'datetime' && zone !== '' && policy.zone !== undefined && policy.zone !== 'UTC';
  return (value, out) => {
    if (!isShifted && printPlainStamp(value, out)) return out.latin1(zone);
    const text = codec.canonicalSource(value, targetType, policy);
    printString(text === null || text.endsWith('infinity') ? text : text + zone, out);
  };
}

const ZERO = 0x30;
const CLOCK_LENGTH = 19;

/** `YYYY-MM-DDThh:mm:ss.ffffff` as the target prints it. False, and nothing is read, where it is a zero date. */
function printPlainStamp(value: AvroReader, out: ByteWriter): boolean {
  const from = value.position;
  const start = value.span();
  const { bytes, position } = value;
  if (isZero(bytes, start, 4) || isZero(bytes, start + 5, 2) || isZero(bytes, start + 8, 2)) {
    value.position = from;
    return false;
  }
  let end = bytes[position - 1] === Z ? position - 1 : position;
  if (end > start + CLOCK_LENGTH) {
    while (bytes[end - 1] === ZERO) end--;
    if (end === start + CLOCK_LENGTH + 1) end--;
  }
  out.raw(bytes, start, end);
  out.bytes[out.position - (end - start) + DATE_LENGTH] = SPACE;
  return true;
}

const Z = 0x5a;
const SPACE = 0x20;
const DATE_LENGTH = 10;

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
