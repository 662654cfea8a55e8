import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../contract/cutover.ts';
import { SluiceError } from '../contract/error.ts';
import type { Logger } from '../contract/logger.ts';
import { AttemptBook, type AttemptCopy } from './attempt-book.ts';
import { heeding, textOf, timeOver } from './heeding.ts';
import type { Attempt, Journal, StepNote } from './journal.ts';
import { nextAct } from './state.ts';
import type { Step, StepContext } from './step.ts';
import { unknownStep } from './unknown-step.ts';

export interface RunnerOptions {
  readonly journal: Journal;
  /** In their order; those that the attempt was begun with. */
  readonly steps: readonly Step[];
  /** Begun by this process; false: another one left it, and may have sent its commit. */
  readonly isOwn: boolean;
  readonly logger: Logger;
  /** Written at every note; none: the journal alone tells. */
  readonly copy?: AttemptCopy;
  /** Told of every change, to show it. */
  readonly onChange: (attempt: Attempt) => void;
  /** Aborts what is before the point of no return, with the reason of the signal; the way back has its own time. */
  readonly abort: AbortSignal;
  /** Ends this process's work: what is left is done by the next one. */
  readonly stop: AbortSignal;
  /** For tests: scales every pause between tries. */
  readonly delayRatio?: number;
  /** For tests: how long one try of an undo may take. */
  readonly undoTryMs?: number;
  /** Told at each point; a test ends the process there. */
  readonly onPoint?: (point: RunnerPoint, step: string | null) => void | Promise<void>;
}

/** The instants between which a crash differs: those with a step come for each step. */
export const RUNNER_POINTS = [
  'step-noted',
  'step-ran',
  'step-done',
  'commit-sent',
  'committed',
  'aborted',
  'step-undone',
] as const;
export type RunnerPoint = (typeof RUNNER_POINTS)[number];

/** Longer than a fence tries to lift itself, which says why it could not. */
const UNDO_TRY_MS = 30_000;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 5_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs an attempt to its end, from wherever the journal says that it stands. It decides nothing by itself: `nextAct`
 * does. Before the point of no return whatever fails leads to the way back, which is tried until it is done, whoever
 * asked for the cutover and whatever became of them (INV-170).
 */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #book: AttemptBook;
  /** Notes of steps behind the fence that are being written beside the next step. */
  #beside: Promise<void> = Promise.resolve();
  /** Aborted when one of them could not be written. */
  readonly #unwritten = new AbortController();
  /** Another process goes on with it, as one of them found. */
  #takenOver: unknown = null;
  /** A commit was sent whose outcome may not be known: then nothing is opened by guess. */
  #isCommitSent = false;

  constructor(attempt: Attempt, options: RunnerOptions) {
    this.#options = options;
    this.#book = new AttemptBook(attempt, options);
  }

  async run(): Promise<Attempt> {
    let isOver = this.#book.attempt.isOver;
    while (!isOver && !this.#options.stop.aborted) isOver = await this.#act();
    return this.#book.attempt;
  }

  /** One act; true when the attempt is over. */
  async #act(): Promise<boolean> {
    if (this.#takenOver !== null) throw this.#takenOver;
    const { outcome, isRehearsal, steps } = this.#book.attempt;
    const facts = steps.map((step) => {
      const isNoted = step.record !== null;
      // What was never begun has nothing to be put back: that another configuration has it does not matter.
      const isTouched = step.state !== 'waiting' || isNoted;
      return { ...step, canUndo: isTouched && this.#step(step.name).undo !== undefined, isNoted };
    });
    const act = nextAct({ outcome, isRehearsal, abortReason: this.#abortReason(), steps: facts });
    switch (act.tag) {
      case 'run':
        await this.#run(this.#step(act.step));
        return false;
      case 'undo':
        await this.#undo(this.#step(act.step));
        return false;
      case 'commit':
        await this.#commit();
        return false;
      case 'abort':
        await this.#abort(act.reason);
        return false;
      case 'end':
        return await this.#untilDone(() => this.#end());
    }
  }

  #abortReason(): string | null {
    const { abort, isOwn } = this.#options;
    if (!isOwn) return 'the process that ran it has ended';
    if (abort.aborted) return textOf(abort.reason);
    const { signal: unwritten } = this.#unwritten;
    if (unwritten.aborted) return `the journal could not be written: ${textOf(unwritten.reason)}`;
    if (this.#book.leftMs(Date.now()) > 0) return null;
    const failed = this.#book.attempt.steps.find(({ state }) => state === 'failed');
    return `the write block has reached its limit${failed === undefined ? '' : `: ${failed.detail}`}`;
  }

  /** Beyond the point of no return there is no way back: tried until it is done. */
  async #run(step: Step): Promise<void> {
    if (step.phase !== 'beyond') await this.#runOnce(step);
    else await this.#untilDone(() => this.#runOnce(step));
  }

  async #runOnce(step: Step): Promise<boolean> {
    const { name, limitMs } = step;
    const book = this.#book;
    // A rehearsal without its fence blocks nothing: the attempt tells.
    const { phase } = book.step(name);
    let startedAtMs = Date.now();
    try {
      if (step.ready) await this.#within(step, limitMs, async (context) => (await step.ready?.(context)) ?? '');
      if (phase === 'blocked' && book.attempt.blockedAtMs === null) await this.#noteBlocked(step);
      startedAtMs = Date.now();
      await this.#note(step, { state: 'running', startedAtMs, tookMs: null, detail: null });
      await this.#point('step-noted', name);
      // Behind the point of no return nothing is won by a limit of the write block: only the work ends it (INV-177).
      const leftMs = phase === 'beyond' ? Number.POSITIVE_INFINITY : book.leftMs(startedAtMs);
      const detail = await this.#within(step, Math.min(limitMs, leftMs), (context) => step.run(context));
      await this.#point('step-ran', name);
      await this.#note(step, { state: 'done', detail, tookMs: Date.now() - startedAtMs });
      if (step.opens === 'run') await book.noteAnyway({ openedAtMs: Date.now() });
      await this.#point('step-done', name);
      return true;
    } catch (error) {
      rethrowFatal(error);
      const detail = textOf(error);
      this.#options.logger.warn({ step: name }, `a step of the cutover failed: ${detail}`);
      await this.#noteFailed(name, { state: 'failed', detail, tookMs: Date.now() - startedAtMs });
      return false;
    }
  }

  /** The journal may be what failed it: while everybody waits, nothing does for that. `settle` writes it in the end. */
  async #noteFailed(name: string, note: StepNote): Promise<void> {
    if (this.#isBlocked) this.#noteBeside(name, note);
    else await this.#book.noteStepAnyway(name, note);
  }

  /** Durable before anything is blocked; until the work begins nobody waits, so that the block is counted from there. */
  async #noteBlocked({ name }: Step): Promise<void> {
    const nowMs = Date.now();
    await this.#book.noteBlocked(name, { state: 'running', startedAtMs: nowMs, tookMs: null, detail: null }, nowMs);
    this.#book.change({ blockedAtMs: Date.now() });
  }

  /**
   * Behind the fence everybody waits: what no undo must find is noted beside the work, in its order. All of it stands
   * before the commit is sent, and what cannot be written ends the attempt at once (INV-244). Behind the commit, likewise,
   * how far a step is until the new side is open: done once more it does no harm. What it will change stands before (INV-178).
   */
  async #note(step: Step, note: StepNote): Promise<void> {
    if (this.#isBeside(step, note)) return this.#noteBeside(step.name, note);
    await this.#beside.catch(() => {});
    await this.#book.noteStep(step.name, note);
  }

  #noteBeside(name: string, note: StepNote): void {
    const written = this.#book.noteStepBeside(name, note);
    this.#beside = Promise.all([this.#beside, written]).then(() => {});
    this.#beside.catch((error: unknown) => {
      if (isTakenOver(error)) this.#takenOver = error;
      this.#unwritten.abort(error);
    });
  }

  get #isBlocked(): boolean {
    const { blockedAtMs, openedAtMs } = this.#book.attempt;
    return blockedAtMs !== null && openedAtMs === null;
  }

  #isBeside({ name, undo }: Step, { record }: StepNote): boolean {
    if (!this.#isBlocked) return false;
    const isOpening = this.#book.step(name).phase === 'beyond';
    return isOpening ? record === undefined : undo === undefined || record === undefined;
  }

  async #undo(step: Step): Promise<void> {
    await this.#untilDone(async () => {
      try {
        const { undoTryMs = UNDO_TRY_MS } = this.#options;
        const detail = await this.#within(step, undoTryMs, async (context) => (await step.undo?.(context)) ?? '');
        const opens = step.opens === 'undo' && this.#book.attempt.blockedAtMs !== null;
        await Promise.all([
          this.#book.noteStepAnyway(step.name, { state: 'undone', detail }),
          ...(opens ? [this.#book.noteAnyway({ openedAtMs: Date.now() })] : []),
        ]);
        await this.#point('step-undone', step.name);
        return true;
      } catch (error) {
        rethrowFatal(error);
        const detail = `not put back yet: ${textOf(error)}`;
        this.#options.logger.error({ step: step.name }, detail);
        await this.#book.noteStepAnyway(step.name, { detail });
        return false;
      }
    });
  }

  /** When it throws nobody may know the outcome: then `abort` finds out, for it waits for what is under way (INV-171). */
  async #commit(): Promise<void> {
    const { id } = this.#book.attempt;
    const onSent = () => {
      this.#isCommitSent = true;
    };
    try {
      await this.#beside;
      await this.#point('commit-sent', null);
      await this.#decided(await this.#options.journal.commit(id, onSent), null);
    } catch (error) {
      rethrowFatal(error);
      await this.#abort(`the point of no return was not reached: ${textOf(error)}`);
    }
  }

  /**
   * Where the journal is out of reach, an attempt of this process whose commit was never sent is aborted all the same:
   * only its owner can commit it (docs/decisions/0017). Where that is known already, nobody waits for the journal once
   * more. Any other outcome is read, not guessed (INV-171).
   */
  async #abort(reason: string): Promise<void> {
    const { journal, logger, isOwn } = this.#options;
    await this.#untilDone(async () => {
      const isForUs = isOwn && !this.#isCommitSent;
      try {
        if (isForUs && this.#unwritten.signal.aborted) throw this.#unwritten.signal.reason;
        await this.#decided(await journal.abort(this.#book.attempt.id, reason), reason);
        return true;
      } catch (error) {
        rethrowFatal(error);
        logger.error({}, `the journal is out of reach: ${textOf(error)}`);
        if (isForUs) {
          await this.#decided('aborted', reason);
          return true;
        }
        this.#book.change({ reason: unknownOutcome(error) });
        return false;
      }
    });
  }

  async #decided(outcome: Outcome, reason: string | null): Promise<void> {
    this.#book.change({ outcome, reason: outcome === 'aborted' ? reason : null });
    await this.#book.copy();
    await this.#point(outcome === 'committed' ? 'committed' : 'aborted', null);
  }

  /** Durable before it is said. */
  async #end(): Promise<boolean> {
    try {
      await this.#book.settle();
      await this.#book.note({ isOver: true, endedAtMs: Date.now() });
      return true;
    } catch (error) {
      rethrowFatal(error);
      this.#options.logger.error({}, `the end of the cutover is not written yet: ${textOf(error)}`);
      return false;
    }
  }

  async #within(step: Step, limitMs: number, work: (context: StepContext) => Promise<string>): Promise<string> {
    const { abort, stop } = this.#options;
    const over = new AbortController();
    // Of this try alone: what stands there may be why the last one failed.
    let said: string | null = null;
    const tell = async (detail: string) => {
      said = detail;
      await this.#book.noteStepAnyway(step.name, { detail });
    };
    const end = () => over.abort(timeOver(step.name, limitMs, said));
    const timer = setTimeout(end, Math.min(limitMs, LONGEST_TIMER_MS));
    const isBefore = this.#book.attempt.outcome === 'running';
    const signal = AbortSignal.any([over.signal, stop, ...(isBefore ? [abort, this.#unwritten.signal] : [])]);
    try {
      return await heeding(work({ ...this.#context(step, signal), tell }), signal);
    } finally {
      clearTimeout(timer);
    }
  }

  #context(step: Step, signal: AbortSignal): Omit<StepContext, 'tell'> {
    const { name } = step;
    return {
      signal,
      record: this.#book.step(name).record,
      note: (record) => this.#note(step, { record }),
      isWaived: (gate) => this.#book.attempt.waivers.some((waiver) => waiver.gate === gate),
      recordOf: (other) => this.#book.attempt.steps.find((step) => step.name === other)?.record ?? null,
    };
  }

  #step(name: string): Step {
    const step = this.#options.steps.find((one) => one.name === name);
    if (!step) throw unknownStep(name);
    return step;
  }

  /** Tries until it is done, or until this process is to end; true when it is done. */
  async #untilDone(once: () => Promise<boolean>): Promise<boolean> {
    const { stop, delayRatio = 1 } = this.#options;
    for (let tries = 0; !stop.aborted; tries++) {
      if (await once()) return true;
      const ms = Math.min(FIRST_DELAY_MS * 2 ** tries, LONGEST_DELAY_MS) * delayRatio;
      await sleep(ms, undefined, { signal: stop }).catch(() => {});
    }
    return false;
  }

  async #point(point: RunnerPoint, step: string | null): Promise<void> {
    await this.#options.onPoint?.(point, step);
  }
}

/** Another process goes on with it: this one must not touch anything any more. */
function rethrowFatal(error: unknown): void {
  if (isTakenOver(error)) throw error;
}

function isTakenOver(error: unknown): boolean {
  return error instanceof SluiceError && error.code === 'CUTOVER_TAKEN_OVER';
}

/** What is shown while nothing may be opened. */
function unknownOutcome(error: unknown): string {
  const till = 'until the target answers, neither side is opened: either may be the one';
  return `not known yet whether it is committed: ${textOf(error)} ${till} (docs/operate/cutover.md)`;
}
