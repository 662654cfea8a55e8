import type { LogRecord } from '../../contract/change-log.ts';
import type { TopicRanges } from './control-record.ts';
import type { PartitionId, ProducedBatch } from './kafka-port.ts';
import { BatchBuilder } from './record-batch.ts';
import type { RowMark } from './row-mark.ts';

/** A set goes out when one of its batches is this large, or all of them together. */
const batchRows = 1_000;
const batchBytes = 512 << 10;
const setBytes = 4 << 20;

/** Builders are kept for the next set while they are not more than this: their buffers are large. */
const keptBuilders = 64;

/** Collects the offsets that an epoch's rows got. */
export class EpochRanges {
  readonly #partitions = new Map<string, PartitionId & { readonly runs: [number, number][] }>();

  add({ topic, partition }: PartitionId, first: number, count: number): void {
    const key = `${topic}/${partition}`;
    const known = this.#partitions.get(key);
    const last = known?.runs.at(-1);
    if (known === undefined) this.#partitions.set(key, { topic, partition, runs: [[first, count]] });
    else if (last !== undefined && last[0] + last[1] === first) last[1] += count;
    else known.runs.push([first, count]);
  }

  get list(): readonly TopicRanges[] {
    return [...this.#partitions.values()];
  }
}

/** What a set needs to know of the epoch its rows belong to. */
export interface RowOwner {
  readonly mark: RowMark;
  readonly ranges: EpochRanges;
  /** Sets that hold rows of it and are not acknowledged. */
  unsent: number;
}

interface Span {
  readonly owner: RowOwner;
  readonly from: number;
  count: number;
}

class PartitionRows {
  readonly id: PartitionId;
  readonly builder = new BatchBuilder();
  spans: Span[] = [];

  constructor(id: PartitionId) {
    this.id = id;
  }

  add(owner: RowOwner, record: LogRecord, mark: Uint8Array): void {
    const from = this.builder.records;
    const last = this.spans.at(-1);
    if (last?.owner === owner) last.count++;
    else this.spans.push({ owner, from, count: 1 });
    this.builder.add({ key: record.key, value: record.value, mark, headers: record.headers });
  }
}

/** Rows of one or several epochs on their way: one batch a partition, one produce call for all. */
export class RowSet {
  readonly #partitions = new Map<string, PartitionRows[]>();
  #filled: PartitionRows[] = [];
  readonly #owners = new Set<RowOwner>();
  #bytes = 0;
  #isFull = false;

  get isEmpty(): boolean {
    return this.#filled.length === 0;
  }

  get isFull(): boolean {
    return this.#isFull || this.#bytes >= setBytes;
  }

  add(id: PartitionId, owner: RowOwner, record: LogRecord, ordinal: number): void {
    const rows = this.#rows(id);
    const before = rows.builder.bytes;
    if (rows.builder.records === 0) this.#filled.push(rows);
    if (!this.#owners.has(owner)) {
      this.#owners.add(owner);
      owner.unsent++;
    }
    rows.add(owner, record, owner.mark.at(ordinal));
    this.#bytes += rows.builder.bytes - before;
    if (rows.builder.records >= batchRows || rows.builder.bytes >= batchBytes) this.#isFull = true;
  }

  #rows({ topic, partition }: PartitionId): PartitionRows {
    let partitions = this.#partitions.get(topic);
    if (partitions === undefined) {
      partitions = [];
      this.#partitions.set(topic, partitions);
    }
    partitions[partition] ??= new PartitionRows({ topic, partition });
    return partitions[partition];
  }

  get batches(): ProducedBatch[] {
    const now = Date.now();
    return this.#filled.map(({ id, builder }) => ({ ...id, bytes: builder.finish(now) }));
  }

  /** Tells each epoch where its rows stand; `bases` are the offsets of `batches`, in order. Empties the set. */
  acknowledge(bases: readonly number[]): void {
    for (const [index, { id, spans }] of this.#filled.entries()) {
      for (const { owner, from, count } of spans) owner.ranges.add(id, (bases[index] as number) + from, count);
    }
    for (const owner of this.#owners) owner.unsent--;
    this.#clear();
  }

  #clear(): void {
    if (this.#partitions.size > keptBuilders) this.#partitions.clear();
    for (const rows of this.#filled) {
      rows.builder.clear();
      rows.spans = [];
    }
    this.#filled = [];
    this.#owners.clear();
    this.#bytes = 0;
    this.#isFull = false;
  }
}
