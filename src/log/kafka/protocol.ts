import { answerError } from './kafka-error.ts';
import type { FetchedPartition, FetchFrom, ProducedBatch } from './kafka-port.ts';
import type { RawRequest } from './kafkajs-internal.ts';

/** Requests and answers for record batches: Produce 7 and Fetch 11, which brokers from Kafka 2.3 to 4 speak. */
const produceTimeoutMs = 25_000;

class Head {
  #bytes = Buffer.allocUnsafe(512);
  #at = 0;

  #reserve(count: number): number {
    if (this.#at + count > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + count));
      this.#bytes.copy(grown, 0, 0, this.#at);
      this.#bytes = grown;
    }
    this.#at += count;
    return this.#at - count;
  }

  int8(value: number): this {
    this.#bytes.writeInt8(value, this.#reserve(1));
    return this;
  }

  int16(value: number): this {
    const at = this.#reserve(2);
    this.#bytes.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.#reserve(4);
    this.#bytes.writeInt32BE(value, at);
    return this;
  }

  int64(value: number): this {
    const at = this.#reserve(8);
    this.#bytes.writeBigInt64BE(BigInt(value), at);
    return this;
  }

  text(value: string): this {
    this.int16(Buffer.byteLength(value));
    const at = this.#reserve(Buffer.byteLength(value));
    this.#bytes.write(value, at, 'utf8');
    return this;
  }

  take(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }
}

class Answer {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  skip(count: number): void {
    this.#at += count;
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  int64(): number {
    this.#at += 8;
    return Number(this.#bytes.readBigInt64BE(this.#at - 8));
  }

  text(): string {
    const length = this.int16();
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }

  view(): Buffer {
    const length = Math.max(this.int32(), 0);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  *each(): Generator<void> {
    for (let left = this.int32(); left > 0; left--) yield;
  }
}

interface Grouped<T> {
  readonly topic: string;
  readonly items: readonly T[];
}

function byTopic<T extends { readonly topic: string }>(items: readonly T[]): Grouped<T>[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(item.topic);
    if (group === undefined) groups.set(item.topic, [item]);
    else group.push(item);
  }
  return [...groups].map(([topic, grouped]) => ({ topic, items: grouped }));
}

export const partitionKey = (topic: string, partition: number): string => `${topic}/${partition}`;

/** One batch for each partition; answers base offsets by `partitionKey`. */
export function produceRequest(batches: readonly ProducedBatch[]): RawRequest<ReadonlyMap<string, number>> {
  const parts: Uint8Array[] = [];
  const groups = byTopic(batches);
  // No transactional id, all replicas in sync.
  let head = new Head().int16(-1).int16(-1).int32(produceTimeoutMs).int32(groups.length);
  for (const { topic, items } of groups) {
    head.text(topic).int32(items.length);
    for (const { partition, bytes } of items) {
      parts.push(head.int32(partition).int32(bytes.length).take(), bytes);
      head = new Head();
    }
  }
  return { apiKey: 0, apiVersion: 7, apiName: 'Produce', parts, decode: produceAnswer };
}

function produceAnswer(bytes: Buffer): ReadonlyMap<string, number> {
  const answer = new Answer(bytes);
  const offsets = new Map<string, number>();
  for (const _ of answer.each()) {
    const topic = answer.text();
    for (const __ of answer.each()) {
      const [partition, code, base] = [answer.int32(), answer.int16(), answer.int64()];
      answer.skip(16);
      if (code !== 0) throw answerError(code, `a batch for ${topic}, partition ${partition}`);
      offsets.set(partitionKey(topic, partition), base);
    }
  }
  return offsets;
}

export function fetchRequest(from: readonly FetchFrom[], waitMs: number): RawRequest<readonly FetchedPartition[]> {
  const maxBytes = from.reduce((sum, each) => sum + each.maxBytes, 0);
  const groups = byTopic(from);
  // Replica -1: a consumer. Session -1: none. Uncommitted: we use no transactions.
  const head = new Head().int32(-1).int32(waitMs).int32(1).int32(maxBytes).int8(0).int32(0).int32(-1);
  head.int32(groups.length);
  for (const { topic, items } of groups) {
    head.text(topic).int32(items.length);
    for (const each of items) head.int32(each.partition).int32(-1).int64(each.offset).int64(-1).int32(each.maxBytes);
  }
  head.int32(0).text('');
  return { apiKey: 1, apiVersion: 11, apiName: 'Fetch', parts: [head.take()], decode: fetchAnswer };
}

function fetchAnswer(bytes: Buffer): readonly FetchedPartition[] {
  const answer = new Answer(bytes);
  const fetched: FetchedPartition[] = [];
  answer.skip(4);
  const refusal = answer.int16();
  if (refusal !== 0) throw answerError(refusal, 'a fetch');
  answer.skip(4);
  for (const _ of answer.each()) {
    const topic = answer.text();
    for (const __ of answer.each()) fetched.push(fetchedPartition(answer, topic));
  }
  return fetched;
}

function fetchedPartition(answer: Answer, topic: string): FetchedPartition {
  const [partition, code, end] = [answer.int32(), answer.int16(), answer.int64()];
  answer.skip(16);
  for (const _ of answer.each()) answer.skip(16);
  answer.skip(4);
  const bytes = answer.view();
  if (code !== 0) throw answerError(code, `a fetch from ${topic}, partition ${partition}`);
  return { topic, partition, bytes, end };
}
