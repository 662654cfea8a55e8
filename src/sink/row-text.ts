import { ByteWriter } from '../avro/byte-writer.ts';
import { AvroReader } from '../avro/reader.ts';
import { ValueError } from '../contract/error.ts';
import type { PlannedField, TablePlan } from './table-plan.ts';

const TAB = 0x09;
const NEWLINE = 0x0a;
const CHUNK_BYTES = 64 * 1024;

/** COPY text of rows, in chunks of about 64 kB. Throws ValueError at a row that the target cannot hold. */
export function* rowChunks(plan: TablePlan, images: readonly Uint8Array[]): Iterable<Uint8Array> {
  const text = new RowText(plan);
  for (const image of images) {
    text.row(image);
    if (text.bytes >= CHUNK_BYTES) yield text.take();
  }
  if (text.bytes > 0) yield text.take();
}

/** The same for staging, with the flag before each row; `gone` are key records, or whole images without a key. */
export function* stagedChunks(
  plan: TablePlan,
  gone: readonly Uint8Array[],
  standing: readonly Uint8Array[],
): Iterable<Uint8Array> {
  const text = new RowText(plan);
  for (const bytes of gone) {
    text.flag('d');
    if (plan.key.length > 0) text.key(bytes);
    else text.row(bytes);
    if (text.bytes >= CHUNK_BYTES) yield text.take();
  }
  for (const image of standing) {
    text.flag('u');
    text.row(image);
    if (text.bytes >= CHUNK_BYTES) yield text.take();
  }
  if (text.bytes > 0) yield text.take();
}

/** Tells, without sending it, why the target cannot hold a row; null when its text can be written. */
export function rowProbe(plan: TablePlan): (image: Uint8Array) => ValueError | null {
  const text = new RowText(plan);
  return (image) => {
    text.reset();
    try {
      text.row(image);
      return null;
    } catch (error) {
      if (error instanceof ValueError) return error;
      throw error;
    }
  };
}

/** Writes row images and key records of one plan as lines of COPY text. */
class RowText {
  readonly #plan: TablePlan;
  readonly #out = new ByteWriter(CHUNK_BYTES * 2);
  readonly #reader = new AvroReader();

  constructor(plan: TablePlan) {
    this.#plan = plan;
  }

  get bytes(): number {
    return this.#out.position;
  }

  take(): Buffer {
    const chunk = this.#out.take();
    this.#out.reset();
    return chunk;
  }

  reset(): void {
    this.#out.reset();
  }

  flag(flag: 'd' | 'u'): void {
    this.#out.latin1(flag);
    this.#out.byte(TAB);
  }

  row(image: Uint8Array): void {
    const out = this.#out;
    const reader = this.#reader.over(image);
    for (const field of this.#plan.fields) {
      if (field.encode === null) skipField(field, reader);
      else {
        if (field.nullable && reader.byte() === 0) out.latin1('\\N');
        else field.encode(reader, out);
        out.byte(TAB);
      }
    }
    endLine(out);
  }

  /** Key columns in their places, NULL in the others. A key record has its columns in the key's order, none nullable. */
  key(record: Uint8Array): void {
    const { key, written, fields, version } = this.#plan;
    const reader = this.#reader.over(record);
    const starts = version.key.map((source) => {
      const at = reader.position;
      (fields[source] as PlannedField).skip(reader);
      return at;
    });
    written.forEach((column, at) => {
      const place = key.indexOf(at);
      const field = fields[column.source] as PlannedField;
      if (place < 0) this.#out.latin1('\\N');
      else field.encode?.(this.#reader.over(record, starts[place]), this.#out);
      this.#out.byte(TAB);
    });
    endLine(this.#out);
  }
}

function skipField(field: PlannedField, reader: AvroReader): void {
  if (field.nullable && reader.byte() === 0) return;
  field.skip(reader);
}

/** The last field's tab becomes the end of the line. */
function endLine(out: ByteWriter): void {
  out.bytes[out.position - 1] = NEWLINE;
}
