import { randomUUID } from 'node:crypto';
import { type Config, HEARTBEAT_DATABASE } from '../../config/config.ts';
import { sourceAdminLogin, targetLogin } from '../../config/login.ts';
import type { CutoverActions } from '../../contract/action.ts';
import type {
  AttemptStatus,
  BlockPrediction,
  CutoverPlan,
  CutoverRequest,
  Direction,
  GateStatus,
} from '../../contract/cutover.ts';
import { SluiceError } from '../../contract/error.ts';
import type { Logger } from '../../contract/logger.ts';
import { attemptStatus, awayUntil } from '../../cutover/attempt-status.ts';
import { SourceCopy } from '../../cutover/copy/source-copy.ts';
import type { Word } from '../../cutover/flip/word.ts';
import { isRed } from '../../cutover/gate.ts';
import { textOf } from '../../cutover/heeding.ts';
import type { Attempt, Journal } from '../../cutover/journal.ts';
import { alreadyRunning } from '../../cutover/journal-error.ts';
import { PostgresJournal, type PostgresJournalOptions } from '../../cutover/postgres-journal.ts';
import { predictBlock } from '../../cutover/prediction.ts';
import { Runner, type RunnerOptions } from '../../cutover/runner.ts';
import type { Step, StepRecord } from '../../cutover/step.ts';
import { connectPostgres } from '../../postgres/connection.ts';
import { standingCutover } from '../evidence/journal-reader.ts';
import { attemptSteps, described, redactedRequest } from './attempt-request.ts';
import { ending, gatesRed, notCopied, nothingToConfirm, notRunning, otherSide, unknownGate } from './desk-error.ts';
import { lockWords } from './drain-wait.ts';
import { leaveTime } from './leave-time.ts';

export interface CutoverDeskOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** The way that can be gone now: forward while the application writes to the source. */
  readonly direction: Direction;
  stepsOf(direction: Direction): readonly Step[];
  readonly closeStream: PostgresJournalOptions['closeStream'];
  /** Every gate as it stands now. */
  judge(waivers: CutoverRequest['waivers']): Promise<readonly GateStatus[]>;
  readonly onChange: (attempt: Attempt) => void;
  /** The attempt as `onChange` told of it last. */
  readonly attempt: () => Attempt | null;
  /** That of the flips among the steps. */
  readonly word: Word;
  /** Told the gates by which an attempt begins. */
  readonly onBegun: (attempt: Attempt, gates: readonly GateStatus[]) => void;
  readonly onPoint?: RunnerOptions['onPoint'] | undefined;
  /** Takes secrets out of what an asker says, before the journal keeps it. */
  readonly redact: (text: string) => string;
}

/** Plans, begins, watches and aborts cutovers of the running pipeline. The attempt goes on whoever asked and watches. */
export class CutoverDesk implements CutoverActions {
  readonly #options: CutoverDeskOptions;
  readonly #journal: Journal;
  readonly #copy: SourceCopy;
  readonly #stop = new AbortController();
  #abort = new AbortController();
  #running: Promise<Attempt> | null = null;
  /** Never fails; null: nothing is being begun. */
  #beginning: Promise<void> | null = null;
  #lastCutover: Attempt | null = null;
  /** The pipeline is about to end or to turn round: nothing is begun here any more. */
  #isSettled = false;

  constructor(options: CutoverDeskOptions) {
    const { config, closeStream, logger } = options;
    this.#options = options;
    this.#journal = new PostgresJournal({
      pipeline: config.pipeline,
      owner: randomUUID(),
      connect: () => connectPostgres(targetLogin(config)),
      closeStream,
      waitsFor: (signal) => lockWords(config, signal),
    });
    const place = { database: HEARTBEAT_DATABASE, pipeline: config.pipeline };
    this.#copy = new SourceCopy({ ...place, login: sourceAdminLogin(config.source), logger });
  }

  /** Notes at the source that the attempt in hand may be committed from here on; answers so in words. */
  async seal(): Promise<string> {
    const attempt = this.#options.attempt();
    if (attempt === null) throw notRunning();
    return await this.#copy.seal(attempt);
  }

  /** Notes at the source that the attempt in hand is committed. */
  async noteCommitted(): Promise<void> {
    const attempt = this.#options.attempt();
    if (attempt === null) throw notRunning();
    await this.#copy.noteCommitted(attempt);
  }

  async plan(direction: Direction): Promise<CutoverPlan> {
    const { judge, config } = this.#options;
    const steps = this.#stepsNow(direction);
    const planned = await Promise.all(
      steps.map(async (step) => {
        const { name, title, phase } = step;
        return { name, title, phase, describe: await described(step) };
      }),
    );
    const { writeBlockLimitMs } = config.cutover;
    return { gates: await judge([]), steps: planned, writeBlockLimitMs, prediction: await this.predict(direction) };
  }

  /** By the last attempt in this direction, and by the last that blocked writes. */
  async predict(direction: Direction): Promise<BlockPrediction | null> {
    const [last, fenced] = [await this.#journal.last(), await this.#journal.lastDrained(direction)];
    return predictBlock(this.#stepsNow(direction), { last: last?.direction === direction ? last : null, fenced });
  }

  async begin(request: CutoverRequest): Promise<AttemptStatus> {
    if (this.#beginning !== null) throw alreadyRunning();
    const begun = this.#begin(request);
    const beginning = begun.then(
      () => {},
      () => {},
    );
    this.#beginning = beginning;
    try {
      return await begun;
    } finally {
      this.#beginning = null;
    }
  }

  async #begin(request: CutoverRequest): Promise<AttemptStatus> {
    const { judge, config, redact } = this.#options;
    const { direction, by, isRehearsal, fences, waivers } = redactedRequest(request, redact);
    const steps = this.#stepsNow(direction);
    const gates = await judge(waivers);
    const unknown = waivers.filter(({ gate }) => !gates.some(({ name }) => name === gate));
    if (unknown.length > 0) throw unknownGate(unknown, gates);
    const red = gates.filter(isRed);
    if (red.length > 0) throw gatesRed(red);
    await this.#putBackLeft();
    if (this.#isSettled) throw ending();
    const attempt = await this.#journal.begin({
      direction,
      isRehearsal,
      startedBy: by,
      startedAtMs: Date.now(),
      writeBlockLimitMs: config.cutover.writeBlockLimitMs,
      waivers: gates.flatMap(({ waiver }) => (waiver === null ? [] : [waiver])),
      steps: attemptSteps(steps, { isRehearsal, fences }),
    });
    await this.#copied(attempt);
    this.#options.onBegun(attempt, gates);
    this.#abort = new AbortController();
    void this.#go(attempt, true);
    return attemptStatus(attempt, Date.now());
  }

  /**
   * An attempt that nobody runs, as where the answer to its beginning was lost, is put back before another is begun: this
   * process alone holds the pipeline (INV-199).
   */
  async #putBackLeft(): Promise<void> {
    if (this.#running !== null || this.#isSettled) return;
    const last = await this.#journal.last();
    if (last === null || last.isOver) return;
    await this.#go(await this.#takenOver(last), false);
  }

  /** An attempt of which the source knows nothing is none: without the target nobody could tell how far it went. */
  async #copied(attempt: Attempt): Promise<void> {
    try {
      await this.#copy.begin(attempt);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      await this.#journal.abort(attempt.id, textOf(error));
      await this.#journal.note(attempt.id, { isOver: true, endedAtMs: Date.now() });
      throw notCopied(error);
    }
  }

  async abort(by: string): Promise<AttemptStatus> {
    if (this.#running === null) throw notRunning();
    this.#abort.abort(new Error(`${this.#options.redact(by)} asked for it`));
    return attemptStatus(await this.#running, Date.now());
  }

  async confirm(by: string): Promise<AttemptStatus> {
    const { word, attempt, redact } = this.#options;
    const now = attempt();
    if (now === null || !word.give(redact(by))) throw nothingToConfirm();
    return attemptStatus(now, Date.now());
  }

  /**
   * Finishes what a process before this one has left: everything is put back, or, behind the point of no return, the rest
   * is done. Answers the last attempt; null: there was none.
   */
  async recover(): Promise<Attempt | null> {
    const last = await this.#journal.last();
    if (last === null || last.isOver) return last;
    return await this.#go(await this.#takenOver(last), false);
  }

  /** Of an attempt that nobody runs; what of the write block went by meanwhile is noted. */
  async #takenOver(last: Attempt): Promise<Attempt> {
    await this.#journal.takeOver(last.id);
    const away = awayUntil(last, Date.now());
    // What is told only must not hold up whoever opens a side; what else is wrong with the journal shows at the next note.
    if (away.length > last.away.length) await this.#journal.note(last.id, { away }).catch(unlessOurs);
    return { ...last, away };
  }

  /**
   * The pipeline is about to end. What is before the point of no return is put back first; what is behind it is finished,
   * unless the process itself is to end or `hasFailed`: then, in the end, it is left to the next one (`leaveTime`).
   */
  async settled(reason: string, ending: AbortSignal, { hasFailed = false } = {}): Promise<void> {
    this.#isSettled = true;
    // What is just being begun gets its runner first, which then puts it back: nobody else would.
    await this.#beginning;
    this.#abort.abort(new Error(reason));
    const running = this.#running?.catch(() => {}) ?? Promise.resolve();
    const isOver = new AbortController();
    const { attempt } = this.#options;
    const leaving = leaveTime({ ending, failed: hasFailed ? attempt : null }, isOver.signal);
    const left = leaving.then(() => this.#stop.abort());
    await running;
    isOver.abort();
    await left;
    await this.#journal.close();
    await this.#copy.close();
  }

  async last(): Promise<Attempt | null> {
    try {
      return await this.#journal.last();
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      return null;
    }
  }

  /** Where the application writes, by the last switch that passed its point of no return. */
  async side(): Promise<'source' | 'target'> {
    return (await standingCutover(this.#journal)) === null ? 'source' : 'target';
  }

  /** What a step of the last cutover has noted; null: there was none. It is looked up once: the next one has another desk. */
  async lastRecord(step: string): Promise<StepRecord | null> {
    this.#lastCutover ??= await this.#journal.lastCommitted('forward');
    return this.#lastCutover?.steps.find(({ name }) => name === step)?.record ?? null;
  }

  #stepsNow(direction: Direction): readonly Step[] {
    if (direction !== this.#options.direction) throw otherSide(direction);
    return this.#options.stepsOf(direction);
  }

  #go(attempt: Attempt, isOwn: boolean): Promise<Attempt> {
    const { stepsOf, logger, onChange, onPoint } = this.#options;
    const steps = stepsOf(attempt.direction);
    const [abort, stop] = [this.#abort.signal, this.#stop.signal];
    const told = onPoint === undefined ? {} : { onPoint };
    const runner = new Runner(attempt, {
      journal: this.#journal,
      copy: this.#copy,
      steps,
      isOwn,
      logger,
      onChange,
      abort,
      stop,
      ...told,
    });
    onChange(attempt);
    const running = runner.run();
    this.#running = running;
    running
      .catch((error: unknown) => logger.error({}, `the cutover goes on elsewhere: ${textOf(error)}`))
      .finally(() => {
        if (this.#running === running) this.#running = null;
      });
    return running;
  }
}

function unlessOurs(error: unknown): void {
  if (!(error instanceof SluiceError)) throw error;
}
