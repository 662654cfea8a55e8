import type { LogRecord } from '../../contract/change-log.ts';

/**
 * Records of one frame: topic as the index of a topic named before in the frame, or the next index and its name; key and
 * value as length + 1 (0: null) and bytes; headers as count, then name and bytes of each. Numbers are LEB128 below 2^32.
 */
const numberBytes = 5;

/** No more bytes than this are needed for `record`. */
export function boundBytes(record: LogRecord): number {
  let bound = 5 * numberBytes + 3 * record.topic.length + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  if (record.headers === undefined) return bound;
  for (const name in record.headers) {
    bound += 2 * numberBytes + 3 * name.length + (record.headers[name] as Uint8Array).length;
  }
  return bound;
}

function putNumber(bytes: Buffer, at: number, value: number): number {
  while (value >= 0x80) {
    bytes[at++] = (value & 0x7f) | 0x80;
    value >>>= 7;
  }
  bytes[at++] = value;
  return at;
}

function putText(bytes: Buffer, at: number, text: string): number {
  const length = Buffer.byteLength(text);
  at = putNumber(bytes, at, length);
  bytes.write(text, at, 'utf8');
  return at + length;
}

function putBytes(bytes: Buffer, at: number, value: Uint8Array | null): number {
  if (value === null) return putNumber(bytes, at, 0);
  at = putNumber(bytes, at, value.length + 1);
  bytes.set(value, at);
  return at + value.length;
}

export class RecordEncoder {
  #topics = new Map<string, number>();

  /** Call before the first record of a frame. */
  begin(): void {
    this.#topics.clear();
  }

  /** Writes `record` at `at`, where there must be room for its bound; returns the byte after it. */
  put(bytes: Buffer, at: number, record: LogRecord): number {
    const known = this.#topics.get(record.topic);
    if (known === undefined) {
      at = putNumber(bytes, at, this.#topics.size);
      at = putText(bytes, at, record.topic);
      this.#topics.set(record.topic, this.#topics.size);
    } else at = putNumber(bytes, at, known);
    at = putBytes(bytes, at, record.key);
    at = putBytes(bytes, at, record.value);
    if (record.headers === undefined) return putNumber(bytes, at, 0);
    const names = Object.keys(record.headers);
    at = putNumber(bytes, at, names.length);
    for (const name of names) {
      at = putText(bytes, at, name);
      at = putBytes(bytes, at, record.headers[name] as Uint8Array);
    }
    return at;
  }
}

/** Cursor over one frame's payload. Keys and values are views of `bytes`, which must not change any more. */
class RecordDecoder {
  readonly #bytes: Buffer;
  readonly #topics: string[] = [];
  #at: number;

  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes;
    this.#at = start;
  }

  get position(): number {
    return this.#at;
  }

  #number(): number {
    let byte = this.#bytes[this.#at++] as number;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let factor = 0x80; ; factor *= 0x80) {
      byte = this.#bytes[this.#at++] as number;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  #text(): string {
    const length = this.#number();
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }

  #view(): Buffer | null {
    const length = this.#number();
    if (length === 0) return null;
    this.#at += length - 1;
    return this.#bytes.subarray(this.#at - length + 1, this.#at);
  }

  next(): LogRecord {
    const index = this.#number();
    if (index === this.#topics.length) this.#topics.push(this.#text());
    const topic = this.#topics[index] as string;
    const key = this.#view();
    const value = this.#view();
    const count = this.#number();
    if (count === 0) return { topic, key, value };
    const headers: Record<string, Uint8Array> = {};
    for (let i = 0; i < count; i++) headers[this.#text()] = this.#view() as Buffer;
    return { topic, key, value, headers };
  }
}

export function decodeRecords(bytes: Buffer, start: number, end: number): LogRecord[] {
  const records: LogRecord[] = [];
  const decoder = new RecordDecoder(bytes, start);
  while (decoder.position < end) records.push(decoder.next());
  return records;
}
