import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { targetLogin } from '../config/login.ts';
import type { CutoverActions } from '../contract/action.ts';
import type {
  AttemptStatus,
  BlockPrediction,
  CutoverPlan,
  CutoverRequest,
  Direction,
  GateStatus,
} from '../contract/cutover.ts';
import { SluiceError } from '../contract/error.ts';
import type { Logger } from '../contract/logger.ts';
import { attemptStatus } from '../cutover/attempt-status.ts';
import type { Word } from '../cutover/flip/word.ts';
import { isRed } from '../cutover/gate.ts';
import { textOf } from '../cutover/heeding.ts';
import type { Attempt, Journal } from '../cutover/journal.ts';
import { PostgresJournal, type PostgresJournalOptions } from '../cutover/postgres-journal.ts';
import { predictBlock } from '../cutover/prediction.ts';
import { Runner, type RunnerOptions } from '../cutover/runner.ts';
import type { Step, StepRecord } from '../cutover/step.ts';
import { connectPostgres } from '../postgres/connection.ts';

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
  readonly onPoint?: RunnerOptions['onPoint'] | undefined;
}

/** Within it a process that was told to end puts back what it has begun. */
const GRACE_MS = 20_000;

/** Plans, begins, watches and aborts cutovers of the running pipeline. The attempt goes on whoever asked and watches. */
export class CutoverDesk implements CutoverActions {
  readonly #options: CutoverDeskOptions;
  readonly #journal: Journal;
  readonly #stop = new AbortController();
  #abort = new AbortController();
  #running: Promise<Attempt> | null = null;

  constructor(options: CutoverDeskOptions) {
    const { config, closeStream } = options;
    this.#options = options;
    this.#journal = new PostgresJournal({
      pipeline: config.pipeline,
      owner: randomUUID(),
      connect: () => connectPostgres(targetLogin(config)),
      closeStream,
    });
  }

  async plan(direction: Direction): Promise<CutoverPlan> {
    const { judge, config } = this.#options;
    const steps = this.#stepsNow(direction);
    const planned = await Promise.all(
      steps.map(async ({ name, title, phase, describe }) => ({ name, title, phase, describe: await describe() })),
    );
    const { writeBlockLimitMs } = config.cutover;
    return { gates: await judge([]), steps: planned, writeBlockLimitMs, prediction: await this.#predict(direction) };
  }

  /** By the last attempt in this direction, and by the last that blocked writes. */
  async #predict(direction: Direction): Promise<BlockPrediction | null> {
    const [last, fenced] = [await this.#journal.last(), await this.#journal.lastDrained(direction)];
    return predictBlock(this.#stepsNow(direction), { last: last?.direction === direction ? last : null, fenced });
  }

  async begin({ direction, by, isRehearsal, fences, waivers }: CutoverRequest): Promise<AttemptStatus> {
    const { judge, config } = this.#options;
    const steps = this.#stepsNow(direction);
    const gates = await judge(waivers);
    const red = gates.filter(isRed);
    if (red.length > 0) throw gatesRed(red);
    const attempt = await this.#journal.begin({
      direction,
      isRehearsal,
      startedBy: by,
      startedAtMs: Date.now(),
      writeBlockLimitMs: config.cutover.writeBlockLimitMs,
      waivers: gates.flatMap(({ waiver }) => (waiver === null ? [] : [waiver])),
      steps: attemptSteps(steps, { isRehearsal, fences }),
    });
    this.#abort = new AbortController();
    void this.#go(attempt, true);
    return attemptStatus(attempt, Date.now());
  }

  async abort(by: string): Promise<AttemptStatus> {
    if (this.#running === null) throw notRunning();
    this.#abort.abort(new Error(`${by} asked for it`));
    return attemptStatus(await this.#running, Date.now());
  }

  async confirm(by: string): Promise<AttemptStatus> {
    const { word, attempt } = this.#options;
    const now = attempt();
    if (now === null || !word.give(by)) throw nothingToConfirm();
    return attemptStatus(now, Date.now());
  }

  /**
   * Finishes what a process before this one has left: everything is put back, or, behind the point of no return, the rest
   * is done. Answers the last attempt; null: there was none.
   */
  async recover(): Promise<Attempt | null> {
    const last = await this.#journal.last();
    if (last === null || last.isOver) return last;
    await this.#journal.takeOver(last.id);
    return await this.#go(last, false);
  }

  /**
   * The pipeline is about to end. What is before the point of no return is put back first; what is behind it is finished,
   * unless the process itself is to end: then, after `GRACE_MS`, it is left to the next one.
   */
  async settled(reason: string, ending: AbortSignal): Promise<void> {
    this.#abort.abort(new Error(reason));
    const running = this.#running?.catch(() => {}) ?? Promise.resolve();
    const isOver = new AbortController();
    const left = untilAborted(ending, isOver.signal).then(async () => {
      await sleep(GRACE_MS, undefined, { signal: isOver.signal }).catch(() => {});
      this.#stop.abort();
    });
    await running;
    isOver.abort();
    await left;
    await this.#journal.close();
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
    const [there, back] = [await this.#journal.lastCommitted('forward'), await this.#journal.lastCommitted('back')];
    return there !== null && Number(there.id) > Number(back?.id ?? 0) ? 'target' : 'source';
  }

  /** What a step of the last cutover has noted; null: there was none. */
  async lastRecord(step: string): Promise<StepRecord | null> {
    const last = await this.#journal.lastCommitted('forward');
    return last?.steps.find(({ name }) => name === step)?.record ?? null;
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

/** Resolves when `signal` aborts, or when nobody waits any more. */
async function untilAborted(signal: AbortSignal, isOver: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort', { signal: isOver }).catch(() => {});
}

/** A rehearsal goes no further than the point of no return; without its fence nothing is blocked, and so not proven. */
function attemptSteps(
  steps: readonly Step[],
  { isRehearsal, fences }: Pick<CutoverRequest, 'isRehearsal' | 'fences'>,
): readonly Pick<Step, 'name' | 'title' | 'phase'>[] {
  if (!isRehearsal) return steps;
  const before = steps.filter(({ phase }) => phase !== 'beyond');
  if (fences) return before;
  const unfenced = before.filter(({ name }) => name !== 'fence' && name !== 'last-look');
  return unfenced.map((step) => ({ ...step, phase: 'prepare' }));
}

/** CUTOVER_GATES_RED: nothing was begun; exit 3. */
function gatesRed(red: readonly GateStatus[]): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_GATES_RED',
    message: `${red.map(({ name, value, threshold }) => `${name}: ${value} (wanted: ${threshold})`).join('; ')}`,
    remedy: `${red.map(({ name, cure }) => `${name}: ${cure}`).join(' ')} Or waive one: --waive GATE=REASON.`,
    disposition: 'stop',
  });
}

/** CUTOVER_OTHER_SIDE: writes go there already; exit 3. */
function otherSide(direction: Direction): SluiceError {
  const there = direction === 'forward' ? 'target' : 'source';
  return new SluiceError({
    code: 'CUTOVER_OTHER_SIDE',
    message: `the application writes to the ${there} already`,
    remedy: 'See where it stands: sluice cutover status.',
    disposition: 'stop',
  });
}

/** CUTOVER_NOT_RUNNING: there is nothing to abort. */
function notRunning(): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_NOT_RUNNING',
    message: 'no cutover is under way in this process',
    remedy: 'See: sluice cutover status.',
    disposition: 'stop',
  });
}

/** CUTOVER_NOTHING_TO_CONFIRM: no flip waits for a person. */
function nothingToConfirm(): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_NOTHING_TO_CONFIRM',
    message: 'nothing waits for a person to flip the application',
    remedy: 'See what is under way: sluice cutover status.',
    disposition: 'stop',
  });
}
