import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import type { ActionOutcome, AskedAction } from '../../contract/action.ts';
import { SluiceError } from '../../contract/error.ts';
import type { Logger } from '../../contract/logger.ts';
import { type LostPause, lostPauseText, type PaceStatus, pauseText } from '../../contract/pace.ts';
import type { PipelineStatus } from '../../contract/status.ts';
import { type KeyedEvent, redacted } from '../../evidence/event.ts';
import { Spread } from '../../evidence/spread.ts';
import { type RunRecord, readPaceBefore, writeEvidence } from '../../evidence/store.ts';
import { actionKey, endUnanswered } from '../../evidence/unanswered.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { noteHeld } from '../../sink/freshness-view.ts';
import { pause } from '../pause.ts';
import type { RunOptions } from '../run-option.ts';
import type { RunState } from '../status/run-state.ts';
import { withTarget } from '../target-session.ts';

const EVERY_MS = 10_000;
/** Until the sink has made its schema, or the target answers. */
const FIRST_MS = 500;
const SAMPLE_EVERY_MS = 400;
/** Whoever asks for something waits so long for it to be on record, and the end of the process for its last words. */
const PATIENCE_MS = 2_000;

export interface RecorderOptions extends Pick<RunOptions, 'asked'> {
  readonly config: Config;
  readonly state: RunState;
  readonly logger: Logger;
}

/** Keeps what happens to a running pipeline on the target, for the evidence. While the target is away it waits here. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #run = randomUUID();
  readonly #lag = new Spread();
  #lagUnknown = 0;
  #sampledAtMs = Number.NEGATIVE_INFINITY;
  /** Something of this process stands on the target. */
  #isThere = false;
  #isTold = false;
  /** The one before this process is asked for once. */
  #isPaceBeforeKnown = false;
  /** What was asked of those before it has an end. */
  #isBeforeEnded = false;
  /** The last one of the stream; the end of the stages takes it out of the status. */
  #pace: PaceStatus | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  sample({ lagMs, asOfMs, pace, state }: PipelineStatus): void {
    if (pace !== null || state === 'cut-over') this.#pace = pace;
    if (asOfMs - this.#sampledAtMs < SAMPLE_EVERY_MS) return;
    this.#sampledAtMs = asOfMs;
    if (lagMs === null) this.#lagUnknown += 1;
    else this.#lag.observe(lagMs);
  }

  /** Resolves when it is on the target, or after two seconds; what ends a switch is never held up. */
  readonly record = async (asked: AskedAction): Promise<(outcome: ActionOutcome) => void> => {
    const { book } = this.#options.state;
    const atMs = Date.now();
    const { action, by, via, params } = asked;
    const tell = (outcome: Readonly<Record<string, unknown>>) =>
      book.note({ kind: 'action', atMs, who: by, what: { action, via, params, ...outcome } }, key);
    const key = actionKey(this.#run, randomUUID());
    tell({ outcome: 'asked' });
    const written = this.#write();
    if (action !== 'cutover.abort' && action !== 'cutover.confirm') await inTime(written);
    return (outcome) => {
      tell({ ...outcome, tookMs: Date.now() - atMs });
      void this.#write();
    };
  };

  /** A start with a flag that changes what is on the target is an act of whoever started it. */
  begins({ isResync, acceptsRules, mode }: RunOptions): void {
    if (isResync !== true && acceptsRules !== true) return;
    const flags = [...(isResync ? ['--resync'] : []), ...(acceptsRules ? ['--accept-rules'] : [])];
    const what = { action: mode, via: 'command', params: { flags }, outcome: 'begun' };
    this.#options.state.book.note({ kind: 'action', atMs: Date.now(), who: this.#options.asked?.by ?? null, what });
  }

  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#write();
      // A process that is killed before its first word would never have been there.
      await pause(this.#isThere ? EVERY_MS : FIRST_MS, signal);
    }
  }

  /** The last words of this process: how it ended. */
  async ended(how: string): Promise<void> {
    await inTime(this.#write({ ended: how, endedAtMs: Date.now() }));
  }

  /** One at a time, each with what is known when it begins. */
  #write(end: Pick<RunRecord, 'ended' | 'endedAtMs'> = { ended: null, endedAtMs: null }): Promise<void> {
    this.#writing = this.#writing.then(() => this.#writeNow(end));
    return this.#writing;
  }

  async #writeNow(end: Pick<RunRecord, 'ended' | 'endedAtMs'>): Promise<void> {
    const { config, state, logger } = this.#options;
    const events = state.book.waiting;
    const run = this.#record(end);
    try {
      const work = (signal: AbortSignal) =>
        withTarget({ ...targetLogin(config), connectTimeoutMs: PATIENCE_MS }, signal, async (session) => {
          await this.#settlePace(session);
          const isWritten = await writeEvidence(session, config.pipeline, { events: events.map(this.#redacted), run });
          if (isWritten) await this.#endBefore(session);
          return isWritten;
        });
      if (await work(AbortSignal.timeout(EVERY_MS))) {
        state.book.written(events);
        this.#isThere = true;
      }
      this.#isTold = false;
    } catch (error) {
      const code = error instanceof SluiceError ? error.code : 'INTERNAL';
      if (!this.#isTold) logger.warn({ code, waiting: events.length }, 'the evidence is not on the target yet');
      this.#isTold = true;
    }
  }

  readonly #redacted = <T extends KeyedEvent>(event: T): T => {
    const { redact } = this.#options.asked ?? {};
    return redact === undefined ? event : redacted(event, redact);
  };

  /** Once: what was asked of a process that was killed stays without an answer otherwise. */
  async #endBefore(session: PostgresSession): Promise<void> {
    if (this.#isBeforeEnded) return;
    const { config, state } = this.#options;
    const { mode } = state.status();
    await endUnanswered(session, config.pipeline, { run: this.#run, mode, nowMs: Date.now() });
    this.#isBeforeEnded = true;
  }

  /** What only captures knows nothing of a pause. One that ended with its process, the next process tells. */
  async #settlePace(session: PostgresSession): Promise<void> {
    const { config, state, logger } = this.#options;
    const { mode, pace } = state.status();
    if (mode === 'capture') return;
    await noteHeld(session, config.pipeline, pauseText(pace));
    if (this.#isPaceBeforeKnown) return;
    const before = await readPaceBefore(session, config.pipeline, this.#run);
    this.#isPaceBeforeKnown = true;
    if (before?.state === 'paused') this.#tellLost({ by: before.by, sinceMs: before.sinceMs }, state, logger);
  }

  #tellLost(lost: LostPause, state: RunState, logger: Logger): void {
    state.change({ lostPause: lost });
    logger.warn({ by: lost.by }, lostPauseText(lost));
    const what = { action: 'resume', via: 'restart', params: { pausedBy: lost.by, pausedSinceMs: lost.sinceMs } };
    const who = this.#options.asked?.by ?? null;
    state.book.note({ kind: 'action', atMs: Date.now(), who, what: { ...what, outcome: 'done' } });
  }

  #record(end: Pick<RunRecord, 'ended' | 'endedAtMs'>): RunRecord {
    const { state, asked } = this.#options;
    const status = state.status();
    return {
      run: this.#run,
      startedBy: asked?.by ?? null,
      startedAtMs: status.startedAtMs,
      seenAtMs: status.asOfMs,
      ...end,
      configuration: asked?.configuration ?? [],
      status: { ...partsOf(status), pace: status.pace ?? this.#pace },
      measured: {
        lag: this.#lag.counts,
        lagUnknown: this.#lagUnknown,
        latency: state.board.latency.whole.counts,
        lostEvents: state.book.lost,
      },
    };
  }
}

function partsOf(status: PipelineStatus): RunRecord['status'] {
  const { mode, version, pid, state, source, target, head, lagMs, clock, counters, snapshot, heartbeat } = status;
  const stages = status.stages.map(({ name, position, rows, transactions, bytes }) => ({
    ...{ name, position, rows, transactions, bytes },
  }));
  const { rowsDone, state: loading } = snapshot;
  return {
    ...{ mode, version, pid, host: hostname(), state, source, target, head, lagMs, clock, counters, heartbeat, stages },
    snapshot: { state: loading, rowsDone, tables: snapshot.tables.length },
  };
}

async function inTime(work: Promise<void>): Promise<void> {
  const late = new AbortController();
  await Promise.race([work, pause(PATIENCE_MS, late.signal)]);
  late.abort();
}
