import type { EpochFooter, EpochHeader, LogHead, LogRecord, LogWriter } from '../../contract/change-log.ts';
import { assertFollows } from '../chain.ts';
import { type LogErrorCode, logError } from '../log-error.ts';
import { StateMap } from '../state-map.ts';
import { Appender, type AppenderEvents, type AppenderStart } from './appender.ts';
import { BlockPool } from './block.ts';
import { type ClosedEpoch, epochPayload, headerOf } from './epoch-frame.ts';
import { frameType } from './frame.ts';
import { FrameStream } from './frame-stream.ts';
import { boundBytes, RecordEncoder } from './record-codec.ts';
import type { SchemaFile } from './schema-file.ts';
import { segmentFrame } from './segment-file.ts';
import type { Tail } from './tail.ts';

const blockBytes = 1 << 20;
const blocks = 4;
/** A frame's length is a u32, and a value must fit in one Buffer view the sink can hold. */
const maxRecordBytes = 1 << 30;

export interface WriterStart extends AppenderStart {
  readonly tail: Tail;
  readonly generation: number;
  readonly logSeed: number;
  readonly segmentBytes: number;
  readonly schemas: SchemaFile;
  readonly events: Pick<AppenderEvents, 'beforeSegment' | 'segmentMade'>;
  /** The writer was closed by its user. */
  readonly closed: (isFailed: boolean) => Promise<void>;
}

interface Waiting {
  readonly epoch: ClosedEpoch;
  readonly resolve: (epoch: EpochHeader) => void;
  readonly reject: (error: unknown) => void;
}

/** Writer of the embedded log: records into frames at once, an epoch visible when its closing frame is on the disk. */
export class EmbeddedWriter implements LogWriter {
  readonly generation: number;
  readonly #start: WriterStart;
  readonly #appender: Appender;
  readonly #stream: FrameStream;
  readonly #encoder = new RecordEncoder();
  /** Epochs whose closing frame is on its way to the disk. */
  readonly #waiting: Waiting[] = [];
  /** Last epoch written, maybe not durable yet, and the state with it. */
  #last: ClosedEpoch | null;
  readonly #state: StateMap;
  #recordsAt: number;
  #records = 0;
  #bytes = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #end: { readonly error: unknown } | undefined;

  constructor(start: WriterStart) {
    this.#start = start;
    this.generation = start.generation;
    const { last, state } = start.tail.known;
    this.#last = last;
    this.#state = new StateMap(state);
    const pool = new BlockPool(blockBytes, blocks);
    this.#appender = new Appender(start, pool, {
      ...start.events,
      synced: (offset) => this.#publish(offset),
      failed: (error) => this.#fail(error),
    });
    const { logSeed, segment, segmentBytes, end: offset } = start;
    const frame = (base: number) => this.#segmentFrame(base);
    this.#stream = new FrameStream(
      { logSeed, segment, segmentBytes, offset, segmentFrame: frame },
      pool,
      this.#appender,
    );
    this.#recordsAt = offset;
  }

  get head(): LogHead {
    return this.#start.tail.head;
  }

  #segmentFrame(base: number): Buffer {
    const { tail, schemas, logSeed } = this.#start;
    const start = { logId: tail.logId, base, generation: this.generation, schemas: schemas.count };
    return segmentFrame({ ...start, last: this.#last, state: this.#state.now }, logSeed);
  }

  /** Runs `act` when all that was asked before is done: calls take effect in the order they were made. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => {
      this.#assertUsable();
      return act();
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
    return this.#inTurn(() => this.#append(records));
  }

  async #append(records: readonly LogRecord[]): Promise<void> {
    for (const record of records) {
      const bound = boundBytes(record);
      const block = this.#stream.room(bound) ?? (await this.#openFrame(bound, record.topic));
      block.position = this.#encoder.put(block.bytes, block.position, record);
      this.#records++;
      this.#bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
    }
  }

  async #openFrame(bytes: number, topic: string) {
    if (bytes > maxRecordBytes) {
      throw logError('LOG_RECORD_TOO_LARGE', `a row of ${topic} takes ${bytes} bytes, a frame holds ${maxRecordBytes}`);
    }
    this.#stream.seal(frameType.records);
    const block = await this.#stream.open(bytes);
    this.#assertUsable();
    this.#encoder.begin();
    return block;
  }

  async commit(footer: EpochFooter): Promise<EpochHeader> {
    const durable = await this.#inTurn(async () => ({ epoch: this.#close(await this.#closing(footer)) }));
    return durable.epoch;
  }

  /** Writes the closing frame. */
  async #closing(footer: EpochFooter): Promise<ClosedEpoch> {
    assertFollows(this.#last, footer);
    this.#stream.seal(frameType.records);
    const draft = {
      ...footer,
      number: (this.#last?.number ?? 0) + 1,
      generation: this.generation,
      offset: this.#last?.next ?? 0,
      records: this.#records,
      bytes: this.#bytes,
      recordsAt: this.#recordsAt,
      syncedTo: this.#appender.syncedTo,
      schemas: this.#start.schemas.count,
    };
    await this.#stream.put(frameType.epoch, epochPayload(draft));
    this.#assertUsable();
    return { ...draft, next: this.#stream.offset };
  }

  /** The epoch is written: what follows belongs to the next one. Resolves when it is durable. */
  #close(epoch: ClosedEpoch): Promise<EpochHeader> {
    this.#last = epoch;
    this.#state.apply(epoch.state);
    this.#startRecords(epoch.next);
    const durable = new Promise<EpochHeader>((resolve, reject) => this.#waiting.push({ epoch, resolve, reject }));
    this.#appender.flush(epoch.next);
    return durable;
  }

  #startRecords(at: number): void {
    this.#recordsAt = at;
    this.#records = this.#bytes = 0;
  }

  discard(): Promise<void> {
    return this.#inTurn(async () => {
      this.#stream.drop();
      this.#startRecords(this.#stream.offset);
    });
  }

  /** An epoch exists for readers only from here on (INV-30). */
  #publish(offset: number): void {
    while (this.#waiting[0] !== undefined && this.#waiting[0].epoch.next <= offset) {
      const { epoch, resolve } = this.#waiting.shift() as Waiting;
      this.#start.tail.publish(epoch);
      resolve(headerOf(epoch));
    }
  }

  #fail(error: unknown): void {
    this.#end ??= { error };
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  /** Ends this writer: what was written completes, nothing more is taken (INV-32). */
  fence(): Promise<void> {
    return this.#finish('LOG_FENCED', `writer ${this.generation} was replaced by a newer one in this process`);
  }

  async close(): Promise<void> {
    const isFailed = this.#end !== undefined;
    if (!isFailed) await this.#inTurn(() => this.#markClosed()).catch(() => undefined);
    await this.#finish('LOG_CLOSED', 'the writer was closed');
    await this.#start.closed(isFailed);
  }

  /** Says at the end of the log that all before it is on the disk, so that a defect there cannot pass for a torn tail. */
  async #markClosed(): Promise<void> {
    this.#stream.drop();
    await this.#appender.settled();
    await this.#stream.put(frameType.closed, Buffer.from(JSON.stringify({ syncedTo: this.#appender.syncedTo })));
    this.#appender.flush(this.#stream.offset);
  }

  async #finish(code: LogErrorCode, message: string): Promise<void> {
    this.#end ??= { error: logError(code, message) };
    await this.#turn;
    await this.#appender.close();
    await this.#start.schemas.close();
  }
}
