/** The way back as one thing: PostgreSQL's changes to the source they came from, prepared, proven, run, ended. */

import { checkReverseSource } from '../../check/reverse-source.ts';
import { checkReverseTarget } from '../../check/reverse-target.ts';
import { type Config, HEARTBEAT_DATABASE } from '../../config/config.ts';
import { sourceAdminLogin, targetLogin } from '../../config/login.ts';
import { SluiceError } from '../../contract/error.ts';
import type { Finding } from '../../contract/finding.ts';
import type { Logger } from '../../contract/logger.ts';
import type { QuarantinedChange, QuarantinedDetail } from '../../contract/quarantine.ts';
import { hasQuarantine, hasTriggerJournal, makeOurTables } from '../../mysql-sink/bookkeeping.ts';
import { QuarantineStore } from '../../mysql-sink/quarantine-store.ts';
import { MysqlSink, type MysqlSinkStep } from '../../mysql-sink/sink.ts';
import { dropTriggers, restoreTriggers } from '../../mysql-sink/trigger-journal.ts';
import { PostgresqlPosition } from '../../position/postgresql.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { quoteTable, type TargetName } from '../../postgres/quote.ts';
import { emitDrain } from '../../postgres/wal-message.ts';
import { firstRow } from '../../wal/first-row.ts';
import { acceptShape, refusedShape, refusedTables } from '../../wal/shape-journal.ts';
import { advanceSlotToEnd } from '../../wal/slot.ts';
import { scopedTables } from '../schema/target-schema.ts';
import { type Scope, scopeOf } from '../scope.ts';
import { withSourceAdmin } from '../source-session.ts';
import { SpareSessions } from '../spare-sessions.ts';
import { withTarget } from '../target-session.ts';
import type { ReverseFollower } from './follower.ts';
import { lateTables, tablesLate } from './late.ts';
import { openReverseLog, REVERSE_STATES, type ReversePlace, reversePlace } from './place.ts';
import { type Ends, planReverse, type ReversePlan } from './plan.ts';
import { dropReverse, type PreparedReverse, prepareReverse } from './prepare.ts';
import { ReverseProgress, type ReverseStatus } from './progress.ts';
import { ReverseRun } from './run.ts';

/** Of whoever gives up nothing. */
const NEVER = new AbortController().signal;
/** Of what stands in memory. */
const DRAIN_POLL_MS = 5;

export interface ReverseOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Told at each step of the sink's transactions; a test ends the process there. */
  readonly onStep?: (step: MysqlSinkStep) => void | Promise<void>;
  /** Follows what is carried, to compare both sides over it. */
  readonly follower?: ReverseFollower;
  /** For tests: scales every delay. */
  readonly delayRatio?: number;
}

export interface Drained {
  /** Where the mark stands in the target's log: everything before it is at the source. */
  readonly lsn: string;
  /** Where the source's checkpoint stands, at or past it. */
  readonly position: string;
  readonly tookMs: number;
}

/**
 * In the order of a cutover: `check`, `prepare`, `canary`, later `skipForward`, `dropTriggers` and `start`; to end it, `drain`,
 * `stop`, `restoreTriggers`, `drop`. Each may be called again after a crash.
 */
export class Reverse {
  readonly #options: ReverseOptions;
  readonly #scope: Scope;
  readonly #place: ReversePlace;
  readonly #progress = new ReverseProgress();
  #last: ReverseRun | null = null;

  constructor(options: ReverseOptions) {
    this.#options = options;
    this.#scope = scopeOf(options.config);
    this.#place = reversePlace(options.config);
  }

  /** What goes back and what does not, by name. */
  async plan(): Promise<ReversePlan> {
    return await this.#between((ends) => planReverse(ends, this.#scope));
  }

  /** Everything that keeps it from working, on both ends, each with the statement that cures it. Changes nothing. */
  async check(): Promise<readonly Finding[]> {
    const isReadOnly = this.#options.config.cutover.fence !== 'accounts';
    return await this.#between(async ({ source, target }) => {
      const tables = await scopedTables(source, this.#scope);
      const names = tables.flatMap(({ version }) => this.#scope.targetOf(version.database, version.table) ?? []);
      return [
        ...(await checkReverseTarget(target, this.#place.slot, names)),
        ...(await checkReverseSource(source, this.#scope.databases, { isReadOnly })),
      ];
    });
  }

  /**
   * Everything that must stand before the first write on the target. Never inside the write block: see `createSlot`. The
   * signal ends it, whatever it waits for.
   */
  async prepare(signal: AbortSignal = NEVER): Promise<PreparedReverse> {
    const log = openReverseLog(this.#options.config);
    try {
      const head = await log.head();
      const [place, scope] = [this.#place, this.#scope];
      return await this.#between((ends) => prepareReverse({ ...ends, place, scope }, head), signal);
    } finally {
      await log.close();
    }
  }

  /**
   * What was committed on the target until now will not be read, so that nothing echoes. Answers up to which LSN. Fails
   * with REVERSE_TABLE_LATE where a table was made since `prepare` (INV-258): nothing of it would go back.
   */
  async skipForward(): Promise<string> {
    return await this.#between(async (ends) => {
      const late = await lateTables(ends, this.#place.publication, this.#scope);
      if (late.length > 0) throw tablesLate(late);
      return await advanceSlotToEnd(ends.target, this.#place.slot);
    });
  }

  /**
   * Sends a row through the whole way back and waits for it at the source; nothing else is carried meanwhile. Fails with
   * REVERSE_CANARY_LATE, or with what went wrong.
   */
  async canary(limitMs: number, signal: AbortSignal = NEVER): Promise<{ readonly tookMs: number }> {
    const startedMs = performance.now();
    const token = BigInt(Date.now()) * 1000n;
    const run = this.#run(true);
    try {
      await this.#between(async ({ source, target }) => {
        await target.query(
          `INSERT INTO sluice.canary (pipeline, beat_us) VALUES ($1, $2)
           ON CONFLICT (pipeline) DO UPDATE SET beat_us = excluded.beat_us`,
          [this.#options.config.pipeline, String(token)],
        );
        const arrived = async () => {
          const row = await source.row('SELECT beat_us FROM sluice.canary WHERE pipeline = ?', [
            this.#options.config.pipeline,
          ]);
          return row['beat_us'] === String(token);
        };
        await run.until(arrived, { limitMs, late: canaryLate, signal });
      }, signal);
    } finally {
      await run.stop();
    }
    return { tookMs: Math.round(performance.now() - startedMs) };
  }

  /** Carries everything back from here on. One run at a time, whatever the process: slot, log and checkpoint see to it. */
  start(): ReverseRun {
    return this.#run(false);
  }

  /**
   * Writes a mark behind all that is committed on the target, and waits until the source has it. While it runs. `spares`:
   * behind a fence everybody waits for a login.
   */
  async drain(
    run: ReverseRun,
    limitMs: number,
    signal: AbortSignal = NEVER,
    spares = new SpareSessions(this.#options.config),
  ): Promise<Drained> {
    const token = `${process.pid}-${Date.now()}-${Math.trunc(performance.now())}`;
    const { pipeline } = this.#options.config;
    const lsn = await spares.withTarget(signal, (target) => emitDrain(target, pipeline, token));
    const startedMs = performance.now();
    const isThere = async () => run.sink.checkpoint?.drain === token;
    await run.until(isThere, { limitMs, late: drainLate, signal, everyMs: DRAIN_POLL_MS });
    const position = run.sink.checkpoint?.position.text ?? '';
    if (PostgresqlPosition.parse(position).lsn < PostgresqlPosition.parse(lsn).lsn)
      throw new RangeError('the checkpoint has the mark and stands before it');
    return { lsn, position, tookMs: Math.round(performance.now() - startedMs) };
  }

  status(): ReverseStatus {
    return this.#progress.status(Date.now());
  }

  /** Before the first `start`: triggers of the source would do again what they did on the target. Answers how many. */
  async dropTriggers(): Promise<number> {
    return await this.#between(async (ends) => {
      await makeOurTables(ends.source, HEARTBEAT_DATABASE);
      const { tables } = await planReverse(ends, this.#scope);
      const names = tables.map(({ table }) => table.version);
      const byDatabase = Map.groupBy(names, ({ database }) => database);
      const listed = new Map(Array.from(byDatabase, ([database, of]) => [database, of.map(({ table }) => table)]));
      return await dropTriggers(ends.source, this.#place.checkpoint, listed);
    });
  }

  /** Exactly as they were, in their order. Answers how many. `spares` as of `drain`. */
  async restoreTriggers(spares = new SpareSessions(this.#options.config)): Promise<number> {
    const settings = sourceAdminLogin(this.#options.config.source);
    return await spares.withSourceAdmin(NEVER, async (source) =>
      (await hasTriggerJournal(source, HEARTBEAT_DATABASE))
        ? await restoreTriggers(settings, source, this.#place.checkpoint)
        : 0,
    );
  }

  /** Tables of which rows wait in another shape than what was accepted. */
  async refused(): Promise<readonly TargetName[]> {
    const { pipeline } = this.#options.config;
    return await this.#onTarget((target) => refusedTables(target, pipeline));
  }

  /** Rows of the table may come in the shape that stopped the stream; answers false where none did. */
  async accept(name: TargetName): Promise<boolean> {
    const { pipeline } = this.#options.config;
    return await this.#onTarget(async (target) => {
      const shape = await refusedShape(target, pipeline, name);
      if (shape !== null) await acceptShape(target, pipeline, name, shape);
      return shape !== null;
    });
  }

  /** Changes that the source cannot hold; none before the way back was prepared. */
  async quarantined(): Promise<readonly QuarantinedChange[]> {
    return await this.#stored((store) => store.list(), []);
  }

  /** One of them with its images. */
  async quarantinedChange(id: string): Promise<QuarantinedDetail | null> {
    return await this.#stored((store) => store.show(id), null);
  }

  /** Tries them again, in order: by the run of this process, else in its place. */
  async retry(id: string | 'all'): Promise<{ readonly applied: number; readonly remaining: number }> {
    return await this.#withSink((sink) => sink.retry(id));
  }

  /** Gives them up for good, likewise. */
  async giveUp(id: string | 'all'): Promise<{ readonly dropped: number }> {
    return await this.#withSink((sink) => sink.drop(id));
  }

  /** The table of the first row that would be carried back, not ours; null: none yet. Not while it runs. */
  async firstRow(): Promise<string | null> {
    return await this.#onTarget(async (target) => {
      const name = await firstRow(target, this.#place);
      return name && quoteTable(name);
    });
  }

  /** Takes slot, publication and our rows away, and puts back what tables told of old rows. Not while it runs. */
  async drop(): Promise<void> {
    await this.#between((ends) => dropReverse({ ...ends, place: this.#place }));
  }

  async #stored<T>(look: (store: QuarantineStore) => Promise<T>, none: T): Promise<T> {
    return await this.#between(async ({ source }) =>
      (await hasQuarantine(source, HEARTBEAT_DATABASE))
        ? await look(new QuarantineStore(source, this.#place.checkpoint))
        : none,
    );
  }

  /** REVERSE_SINK_RUNNING where another process applies; REVERSE_CHECKPOINT_LOST where nothing was prepared. */
  async #withSink<T>(work: (sink: MysqlSink) => Promise<T>): Promise<T> {
    if (this.#last) return await work(this.#last.sink);
    const { config } = this.#options;
    const log = openReverseLog(config);
    const sink = new MysqlSink({
      ...{ source: sourceAdminLogin(config.source), place: this.#place.checkpoint, states: REVERSE_STATES },
    });
    try {
      await sink.start(await log.head());
      return await work(sink);
    } finally {
      await sink.close();
      await log.close();
    }
  }

  #run(onlyCanary: boolean): ReverseRun {
    const run = new ReverseRun({
      ...this.#options,
      scope: this.#scope,
      place: this.#place,
      progress: this.#progress,
      onlyCanary,
    });
    this.#last = run;
    return run;
  }

  /** Both sessions are cut off when the signal aborts: what was not committed is undone, and the work fails. */
  async #between<T>(work: (ends: Ends) => Promise<T>, signal: AbortSignal = NEVER): Promise<T> {
    const { config } = this.#options;
    return await withSourceAdmin(config, signal, (source) =>
      withTarget(targetLogin(config), signal, (target) => work({ source, target })),
    );
  }

  async #onTarget<T>(work: (target: PostgresSession) => Promise<T>, signal: AbortSignal = NEVER): Promise<T> {
    return await withTarget(targetLogin(this.#options.config), signal, work);
  }
}

/** REVERSE_CANARY_LATE: the row did not come through in time. */
function canaryLate(limitMs: number): SluiceError {
  return new SluiceError({
    code: 'REVERSE_CANARY_LATE',
    message: `the canary did not come back to the source within ${limitMs} ms`,
    remedy: 'Look at the last error of the way back; do not cut over before it comes through.',
    disposition: 'stop',
  });
}

/** REVERSE_DRAIN_LATE: the source does not have everything in time. */
function drainLate(limitMs: number): SluiceError {
  return new SluiceError({
    code: 'REVERSE_DRAIN_LATE',
    message: `the source did not have all that the target committed within ${limitMs} ms`,
    remedy: 'Look at the lag of the way back and its last error; nothing was changed by waiting.',
    disposition: 'stop',
  });
}
