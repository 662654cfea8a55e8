import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import type { CutoverActions } from '../../contract/action.ts';
import type { CutoverStatus, Direction, GateStatus, Waiver } from '../../contract/cutover.ts';
import type { Logger } from '../../contract/logger.ts';
import { attemptStatus } from '../../cutover/attempt-status.ts';
import { Word } from '../../cutover/flip/word.ts';
import type { Attempt } from '../../cutover/journal.ts';
import type { StepRecord } from '../../cutover/step.ts';
import { drainedEnd } from '../../cutover/steps/drain.ts';
import { connectPostgres, type PostgresSession } from '../../postgres/connection.ts';
import { type Checkpoint, closeCheckpoint, reopenCheckpoint } from '../../sink/checkpoint.ts';
import type { RunOptions } from '../run-option.ts';
import type { Scope } from '../scope.ts';
import { type SpareCounts, SpareSessions } from '../spare-sessions.ts';
import type { RunState } from '../status/run-state.ts';
import { CutoverDesk, type CutoverDeskOptions } from './desk.ts';
import { standsAt } from './drain.ts';
import { countFinally } from './final-count.ts';
import { raiseSequences, type SwitchOptions, switchSteps } from './steps.ts';
import { type SwitchSides, switchSides } from './switch-side.ts';

export interface CutoverHalfOptions
  extends Pick<SwitchOptions, 'wayBack' | 'drain' | 'verifyChanged'>,
    Pick<CutoverDeskOptions, 'onPoint'>,
    Pick<RunOptions, 'withParts' | 'asked'> {
  readonly config: Config;
  readonly scope: Scope;
  readonly logger: Logger;
  readonly state: RunState;
  /** The way that can be gone now. */
  readonly direction: Direction;
  /** Where the forward stream stands on the target; null while none runs. */
  readonly checkpoint: () => Checkpoint | null;
  judge(waivers: readonly Waiver[]): Promise<readonly GateStatus[]>;
  /** `database.table` of the tables whose schema was judged with them last; null: it was not. */
  readonly looked?: () => readonly string[] | null;
  /** The point of no return of an attempt of this process was passed: the stream that fed the new side is over. */
  readonly onCommitted: () => void;
}

/** For two drains, and for what ends the way back. */
const BACK: SpareCounts = { sources: 0, admins: 1, targets: 2 };

type Judged = Pick<CutoverStatus, 'gates' | 'gatesAtMs' | 'wayBack' | 'prediction'>;

/** What a running process has to do with the switch: the attempt under way, and what is left of an earlier one. */
export class CutoverHalf {
  readonly #options: CutoverHalfOptions;
  readonly #desk: CutoverDesk;
  readonly #word = new Word(() => this.tell({}));
  /** As the configuration says, for who judges them too. */
  readonly sides: SwitchSides;
  /** For what is done behind a fence. */
  readonly spares: SpareSessions;
  #attempt: Attempt | null = null;
  /** Of the gates by which the attempt in hand was begun. */
  #looked: readonly string[] | null = null;
  #judged: Judged = { gates: [], gatesAtMs: null, wayBack: null, prediction: null };

  constructor(options: CutoverHalfOptions) {
    const { config, scope, logger, direction, drain, wayBack, verifyChanged, judge, onPoint } = options;
    const { withParts = (parts) => parts } = options;
    this.#options = options;
    this.spares = direction === 'back' ? new SpareSessions(config, BACK) : new SpareSessions(config);
    const word = this.#word;
    this.sides = switchSides(config, word);
    const steps = withParts({
      ...{ config, drain, wayBack, verifyChanged },
      isFenced: () => this.isFenced,
      ...this.sides,
      lastRecord: (step) => this.#desk.lastRecord(step),
      word,
      countRows: (signal) => countFinally(config, scope, signal, this.spares),
      raiseSequences: (signal) => raiseSequences({ config, scope, spares: this.spares, looked: this.#looked }, signal),
      openAhead: () => this.spares.fill(),
      reopenStream: () => this.#reopenStream(),
      seal: () => this.#desk.seal(),
      noteCommitted: () => this.#desk.noteCommitted(),
    });
    this.#desk = new CutoverDesk({
      ...{ config, logger, direction, judge, onPoint },
      redact: options.asked?.redact ?? ((text) => text),
      stepsOf: (way) => switchSteps(way, steps),
      word,
      onBegun: ({ id, direction, startedAtMs, startedBy }, gates) => {
        this.#looked = options.looked?.() ?? null;
        options.state.book.note({
          ...{ kind: 'gates', atMs: startedAtMs, who: startedBy },
          what: { attempt: id, direction, gates },
        });
      },
      onChange: (attempt) => this.#changed(attempt),
      attempt: () => this.#attempt,
      closeStream: (session, attempt) => this.#closeStream(session, attempt),
    });
  }

  get actions(): CutoverActions {
    return this.#desk;
  }

  /** From the moment at which the fence of the source is asked for until it is lifted: no heartbeat is written. */
  get isFenced(): boolean {
    if (this.#attempt?.direction !== 'forward') return false;
    const fence = this.#attempt.steps.find(({ name, phase }) => name === 'fence' && phase === 'blocked');
    return fence !== undefined && fence.state !== 'waiting' && fence.state !== 'undone';
  }

  /** Finishes what an earlier process has left, and answers on which side the application writes since. */
  async recover(): Promise<'source' | 'target'> {
    const last = await this.#desk.recover();
    if (last !== null) this.#changed(last);
    return await this.#desk.side();
  }

  /** Tells the last attempt of any process before this one; a journal out of reach leaves it for later. */
  async remember(): Promise<void> {
    const last = await this.#desk.last();
    await this.#predict();
    if (last === null || this.#attempt !== null) return;
    this.#attempt = last;
    this.tell({});
  }

  /** What a step of the last cutover has noted; null: nothing, or it cannot be read now. */
  async lastRecord(step: string): Promise<StepRecord | null> {
    return await this.#desk.lastRecord(step).catch(() => null);
  }

  async settled(reason: string, ending: AbortSignal, how: { readonly hasFailed?: boolean } = {}): Promise<void> {
    await this.#desk.settled(reason, ending, how);
    await this.spares.close();
  }

  tell(judged: Partial<Judged>): void {
    this.#judged = { ...this.#judged, ...judged };
    const { state } = this.#options;
    const attempt = this.#attempt === null ? null : attemptStatus(this.#attempt, Date.now());
    state.change({ cutover: { attempt, isWordAwaited: this.#word.isAwaited, ...this.#judged } });
    state.publish();
  }

  /** A journal out of reach leaves the prediction as it was. */
  async #predict(): Promise<void> {
    const prediction = await this.#desk.predict(this.#options.direction).catch(() => null);
    if (prediction !== null) this.tell({ prediction });
  }

  #changed(attempt: Attempt): void {
    const isNews = attempt.outcome === 'committed' && this.#attempt?.outcome === 'running';
    this.#attempt = attempt;
    this.tell({});
    if (attempt.isOver) void this.#predict();
    if (isNews) this.#options.onCommitted();
  }

  /**
   * Forward: only where the target still stands exactly at the end that the drain has found. Back: the stream to the
   * source ends with its slot, behind the point of no return; whoever writes on the target was seen by the last look.
   */
  async #closeStream(session: PostgresSession, attempt: string): Promise<boolean> {
    const { direction, checkpoint, config } = this.#options;
    if (direction === 'back') return true;
    const at = checkpoint();
    const end = drainedEnd(this.#attempt?.steps.find(({ name }) => name === 'drain')?.record ?? null);
    if (at === null || end === null || !standsAt(at.position, end)) return false;
    return await closeCheckpoint(session, { pipeline: config.pipeline, lane: 'main' }, { at, by: attempt });
  }

  async #reopenStream(): Promise<void> {
    const { config } = this.#options;
    const session = await connectPostgres(targetLogin(config));
    try {
      await reopenCheckpoint(session, { pipeline: config.pipeline, lane: 'main' });
    } finally {
      await session.close();
    }
  }
}
