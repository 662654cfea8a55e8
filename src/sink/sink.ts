/** Applies the log's epochs to PostgreSQL, each exactly once, in order, whole. */
import type { LogHead } from '../contract/change-log.ts';
import { connectPostgres, type PostgresSession, type PostgresSettings } from '../postgres/connection.ts';
import { Batch } from './batch.ts';
import { lockPipeline, makeBookkeeping } from './bookkeeping.ts';
import {
  assertFollows,
  assertLogHolds,
  type Checkpoint,
  type CheckpointKey,
  checkpointAfter,
  moveCheckpoint,
  readCheckpoint,
} from './checkpoint.ts';
import type { DecodedEpoch } from './epoch.ts';
import { EpochQueue } from './epoch-queue.ts';
import type { SinkObserver } from './observer.ts';
import { type Mapping, PlanBook } from './plan-book.ts';
import { SetWriter } from './set-writer.ts';

export interface SinkOptions {
  readonly target: PostgresSettings;
  readonly mapping: Mapping;
  /** A transaction takes further epochs until it holds this much. */
  readonly maxTransactionBytes?: number;
  /** And until it has run this long. */
  readonly maxTransactionMs?: number;
  /** Rows are written in pieces of this much; about three times it is held in memory. */
  readonly pieceBytes?: number;
  /** How long a predecessor's session may take to end before TARGET_SINK_RUNNING. */
  readonly lockWaitMs?: number;
  /** Entry of an epoch's state that is kept as the checkpoint's heartbeat. */
  readonly heartbeatState?: string;
  readonly observer?: SinkObserver;
  /** Told at each step of a transaction; a test ends the process there. */
  readonly onStep?: (step: SinkStep) => void | Promise<void>;
}

/** The instants between which a crash differs; the tests end the sink at each of them. */
export const SINK_STEPS = ['begun', 'rows-written', 'checkpoint-moved', 'committed'] as const;
export type SinkStep = (typeof SINK_STEPS)[number];

const MAX_TRANSACTION_BYTES = 32 * 1024 * 1024;
const MAX_TRANSACTION_MS = 1_000;
const PIECE_BYTES = 8 * 1024 * 1024;
const LOCK_WAIT_MS = 15_000;

interface Open {
  readonly session: PostgresSession;
  readonly plans: PlanBook;
  readonly writer: SetWriter;
}

/** One sink of one pipeline. After an error: `start` again, which asks the target what stands (never guesses). */
export class Sink {
  readonly #options: SinkOptions;
  readonly #key: CheckpointKey;
  #open: Open | null = null;
  #checkpoint: Checkpoint | null = null;

  constructor(options: SinkOptions) {
    this.#options = options;
    this.#key = { pipeline: options.target.pipeline, lane: 'main' };
  }

  /** Where the target stands; null before the first epoch. */
  get checkpoint(): Checkpoint | null {
    return this.#checkpoint;
  }

  /** True when foreign keys and triggers of the target rest while the sink writes (INV-50). */
  get isReplica(): boolean {
    return this.#open?.session.isReplica ?? false;
  }

  /**
   * Connects, takes the pipeline's lock, makes our tables and reads the checkpoint: the only source of what was applied.
   * `head` is the log's end: a log that does not hold the checkpoint is refused.
   */
  async start(head?: LogHead): Promise<Checkpoint | null> {
    await this.close();
    const session = await connectPostgres(this.#options.target);
    try {
      await lockPipeline(session, this.#key, this.#options.lockWaitMs ?? LOCK_WAIT_MS);
      await makeBookkeeping(session);
      this.#checkpoint = await readCheckpoint(session, this.#key);
      if (head) assertLogHolds(this.#checkpoint, head);
    } catch (error) {
      await session.close();
      throw error;
    }
    this.#open = { session, plans: new PlanBook(session, this.#options.mapping), writer: new SetWriter(session) };
    return this.#checkpoint;
  }

  /** Applies epochs until they end or `signal` aborts; the transaction in hand is committed first. */
  async apply(epochs: AsyncIterable<DecodedEpoch>, signal: AbortSignal): Promise<void> {
    const queue = new EpochQueue(epochs, signal);
    try {
      for (;;) {
        const first = await queue.take();
        if (first === null) return;
        await this.#transaction(first, queue);
      }
    } finally {
      await queue.close();
    }
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await open?.session.close();
  }

  async #transaction(first: DecodedEpoch, queue: EpochQueue): Promise<void> {
    const open = this.#open;
    if (open === null) throw new Error('apply before start');
    try {
      await this.#applyTogether(open, first, queue);
    } catch (error) {
      open.writer.transactionEnded('rolled-back');
      // Whatever the server thinks of the transaction ends with the session; `start` asks it anew.
      await this.close();
      throw error;
    }
  }

  /** One target transaction: the first epoch and those that are there already (INV-51). */
  async #applyTogether(open: Open, first: DecodedEpoch, queue: EpochQueue): Promise<void> {
    const startedMs = performance.now();
    const batch = new Batch({ ...open, pieceBytes: this.#options.pieceBytes ?? PIECE_BYTES });
    await open.session.query('BEGIN');
    await this.#step('begun');
    const headers = [];
    let reached = this.#checkpoint;
    for (let epoch: DecodedEpoch | null = first; epoch !== null; ) {
      assertFollows(reached, epoch);
      for await (const changes of epoch.changes()) await batch.take(changes);
      reached = checkpointAfter(reached, epoch, this.#heartbeatOf(epoch));
      headers.push(epoch.header);
      epoch = this.#isFull(batch, startedMs) ? null : await queue.takeIfReady();
    }
    await batch.flush();
    await this.#step('rows-written');
    await this.#commit(open, reached as Checkpoint);
    const tookMs = performance.now() - startedMs;
    this.#options.observer?.applied?.({
      checkpoint: reached as Checkpoint,
      epochs: headers,
      rows: batch.count.rows,
      bytes: batch.bytes,
      tookMs,
    });
    await this.#step('committed');
  }

  async #commit(open: Open, reached: Checkpoint): Promise<void> {
    await moveCheckpoint(open.session, this.#key, this.#checkpoint, reached);
    await this.#step('checkpoint-moved');
    await open.session.query('COMMIT');
    open.writer.transactionEnded('committed');
    this.#checkpoint = reached;
  }

  #isFull(batch: Batch, startedMs: number): boolean {
    const { maxTransactionBytes = MAX_TRANSACTION_BYTES, maxTransactionMs = MAX_TRANSACTION_MS } = this.#options;
    return batch.bytes >= maxTransactionBytes || performance.now() - startedMs >= maxTransactionMs;
  }

  #heartbeatOf(epoch: DecodedEpoch): string | null {
    const { heartbeatState } = this.#options;
    return heartbeatState === undefined ? null : (epoch.header.state.get(heartbeatState) ?? null);
  }

  async #step(step: SinkStep): Promise<void> {
    await this.#options.onStep?.(step);
  }
}

export function createSink(options: SinkOptions): Sink {
  return new Sink(options);
}
