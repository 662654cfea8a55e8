import type { EpochFooter, EpochHeader, LogHead, LogRecord, LogWriter } from '../../contract/change-log.ts';
import { assertFollows } from '../chain.ts';
import { logError } from '../log-error.ts';
import type { ControlFold } from './control-fold.ts';
import type { EpochRecord, StateRecord } from './control-record.ts';
import { type ControlTopic, controlBatch } from './control-topic.ts';
import type { KafkaPort, PartitionId, ProducedBatch } from './kafka-port.ts';
import { type Closing, epochRecord, OpenEpoch } from './open-epoch.ts';
import { partitionOf } from './partition-choice.ts';
import { RowSet } from './row-set.ts';
import type { SchemaStore } from './schema-store.ts';
import { type TopicOptions, tableTopic } from './topic.ts';

/** After this many epochs the whole state is written again: opening reads no more than these. */
const stateEveryEpochs = 500;

/** Control records that go out together: far below what a batch may hold. */
const epochsPerCall = 1_000;

export interface KafkaWriterStart {
  readonly port: KafkaPort;
  readonly control: ControlTopic;
  /** Folded up to our own `open` record, which stands at `openAt`. */
  readonly fold: ControlFold;
  readonly openAt: number;
  readonly logId: string;
  readonly schemas: SchemaStore;
  readonly topics: TopicOptions;
  /** The writer has ended and closed its port. */
  readonly ended: () => void;
}

/**
 * Writer of the Kafka log: rows to the tables' topics, then one control record per epoch that names their offsets. One
 * produce call is under way at a time, for as many epochs as wait (kafka.md); any failure ends the writer (INV-37).
 */
export class KafkaWriter implements LogWriter {
  readonly generation: number;
  readonly #start: KafkaWriterStart;
  readonly #partitions = new Map<string, number>();
  #current = new RowSet();
  /** The other set, while it is not under way. */
  #spare: RowSet | undefined = new RowSet();
  #open: OpenEpoch;
  #last: Pick<EpochHeader, 'number' | 'reached'> | null;
  #closing: Closing[] = [];
  /** Offset that the next control record gets if nobody else writes. */
  #controlNext: number;
  #stateDue: number;
  #pumping: Promise<void> | undefined;
  #roomWanted: (() => void)[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #end: { readonly error: unknown } | undefined;

  constructor(start: KafkaWriterStart) {
    this.#start = start;
    const { generation, writer, last, stateAt } = start.fold.now;
    this.generation = generation;
    this.#last = last;
    this.#controlNext = start.openAt + 1;
    this.#stateDue = stateAt + stateEveryEpochs;
    this.#open = new OpenEpoch({ writer, generation, epoch: (last?.number ?? 0) + 1, attempt: 0 });
  }

  get head(): LogHead {
    const { logId, fold } = this.#start;
    return { logId, last: fold.now.last, state: fold.state };
  }

  /** Runs `act` when all that was asked before is done: calls take effect in the order they were made. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(async () => {
      this.#assertUsable();
      try {
        return await act();
      } catch (error) {
        // What ended the writer meanwhile closed the port under this act: that is the error to tell.
        this.#assertUsable();
        throw error;
      }
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  #assertUsable(): void {
    if (this.#end !== undefined) throw this.#end.error;
  }

  registerSchema(subject: string, schema: string): Promise<number> {
    return this.#inTurn(() => this.#start.schemas.register(subject, schema));
  }

  append(records: readonly LogRecord[]): Promise<void> {
    return this.#inTurn(async () => {
      await this.#meetTopics(records);
      for (const record of records) {
        const partitions = this.#partitions.get(record.topic) as number;
        const id = { topic: record.topic, partition: partitionOf(record.key, partitions) };
        this.#current.add(id, this.#open, record, this.#open.records++);
        this.#open.bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
        if (this.#current.isFull) await this.#room();
      }
    });
  }

  /** Makes the topics of tables not met before, all at once. */
  async #meetTopics(records: readonly LogRecord[]): Promise<void> {
    const met = new Set<string>();
    for (const { topic } of records) if (!this.#partitions.has(topic)) met.add(topic);
    if (met.size === 0) return;
    const { port, topics } = this.#start;
    await port.ensureTopics([...met].map((topic) => tableTopic(topic, topics)));
    for (const topic of met) this.#partitions.set(topic, await port.partitionCount(topic));
  }

  /** Waits until the full set has gone out of the way. */
  async #room(): Promise<void> {
    while (this.#current.isFull) {
      this.#pump();
      await new Promise<void>((resolve) => this.#roomWanted.push(resolve));
      this.#assertUsable();
    }
  }

  async commit(footer: EpochFooter): Promise<EpochHeader> {
    const closed = await this.#inTurn(async () => ({ durable: this.#close(footer) }));
    return closed.durable;
  }

  #close(footer: EpochFooter): Promise<EpochHeader> {
    assertFollows(this.#last, footer);
    const epoch = this.#open;
    this.#last = { number: epoch.origin.epoch, reached: footer.reached };
    this.#open = epoch.next();
    const durable = new Promise<EpochHeader>((resolve, reject) => {
      this.#closing.push({ epoch, footer, resolve, reject });
    });
    this.#pump();
    return durable;
  }

  discard(): Promise<void> {
    return this.#inTurn(async () => {
      this.#open = this.#open.after(this.#open.origin.attempt + 1);
    });
  }

  #pump(): void {
    this.#pumping ??= this.#send();
  }

  async #send(): Promise<void> {
    // Never in the caller's own turn: commits made in it go out together.
    await undefined;
    try {
      while (this.#end === undefined) {
        const rows = this.#takeRows();
        const epochs = this.#takeEpochs();
        if (rows === undefined && epochs.length === 0) return;
        await this.#produce(rows, epochs);
      }
    } catch (error) {
      await this.#fail(error);
    } finally {
      // In the same step as the last look for work: a pump after it starts anew.
      this.#pumping = undefined;
    }
  }

  /** Rows that wait and epochs whose rows have arrived, in one call. */
  async #produce(rows: RowSet | undefined, epochs: readonly Closing[]): Promise<void> {
    const records = this.#controlRecords(epochs);
    const batches: ProducedBatch[] = rows?.batches ?? [];
    const control: PartitionId = { topic: this.#start.control.topic, partition: 0 };
    if (records.length > 0) batches.push({ ...control, bytes: controlBatch(records) });
    const bases = await this.#start.port.produce(batches);
    if (rows !== undefined) {
      rows.acknowledge(bases);
      this.#spare = rows;
    }
    if (records.length > 0) await this.#settle(bases.at(-1) as number, records, epochs);
  }

  #takeRows(): RowSet | undefined {
    const isWanted = this.#current.isFull || this.#closing.some(({ epoch }) => epoch.unsent > 0);
    if (!isWanted || this.#current.isEmpty || this.#spare === undefined) return undefined;
    const rows = this.#current;
    this.#current = this.#spare;
    this.#spare = undefined;
    for (const wake of this.#roomWanted.splice(0)) wake();
    return rows;
  }

  #takeEpochs(): readonly Closing[] {
    const waiting = this.#closing.findIndex(({ epoch }) => epoch.unsent > 0);
    return this.#closing.slice(0, Math.min(waiting < 0 ? this.#closing.length : waiting, epochsPerCall));
  }

  #controlRecords(epochs: readonly Closing[]): (StateRecord | EpochRecord)[] {
    const { fold } = this.#start;
    const { generation, writer, last, stateAt } = fold.now;
    const records = epochs.map((closing) => epochRecord(closing, stateAt));
    if (epochs.length === 0 || this.#controlNext < this.#stateDue) return records;
    // First in its batch: all that it tells of is acknowledged, so its offsets are known.
    return [{ kind: 'state', generation, writer, stateAt, last, state: fold.state }, ...records];
  }

  /** The control records stand from `base` on: they count if no newer writer stands before them (INV-32). */
  async #settle(
    base: number,
    records: readonly (StateRecord | EpochRecord)[],
    epochs: readonly Closing[],
  ): Promise<void> {
    const { control, fold } = this.#start;
    for await (const entry of control.range(this.#controlNext, base)) fold.take(entry.record, entry.offset);
    const headers = records.flatMap((record, index) => fold.take(record, base + index)?.header ?? []);
    if (headers.length !== epochs.length) {
      throw logError('LOG_FENCED', `writer ${this.generation} was replaced by writer ${fold.now.generation}`);
    }
    this.#controlNext = base + records.length;
    this.#stateDue = fold.now.stateAt + stateEveryEpochs;
    this.#closing.splice(0, epochs.length);
    for (const [index, { resolve }] of epochs.entries()) resolve(headers[index] as EpochHeader);
  }

  async #fail(error: unknown): Promise<void> {
    this.#end ??= { error };
    for (const { reject } of this.#closing.splice(0)) reject(error);
    for (const wake of this.#roomWanted.splice(0)) wake();
    await this.#start.port.close();
    this.#start.ended();
  }

  async close(): Promise<void> {
    await this.#turn;
    while (this.#pumping !== undefined) await this.#pumping;
    await this.#fail(logError('LOG_CLOSED', 'the writer was closed'));
  }
}
