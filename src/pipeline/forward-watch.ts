import { type Config, HEARTBEAT_DATABASE } from '../config/config.ts';
import { sourceLogin, targetLogin } from '../config/login.ts';
import type { Logger } from '../contract/logger.ts';
import { unlessClosed } from '../cutover/copy/copy-table.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import type { Sink } from '../sink/sink.ts';
import { askTarget } from './cutover/silence-ask.ts';
import { watchSilence } from './cutover/silence-watch.ts';
import type { RunOptions } from './run-option.ts';
import { watchDrift } from './schema/drift-watch.ts';
import type { Prepared } from './schema/prepare.ts';
import { watchSource } from './source-watch.ts';
import type { RunState } from './status/run-state.ts';
import { watchTarget } from './target-watch.ts';
import { type BesideWatchOptions, watchBeside } from './verify/beside-watch.ts';

const POLL_MS = 200;
const DRIFT_EVERY_MS = 60_000;

export interface ForwardWatchesOptions
  extends Pick<RunOptions, 'mode'>,
    Pick<BesideWatchOptions, 'isLoaded' | 'rowCounts'> {
  readonly config: Config;
  readonly state: RunState;
  readonly prepared: Prepared;
  readonly logger: Logger;
  readonly sink: Sink;
  readonly signal: AbortSignal;
  readonly isFenced: () => boolean;
}

/** What looks at both servers beside the stream, until the signal. */
export class ForwardWatches {
  readonly #options: ForwardWatchesOptions;

  constructor(options: ForwardWatchesOptions) {
    this.#options = options;
  }

  async source(): Promise<void> {
    const { config, state, mode, signal } = this.#options;
    const beat = { database: HEARTBEAT_DATABASE, pipeline: config.pipeline, everyMs: config.source.heartbeatMs };
    await watchSource({
      settings: sourceLogin(config.source),
      heartbeat: mode === 'apply' ? null : beat,
      unlessFenced: (source, beat) => this.#unlessFenced(source, beat),
      pollMs: POLL_MS,
      signal,
      onPoll: (poll) => {
        state.board.head = poll;
        state.endpoint('source', { isConnected: true });
      },
      onBeat: (writtenAtMs) => state.beatWritten(writtenAtMs),
      onBeatFailure: (error, attempt, retryInMs) => state.failed('pipeline', error, attempt, retryInMs),
      onFailure: (error, attempt, retryInMs) => {
        state.endpoint('source', { isConnected: error.disposition !== 'retry' });
        state.board.loseHead();
        state.failed('pipeline', error, attempt, retryInMs);
      },
    });
  }

  async target(): Promise<void> {
    const { config, state, prepared, sink, signal } = this.#options;
    await watchTarget({ sink, state, target: targetLogin(config), scope: prepared.scope, signal });
  }

  /** Also while the process ends, until nothing is applied any more: the transaction in hand may be what hangs. */
  async silence(signal: AbortSignal): Promise<void> {
    const { config, state, sink } = this.#options;
    await watchSilence({
      link: () => sink.link,
      ask: askTarget(targetLogin(config), { signal }),
      onAnswer: (isConnected) => {
        if (state.board.apply.state !== 'retrying') state.endpoint('target', { isConnected });
      },
      signal,
    });
  }

  async drift(): Promise<void> {
    const { config, logger, prepared, state, signal, isLoaded } = this.#options;
    if (config.target.ddl !== 'convert') return;
    await watchDrift({
      ...{ config, scope: prepared.scope, signal, everyMs: DRIFT_EVERY_MS, isLoaded },
      onDrift: (drift) => {
        if (drift.count > 0) logger.warn({ differences: drift.count }, 'the target is not what the plan says');
        state.change({ drift });
      },
      onFailure: (error) => logger.debug({ code: error.code }, 'the target was not compared with the plan'),
    });
  }

  async beside(): Promise<void> {
    const { state, isFenced } = this.#options;
    await watchBeside({
      ...this.#options,
      // One of both reads all rows at a time, and none while writes are blocked.
      holdUp: () =>
        isFenced() || state.facts.verify?.isRunning ? 'rows are compared, or a switch is under way' : null,
      // Held up it rests for no server's sake.
      onRest: (reason, restedMs) => {
        if (reason === 'limit') state.throttles.rested('verify-limit', restedMs);
      },
      onCompared: (beside) => state.change({ beside }),
    });
  }

  /** A half that only captures has the switch in another process, and learns of the fence at the source. */
  async #unlessFenced(source: MysqlConnection, beat: () => Promise<void>): Promise<boolean> {
    const { config, mode, isFenced } = this.#options;
    if (mode === 'capture')
      return await unlessClosed(source, { database: HEARTBEAT_DATABASE, pipeline: config.pipeline }, beat);
    if (isFenced()) return false;
    await beat();
    return true;
  }
}
