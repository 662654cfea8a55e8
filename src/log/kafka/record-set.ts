import zlib from 'node:zlib';
import { logError } from '../log-error.ts';
import { crc32c } from './crc32c.ts';
import { batchHeaderBytes } from './record-batch.ts';

/** A record as it stands in Kafka; keys, values and headers are views. */
export interface KafkaRecord {
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Our mark: it begins at `markAt` in `bytes`; -1 when the record has none. */
  readonly bytes: Buffer;
  readonly markAt: number;
  readonly headers: Readonly<Record<string, Uint8Array>> | undefined;
}

export const markBytes = 24;
const controlBatch = 0x20;

class RecordCursor {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  #varint(): number {
    let byte = this.#bytes[this.#at++] as number;
    let value = byte & 0x7f;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = this.#bytes[this.#at++] as number;
      value |= (byte & 0x7f) << shift;
    }
    return (value >>> 1) ^ -(value & 1);
  }

  /** Steps over a varint that may be longer than 32 bits (the timestamp). */
  #skipVarint(): void {
    while ((this.#bytes[this.#at++] as number) >= 0x80);
  }

  #field(): Buffer | null {
    const length = this.#varint();
    if (length < 0) return null;
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  next(base: number): KafkaRecord {
    const length = this.#varint();
    const end = this.#at + length;
    this.#at++;
    this.#skipVarint();
    const offset = base + this.#varint();
    const [key, value] = [this.#field(), this.#field()];
    let markAt = -1;
    let headers: Record<string, Uint8Array> | undefined;
    for (let left = this.#varint(); left > 0; left--) {
      const nameBytes = this.#varint();
      const nameAt = this.#at;
      this.#at += nameBytes;
      if (markAt < 0 && this.#isMark(nameAt, nameBytes)) markAt = this.#skipField();
      else {
        headers ??= {};
        headers[this.#bytes.toString('utf8', nameAt, nameAt + nameBytes)] = this.#field() as Buffer;
      }
    }
    this.#at = end;
    return { offset, key, value, bytes: this.#bytes, markAt, headers };
  }

  #isMark(at: number, length: number): boolean {
    // The six letters of `sluice`.
    return length === 6 && this.#bytes.readUInt32BE(at) === 0x736c7569 && this.#bytes.readUInt16BE(at + 4) === 0x6365;
  }

  #skipField(): number {
    const length = this.#varint();
    this.#at += length;
    return length === markBytes ? this.#at - length : -1;
  }
}

/** The whole record batches at the start of `bytes`, from `offset` on; a batch cut at the end is left out. */
export function readRecordSet(bytes: Buffer, offset: number, topic: string): KafkaRecord[] {
  const records: KafkaRecord[] = [];
  for (let at = 0; at + batchHeaderBytes <= bytes.length; ) {
    const end = at + 12 + bytes.readInt32BE(at + 8);
    if (end > bytes.length) break;
    if (end < at + batchHeaderBytes) throw unsound(topic, offset);
    readBatch(bytes.subarray(at, end), { records, offset, topic });
    at = end;
  }
  return records;
}

interface Target {
  readonly records: KafkaRecord[];
  readonly offset: number;
  readonly topic: string;
}

function readBatch(batch: Buffer, { records, offset, topic }: Target): void {
  const base = Number(batch.readBigInt64BE(0));
  const isSound = batch[16] === 2 && crc32c(batch, 21, batch.length) === batch.readUInt32BE(17);
  if (!isSound) throw unsound(topic, base);
  const attributes = batch.readInt16BE(21);
  if ((attributes & controlBatch) !== 0) return;
  const { bytes, at } = uncompressed(batch, attributes & 7, topic);
  const cursor = new RecordCursor(bytes, at);
  for (let left = batch.readInt32BE(57); left > 0; left--) {
    const record = cursor.next(base);
    if (record.offset >= offset) records.push(record);
  }
}

function unsound(topic: string, offset: number): Error {
  return logError('LOG_CORRUPT', `the record batch at ${offset} of ${topic} is not what was written`);
}

/** Batches are sent uncompressed; a broker or topic that compresses by itself may do so with what Node can undo. */
function uncompressed(batch: Buffer, codec: number, topic: string): { readonly bytes: Buffer; readonly at: number } {
  if (codec === 0) return { bytes: batch, at: batchHeaderBytes };
  const packed = batch.subarray(batchHeaderBytes);
  if (codec === 1) return { bytes: zlib.gunzipSync(packed), at: 0 };
  // Node before 22.15 has no zstd.
  if (codec === 4 && 'zstdDecompressSync' in zlib) return { bytes: zlib.zstdDecompressSync(packed), at: 0 };
  throw logError(
    'LOG_TOPIC_REFUSED',
    `${topic} is compressed by the broker: set compression.type to producer, gzip or zstd`,
  );
}
