import type { Config } from '../../config/config.ts';
import { sourceAdminLogin } from '../../config/login.ts';
import type { Change } from '../../contract/change.ts';
import type { ChangeLog } from '../../contract/change-log.ts';
import { SluiceError } from '../../contract/error.ts';
import type { Logger } from '../../contract/logger.ts';
import type { ReverseCheckpoint } from '../../mysql-sink/checkpoint.ts';
import { MysqlSink, type MysqlSinkStep } from '../../mysql-sink/sink.ts';
import { askSource } from '../cutover/silence-ask.ts';
import { ANSWER_MS, SILENT_MS, watchSilence } from '../cutover/silence-watch.ts';
import { LogTrim } from '../log-trim.ts';
import type { Scope } from '../scope.ts';
import { type Failure, supervise } from '../supervise.ts';
import type { ReverseFollower } from './follower.ts';
import { applyReverse, captureReverse } from './halves.ts';
import { openReverseLog, REVERSE_STATES, type ReversePlace } from './place.ts';
import type { ReverseProgress } from './progress.ts';
import { watchReverse } from './watch.ts';

export interface ReverseRunOptions {
  readonly config: Config;
  readonly scope: Scope;
  readonly place: ReversePlace;
  readonly progress: ReverseProgress;
  readonly logger: Logger;
  /** Only the canary goes back. */
  readonly onlyCanary: boolean;
  /** Told of every change that is read, and of what the source has. */
  readonly follower?: ReverseFollower | undefined;
  readonly onStep?: (step: MysqlSinkStep) => void | Promise<void>;
  readonly delayRatio?: number;
}

export interface UntilOptions {
  readonly limitMs: number;
  readonly late: (limitMs: number) => SluiceError;
  readonly signal: AbortSignal;
  readonly everyMs?: number;
}

const POLL_MS = 20;
const SETTLE_LIMIT_MS = 30_000;

/** Both halves and their watch, running in this process from the moment it is made. */
export class ReverseRun {
  /** Ends with `stop`, or fails with what a person must see to. */
  readonly ended: Promise<void>;
  readonly sink: MysqlSink;
  readonly #options: ReverseRunOptions;
  readonly #end = new AbortController();
  readonly #applyEnd = new AbortController();
  readonly #log: ChangeLog;
  readonly #trim: LogTrim;

  constructor(options: ReverseRunOptions) {
    const { config, place, logger, onStep } = options;
    this.#options = options;
    this.#log = openReverseLog(config);
    const keep = config.log.kind === 'embedded' ? config.log.keepBytes : 0;
    this.#trim = new LogTrim({ log: this.#log, keep, logger });
    this.sink = new MysqlSink({
      source: sourceAdminLogin(config.source),
      place: place.checkpoint,
      states: REVERSE_STATES,
      onApplied: (checkpoint, count) => {
        options.progress.applied(checkpoint, count);
        options.follower?.applied(checkpoint.position);
        this.#trim.applied(checkpoint);
      },
      onWaiting: (changes) => options.progress.waiting(changes),
      ...(onStep === undefined ? {} : { onStep }),
    });
    this.ended = this.#halves();
    this.ended.catch(() => {});
  }

  /** Finishes the transaction in hand and ends. Fails as `ended` does. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.ended;
  }

  /** Polls until it is so; a run that fails or ends meanwhile fails this too, and so do the signal and `late` after `limitMs`. */
  async until(isSo: () => Promise<boolean>, { limitMs, late, signal, everyMs = POLL_MS }: UntilOptions): Promise<void> {
    const until = performance.now() + limitMs;
    const failed = this.ended.then(() => {
      throw late(limitMs);
    });
    failed.catch(() => {});
    while (!(await isSo())) {
      signal.throwIfAborted();
      if (performance.now() > until) throw late(limitMs);
      await Promise.race([pause(everyMs), failed]);
    }
  }

  async #halves(): Promise<void> {
    const { config, scope, place, progress, onlyCanary } = this.#options;
    const { signal } = this.#end;
    const half = { config, scope, place, log: this.#log, signal };
    const onRead = (batch: readonly Change[]) => {
      progress.read(batch);
      this.#options.follower?.read(batch);
    };
    const onLogged = progress.logged.bind(progress);
    const onStart = (checkpoint: ReverseCheckpoint) => {
      progress.started(checkpoint);
      this.#options.follower?.applied(checkpoint.position);
    };
    try {
      await this.#allOrNone([
        this.#capture(() => captureReverse({ ...half, onlyCanary, onRead, onLogged })),
        this.#apply(() => applyReverse({ ...half, sink: this.sink, onStart })),
        this.#silence(),
        watchReverse({ config, place, progress, signal, answerMs: ANSWER_MS * (this.#options.delayRatio ?? 1) }),
      ]);
    } finally {
      await this.#trim.ended();
      await this.#log.close();
    }
  }

  /** What was logged before the capture ended for good is applied still. */
  async #capture(half: () => Promise<void>): Promise<void> {
    try {
      await this.#supervised('capture', half);
    } catch (error) {
      const until = performance.now() + SETTLE_LIMIT_MS;
      const { last } = await this.#log.head();
      const isApplied = () => (this.sink.checkpoint?.epoch ?? 0) >= (last?.number ?? 0);
      while (!isApplied() && !this.#end.signal.aborted && performance.now() < until) await pause();
      throw error;
    }
  }

  async #apply(half: () => Promise<void>): Promise<void> {
    await this.#supervised('apply', half).finally(() => this.#applyEnd.abort());
  }

  /** Also while the run ends, until nothing is applied any more: the transaction in hand may be what hangs. */
  async #silence(): Promise<void> {
    const { config, delayRatio = 1 } = this.#options;
    const { signal } = this.#applyEnd;
    await watchSilence({
      link: () => this.sink.link,
      ask: askSource(sourceAdminLogin(config.source), { signal, answerMs: ANSWER_MS * delayRatio }),
      signal,
      silentMs: SILENT_MS * delayRatio,
    });
  }

  async #supervised(stage: 'capture' | 'apply', half: () => Promise<void>): Promise<void> {
    const { logger, delayRatio, progress } = this.#options;
    const onFailure = ({ error, attempt, retryInMs }: Failure) => {
      logger.warn({ stage: `reverse-${stage}`, code: error.code, attempt, retryInMs }, error.message);
      progress.failed(stage, error, attempt);
    };
    const ratio = delayRatio === undefined ? {} : { delayRatio };
    try {
      await supervise(half, { signal: this.#end.signal, onFailure, ...ratio });
    } catch (error) {
      if (error instanceof SluiceError) progress.failed(stage, error, 1);
      throw error;
    }
  }

  /** The first that fails ends the others; its error is told. */
  async #allOrNone(parts: readonly Promise<void>[]): Promise<void> {
    const endOthers = (error: unknown) => {
      this.#end.abort();
      throw error;
    };
    const results = await Promise.allSettled(parts.map((part) => part.catch(endOthers)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

function pause(ms = POLL_MS): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
