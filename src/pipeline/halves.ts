import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, HEARTBEAT_DATABASE } from '../config/config.ts';
import { sourceLogin, targetLogin } from '../config/login.ts';
import type { PipelineActions, TableActions } from '../contract/action.ts';
import type { ChangeLog, EpochHeader } from '../contract/change-log.ts';
import type { QuarantineCount } from '../contract/status.ts';
import type { Checkpoint } from '../sink/checkpoint.ts';
import type { AppliedBatch } from '../sink/observer.ts';
import type { Sink } from '../sink/sink.ts';
import { Follower } from '../verify/follower.ts';
import { AfterLoad } from './after-load.ts';
import { runApply } from './apply.ts';
import { runCapture } from './capture.ts';
import { watchDrift } from './drift-watch.ts';
import { ForwardHalf } from './forward-half.ts';
import { HEARTBEAT_STATE } from './heartbeat.ts';
import { LoadProgress } from './load-progress.ts';
import { LogTrim } from './log-trim.ts';
import type { Prepared } from './prepare.ts';
import { reloadTables } from './reload.ts';
import { ReloadDesk } from './reload-desk.ts';
import { askRepair, repairRows } from './repair.ts';
import type { RunOptions, RunResult } from './run-option.ts';
import type { RunState } from './run-state.ts';
import { sinkOf } from './sink-of.ts';
import { watchSource } from './source-watch.ts';
import { type Failure, supervise } from './supervise.ts';
import { watchTarget } from './target-watch.ts';
import { VerifyDesk } from './verify.ts';
import { followedBy } from './verify-follow.ts';
import { VERSION } from './version.ts';

export interface HalvesOptions extends RunOptions {
  readonly config: Config;
  readonly log: ChangeLog;
  readonly state: RunState;
  readonly prepared: Prepared;
}

const POLL_MS = 200;
const DRIFT_EVERY_MS = 60_000;
const CAUGHT_UP_EVERY_MS = 50;

/** Runs what the mode asks for side by side; the first that fails for good ends the others. */
export async function runHalves(options: HalvesOptions): Promise<RunResult['ended']> {
  const halves = new Halves(options);
  return await halves.run();
}

class Halves {
  readonly #options: HalvesOptions;
  readonly #end = new AbortController();
  readonly #signal: AbortSignal;
  readonly #load: LoadProgress;
  readonly #sink: Sink;
  readonly #afterLoad: AfterLoad;
  readonly #desk = new ReloadDesk();
  readonly #trim: LogTrim;
  readonly #follower = new Follower();
  readonly #verify: VerifyDesk;
  readonly #cutover: ForwardHalf | null;
  #ended: RunResult['ended'] = 'stopped';
  #isLoadFinished = false;

  constructor(options: HalvesOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#end.signal]);
    const { scope, tables } = options.prepared;
    options.state.board.tally.expect(tables.map(({ version }) => version));
    options.state.targetNameOf = ({ database, table }) => {
      const target = scope.targetOf(database, table);
      return target === null ? null : `${target.schema}.${target.table}`;
    };
    // A half that only applies hears of every table from the log.
    const expected = options.mode === 'apply' ? [] : options.prepared.tables.map(({ version }) => version);
    this.#load = new LoadProgress(options.state, expected);
    const { log, config, logger } = options;
    // Topics are others' too, and end by the brokers' retention.
    this.#trim = new LogTrim({ log, keep: config.log.kind === 'embedded' ? config.log.keepBytes : 0, logger });
    this.#sink = sinkOf(options.config, options.prepared.scope, {
      taken: () => {
        options.state.board.apply.steps += 1;
      },
      ...followedBy(this.#follower),
      applied: (batch) => this.#applied(batch),
      setAside: (counts) => options.state.setAside(counts.map((one) => this.#asTargetNames(one))),
    });
    this.#afterLoad = new AfterLoad({ ...options, sink: this.#sink, signal: this.#signal });
    const { state, prepared } = options;
    const checkpoint = () => this.#sink.checkpoint;
    this.#verify = this.#verifyDesk();
    const rest = {
      config,
      scope: prepared.scope,
      logger,
      state,
      checkpoint,
      onCommitted: () => this.#endAs('cut-over'),
      onPoint: options.onPoint,
      verifyChanged: (signal: AbortSignal, isStill: boolean) => this.#verify.verifyChanged(signal, isStill),
    };
    this.#cutover = options.mode === 'run' ? new ForwardHalf(rest) : null;
  }

  async run(): Promise<RunResult['ended']> {
    const { mode, until, onActions, state } = this.#options;
    onActions?.(this.#actions());
    state.phase((phase) => phase.begins());
    const parts = [
      this.#watch(),
      this.#followLoad(),
      ...(mode === 'apply' ? [] : [this.#capture()]),
      ...(mode === 'capture' ? [] : [this.#apply(), this.#watchTarget(), this.#watchDrift(), this.#verify.watch()]),
      ...(this.#cutover === null ? [] : [this.#cutover.watch(this.#signal)]),
      ...(until === 'caught-up' ? [this.#untilCaughtUp()] : []),
    ];
    const results = await Promise.allSettled(parts.map((part) => this.#endAllOnFailure(part)));
    await this.#cutover?.half.settled('the pipeline ends', this.#options.signal);
    await this.#trim.ended();
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    // Rows have come since the end of the load.
    if (mode !== 'capture' && this.#isLoadFinished && this.#ended !== 'cut-over')
      await this.#afterLoad.raiseSequences();
    return this.#ended;
  }

  #actions(): PipelineActions {
    const { mode } = this.#options;
    const { quarantine } = this.#sink;
    const tables: TableActions = {
      reload: (names) => reloadTables(names, this.#reloading),
      repair: (rows) => repairRows(rows, this.#reloading),
    };
    return {
      ...(mode === 'capture' ? {} : { quarantine, verify: this.#verify.verify }),
      ...(mode === 'apply' ? {} : { tables }),
      ...(this.#cutover === null ? {} : { cutover: this.#cutover.half.actions }),
    };
  }

  get #reloading() {
    const { config, prepared } = this.#options;
    const { quarantine } = this.#sink;
    return { config, scope: prepared.scope, desk: this.#desk, quarantine, signal: this.#signal };
  }

  #verifyDesk(): VerifyDesk {
    const { config, mode, prepared, state, logger } = this.#options;
    return new VerifyDesk({
      ...{ config, scope: prepared.scope, follower: this.#follower, signal: this.#signal, logger },
      isLoaded: () => this.#isLoadFinished,
      repair: (rows) => (mode === 'apply' ? askRepair(config, rows) : repairRows(rows, this.#reloading)),
      onStatus: (verify) => state.change({ verify }),
    });
  }

  async #endAllOnFailure(part: Promise<void>): Promise<void> {
    try {
      await part;
    } catch (error) {
      this.#end.abort();
      throw error;
    }
  }

  #endAs(ended: RunResult['ended']): void {
    this.#ended = ended;
    this.#end.abort();
  }

  async #watch(): Promise<void> {
    const { config, state, mode } = this.#options;
    const beat = { database: HEARTBEAT_DATABASE, pipeline: config.pipeline, everyMs: config.source.heartbeatMs };
    await watchSource({
      settings: sourceLogin(config.source),
      heartbeat: mode === 'apply' ? null : beat,
      isResting: () => this.#cutover?.half.isFenced ?? false,
      pollMs: POLL_MS,
      signal: this.#signal,
      onPoll: (poll) => {
        state.board.head = poll;
        state.endpoint('source', { isConnected: true });
      },
      onBeat: (writtenAtMs) => state.beatWritten(writtenAtMs),
      onFailure: (error) => {
        state.endpoint('source', { isConnected: error.disposition !== 'retry' });
        state.failed('pipeline', error, 1, POLL_MS);
      },
    });
  }

  async #capture(): Promise<void> {
    const { config, log, state, prepared, mode } = this.#options;
    await this.#supervised('capture', async () => {
      state.board.onReadAgain();
      const captured = runCapture({
        config,
        log,
        scope: prepared.scope,
        rules: prepared.rules,
        version: VERSION,
        signal: this.#signal,
        onRead: (batch) => state.board.onRead(batch),
        onLogged: (header) => this.#logged(header),
        onOpen: (writer) => {
          this.#goesOn('capture');
          state.board.onOpen(writer.head);
          if (mode === 'capture') this.#load.onHead(writer.head);
          if (mode === 'capture') this.#load.onCheckpoint(writer.head.last?.number ?? 0);
        },
        onProgress: (progress) => this.#load.onTable(progress),
        onStream: (stream) => this.#desk.opened(stream),
      });
      await captured.finally(() => this.#desk.closed());
    });
  }

  #logged(header: EpochHeader): void {
    this.#options.state.board.onLogged(header);
    this.#desk.onLogged(header);
    if (this.#options.mode !== 'capture') return;
    this.#load.onFound(header);
    this.#load.onApplied([header]);
  }

  async #apply(): Promise<void> {
    const { log, state } = this.#options;
    const sink = this.#sink;
    const onFound = (epoch: EpochHeader) => {
      state.board.onFound(epoch);
      this.#load.onFound(epoch);
    };
    await this.#supervised('apply', async () => {
      state.board.onFindAgain();
      const onStart = (checkpoint: Checkpoint | null) => this.#started(checkpoint);
      await runApply({ log, sink, signal: this.#signal, onStart, onFound });
    });
  }

  /** The sink tells the source's names, the quarantine's own counts the target's. */
  #asTargetNames(count: QuarantineCount): QuarantineCount {
    const { tables, scope } = this.#options.prepared;
    const found = tables.find(({ version }) => `${version.database}.${version.table}` === count.table);
    const target = found === undefined ? null : scope.targetOf(found.version.database, found.version.table);
    return target === null ? count : { ...count, table: `${target.schema}.${target.table}` };
  }

  #started(checkpoint: Checkpoint | null): void {
    const { state } = this.#options;
    this.#goesOn('apply');
    state.change({ paused: this.#sink.pausedTables });
    this.#follower.stands(checkpoint);
    if (checkpoint === null) return;
    state.board.onStanding(checkpoint.epoch, checkpoint.position);
    this.#load.onCheckpoint(checkpoint.epoch);
  }

  #applied(batch: AppliedBatch): void {
    const { state } = this.#options;
    state.applied(batch);
    const beat = batch.epochs.findLast((header) => header.state.has(HEARTBEAT_STATE))?.state.get(HEARTBEAT_STATE);
    if (beat) state.beatSeen(beat, Date.now());
    state.endpoint('target', { isConnected: true });
    state.change({ paused: this.#sink.pausedTables });
    this.#load.onApplied(batch.epochs);
    const last = batch.epochs.at(-1);
    if (last) this.#trim.applied(last);
  }

  /** Each time that everything which exists has arrived, the first time or after a reload. */
  async #followLoad(): Promise<void> {
    const { mode } = this.#options;
    if (mode !== 'capture') await this.#findLoad();
    while (!this.#signal.aborted) {
      await this.#load.untilComplete(this.#signal);
      // What only captures has nothing to do after the load.
      if (mode !== 'capture' && !this.#signal.aborted) await this.#afterLoad.finish();
      if (this.#signal.aborted) return;
      // `streaming` is said only now: until the orphans of the load are swept, the target may hold rows too many.
      if (this.#load.isComplete) this.#loadFinished(true);
      await this.#load.untilBegun(this.#signal);
      if (!this.#signal.aborted) this.#loadFinished(false);
    }
  }

  async #findLoad(): Promise<void> {
    const { log, logger } = this.#options;
    await supervise(async () => this.#load.onHead(await log.head()), {
      signal: this.#signal,
      onFailure: ({ error }) => logger.debug({ code: error.code }, 'the end of the log is not known yet'),
    });
  }

  #loadFinished(isFinished: boolean): void {
    if (this.#isLoadFinished === isFinished) return;
    this.#isLoadFinished = isFinished;
    this.#options.state.phase((phase) => phase.loaded(isFinished));
  }

  async #watchTarget(): Promise<void> {
    const { config, state, prepared } = this.#options;
    const target = targetLogin(config);
    await watchTarget({ sink: this.#sink, state, target, scope: prepared.scope, signal: this.#signal });
  }

  async #watchDrift(): Promise<void> {
    const { config, logger, prepared, state } = this.#options;
    if (config.target.ddl !== 'convert') return;
    await watchDrift({
      config,
      scope: prepared.scope,
      signal: this.#signal,
      everyMs: DRIFT_EVERY_MS,
      isLoaded: () => this.#isLoadFinished,
      onDrift: (drift) => {
        if (drift.count > 0) logger.warn({ differences: drift.count }, 'the target is not what the plan says');
        state.change({ drift });
      },
      onFailure: (error) => logger.debug({ code: error.code }, 'the target was not compared with the plan'),
    });
  }

  async #untilCaughtUp(): Promise<void> {
    const { board } = this.#options.state;
    const last = this.#options.mode === 'capture' ? board.log : board.apply;
    const isThere = () => this.#isLoadFinished && board.isAtHead(last, Date.now());
    while (!this.#signal.aborted && !isThere()) {
      await sleep(CAUGHT_UP_EVERY_MS, undefined, { signal: this.#signal }).catch(() => {});
    }
    if (!this.#signal.aborted) this.#endAs('caught-up');
  }

  async #supervised(stage: 'capture' | 'apply', start: () => Promise<void>): Promise<void> {
    const { state } = this.#options;
    const meter = stage === 'capture' ? state.board.capture : state.board.apply;
    await supervise(start, { signal: this.#signal, onFailure: (failure) => this.#waits(stage, failure) });
    meter.state = 'stopped';
  }

  /** Connected: only now is what was waited for over. */
  #goesOn(stage: 'capture' | 'apply'): void {
    const { state } = this.#options;
    state.board[stage].state = 'busy';
    state.endpoint(SIDES[stage], { isConnected: true });
    state.phase((phase) => phase.goesOn(stage));
  }

  #waits(stage: 'capture' | 'apply', { error, attempt, retryInMs }: Failure): void {
    const { state, logger } = this.#options;
    const side = SIDES[stage];
    state.board[stage].state = 'retrying';
    state.failed(stage, error, attempt, retryInMs);
    state.endpoint(side, { isConnected: false, reconnects: state.facts[side].reconnects + 1 });
    const text = `waiting for the ${side}: ${error.message}; next try in ${(retryInMs / 1000).toFixed(1)} s`;
    state.phase((phase) => phase.waits(stage, text));
    logger.warn({ stage, code: error.code, attempt, retryInMs }, error.message);
  }
}

const SIDES = { capture: 'source', apply: 'target' } as const;
