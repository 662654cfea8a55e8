/** Applies the log's epochs to PostgreSQL, each exactly once, in order, whole. */
import type { TableName } from '../contract/change.ts';
import type { EpochHeader, LogHead } from '../contract/change-log.ts';
import { type DecodedEpoch, EpochTransactions, type NextEpoch } from '../contract/epoch.ts';
import { SluiceError } from '../contract/error.ts';
import { type Backend, backendOf, endBackend } from '../postgres/backend.ts';
import { connectPostgres, type PostgresSession, type PostgresSettings } from '../postgres/connection.ts';
import { beginMarked } from '../postgres/wal-message.ts';
import { NewAside } from './aside.ts';
import { Batch } from './batch.ts';
import { lockPipeline, makeBookkeeping } from './bookkeeping.ts';
import {
  assertFollows,
  assertLogHolds,
  assertNeverWritten,
  assertOpen,
  type Checkpoint,
  type CheckpointKey,
  checkpointAfter,
  moveCheckpoint,
  readCheckpoint,
} from './checkpoint.ts';
import { isDataError } from './data-error.ts';
import { EpochQueue } from './epoch-queue.ts';
import { forgetLeftOut, noteLoading } from './freshness-view.ts';
import type { SinkObserver } from './observer.ts';
import type { PausedTable } from './paused-table.ts';
import type { Mapping } from './plan-book.ts';
import { TargetQuarantine } from './quarantine.ts';
import { type RetryOutcome, retryWaiting } from './retry.ts';
import { loadTargetState, type TargetState } from './target-state.ts';

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
  /** Tables of which an epoch's state says that they are being copied; told in `sluice.freshness`. */
  readonly loadingOf?: (state: EpochHeader['state']) => readonly TableName[];
  readonly observer?: SinkObserver;
  /** Told at each step of a transaction; a test ends the process there. */
  readonly onStep?: (step: SinkStep) => void | Promise<void>;
}

/** The instants between which a crash differs; the tests end the sink at each of them. */
export const SINK_STEPS = ['begun', 'rows-written', 'checkpoint-moved', 'committed'] as const;
export type SinkStep = (typeof SINK_STEPS)[number];

const MAX_TRANSACTION_BYTES = 32 * 1024 * 1024;
const MAX_TRANSACTION_MS = 1_000;
const PIECE_BYTES = 4 * 1024 * 1024;
const LOCK_WAIT_MS = 15_000;
/** After a change that the target could not hold, so many transactions run carefully from the start. */
const CAREFUL_TRANSACTIONS = 100;

/** What a sink speaks with the target over, and the process there that listens; null: not known yet. */
export interface SinkLink {
  readonly session: PostgresSession;
  readonly backend: Backend | null;
}

/** One sink of one pipeline. After an error: `start` again, which asks the target what stands (never guesses). */
export class Sink {
  readonly #options: SinkOptions;
  readonly #key: CheckpointKey;
  #state: TargetState | null = null;
  #link: SinkLink | null = null;
  /** Behind the last session. */
  #backend: Backend | null = null;
  #checkpoint: Checkpoint | null = null;
  readonly #transactions = new EpochTransactions(isDataError, CAREFUL_TRANSACTIONS);
  /** The transaction under way; never rejects. */
  #busy: Promise<unknown> = Promise.resolve();
  readonly quarantine: TargetQuarantine;

  constructor(options: SinkOptions) {
    this.#options = options;
    this.#key = { pipeline: options.target.pipeline, lane: 'main' };
    this.quarantine = new TargetQuarantine({
      key: this.#key,
      mapping: options.mapping,
      connect: () => connectPostgres(options.target),
      retry: (head) => this.#exclusively((state) => this.#retry(state, head)),
      drop: (head) => this.#exclusively((state) => this.#drop(state, head)),
    });
  }

  /** Where the target stands; null before the first epoch. */
  get checkpoint(): Checkpoint | null {
    return this.#checkpoint;
  }

  /** null while it has none: for who watches whether the target still answers. */
  get link(): SinkLink | null {
    return this.#link;
  }

  /** True when foreign keys and triggers of the target rest while the sink writes (INV-50). */
  get isReplica(): boolean {
    return this.#state?.session.isReplica ?? false;
  }

  /** Tables whose changes are kept aside, with advice; not those that take no part. */
  get pausedTables(): readonly PausedTable[] {
    const { targetOf } = this.#options.mapping;
    return (this.#state?.paused.all ?? []).filter(({ database, table }) => targetOf(database, table) !== null);
  }

  /**
   * Connects, takes the pipeline's lock, makes our tables and reads the checkpoint: the only source of what was applied.
   * `head` is the log's end: a log that does not hold the checkpoint is refused.
   */
  async start(head?: LogHead): Promise<Checkpoint | null> {
    await this.close();
    const session = await connectPostgres(this.#options.target);
    this.#link = { session, backend: null };
    try {
      await this.#succeed(session);
      await lockPipeline(session, this.#key, this.#options.lockWaitMs ?? LOCK_WAIT_MS);
      await makeBookkeeping(session);
      const checkpoint = await readCheckpoint(session, this.#key);
      assertOpen(checkpoint);
      if (checkpoint === null) await assertNeverWritten(session, this.#key, this.#checkpoint);
      this.#checkpoint = checkpoint;
      if (head) assertLogHolds(this.#checkpoint, head);
      await forgetLeftOut(session, { pipeline: this.#key.pipeline, mapping: this.#options.mapping });
      this.#state = await this.#load(session);
      return this.#checkpoint;
    } catch (error) {
      this.#link = null;
      await session.close();
      throw error;
    }
  }

  /** The server may still hold our last session, which it does not know to be given up, with its lock and its rows. */
  async #succeed(session: PostgresSession): Promise<void> {
    if (this.#backend !== null) await endBackend(session, this.#backend);
    this.#backend = await backendOf(session);
    this.#link = { session, backend: this.#backend };
  }

  /**
   * Applies epochs until they end or `signal` aborts; the transaction in hand is committed first. `onFailed` is told of a
   * failure before the epochs are closed: the next one is waited for already, and behind a fence it never comes (INV-243).
   */
  async apply(
    epochs: AsyncIterable<DecodedEpoch>,
    signal: AbortSignal,
    onFailed: () => void = () => {},
  ): Promise<void> {
    const queue = new EpochQueue(epochs, signal);
    try {
      for (;;) {
        const first = await queue.take();
        if (first === null) return;
        await this.#exclusively((state) => this.#transaction(state, first, queue));
      }
    } catch (error) {
      onFailed();
      throw error;
    } finally {
      await queue.close();
    }
  }

  async close(): Promise<void> {
    const state = this.#state;
    this.#state = null;
    this.#link = null;
    await state?.session.close();
  }

  /**
   * Runs work on the target in a transaction of its own between two of the sink's. The checkpoint stays where it is.
   * Fails with TARGET_SINK_NOT_STARTED (retry) while the sink is down.
   */
  async betweenTransactions<T>(
    work: (session: PostgresSession) => Promise<T>,
    { touchesRows = true }: { readonly touchesRows?: boolean } = {},
  ): Promise<T> {
    if (this.#state === null) throw notStarted();
    return await this.#exclusively(async (state) => {
      await this.#begin(state);
      if (touchesRows) this.#options.observer?.unfollowed?.();
      if (touchesRows) await this.#options.observer?.outside?.(state.session);
      const result = await work(state.session);
      await this.#commitInPlace(state);
      return result;
    });
  }

  /** One transaction at a time, whoever asks. After a failure the session is given up and `start` asks the target anew. */
  async #exclusively<T>(work: (state: TargetState) => Promise<T>): Promise<T> {
    const before = this.#busy;
    const done = Promise.withResolvers<void>();
    this.#busy = done.promise;
    await before;
    try {
      if (this.#state === null) throw notStarted();
      return await work(this.#state);
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      done.resolve();
    }
  }

  /** One target transaction; taken again, the change at fault is found under savepoints and set aside. */
  async #transaction(begun: TargetState, first: DecodedEpoch, queue: EpochQueue): Promise<void> {
    let state = begun;
    const attempt = (next: NextEpoch, isCareful: boolean) => this.#attempt(state, next, isCareful);
    const rollBack = async () => {
      await state.session.query('ROLLBACK');
      state = await this.#load(state.session);
      this.#state = state;
    };
    await this.#transactions.run(first, queue, { attempt, rollBack });
  }

  async #attempt(state: TargetState, next: NextEpoch, isCareful: boolean): Promise<void> {
    const startedMs = performance.now();
    const aside = new NewAside(state.store, state.versions);
    const batch = new Batch(state, { pieceBytes: this.#options.pieceBytes ?? PIECE_BYTES, aside, isCareful });
    await this.#begin(state);
    await this.#step('begun');
    const headers: EpochHeader[] = [];
    let reached = this.#checkpoint;
    for (let epoch = await next(false); epoch !== null; epoch = await next(this.#isFull(batch, startedMs))) {
      assertFollows(reached, epoch);
      batch.enter(epoch.header);
      for await (const changes of epoch.changes()) {
        await batch.take(changes);
        this.#options.observer?.taken?.(batch.bytes);
      }
      reached = checkpointAfter(reached, epoch, this.#heartbeatOf(epoch));
      headers.push(epoch.header);
    }
    if (reached === null) return;
    await batch.flush();
    await aside.flush();
    await this.#noteLoading(state, headers);
    await this.#step('rows-written');
    await this.#commit(state, reached);
    const tookMs = performance.now() - startedMs;
    const { bytes, count } = batch;
    this.#options.observer?.applied?.({ checkpoint: reached, epochs: headers, rows: count.rows, bytes, tookMs });
    if (aside.counts.length > 0) this.#options.observer?.setAside?.(aside.counts);
    await this.#step('committed');
  }

  async #noteLoading({ session }: TargetState, headers: readonly EpochHeader[]): Promise<void> {
    const { loadingOf, mapping } = this.#options;
    const named = headers.flatMap(({ state }) => loadingOf?.(state) ?? []);
    if (named.length === 0) return;
    const tables = [...new Map(named.map((table) => [JSON.stringify([table.database, table.table]), table])).values()];
    await noteLoading(session, { pipeline: this.#key.pipeline, tables, mapping });
  }

  async #commit(state: TargetState, reached: Checkpoint): Promise<void> {
    await moveCheckpoint(state.session, this.#key, this.#checkpoint, reached);
    await this.#step('checkpoint-moved');
    await state.session.query('COMMIT');
    state.writer.committed();
    this.#checkpoint = reached;
    this.#options.observer?.committed?.(reached);
  }

  async #retry(state: TargetState, head: string): Promise<RetryOutcome> {
    await this.#begin(state);
    await this.#options.observer?.outside?.(state.session);
    const outcome = await retryWaiting(state, head, this.#options.pieceBytes ?? PIECE_BYTES);
    await this.#commitInPlace(state);
    return outcome;
  }

  async #drop(state: TargetState, head: string): Promise<number> {
    await this.#begin(state);
    const dropped = await state.store.drop(head);
    await this.#commitInPlace(state);
    return dropped;
  }

  /** The checkpoint stays; moving it to where it stands is the fence (INV-51). */
  async #commitInPlace(state: TargetState): Promise<void> {
    if (this.#checkpoint === null) await state.session.query('COMMIT');
    else await this.#commit(state, this.#checkpoint);
    this.#state = await this.#load(state.session);
  }

  #isFull(batch: Batch, startedMs: number): boolean {
    const { maxTransactionBytes = MAX_TRANSACTION_BYTES, maxTransactionMs = MAX_TRANSACTION_MS } = this.#options;
    return batch.bytes >= maxTransactionBytes || performance.now() - startedMs >= maxTransactionMs;
  }

  #heartbeatOf(epoch: DecodedEpoch): string | null {
    const { heartbeatState } = this.#options;
    return heartbeatState === undefined ? null : (epoch.header.state.get(heartbeatState) ?? null);
  }

  async #begin(state: TargetState): Promise<void> {
    this.#options.observer?.begun?.();
    await beginMarked(state.session);
  }

  async #load(session: PostgresSession): Promise<TargetState> {
    const { mapping, observer = {} } = this.#options;
    return await loadTargetState(session, this.#key, { mapping, observer });
  }

  async #step(step: SinkStep): Promise<void> {
    await this.#options.onStep?.(step);
  }
}

function notStarted(): SluiceError {
  return new SluiceError({
    code: 'TARGET_SINK_NOT_STARTED',
    message: 'the sink is not connected to the target',
    remedy: 'It is started again by itself; look at `sluice status` for what it waits for.',
    disposition: 'retry',
  });
}

export function createSink(options: SinkOptions): Sink {
  return new Sink(options);
}
