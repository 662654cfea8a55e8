import { crc32c } from './crc32c.ts';

/** Kafka's record batch, format 2: 61 bytes of header, then records with zigzag varint lengths. */
export const batchHeaderBytes = 61;
const crcAt = 17;
const attributesAt = 21;
/** Our mark is a record's first header, under this name. */
const markName = Buffer.from('sluice');

export interface BatchRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly mark?: Uint8Array;
  readonly headers?: Readonly<Record<string, Uint8Array>> | undefined;
}

function varintBytes(value: number): number {
  let zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  let bytes = 1;
  while (zigzag >= 0x80) {
    zigzag >>>= 7;
    bytes++;
  }
  return bytes;
}

function fieldBytes(length: number): number {
  return varintBytes(length) + length;
}

function bodyBytes(record: BatchRecord, delta: number): number {
  let bytes = 2 + varintBytes(delta) + fieldOf(record.key) + fieldOf(record.value);
  let headers = 0;
  if (record.mark !== undefined) {
    headers++;
    bytes += fieldBytes(markName.length) + fieldBytes(record.mark.length);
  }
  for (const name in record.headers) {
    headers++;
    bytes += fieldBytes(Buffer.byteLength(name)) + fieldOf(record.headers[name] as Uint8Array);
  }
  return bytes + varintBytes(headers);
}

function fieldOf(value: Uint8Array | null): number {
  return value === null ? 1 : fieldBytes(value.length);
}

/** Builds one batch after another in one buffer, records encoded as they come. */
export class BatchBuilder {
  #bytes: Buffer;
  #at = batchHeaderBytes;
  #records = 0;

  constructor(capacityBytes = 1 << 16) {
    this.#bytes = Buffer.allocUnsafeSlow(capacityBytes);
  }

  get records(): number {
    return this.#records;
  }

  get bytes(): number {
    return this.#at;
  }

  clear(): void {
    this.#at = batchHeaderBytes;
    this.#records = 0;
  }

  add(record: BatchRecord): void {
    const body = bodyBytes(record, this.#records);
    this.#reserve(body + 5);
    this.#varint(body);
    this.#bytes[this.#at++] = 0;
    this.#bytes[this.#at++] = 0;
    this.#varint(this.#records++);
    this.#field(record.key);
    this.#field(record.value);
    this.#headers(record);
  }

  #headers({ mark, headers }: BatchRecord): void {
    const names = headers === undefined ? [] : Object.keys(headers);
    this.#varint(names.length + (mark === undefined ? 0 : 1));
    if (mark !== undefined) {
      this.#field(markName);
      this.#field(mark);
    }
    for (const name of names) {
      this.#field(Buffer.from(name));
      this.#field((headers as Record<string, Uint8Array>)[name] as Uint8Array);
    }
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#at + count));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }

  #varint(value: number): void {
    let zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
    while (zigzag >= 0x80) {
      this.#bytes[this.#at++] = (zigzag & 0x7f) | 0x80;
      zigzag >>>= 7;
    }
    this.#bytes[this.#at++] = zigzag;
  }

  #field(value: Uint8Array | null): void {
    this.#varint(value?.length ?? -1);
    if (value === null) return;
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  /** The batch; valid until the next `clear`. */
  finish(nowMs: number): Buffer {
    const bytes = this.#bytes;
    bytes.fill(0, 0, batchHeaderBytes);
    bytes.writeInt32BE(this.#at - 12, 8);
    bytes.writeInt32BE(-1, 12);
    bytes[16] = 2;
    bytes.writeInt32BE(this.#records - 1, 23);
    bytes.writeBigInt64BE(BigInt(nowMs), 27);
    bytes.writeBigInt64BE(BigInt(nowMs), 35);
    bytes.writeBigInt64BE(-1n, 43);
    bytes.writeInt16BE(-1, 51);
    bytes.writeInt32BE(-1, 53);
    bytes.writeInt32BE(this.#records, 57);
    bytes.writeUInt32BE(crc32c(bytes, attributesAt, this.#at), crcAt);
    return bytes.subarray(0, this.#at);
  }
}
