/** Cutover: the gated switch and the way back, as steps that can be planned, run, undone and run again. */
import type { StepPhase } from '../contract/cutover.ts';

/** What a step keeps for its undo and for the evidence. JSON as it stands; never a secret. */
export type StepRecord = { readonly [key: string]: JsonValue };
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export interface StepContext {
  /** What `note` has stored for this step in this attempt; null: nothing yet. Survives kill -9. */
  readonly record: StepRecord | null;
  /** Stores the record durably: before anything is changed that an undo must put back. */
  note(record: StepRecord): Promise<void>;
  /** What it waits for, in words, shown while it runs. */
  tell(words: string): Promise<void>;
  /** Whether a person has let this attempt begin though the gate was red. */
  isWaived(gate: string): boolean;
  /** Records of the other steps of this attempt, by name. */
  recordOf(step: string): StepRecord | null;
  /** Aborts when the step's time, or that of the whole write block, is over, or when an abort was asked for. */
  readonly signal: AbortSignal;
}

/** Describe, check, run, undo: one object for `plan`, `rehearse`, `run` and the evidence. Every part may be run twice. */
export interface Step {
  readonly name: string;
  /** What it does, as a sentence for the operator. */
  readonly title: string;
  readonly phase: StepPhase;
  /** What `run` will do, in words and statements, as things stand now. Changes nothing. */
  describe(): Promise<readonly string[]>;
  /**
   * What must be known or made before, done before the step is noted as begun: of the step that begins the write block,
   * while the application still writes.
   */
  ready?(context: StepContext): Promise<void>;
  /** Idempotent: run again after a crash it finds what it had done. Answers what it did, in a sentence. */
  run(context: StepContext): Promise<string>;
  /** Puts everything back, also after a `run` that was cut off anywhere. Absent: there is nothing to put back. */
  undo?(context: StepContext): Promise<string>;
  /** What ends the write block: this step's `run` or its `undo`; absent: neither. */
  readonly opens?: 'run' | 'undo';
  /** How long one try of `run` may take; before the point of no return it has what is left of the write block besides. */
  readonly limitMs: number;
}
