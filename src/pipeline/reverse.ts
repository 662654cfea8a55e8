/** The way back as one thing: PostgreSQL's changes to the source they came from, prepared, proven, run, ended. */
import type { Finding } from '../check/finding.ts';
import { checkReverseSource } from '../check/reverse-source.ts';
import { checkReverseTarget } from '../check/reverse-target.ts';
import { type Config, HEARTBEAT_DATABASE } from '../config/config.ts';
import { sourceAdminLogin, targetLogin } from '../config/login.ts';
import { SluiceError } from '../contract/error.ts';
import type { Logger } from '../contract/logger.ts';
import type { QuarantinedChange } from '../contract/quarantine.ts';
import { connectMysql } from '../mysql/connection.ts';
import { makeOurTables } from '../mysql-sink/bookkeeping.ts';
import { QuarantineStore } from '../mysql-sink/quarantine-store.ts';
import type { MysqlSink, MysqlSinkStep } from '../mysql-sink/sink.ts';
import { dropTriggers, restoreTriggers } from '../mysql-sink/trigger-journal.ts';
import { PostgresqlPosition } from '../position/postgresql.ts';
import { connectPostgres } from '../postgres/connection.ts';
import { quoteTable, type TargetName } from '../postgres/quote.ts';
import { emitDrain } from '../postgres/wal-message.ts';
import { firstRow } from '../wal/first-row.ts';
import { acceptShape, refusedShape } from '../wal/shape-journal.ts';
import { advanceSlot } from '../wal/slot.ts';
import { openReverseLog, type ReversePlace, reversePlace } from './reverse-place.ts';
import { type Ends, planReverse, type ReversePlan } from './reverse-plan.ts';
import { dropReverse, type PreparedReverse, prepareReverse } from './reverse-prepare.ts';
import { ReverseProgress, type ReverseStatus } from './reverse-progress.ts';
import { ReverseRun } from './reverse-run.ts';
import { type Scope, scopeOf } from './scope.ts';
import { scopedTables } from './target-schema.ts';

export interface ReverseOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Told at each step of the sink's transactions; a test ends the process there. */
  readonly onStep?: (step: MysqlSinkStep) => void | Promise<void>;
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
 * In the order of a cutover: `check`, `prepare`, `canary`, later `dropTriggers`, `advance` and `start`; to end it, `drain`,
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
    return await this.#between(async ({ source, target }) => {
      const tables = await scopedTables(source, this.#scope);
      const names = tables.flatMap(({ version }) => this.#scope.targetOf(version.database, version.table) ?? []);
      return [
        ...(await checkReverseTarget(target, this.#place.slot, names)),
        ...(await checkReverseSource(source, this.#scope.databases)),
      ];
    });
  }

  /** Everything that must stand before the first write on the target. Never inside the write block: see `createSlot`. */
  async prepare(): Promise<PreparedReverse> {
    const log = openReverseLog(this.#options.config);
    try {
      const head = await log.head();
      return await this.#between((ends) => prepareReverse({ ...ends, place: this.#place, scope: this.#scope }, head));
    } finally {
      await log.close();
    }
  }

  /** Where the target's own log ends now. */
  async targetEnd(): Promise<string> {
    return await this.#between(async ({ target }) => {
      const { rows } = await target.query('SELECT pg_current_wal_insert_lsn()::text AS lsn');
      return rows[0]?.['lsn'] ?? '0/0';
    });
  }

  /** What was committed on the target before this LSN will not be read: the last forward commit, so that nothing echoes. */
  async advance(lsn: string): Promise<void> {
    await this.#between(({ target }) => advanceSlot(target, this.#place.slot, lsn));
  }

  /**
   * Sends a row through the whole way back and waits for it at the source; nothing else is carried meanwhile. Fails with
   * REVERSE_CANARY_LATE, or with what went wrong.
   */
  async canary(limitMs: number): Promise<{ readonly tookMs: number }> {
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
        await run.until(arrived, limitMs, canaryLate);
      });
    } finally {
      await run.stop();
    }
    return { tookMs: Math.round(performance.now() - startedMs) };
  }

  /** Carries everything back from here on. One run at a time, whatever the process: slot, log and checkpoint see to it. */
  start(): ReverseRun {
    return this.#run(false);
  }

  /** Writes a mark behind all that is committed on the target, and waits until the source has it. While it runs. */
  async drain(run: ReverseRun, limitMs: number): Promise<Drained> {
    const startedMs = performance.now();
    const token = `${process.pid}-${Date.now()}-${Math.trunc(performance.now())}`;
    const { pipeline } = this.#options.config;
    const lsn = await this.#between(({ target }) => emitDrain(target, pipeline, token));
    await run.until(async () => run.sink.checkpoint?.drain === token, limitMs, drainLate);
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

  /** Exactly as they were, in their order. Answers how many. */
  async restoreTriggers(): Promise<number> {
    const settings = sourceAdminLogin(this.#options.config.source);
    return await this.#between(async ({ source }) => {
      await makeOurTables(source, HEARTBEAT_DATABASE);
      return await restoreTriggers(settings, source, this.#place.checkpoint);
    });
  }

  /** Rows of the table may come in the shape that stopped the stream; answers false where none did. */
  async accept(name: TargetName): Promise<boolean> {
    const { pipeline } = this.#options.config;
    return await this.#between(async ({ target }) => {
      const shape = await refusedShape(target, pipeline, name);
      if (shape !== null) await acceptShape(target, pipeline, name, shape);
      return shape !== null;
    });
  }

  /** Changes that the source cannot hold. */
  async quarantined(): Promise<readonly QuarantinedChange[]> {
    return await this.#between(({ source }) => new QuarantineStore(source, this.#place.checkpoint).list());
  }

  /** While it runs: tries them again, in order. */
  async retry(id: string | 'all'): Promise<{ readonly applied: number; readonly remaining: number }> {
    return await this.#running().retry(id);
  }

  /** While it runs: gives them up for good. */
  async giveUp(id: string | 'all'): Promise<{ readonly dropped: number }> {
    return await this.#running().drop(id);
  }

  /** The table of the first row that would be carried back, not ours; null: none yet. Not while it runs. */
  async firstRow(): Promise<string | null> {
    return await this.#between(async ({ target }) => {
      const name = await firstRow(target, this.#place);
      return name && quoteTable(name);
    });
  }

  /** Takes slot, publication and our rows away, and puts back what tables told of old rows. Not while it runs. */
  async drop(): Promise<void> {
    await this.#between((ends) => dropReverse({ ...ends, place: this.#place }));
  }

  /** Fails with REVERSE_SINK_NOT_STARTED where the last run has ended. */
  #running(): MysqlSink {
    if (this.#last) return this.#last.sink;
    throw new SluiceError({
      code: 'REVERSE_NOT_RUNNING',
      message: 'the way back does not run in this process',
      remedy: 'Start it first.',
      disposition: 'stop',
    });
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

  async #between<T>(work: (ends: Ends) => Promise<T>): Promise<T> {
    const { config } = this.#options;
    const source = await connectMysql(sourceAdminLogin(config.source));
    try {
      const target = await connectPostgres(targetLogin(config));
      try {
        return await work({ source, target });
      } finally {
        await target.close();
      }
    } finally {
      await source.close();
    }
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
