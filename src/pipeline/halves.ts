import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { targetLogin } from '../config/login.ts';
import type { PipelineActions, TableActions, TablesChange, TablesChanged, VerifyAction } from '../contract/action.ts';
import type { ChangeLog, EpochHeader } from '../contract/change-log.ts';
import { pauseText } from '../contract/pace.ts';
import type { QuarantineCount } from '../contract/status.ts';
import type { VerifyProgress } from '../contract/verify.ts';
import { textOf } from '../cutover/heeding.ts';
import { connectPostgres } from '../postgres/connection.ts';
import type { Checkpoint } from '../sink/checkpoint.ts';
import type { AppliedBatch } from '../sink/observer.ts';
import type { Sink } from '../sink/sink.ts';
import { ChangedKeys } from '../verify/changed-keys.ts';
import { Follower } from '../verify/follower.ts';
import { recall, runApply } from './apply.ts';
import { runCapture } from './capture.ts';
import { changeTables, refuseChangeNow } from './change-tables.ts';
import { ForwardHalf } from './forward-half.ts';
import { ForwardWatches } from './forward-watch.ts';
import { HEARTBEAT_STATE } from './heartbeat.ts';
import { LogTrim } from './log-trim.ts';
import { Pace } from './pace.ts';
import { reloadTables } from './reload.ts';
import { ReloadDesk } from './reload-desk.ts';
import type { RunOptions, RunResult } from './run-option.ts';
import { AfterLoad } from './schema/after-load.ts';
import type { Prepared } from './schema/prepare.ts';
import { sinkOf } from './sink-of.ts';
import { StageLine } from './stage-line.ts';
import { LoadProgress } from './status/load-progress.ts';
import type { RunState } from './status/run-state.ts';
import { supervise } from './supervise.ts';
import { VerifyDesk } from './verify/desk.ts';
import { followedBy } from './verify/follow.ts';
import { askRepair, repairRows } from './verify/repair.ts';
import { VERSION } from './version.ts';

export interface HalvesOptions extends RunOptions {
  readonly config: Config;
  readonly log: ChangeLog;
  readonly state: RunState;
  readonly prepared: Prepared;
}

const CAUGHT_UP_EVERY_MS = 50;

export interface HalvesEnd {
  readonly ended: RunResult['ended'];
  /** To go on with at once: other tables take part. */
  readonly next: Config | null;
}

/** Runs what the mode asks for side by side; the first that fails for good ends the others. */
export async function runHalves(options: HalvesOptions): Promise<HalvesEnd> {
  const halves = new Halves(options);
  return await halves.run();
}

class Halves {
  readonly #options: HalvesOptions;
  readonly #end = new AbortController();
  readonly #applyEnd = new AbortController();
  readonly #signal: AbortSignal;
  readonly #load: LoadProgress;
  readonly #sink: Sink;
  readonly #afterLoad: AfterLoad;
  readonly #desk = new ReloadDesk();
  readonly #trim: LogTrim;
  readonly #follower = new Follower();
  readonly #keys: ChangedKeys;
  readonly #verify: VerifyDesk;
  readonly #lines: Readonly<Record<'capture' | 'apply', StageLine>>;
  readonly #cutover: ForwardHalf | null;
  readonly #watches: ForwardWatches;
  readonly #pace: Pace;
  #ended: RunResult['ended'] = 'stopped';
  #next: Config | null = null;
  #isLoadFinished = false;

  constructor(options: HalvesOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#end.signal]);
    this.#load = new LoadProgress(options.state, this.#expected());
    const { log, config, logger, state } = options;
    this.#lines = {
      capture: new StageLine({ stage: 'capture', state, logger }),
      apply: new StageLine({ stage: 'apply', state, logger }),
    };
    // Topics are others' too, and end by the brokers' retention.
    this.#trim = new LogTrim({ log, keep: config.log.kind === 'embedded' ? config.log.keepBytes : 0, logger });
    this.#sink = this.#makeSink();
    this.#afterLoad = new AfterLoad({ ...options, sink: this.#sink, signal: this.#signal });
    this.#keys = new ChangedKeys({
      ...{ follower: this.#follower, pipeline: config.pipeline },
      connect: () => connectPostgres(targetLogin(config)),
      recall: (from, epoch, signal) => recall(log, { from, epoch, signal }),
    });
    this.#verify = this.#verifyDesk();
    this.#cutover = options.mode === 'capture' ? null : this.#forwardHalf();
    this.#pace = this.#makePace();
    this.#watches = this.#makeWatches();
  }

  /** Tells the board of every table and its target's name; answers those whose load is waited for. */
  #expected() {
    const { state, prepared, mode } = this.#options;
    const { scope, tables } = prepared;
    const versions = tables.map(({ version }) => version);
    state.board.tally.expect(versions);
    state.targetNameOf = ({ database, table }) => {
      const target = scope.targetOf(database, table);
      return target === null ? null : `${target.schema}.${target.table}`;
    };
    // A half that only applies hears of every table from the log.
    return mode === 'apply' ? [] : versions;
  }

  #makeSink(): Sink {
    const { config, prepared, state } = this.#options;
    return sinkOf(config, prepared.scope, {
      taken: () => {
        state.board.apply.steps += 1;
      },
      ...followedBy(this.#follower, config.pipeline),
      applied: (batch) => this.#applied(batch),
      setAside: (counts) => state.setAside(counts.map((one) => this.#asTargetNames(one))),
    });
  }

  #forwardHalf(): ForwardHalf {
    const { config, prepared, logger, state, onPoint, withParts, asked } = this.#options;
    return new ForwardHalf({
      ...{ config, scope: prepared.scope, logger, state, onPoint, withParts },
      checkpoint: () => this.#sink.checkpoint,
      onCommitted: () => this.#endAs('cut-over'),
      ...(asked && { asked }),
      verifyChanged: (signal, isStill) => this.#verify.verifyChanged(signal, isStill),
    });
  }

  #makePace(): Pace {
    const { logger, state, mode, asked } = this.#options;
    return new Pace({
      isSwitching: () => state.facts.cutover?.attempt?.isOver === false,
      isFenced: this.#isFenced,
      logger,
      redact: asked?.redact ?? ((by) => by),
      onAsked: (pace) =>
        state.change({
          pace: mode === 'capture' ? null : pace,
          // Somebody has taken the stream in hand since.
          ...(pace.by === null ? {} : { lostPause: null }),
        }),
      onWait: (isWaiting) => state.board.rests(isWaiting),
      onRest: (reason, restedMs) => state.throttles.rested(reason, restedMs),
    });
  }

  #makeWatches(): ForwardWatches {
    const { mode, config, state, prepared, logger } = this.#options;
    return new ForwardWatches({
      ...{ mode, config, state, prepared, logger, sink: this.#sink, signal: this.#signal },
      isLoaded: () => this.#isLoadFinished,
      isFenced: this.#isFenced,
      rowCounts: () => this.#verify.rowCounts,
    });
  }

  readonly #isFenced = (): boolean => this.#cutover?.half.isFenced ?? false;

  async run(): Promise<HalvesEnd> {
    const { mode, until, onActions, state } = this.#options;
    onActions?.(this.#actions());
    state.phase((phase) => phase.begins());
    const parts = [
      this.#watches.source(),
      this.#followLoad(),
      ...(mode === 'apply' ? [] : [this.#capture()]),
      ...(mode === 'capture'
        ? []
        : [
            this.#apply(),
            this.#watches.target(),
            this.#watches.drift(),
            this.#watches.beside(),
            this.#watches.silence(this.#applyEnd.signal),
            this.#verify.watch(),
            this.#keys.watch(this.#signal),
          ]),
      ...(this.#cutover === null ? [] : [this.#cutover.watch(this.#signal)]),
      ...(until === 'caught-up' ? [this.#untilCaughtUp()] : []),
    ];
    const results = await Promise.allSettled(parts.map((part) => this.#endAllOnFailure(part)));
    const failed = results.find((result) => result.status === 'rejected');
    const why = failed === undefined ? 'the pipeline ends' : `the pipeline ends: ${textOf(failed.reason)}`;
    await this.#cutover?.half.settled(why, this.#options.signal, { hasFailed: failed !== undefined });
    await this.#trim.ended();
    state.change({ pace: null });
    if (failed) throw failed.reason;
    // Rows have come since the end of the load.
    if (mode !== 'capture' && this.#isLoadFinished && this.#ended !== 'cut-over')
      await this.#afterLoad.raiseSequences();
    return { ended: this.#ended, next: this.#next };
  }

  #actions(): PipelineActions {
    const { mode } = this.#options;
    const { quarantine } = this.#sink;
    const tables: TableActions = {
      reload: (names) => reloadTables(names, this.#reloading),
      repair: (rows) => repairRows(rows, this.#reloading),
      ...(mode === 'run' ? { change: (asked) => this.#changeTables(asked) } : {}),
    };
    return {
      ...(mode === 'capture' ? {} : { quarantine, verify: this.#verifyHeld }),
      ...(mode === 'apply' ? {} : { tables }),
      ...(this.#cutover === null ? {} : { cutover: this.#cutover.half.actions, pace: this.#pace }),
    };
  }

  /** What is waited for may be the stream, which stands at a person's wish. */
  readonly #verifyHeld: VerifyAction = (request, { onProgress, signal }) => {
    const tell = (progress: VerifyProgress) => {
      const { pace } = this.#options.state.facts;
      onProgress({ ...progress, waitingFor: progress.waitingFor ?? pauseText(pace) });
    };
    return this.#verify.verify(request, { onProgress: tell, signal });
  };

  /** What is asked meanwhile is asked of those that come next: a pause of these would be lost. */
  async #changeTables(asked: TablesChange): Promise<TablesChanged> {
    const { config, state, onActions } = this.#options;
    const mayBe = () => refuseChangeNow(state.facts, this.#signal);
    mayBe();
    const { config: next, answer } = await changeTables(asked, config);
    mayBe();
    this.#next = next;
    onActions?.({});
    this.#endAs('stopped');
    return answer;
  }

  get #reloading() {
    const { config, prepared } = this.#options;
    const { quarantine } = this.#sink;
    return { config, scope: prepared.scope, desk: this.#desk, quarantine, signal: this.#signal };
  }

  #verifyDesk(): VerifyDesk {
    const { config, mode, prepared, state, logger } = this.#options;
    return new VerifyDesk({
      ...{ config, scope: prepared.scope, keys: this.#keys, signal: this.#signal, logger },
      isLoaded: () => this.#isLoadFinished,
      repair: (rows) => (mode === 'apply' ? askRepair(config, rows) : repairRows(rows, this.#reloading)),
      onStatus: (verify) => state.change({ verify }),
      onRest: (reason, restedMs) => state.throttles.rested(reason === 'limit' ? 'verify-limit' : reason, restedMs),
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

  async #capture(): Promise<void> {
    const { config, log, state, prepared, mode } = this.#options;
    await this.#lines.capture.run(async () => {
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
          this.#lines.capture.goesOn();
          state.board.onOpen(writer.head);
          if (mode === 'capture') this.#load.onHead(writer.head);
          if (mode === 'capture') this.#load.onCheckpoint(writer.head.last?.number ?? 0);
        },
        onProgress: this.#load,
        onStream: (stream) => this.#desk.opened(stream),
      });
      await captured.finally(() => this.#desk.closed());
    }, this.#signal);
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
    const applying = this.#lines.apply.run(async () => {
      state.board.onFindAgain();
      const onStart = (checkpoint: Checkpoint | null) => this.#started(checkpoint);
      const admit = (rows: number, signal: AbortSignal) => this.#pace.admit(rows, signal);
      await runApply({ log, sink, signal: this.#signal, admit, onStart, onFound });
    }, this.#signal);
    await applying.finally(() => this.#applyEnd.abort());
  }

  /** The sink tells the source's names, the quarantine's own counts the target's. */
  #asTargetNames(count: QuarantineCount): QuarantineCount {
    const { tables, scope } = this.#options.prepared;
    const found = tables.find(({ version }) => `${version.database}.${version.table}` === count.table);
    const target = found === undefined ? null : scope.targetOf(found.version.database, found.version.table);
    return target === null ? count : { ...count, table: `${target.schema}.${target.table}` };
  }

  async #started(checkpoint: Checkpoint | null): Promise<void> {
    const { state } = this.#options;
    this.#lines.apply.goesOn();
    state.change({ paused: this.#sink.pausedTables });
    this.#follower.stands(checkpoint);
    await this.#keys.takeOver(checkpoint, this.#signal);
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

  async #untilCaughtUp(): Promise<void> {
    const { board } = this.#options.state;
    const last = this.#options.mode === 'capture' ? board.log : board.apply;
    const isThere = () => this.#isLoadFinished && board.isAtHead(last, Date.now());
    while (!this.#signal.aborted && !isThere()) {
      await sleep(CAUGHT_UP_EVERY_MS, undefined, { signal: this.#signal }).catch(() => {});
    }
    if (!this.#signal.aborted) this.#endAs('caught-up');
  }
}
