import type { Position } from './position.ts';

/** Record number of an epoch in a log: opaque, grows, compared only by the log that gave it. */
export type LogOffset = number;

/** One message of a table's topic, in Confluent's wire format (protocols 7). */
export interface LogRecord {
  readonly topic: string;
  readonly key: Uint8Array | null;
  /** null is a tombstone. */
  readonly value: Uint8Array | null;
  readonly headers?: Readonly<Record<string, Uint8Array>>;
}

/** What an epoch says of itself: a run of whole source transactions (protocols 4). */
export interface EpochFooter {
  /** Where the epoch starts; null only for the first epoch of a log. Must equal the reader's checkpoint (INV-4). */
  readonly start: Position | null;
  readonly reached: Position;
  /** Commit times at the source, microseconds since 1970 UTC; null for an epoch that holds no transaction. */
  readonly firstCommitUs: bigint | null;
  readonly lastCommitUs: bigint | null;
  readonly transactions: number;
  /** Entries put into (null: removed from) the state map together with this epoch. */
  readonly state: ReadonlyMap<string, string | null>;
}

export interface EpochHeader extends EpochFooter {
  /** 1, 2, 3, ... without a gap. */
  readonly number: number;
  readonly generation: number;
  readonly offset: LogOffset;
  /** Offset at which the next epoch will stand. */
  readonly next: LogOffset;
  readonly records: number;
  readonly bytes: number;
}

/** An epoch as a reader sees it: complete, in order, once. */
export interface Epoch extends EpochHeader {
  /** Records in the order in which they were appended, in batches; may be called again to read anew. */
  read(): AsyncIterable<readonly LogRecord[]>;
}

export interface LogHead {
  /** Identity of the log itself, made when it was created; a checkpoint of another log is refused. */
  readonly logId: string;
  /** The last complete epoch; null in an empty log. */
  readonly last: EpochHeader | null;
  readonly state: ReadonlyMap<string, string>;
}

/**
 * The one writer. A writer that was fenced by a newer one fails with LOG_FENCED and nothing it appends is ever seen.
 * After any error other than back-pressure the writer is finished: open a new one and resume from its head.
 */
export interface LogWriter {
  readonly generation: number;
  readonly head: LogHead;
  /**
   * Id of a schema (Avro JSON text) for a subject, durable before it returns. The same text gives the same id.
   */
  registerSchema(subject: string, schema: string): Promise<number>;
  /** Adds records to the open epoch. Resolves when more may come (back-pressure), not when durable. One call at a time. */
  append(records: readonly LogRecord[]): Promise<void>;
  /**
   * Makes what was appended since the last commit one epoch; resolves when it is durable. `append` may be called again
   * before that: it belongs to the next epoch. Commits complete in order.
   */
  commit(footer: EpochFooter): Promise<EpochHeader>;
  /** Forgets what was appended since the last commit (a broken transaction is read again after a reconnect). */
  discard(): Promise<void>;
  close(): Promise<void>;
}

export interface ReadOptions {
  /** An offset that this log gave; undefined: the oldest epoch it still holds. */
  readonly from?: LogOffset;
  readonly signal: AbortSignal;
}

/** The log: embedded or Kafka, behind one contract suite. Reads never block a writer. */
export interface ChangeLog {
  /** Fences any older writer, cuts what a dead one left, finds the last complete epoch. */
  openWriter(): Promise<LogWriter>;
  /** Complete epochs from `from` on, then waits for new ones until `signal` aborts. LOG_PURGED when `from` is gone. */
  read(options: ReadOptions): AsyncIterable<Epoch>;
  /** As it stands now, without becoming a writer. */
  head(): Promise<LogHead>;
  schema(id: number): Promise<string>;
  /** What lies before `offset` is not needed any more by us; frees it where the log is ours to cut. */
  release(offset: LogOffset): Promise<void>;
  close(): Promise<void>;
}
