import { SluiceError } from '../contract/error.ts';
import type { Logger } from '../contract/logger.ts';
import { textOf } from './heeding.ts';
import type { Attempt, AttemptNote, AttemptStep, Journal, StepNote } from './journal.ts';

/** Where an attempt is written down a second time. Never fails, and never takes long. */
export interface AttemptCopy {
  write(attempt: Attempt): Promise<void>;
}

export interface AttemptBookOptions {
  readonly journal: Journal;
  readonly logger: Logger;
  readonly onChange: (attempt: Attempt) => void;
  readonly copy?: AttemptCopy;
}

/** An attempt in hand: what stands in the journal, and what could not be written to it yet. */
export class AttemptBook {
  readonly #journal: Journal;
  readonly #logger: Logger;
  readonly #onChange: (attempt: Attempt) => void;
  readonly #copy: AttemptCopy | null;
  #attempt: Attempt;
  /** Names of steps that were noted beside other work since they were written. */
  readonly #unwritten = new Set<string>();
  #writing: Promise<void> | null = null;

  constructor(attempt: Attempt, options: AttemptBookOptions) {
    this.#attempt = attempt;
    this.#journal = options.journal;
    this.#logger = options.logger;
    this.#onChange = options.onChange;
    this.#copy = options.copy ?? null;
  }

  get attempt(): Attempt {
    return this.#attempt;
  }

  step(name: string): AttemptStep {
    const step = this.#attempt.steps.find((one) => one.name === name);
    if (!step) throw new RangeError(`no step ${name} in attempt ${this.#attempt.id}`);
    return step;
  }

  /** What is left of the write block, in milliseconds, never below 0; endless before it and after it. */
  leftMs(nowMs: number): number {
    const { blockedAtMs, openedAtMs, writeBlockLimitMs } = this.#attempt;
    if (blockedAtMs === null || openedAtMs !== null) return Number.POSITIVE_INFINITY;
    return Math.max(0, blockedAtMs + writeBlockLimitMs - nowMs);
  }

  /** Durable first. */
  async note(note: AttemptNote): Promise<void> {
    await this.#journal.note(this.#attempt.id, note);
    this.change(note);
    await this.copy();
  }

  /** Durable first: what an undo needs must outlive this process. */
  async noteStep(name: string, note: StepNote): Promise<void> {
    await this.#journal.noteStep(this.#attempt.id, name, note);
    this.#changeStep(name, note);
    await this.copy();
  }

  /** Durable first: a step that blocks writes is begun. */
  async noteBlocked(name: string, note: StepNote, blockedAtMs: number): Promise<void> {
    const { id } = this.#attempt;
    await Promise.all([this.#journal.note(id, { blockedAtMs }), this.#journal.noteStep(id, name, note)]);
    this.change({ blockedAtMs });
    this.#changeStep(name, note);
    await this.copy();
  }

  /**
   * In memory at once, for who does something else meanwhile: to be waited for before anything depends on it. What comes
   * while the journal is at work is written in one go.
   */
  async noteStepBeside(name: string, note: StepNote): Promise<void> {
    this.#changeStep(name, note);
    this.#unwritten.add(name);
    this.#writing ??= this.#writeSteps();
    await this.#writing;
  }

  async #writeSteps(): Promise<void> {
    try {
      while (this.#unwritten.size > 0) {
        const { id, steps } = this.#attempt;
        const now = steps.filter(({ name }) => this.#unwritten.has(name));
        this.#unwritten.clear();
        await this.#journal.noteSteps(id, now);
        await this.copy();
      }
    } finally {
      // At once: what is noted from here on is written by the next.
      this.#writing = null;
    }
  }

  /** In memory in any case: the way back goes on where the journal is out of reach; `settle` writes it later. */
  async noteStepAnyway(name: string, note: StepNote): Promise<void> {
    this.#changeStep(name, note);
    await this.copy();
    await this.#anyway(() => this.#journal.noteStep(this.#attempt.id, name, note));
  }

  async noteAnyway(note: AttemptNote): Promise<void> {
    this.change(note);
    await this.copy();
    await this.#anyway(() => this.#journal.note(this.#attempt.id, note));
  }

  /** Writes what may be missing in the journal; throws while it is out of reach. */
  async settle(): Promise<void> {
    const { id, outcome, reason, steps, blockedAtMs, openedAtMs } = this.#attempt;
    if (outcome === 'aborted') await this.#journal.abort(id, reason ?? '');
    await this.#journal.noteSteps(id, steps);
    await this.#journal.note(id, { blockedAtMs, openedAtMs });
  }

  /** To its other place, before whatever comes next. */
  async copy(): Promise<void> {
    await this.#copy?.write(this.#attempt);
  }

  change(change: Partial<Attempt>): void {
    this.#attempt = { ...this.#attempt, ...change };
    this.#onChange(this.#attempt);
  }

  #changeStep(name: string, note: StepNote): void {
    this.change({ steps: this.#attempt.steps.map((step) => (step.name === name ? { ...step, ...note } : step)) });
  }

  async #anyway(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      // Whatever else it is, the way back must not end with it.
      if (error instanceof SluiceError && error.code === 'CUTOVER_TAKEN_OVER') throw error;
      this.#logger.warn({}, `the journal could not be written: ${textOf(error)}`);
    }
  }
}
