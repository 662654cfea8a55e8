import { logError } from '../log-error.ts';
import type { FetchFrom, KafkaPort, PartitionId } from './kafka-port.ts';
import { type KafkaRecord, readRecordSet } from './record-set.ts';

/** Memory for rows read ahead, over all partitions of one fetch, and no less than this for each. */
const aheadBytes = 4 << 20;
const leastBytes = 64 << 10;
const mostBytes = 1 << 20;
const waitMs = 1_000;

/** What was fetched last of one partition; epochs that follow each other mostly find their rows in it. */
export class PartitionRows {
  readonly id: PartitionId;
  #records: readonly KafkaRecord[] = [];
  #index = 0;

  constructor(id: PartitionId) {
    this.id = id;
  }

  /** The record at `offset`, if it was fetched. */
  at(offset: number): KafkaRecord | undefined {
    const next = this.#records[this.#index];
    if (next?.offset !== offset) this.#index = this.#find(offset);
    const found = this.#records[this.#index];
    if (found?.offset !== offset) return undefined;
    this.#index++;
    return found;
  }

  has(offset: number): boolean {
    return this.#records[this.#index]?.offset === offset || this.#records[this.#find(offset)]?.offset === offset;
  }

  #find(offset: number): number {
    let [low, high] = [0, this.#records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#records[middle] as KafkaRecord).offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  keep(records: readonly KafkaRecord[]): void {
    this.#records = records;
    this.#index = 0;
  }
}

export interface Wanted {
  readonly rows: PartitionRows;
  readonly offset: number;
}

/** Rows by offset, without a consumer group: fetched where an epoch says they are. */
export class RowFetcher {
  readonly #port: KafkaPort;
  readonly #partitions = new Map<string, PartitionRows>();

  constructor(port: KafkaPort) {
    this.#port = port;
  }

  rows(id: PartitionId): PartitionRows {
    const key = `${id.topic}/${id.partition}`;
    let rows = this.#partitions.get(key);
    if (rows === undefined) {
      rows = new PartitionRows({ topic: id.topic, partition: id.partition });
      this.#partitions.set(key, rows);
    }
    return rows;
  }

  /** Fetches what is wanted and not there yet; every offset wanted is there when it returns. */
  async fill(wanted: readonly Wanted[]): Promise<void> {
    let missing = wanted.filter(({ rows, offset }) => !rows.has(offset));
    for (let isStuck = false; missing.length > 0; ) {
      const maxBytes = Math.min(Math.max(Math.floor(aheadBytes / missing.length), leastBytes), mostBytes);
      const from: FetchFrom[] = missing.map(({ rows, offset }) => ({ ...rows.id, offset, maxBytes }));
      await this.#fetch(from);
      const still = missing.filter(({ rows, offset }) => !rows.has(offset));
      if (still.length === missing.length && isStuck) throw absent(still[0] as Wanted);
      isStuck = still.length === missing.length;
      missing = still;
    }
  }

  async #fetch(from: readonly FetchFrom[]): Promise<void> {
    const offsets = new Map(from.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]));
    for (const { topic, partition, bytes } of await this.#port.fetch(from, waitMs)) {
      const key = `${topic}/${partition}`;
      const records = readRecordSet(bytes, offsets.get(key) as number, topic);
      if (records.length > 0) this.#partitions.get(key)?.keep(records);
    }
  }
}

function absent({ rows, offset }: Wanted): Error {
  const { topic, partition } = rows.id;
  return logError('LOG_CORRUPT', `${topic}, partition ${partition}, has no record ${offset}, which an epoch names`);
}
