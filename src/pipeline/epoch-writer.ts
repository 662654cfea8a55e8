import type { Change, Commit, Mark } from '../contract/change.ts';
import type { EpochFooter, EpochHeader, LogRecord, LogWriter } from '../contract/change-log.ts';
import type { Position } from '../contract/position.ts';
import type { Encoder } from '../transform/encode.ts';

export interface EpochWriterOptions {
  readonly writer: LogWriter;
  readonly encoder: Encoder;
  /** Where the stream was started: the position that the log's last epoch reached, or the first ever. */
  readonly from: Position;
  /** An epoch that holds more than this waits for the one before it to be durable. */
  readonly maxEpochBytes?: number;
  readonly onEpoch?: (header: EpochHeader) => void;
  readonly onAppended?: (records: readonly LogRecord[]) => void;
}

const MAX_EPOCH_BYTES = 32 * 1024 * 1024;

/** What has been appended since the last epoch was closed. */
interface OpenEpoch {
  reached: Position;
  firstCommitUs: bigint | null;
  lastCommitUs: bigint | null;
  transactions: number;
  state: Map<string, string | null>;
  bytes: number;
}

/**
 * Writes the stream into the log as epochs. While one epoch becomes durable the next is gathered, so epochs are short
 * when the source is idle and long under backlog, and no timer adds latency (protocols 4).
 * INV-5: an epoch is closed only between transactions.
 */
export class EpochWriter {
  readonly #options: EpochWriterOptions;
  #start: Position | null;
  #open: OpenEpoch;
  /** The commit on its way; never rejects, its error stands in #failure. */
  #closing: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;
  #isBetweenTransactions = true;

  constructor(options: EpochWriterOptions) {
    this.#options = options;
    this.#start = options.writer.head.last?.reached ?? null;
    this.#open = emptyEpoch(options.from);
  }

  /**
   * Consumes the stream until it ends; whole transactions are durable then. Where the stream ended inside one, what was
   * appended of it stays uncommitted: the log forgets it with its writer.
   */
  async run(stream: AsyncIterable<readonly Change[]>): Promise<void> {
    try {
      for await (const batch of stream) if (batch.length > 0) await this.#batch(batch);
    } finally {
      // Whoever closes the writer next must not find a commit on its way.
      while (this.#closing) await this.#closing;
    }
    this.#rethrow();
  }

  async #batch(batch: readonly Change[]): Promise<void> {
    this.#rethrow();
    const isBetween = this.#isBetweenTransactions;
    this.#isBetweenTransactions = false;
    const cut = lastBoundary(batch);
    if (cut > 0) await this.#append(batch.slice(0, cut));
    if (cut === batch.length) {
      this.#isBetweenTransactions = true;
      if (this.#open.bytes > (this.#options.maxEpochBytes ?? MAX_EPOCH_BYTES)) await this.#settle();
      this.#close();
      return;
    }
    // An open transaction follows: close before it, or the epoch could not end until the transaction does.
    if (cut > 0 || isBetween) {
      await this.#settle();
      this.#close();
    }
    await this.#append(batch.slice(cut));
  }

  async #append(changes: readonly Change[]): Promise<void> {
    for (const change of changes) this.#note(change);
    const records = await this.#options.encoder.encode(changes);
    if (records.length === 0) return;
    for (const { key, value } of records) this.#open.bytes += (key?.length ?? 0) + (value?.length ?? 0);
    await this.#options.writer.append(records);
    this.#options.onAppended?.(records);
  }

  #note(change: Change): void {
    if (change.tag === 'commit') this.#noteCommit(change);
    else if (change.tag === 'mark') this.#noteMark(change);
    else if (change.tag === 'idle') this.#open.reached = change.position;
  }

  #noteCommit({ position, committedAtUs }: Commit): void {
    const open = this.#open;
    open.reached = position;
    open.transactions += 1;
    if (open.firstCommitUs === null || committedAtUs < open.firstCommitUs) open.firstCommitUs = committedAtUs;
    if (open.lastCommitUs === null || committedAtUs > open.lastCommitUs) open.lastCommitUs = committedAtUs;
  }

  #noteMark({ state }: Mark): void {
    for (const [key, value] of state) this.#open.state.set(key, value);
  }

  /** Only between transactions. Starts the commit of what is gathered, unless one is on its way: its end does it then. */
  #close(): void {
    const open = this.#open;
    if (this.#closing || this.#failure) return;
    if (open.transactions === 0 && open.state.size === 0) return;
    const footer: EpochFooter = { start: this.#start, ...withoutBytes(open) };
    this.#start = open.reached;
    this.#open = emptyEpoch(open.reached);
    this.#closing = this.#commit(footer);
  }

  async #commit(footer: EpochFooter): Promise<void> {
    try {
      const header = await this.#options.writer.commit(footer);
      this.#options.onEpoch?.(header);
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#closing = null;
    }
    if (this.#isBetweenTransactions) this.#close();
  }

  async #settle(): Promise<void> {
    while (this.#closing) await this.#closing;
    this.#rethrow();
  }

  #rethrow(): void {
    if (this.#failure) throw this.#failure.error;
  }
}

function withoutBytes({ reached, firstCommitUs, lastCommitUs, transactions, state }: OpenEpoch) {
  return { reached, firstCommitUs, lastCommitUs, transactions, state };
}

function emptyEpoch(reached: Position): OpenEpoch {
  return { reached, firstCommitUs: null, lastCommitUs: null, transactions: 0, state: new Map(), bytes: 0 };
}

/** Number of changes up to and with the last one that stands at the end of a transaction; 0 for none. */
function lastBoundary(batch: readonly Change[]): number {
  for (let i = batch.length; i > 0; i--) {
    const tag = batch[i - 1]?.tag;
    if (tag === 'commit' || tag === 'mark' || tag === 'idle') return i;
  }
  return 0;
}
