import type { LogRecord } from '../../contract/change-log.ts';
import { logError } from '../log-error.ts';
import type { EpochRecord, TopicRanges } from './control-record.ts';
import type { PartitionRows, RowFetcher, Wanted } from './partition-rows.ts';
import type { KafkaRecord } from './record-set.ts';
import { ordinalOf, RowMark } from './row-mark.ts';

const yieldRows = 1_000;

/** The offsets of one partition that belong to an epoch, one after another. */
class RangeCursor {
  readonly rows: PartitionRows;
  readonly #runs: TopicRanges['runs'];
  #run = 0;
  #offset: number;

  constructor(rows: PartitionRows, { runs }: TopicRanges) {
    this.rows = rows;
    this.#runs = runs;
    this.#offset = runs[0]?.[0] ?? 0;
  }

  get offset(): number {
    return this.#offset;
  }

  get isAtEnd(): boolean {
    return this.#run === this.#runs.length;
  }

  step(): void {
    const [first, count] = this.#runs[this.#run] as readonly [number, number];
    this.#offset++;
    if (this.#offset < first + count) return;
    this.#run++;
    this.#offset = this.#runs[this.#run]?.[0] ?? this.#offset;
  }
}

/** The next row of a cursor, waiting for its turn. */
interface Head {
  readonly cursor: RangeCursor;
  readonly record: KafkaRecord;
}

/**
 * Rows of an epoch from all its partitions in the order in which they were appended. A row that is not marked with the
 * epoch's own writer, generation, number, attempt and the next ordinal is never given (INV-36).
 */
export class EpochRows {
  readonly #epoch: EpochRecord;
  readonly #fetcher: RowFetcher;
  readonly #mark: RowMark;
  readonly #heads = new Map<number, Head>();
  #starved: RangeCursor[];
  #ordinal = 0;

  constructor(epoch: EpochRecord, fetcher: RowFetcher) {
    this.#epoch = epoch;
    this.#fetcher = fetcher;
    this.#mark = new RowMark(epoch);
    this.#starved = epoch.ranges.map((ranges) => new RangeCursor(fetcher.rows(ranges), ranges));
  }

  async *read(): AsyncGenerator<readonly LogRecord[]> {
    while (this.#ordinal < this.#epoch.records) {
      await this.#feed();
      yield this.#take();
    }
    if (this.#heads.size > 0) throw this.#wrong('has more rows than it counts');
  }

  /** Gives every cursor that has run dry its next row. */
  async #feed(): Promise<void> {
    if (this.#starved.length === 0) return;
    const wanted: Wanted[] = this.#starved.map(({ rows, offset }) => ({ rows, offset }));
    await this.#fetcher.fill(wanted);
    for (const cursor of this.#starved.splice(0)) this.#advance(cursor);
  }

  /** Moves the cursor's next row to the heads; false when it has run dry. */
  #advance(cursor: RangeCursor): void {
    if (cursor.isAtEnd) return;
    const record = cursor.rows.at(cursor.offset);
    if (record === undefined) {
      this.#starved.push(cursor);
      return;
    }
    if (record.markAt < 0 || !this.#mark.matches(record.bytes, record.markAt)) {
      throw this.#wrong(`does not own record ${record.offset} of ${cursor.rows.id.topic}`);
    }
    cursor.step();
    this.#heads.set(ordinalOf(record.bytes, record.markAt), { cursor, record });
  }

  /** Rows in order until one is not there yet. */
  #take(): readonly LogRecord[] {
    const records: LogRecord[] = [];
    while (this.#starved.length === 0 && records.length < yieldRows) {
      const head = this.#heads.get(this.#ordinal);
      if (head === undefined) break;
      this.#heads.delete(this.#ordinal++);
      records.push(logRecord(head));
      this.#advance(head.cursor);
    }
    if (records.length === 0 && this.#starved.length === 0) throw this.#wrong(`lacks its row ${this.#ordinal}`);
    return records;
  }

  #wrong(what: string): Error {
    return logError('LOG_CORRUPT', `epoch ${this.#epoch.number} ${what}`);
  }
}

function logRecord({ cursor, record }: Head): LogRecord {
  const { topic } = cursor.rows.id;
  const { key, value, headers } = record;
  return headers === undefined ? { topic, key, value } : { topic, key, value, headers };
}
