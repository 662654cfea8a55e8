import type { Direction, Outcome, StepPhase, StepState, Waiver } from '../contract/cutover.ts';
import type { StepRecord } from './step.ts';

export interface NewAttempt {
  readonly direction: Direction;
  readonly isRehearsal: boolean;
  readonly startedBy: string;
  readonly startedAtMs: number;
  readonly writeBlockLimitMs: number;
  readonly waivers: readonly Waiver[];
  readonly steps: readonly { readonly name: string; readonly title: string; readonly phase: StepPhase }[];
}

export interface Attempt extends Omit<NewAttempt, 'steps'> {
  readonly id: string;
  readonly outcome: Outcome;
  readonly isOver: boolean;
  readonly endedAtMs: number | null;
  /** When the fence was asked for; null: not yet. */
  readonly blockedAtMs: number | null;
  /** When writes were possible again, on either side. */
  readonly openedAtMs: number | null;
  /** Times of the write block in which no process ran it, from the last sign of one. */
  readonly away: readonly TimeAway[];
  readonly reason: string | null;
  readonly steps: readonly AttemptStep[];
}

export interface TimeAway {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface AttemptStep {
  readonly name: string;
  readonly title: string;
  readonly phase: StepPhase;
  readonly state: StepState;
  readonly record: StepRecord | null;
  readonly detail: string | null;
  readonly startedAtMs: number | null;
  readonly tookMs: number | null;
}

export type StepNote = Partial<Omit<AttemptStep, 'name' | 'title' | 'phase'>>;
export type AttemptNote = Partial<Pick<Attempt, 'blockedAtMs' | 'openedAtMs' | 'endedAtMs' | 'isOver' | 'away'>>;

/**
 * Where the attempts of one pipeline stand, on the side that writes will go to. Whoever began or took over the last one
 * owns it, and only the owner changes it: CUTOVER_TAKEN_OVER (stop) for anybody else.
 */
export interface Journal {
  /** The last attempt; null: there was none. */
  last(): Promise<Attempt | null>;
  /** The last one in this direction that passed its point of no return. */
  lastCommitted(direction: Direction): Promise<Attempt | null>;
  /** The last one in this direction that blocked writes and had drained. */
  lastDrained(direction: Direction): Promise<Attempt | null>;
  /** CUTOVER_RUNNING (stop) while another one is not over. */
  begin(attempt: NewAttempt): Promise<Attempt>;
  /** Makes this process the owner of an attempt that another one left. */
  takeOver(id: string): Promise<void>;
  noteStep(id: string, step: string, note: StepNote): Promise<void>;
  /** Several steps whole, at once. */
  noteSteps(id: string, steps: readonly AttemptStep[]): Promise<void>;
  note(id: string, note: AttemptNote): Promise<void>;
  /**
   * The point of no return: `running` becomes `committed`, and in the same transaction the stream that fed this side is
   * closed for good where it stands. Answers what the attempt is now: `committed`, or `aborted` by someone else. `onSent` is
   * called right before the word goes out that makes it so: when it throws after that, nobody knows, and `abort` tells;
   * when it throws before, nothing was committed, nor ever will be.
   */
  commit(id: string, onSent: () => void): Promise<Outcome>;
  /** `running` becomes `aborted`; waits for a commit that is under way, and answers what the attempt is now. */
  abort(id: string, reason: string): Promise<Outcome>;
  close(): Promise<void>;
}
