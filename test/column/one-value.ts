/** One value through one codec, for tests that need no server. */
import { ByteWriter } from '../../src/avro/byte-writer.ts';
import { AvroReader } from '../../src/avro/reader.ts';
import { AvroWriter } from '../../src/avro/writer.ts';
import { type ColumnCodec, STRICT_POLICY, type ValuePolicy, type WireColumn } from '../../src/column/codec.ts';
import { columnTypeOf } from '../../src/column/describe.ts';
import { codecOf } from '../../src/column/family.ts';
import { ValueError } from '../../src/contract/error.ts';

export const codecFor = (columnType: string, charset: string | null = null) =>
  codecOf(columnTypeOf(columnType, charset));

/** Avro bytes of a value as a text result set has it. */
export function fromQuery(codec: ColumnCodec, text: string | Buffer): Buffer {
  const bytes = Buffer.from(text as string);
  const out = new AvroWriter(1);
  codec.query(bytes, 0, bytes.length, out);
  return out.take();
}

/** Avro bytes of a cell; the decoder must stop exactly at its end. */
export function fromCell(codec: ColumnCodec, wire: WireColumn, cell: Buffer): Buffer {
  const reader = new AvroReader().over(Buffer.concat([cell, Buffer.alloc(9, 0xff)]));
  const out = new AvroWriter(1);
  codec.binlog(wire)(reader, out);
  if (reader.position !== cell.length) throw new Error(`${reader.position} of ${cell.length} bytes were read`);
  return out.take();
}

/** The COPY field of a value, or `!` and the reason why it was refused. */
export function copied(codec: ColumnCodec, avro: Buffer, target: string, policy: ValuePolicy = STRICT_POLICY): string {
  const out = new ByteWriter(1);
  try {
    codec.copy(target, policy)?.(new AvroReader().over(avro), out);
  } catch (error) {
    if (error instanceof ValueError) return `!${error.reason}`;
    throw error;
  }
  return out.take().toString();
}

export function canonical(codec: ColumnCodec, avro: Buffer, target: string, policy: ValuePolicy = STRICT_POLICY) {
  return codec.canonicalSource(new AvroReader().over(avro), target, policy);
}
