import { AvroWriter } from '../avro/writer.ts';
import type { ColumnType } from '../contract/table.ts';
import { DAY, STAMP } from './key-form.ts';
import type { RowPrint } from './row-print.ts';
import type { VerifiedTable } from './verified-table.ts';

/**
 * The Avro record of a key by its canonical texts: how the log names a row that only the target has. null where the
 * source's type cannot hold the key, so that no change of the log could name it.
 */
export function keyRecord(table: VerifiedTable, print: RowPrint, key: readonly string[]): Buffer | null {
  const out = new AvroWriter(64);
  const isWritten = (table.key?.places ?? []).every((place, i) => {
    const type = table.compared[place]?.type;
    return type !== undefined && writeKeyCell(type, key[i] ?? '', out);
  });
  if (!isWritten) return null;
  const record = out.take();
  return JSON.stringify(print.keyTexts(record)) === JSON.stringify(key) ? record : null;
}

const INTEGER = /^-?\d+$/;

function writeKeyCell(type: ColumnType, text: string, out: AvroWriter): boolean {
  switch (type.kind) {
    case 'integer':
      if (type.bytes === 8 && type.unsigned) out.string(text);
      else if (INTEGER.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)) out.bigLong(BigInt(text));
      else return false;
      return true;
    case 'year':
      if (!INTEGER.test(text)) return false;
      out.long(Number(text));
      return true;
    case 'binary':
    case 'blob':
      out.slice(Buffer.from(text, 'hex'));
      return true;
    case 'datetime':
    case 'timestamp':
      // Of what the source has no form for (infinity) the sink would find no row either.
      if (!STAMP.test(text)) return false;
      out.string(withFraction(text.replace(' ', 'T'), type.fraction) + (type.kind === 'timestamp' ? 'Z' : ''));
      return true;
    case 'date':
      if (!DAY.test(text)) return false;
      out.string(text);
      return true;
    case 'time':
      out.string(withFraction(text, type.fraction));
      return true;
    case 'uuid':
      out.string(text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
      return true;
    case 'decimal':
      out.string(withFraction(text, type.scale));
      return true;
    case 'text':
    case 'enum':
    case 'set':
      out.string(text);
      return true;
    default:
      return false;
  }
}

/** The log has all digits of a fraction. */
function withFraction(text: string, digits: number): string {
  const [clock = '', fraction = ''] = text.split('.');
  return digits === 0 ? text : `${clock}.${fraction.padEnd(digits, '0')}`;
}
