/** The way back: applies the log's epochs to MySQL or MariaDB, each exactly once, in order, whole. */
import type { LogHead } from '../contract/change-log.ts';
import { type DecodedEpoch, type EpochSource, EpochTransactions, type NextEpoch } from '../contract/epoch.ts';
import { SluiceError } from '../contract/error.ts';
import type { Origin } from '../contract/set-aside.ts';
import { connectMysql, type MysqlConnection, type MysqlSettings } from '../mysql/connection.ts';
import { endThread } from '../mysql/thread.ts';
import { makeOurTables } from './bookkeeping.ts';
import { ChangeWriter, isOneRowsFault, type WrittenCount } from './change-writer.ts';
import {
  assertFollows,
  assertLogHolds,
  type CheckpointPlace,
  checkpointAfter,
  checkpointLost,
  type KeptStates,
  markTransaction,
  moveCheckpoint,
  type ReverseCheckpoint,
  readCheckpoint,
} from './checkpoint.ts';
import { QuarantineStore } from './quarantine-store.ts';
import { Waiting } from './waiting.ts';

export interface MysqlSinkOptions {
  readonly source: MysqlSettings;
  readonly place: CheckpointPlace;
  readonly states: KeptStates;
  /** How long a predecessor's session may take to end. */
  readonly lockWaitSeconds?: number;
  /** Told after each commit. Must not throw. */
  readonly onApplied?: (checkpoint: ReverseCheckpoint, count: WrittenCount) => void;
  /** How many changes wait in quarantine: told at the start and whenever it may be another number. Must not throw. */
  readonly onWaiting?: (changes: number) => void;
  /** Told at each step of a transaction; a test ends the process there. */
  readonly onStep?: (step: MysqlSinkStep) => void | Promise<void>;
}

/** The instants between which a crash differs; the tests end the sink at each of them. */
export const MYSQL_SINK_STEPS = ['begun', 'rows-written', 'checkpoint-moved', 'committed'] as const;
export type MysqlSinkStep = (typeof MYSQL_SINK_STEPS)[number];

/** A transaction takes further epochs until it holds this much, or has run this long. */
const MAX_TRANSACTION_BYTES = 8 * 1024 * 1024;
const MAX_TRANSACTION_MS = 250;
/** After a change that the source could not hold, so many transactions go row by row from the start. */
const CAREFUL_TRANSACTIONS = 50;

/**
 * foreign_key_checks: PostgreSQL logs every row that a key's action changed. NO_AUTO_VALUE_ON_ZERO: an id 0 would become
 * 1. Strict, so that nothing is cut or rounded by the server; zero and invalid dates that stand there can be named.
 */
const SESSION = `SET SESSION foreign_key_checks = 0, unique_checks = 1, sql_notes = 1, innodb_lock_wait_timeout = 50,
  sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'`;

/** What a sink speaks with the source over, and the thread there that listens. */
export interface MysqlSinkLink {
  readonly session: MysqlConnection;
  readonly threadId: number;
}

interface Session {
  readonly connection: MysqlConnection;
  readonly store: QuarantineStore;
  readonly writer: ChangeWriter;
}

/** One sink of one pipeline. After an error: `start` again, which asks the source what stands (never guesses). */
export class MysqlSink {
  readonly #options: MysqlSinkOptions;
  #session: Session | null = null;
  #link: MysqlSinkLink | null = null;
  /** Of the last session. */
  #threadId: number | null = null;
  #checkpoint: ReverseCheckpoint | null = null;
  readonly #transactions = new EpochTransactions(isOneRowsFault, CAREFUL_TRANSACTIONS);
  #busy: Promise<unknown> = Promise.resolve();

  constructor(options: MysqlSinkOptions) {
    this.#options = options;
  }

  get checkpoint(): ReverseCheckpoint | null {
    return this.#checkpoint;
  }

  /** null while it has none: for who watches whether the source still answers. */
  get link(): MysqlSinkLink | null {
    return this.#link;
  }

  /** Connects, takes the pipeline's lock and reads the checkpoint. `head` is the log's end. */
  async start(head: LogHead): Promise<ReverseCheckpoint> {
    await this.close();
    const { source, place } = this.#options;
    const connection = await connectMysql(source, { hasManyStatements: true });
    const before = this.#threadId;
    this.#threadId = connection.threadId;
    this.#link = { session: connection, threadId: connection.threadId };
    try {
      await connection.run(SESSION);
      if (before !== null) await endOurs(connection, place, before);
      await lock(connection, place, this.#options.lockWaitSeconds ?? 15);
      await makeOurTables(connection, place.database);
      const checkpoint = await readCheckpoint(connection, place);
      if (checkpoint === null) throw checkpointLost(place.pipeline);
      assertLogHolds(checkpoint, head);
      this.#checkpoint = checkpoint;
      this.#session = await sessionOf(connection, place);
      this.#options.onWaiting?.(this.#session.store.count);
      return checkpoint;
    } catch (error) {
      this.#link = null;
      await connection.close();
      throw error;
    }
  }

  /** Applies epochs until they end; the transaction in hand is committed first. */
  async apply(epochs: EpochSource): Promise<void> {
    for (let first = await epochs.take(); first !== null; first = await epochs.take()) {
      const begin = first;
      await this.#exclusively((session) => this.#transaction(session, begin, epochs));
    }
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    this.#link = null;
    await session?.connection.close();
  }

  /** Tries what waits again, in order, of one change with all that waits beside it; what still cannot be held stays. */
  async retry(id: string | 'all'): Promise<{ readonly applied: number; readonly remaining: number }> {
    return await this.#exclusively(async (session) => {
      const changes = await session.store.stored(await headOf(session, id));
      await this.#begin(session);
      const applied: string[] = [];
      const stuck = new Waiting();
      for (const { id, change } of changes) {
        const isFree = stuck.behind(change) === null && (await session.writer.tryOne(change)) === null;
        if (isFree) applied.push(id);
        else stuck.add(change, id);
      }
      await session.store.settle(applied, 'applied');
      await session.connection.run('COMMIT');
      await session.store.load();
      this.#options.onWaiting?.(session.store.count);
      return { applied: applied.length, remaining: changes.length - applied.length };
    });
  }

  /** Gives changes up for good; the rows stay in our table with their reason. */
  async drop(id: string | 'all'): Promise<{ readonly dropped: number }> {
    return await this.#exclusively(async (session) => {
      const { store } = session;
      const changes = await store.stored(await headOf(session, id));
      await store.settle(
        changes.map(({ id }) => id),
        'dropped',
      );
      await store.load();
      this.#options.onWaiting?.(store.count);
      return { dropped: changes.length };
    });
  }

  async #exclusively<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const before = this.#busy;
    const done = Promise.withResolvers<void>();
    this.#busy = done.promise;
    await before;
    try {
      if (this.#session === null) throw notStarted();
      return await work(this.#session);
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      done.resolve();
    }
  }

  /** One transaction, rows and checkpoint (INV-145). */
  async #transaction(session: Session, first: DecodedEpoch, epochs: EpochSource): Promise<void> {
    const attempt = (next: NextEpoch, isCareful: boolean) => this.#attempt(session, next, isCareful);
    const rollBack = async () => {
      await session.connection.run('ROLLBACK');
      await session.store.load();
    };
    await this.#transactions.run(first, epochs, { attempt, rollBack });
  }

  async #attempt(session: Session, next: NextEpoch, isCareful: boolean): Promise<void> {
    if (this.#checkpoint === null) throw notStarted();
    const startedMs = performance.now();
    session.writer.begin();
    await this.#begin(session);
    await this.#step('begun');
    let [reached, bytes] = [this.#checkpoint, 0];
    const isFull = () => bytes >= MAX_TRANSACTION_BYTES || performance.now() - startedMs >= MAX_TRANSACTION_MS;
    for (let epoch = await next(false); epoch !== null; epoch = await next(isFull())) {
      reached = await this.#epoch(session, epoch, { from: reached, isCareful });
      bytes += epoch.header.bytes;
    }
    await session.writer.flush();
    await this.#step('rows-written');
    await moveCheckpoint(session.connection, this.#options.place, reached);
    await this.#step('checkpoint-moved');
    await session.connection.run('COMMIT');
    this.#checkpoint = reached;
    this.#options.onApplied?.(reached, session.writer.count);
    this.#options.onWaiting?.(session.store.count);
    await this.#step('committed');
  }

  async #epoch(
    { writer }: Session,
    { header, logId, changes }: DecodedEpoch,
    { from, isCareful }: { readonly from: ReverseCheckpoint; readonly isCareful: boolean },
  ): Promise<ReverseCheckpoint> {
    assertFollows(from, header, logId);
    const origin: Origin = { epoch: header.number, position: header.reached.text };
    for await (const some of changes()) for (const change of some) await writer.take(change, origin, isCareful);
    return checkpointAfter(from, header, logId, this.#options.states);
  }

  async #begin({ connection }: Session): Promise<void> {
    if (this.#checkpoint === null) throw notStarted();
    await connection.run('BEGIN');
    await markTransaction(connection, this.#options.place, this.#checkpoint);
  }

  async #step(step: MysqlSinkStep): Promise<void> {
    await this.#options.onStep?.(step);
  }
}

async function sessionOf(connection: MysqlConnection, place: CheckpointPlace): Promise<Session> {
  const { packet } = await connection.row('SELECT @@max_allowed_packet AS packet');
  const store = new QuarantineStore(connection, place);
  await store.load();
  return { connection, store, writer: new ChangeWriter(connection, store, Number(packet)) };
}

/** Changes of one head go together: order is kept. QUARANTINE_NO_SUCH_CHANGE. */
async function headOf({ store }: Session, id: string | 'all'): Promise<string | 'all'> {
  const head = id === 'all' ? id : await store.headOf(id);
  if (head !== null) return head;
  throw new SluiceError({
    code: 'QUARANTINE_NO_SUCH_CHANGE',
    message: `no change ${id} waits in the quarantine of the way back`,
    remedy: 'sluice quarantine list --way back shows what waits.',
    disposition: 'stop',
  });
}

function lockName(pipeline: string): string {
  return `sluice.reverse.${pipeline}`;
}

/**
 * A session that was given up may go on at the source, with its locks, until the server hears of it. Its number alone may
 * be another's by now: only one that holds our lock is ended, and what it had not committed is undone (INV-206).
 */
async function endOurs(connection: MysqlConnection, { pipeline }: CheckpointPlace, threadId: number): Promise<void> {
  const { holder } = await connection.row('SELECT IS_USED_LOCK(?) AS holder', [lockName(pipeline)]);
  if (holder === String(threadId)) await endThread(connection, threadId);
}

/** Ends with the session. The fence is the checkpoint; the lock tells a second process why. */
async function lock(connection: MysqlConnection, { pipeline }: CheckpointPlace, waitSeconds: number): Promise<void> {
  const { locked } = await connection.row('SELECT GET_LOCK(?, ?) AS locked', [lockName(pipeline), waitSeconds]);
  if (locked === '1') return;
  throw new SluiceError({
    code: 'REVERSE_SINK_RUNNING',
    message: `another process applies the way back of ${pipeline} to this source`,
    remedy: 'Stop the other process of this pipeline.',
    disposition: 'stop',
  });
}

function notStarted(): SluiceError {
  return new SluiceError({
    code: 'REVERSE_SINK_NOT_STARTED',
    message: 'the sink of the way back is not connected to the source',
    remedy: 'It is started again by itself; its last error says what it waits for.',
    disposition: 'retry',
  });
}
