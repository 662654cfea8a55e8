import { logError } from '../log-error.ts';
import { ControlFold, emptyFold, type FoldStart, foldFrom } from './control-fold.ts';
import { type ControlRecord, controlBytes, controlFrom, kafkaFormat } from './control-record.ts';
import type { KafkaPort } from './kafka-port.ts';
import { BatchBuilder } from './record-batch.ts';
import { readRecordSet } from './record-set.ts';

const fetchBytes = 1 << 20;

export interface ControlEntry {
  readonly offset: number;
  readonly record: ControlRecord;
}

/** Records as one batch for the control topic. */
export function controlBatch(records: readonly ControlRecord[]): Buffer {
  const builder = new BatchBuilder(1 << 12);
  for (const record of records) builder.add({ key: null, value: controlBytes(record) });
  return builder.finish(Date.now());
}

/** The control topic through a port: one partition, from which nothing is ever deleted. */
export class ControlTopic {
  readonly topic: string;
  readonly #port: KafkaPort;

  constructor(topic: string, port: KafkaPort) {
    this.topic = topic;
    this.#port = port;
  }

  async end(): Promise<number> {
    return (await this.#port.bounds({ topic: this.topic, partition: 0 })).end;
  }

  /** Entries from `offset` on: what there is, or what comes within `waitMs`. */
  async fetch(offset: number, waitMs: number): Promise<readonly ControlEntry[]> {
    const from = { topic: this.topic, partition: 0, offset, maxBytes: fetchBytes };
    const [fetched] = await this.#port.fetch([from], waitMs);
    const records = readRecordSet(fetched?.bytes ?? Buffer.alloc(0), offset, this.topic);
    return records.map(({ offset: at, value }) => ({ offset: at, record: controlFrom(value, at) }));
  }

  async *range(from: number, end: number): AsyncGenerator<ControlEntry> {
    for (let at = from; at < end; ) {
      const entries = await this.fetch(at, 1_000);
      for (const entry of entries) {
        if (entry.offset >= end) return;
        yield entry;
        at = entry.offset + 1;
      }
    }
  }

  async append(records: readonly ControlRecord[]): Promise<number> {
    const batch = { topic: this.topic, partition: 0, bytes: controlBatch(records) };
    const [base] = await this.#port.produce([batch]);
    return base as number;
  }

  /** The log's identity, from its first record. Undefined in an empty topic. */
  async identity(): Promise<string | undefined> {
    for await (const { record } of this.range(0, Math.min(1, await this.end()))) {
      if (record.kind !== 'log') throw logError('LOG_FOREIGN', `${this.topic} was not made by sluice`);
      if (record.format === kafkaFormat) return record.logId;
      throw logError('LOG_VERSION', `${this.topic} has format ${record.format}, this release reads ${kafkaFormat}`);
    }
    return undefined;
  }

  /** Folds the tail of the topic up to `end`: a bounded number of records, from the last full state on. */
  async fold(end: number): Promise<ControlFold> {
    const from = await this.#stateBefore(end);
    let fold = new ControlFold(emptyFold);
    for await (const { record, offset } of this.range(from, end)) {
      if (offset === from && record.kind === 'state') fold = new ControlFold(foldFrom(record, offset));
      else fold.take(record, offset);
    }
    return fold;
  }

  async #stateBefore(end: number): Promise<number> {
    for await (const { record } of this.range(Math.max(end - 1, 0), end)) {
      // Whoever wrote the last record, fenced or not: it points only to what it knew to count.
      if (record.kind !== 'log') return record.stateAt;
    }
    return 0;
  }

  /** The fold of a reader that begins at `offset`, which must stand behind an epoch that counts. */
  async foldAt(offset: number, end: number): Promise<FoldStart> {
    if (offset === 0) return emptyFold;
    for await (const { record } of this.range(offset - 1, Math.min(offset, end))) {
      if (record.kind !== 'epoch') break;
      const { generation, writer } = record;
      return { ...emptyFold, generation, writer, last: { ...record, offset: -1, next: offset } };
    }
    throw logError('LOG_FOREIGN', `${this.topic} has no epoch that ends at ${offset}; it ends at ${end}`);
  }
}
