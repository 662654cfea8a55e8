/** What of a cutover or a rollback is told: the same objects for command line, page, metrics and evidence. */

export type Direction = 'forward' | 'back';

/**
 * `running` until the point of no return; then `committed`, for good, or `aborted`, for good. One compare-and-set on the
 * side that writes will go to decides it (protocols 6).
 */
export type Outcome = 'running' | 'committed' | 'aborted';

/**
 * `prepare`: while the application writes as ever. `blocked`: from the fence on. `beyond`: after the point of no return.
 */
export const STEP_PHASES = ['prepare', 'blocked', 'beyond'] as const;
export type StepPhase = (typeof STEP_PHASES)[number];

export const STEP_STATES = ['waiting', 'running', 'done', 'failed', 'undone'] as const;
export type StepState = (typeof STEP_STATES)[number];

export interface StepStatus {
  readonly name: string;
  readonly title: string;
  readonly phase: StepPhase;
  readonly state: StepState;
  readonly startedAtMs: number | null;
  readonly tookMs: number | null;
  /** What it did or measured, or why it failed and what to do, in a sentence; null before. */
  readonly detail: string | null;
}

export const GATE_STATES = ['green', 'red', 'waived'] as const;
export type GateState = (typeof GATE_STATES)[number];

/** A condition that must hold before writes are blocked. */
export interface GateStatus {
  readonly name: string;
  readonly state: GateState;
  /** What was measured, with its unit. */
  readonly value: string;
  readonly threshold: string;
  /** What to do about it; null while it is green. */
  readonly cure: string | null;
  /** Who waived it and why. */
  readonly waiver: Waiver | null;
}

export interface Waiver {
  readonly gate: string;
  readonly by: string;
  readonly reason: string;
}

/** One attempt, as it stands in the journal. */
export interface AttemptStatus {
  readonly id: string;
  readonly direction: Direction;
  readonly outcome: Outcome;
  /** Nothing of it is left to do: finished after `committed`, all put back after `aborted`. */
  readonly isOver: boolean;
  /** A rehearsal never reaches the point of no return. */
  readonly isRehearsal: boolean;
  readonly startedBy: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  /** From the moment the fence was asked for until writes were possible again; so far, while it stands; null: none. */
  readonly writeBlockMs: number | null;
  /** Of it, what pointing the application to the other side took, with its reload; null: it is not over, or none did. */
  readonly flipMs: number | null;
  /** Of the write block, while no process of ours ran it; 0: one always did. */
  readonly awayMs: number;
  readonly writeBlockLimitMs: number;
  readonly steps: readonly StepStatus[];
  readonly waivers: readonly Waiver[];
  /** Why it was aborted; null otherwise. */
  readonly reason: string | null;
}

/** What is asked for. */
export interface CutoverRequest {
  readonly direction: Direction;
  /** Who asks: stands in the evidence. */
  readonly by: string;
  readonly isRehearsal: boolean;
  /** Writes are blocked: always, but in a rehearsal without its fence. */
  readonly fences: boolean;
  readonly waivers: readonly Waiver[];
}

export interface PlannedStep {
  readonly name: string;
  readonly title: string;
  readonly phase: StepPhase;
  /** What it will do, in words and statements, as things stand now. */
  readonly describe: readonly string[];
}

export interface CutoverPlan {
  readonly gates: readonly GateStatus[];
  readonly steps: readonly PlannedStep[];
  readonly writeBlockLimitMs: number;
  /** null: nothing was measured yet. */
  readonly prediction: BlockPrediction | null;
}

/** How long writes will be blocked, by rehearsals and attempts before. The flip, which opens the new side, comes on top. */
export interface BlockPrediction {
  readonly writeBlockMs: number;
  readonly parts: readonly { readonly step: string; readonly tookMs: number; readonly attempt: string }[];
  /** Steps behind the fence that no attempt has measured: their time is missing in the sum. */
  readonly notMeasured: readonly string[];
}

export interface CutoverStatus {
  /** The last attempt; null: there was none. */
  readonly attempt: AttemptStatus | null;
  readonly gates: readonly GateStatus[];
  /** When the gates were looked at; null: not yet. */
  readonly gatesAtMs: number | null;
  /** How long the next switch will block writes; null: nothing was measured yet, or it cannot be read now. */
  readonly prediction: BlockPrediction | null;
  /** A person is to do something by hand now, and to say so: `sluice cutover confirm`. */
  readonly isWordAwaited: boolean;
  /** The stream back to the source; null while the application writes there. */
  readonly wayBack: WayBackStatus | null;
  /** Only while the target is out of reach: what is known without it. */
  readonly copied?: CopiedStatus;
}

/** What the source knows of the last attempt while the target is out of reach. */
export interface CopiedStatus {
  /** As it was copied last: a step behind the fence may be missing. null: none was. */
  readonly attempt: AttemptStatus | null;
  /**
   * `open`: nothing of ours keeps writes out of it. `openable`: closed by an attempt that is not committed. `unknown`: only
   * the target knows. `target`: the application writes to the target. `returned`: it belongs to the source again, which
   * is not open yet.
   */
  readonly source: 'open' | 'openable' | 'unknown' | 'target' | 'returned';
  /** Sentences. */
  readonly known: readonly string[];
  /** What a person does, in order; statements of the source among them. */
  readonly byHand: readonly string[];
}

/** Where nothing is known of a switch. */
export const NO_CUTOVER: CutoverStatus = {
  attempt: null,
  gates: [],
  gatesAtMs: null,
  prediction: null,
  isWordAwaited: false,
  wayBack: null,
};

export interface WayBackStatus {
  /** null while it is not measured. */
  readonly lagMs: number | null;
  /** LSN up to which everything is at the source, and where the target's log ends; null: not known. */
  readonly appliedLsn: string | null;
  readonly headLsn: string | null;
  readonly rows: number;
  /** Changes that the source cannot hold: they are on the target only. */
  readonly setAside: number;
  /** Why it waits and what to do; null while it runs. */
  readonly waitsFor: string | null;
  /** The replication slot on the target; null: not asked yet, or gone. */
  readonly slot: ReverseSlotStatus | null;
  /** Whether to go back, and why, in words. */
  readonly advice: string;
}

export interface ReverseSlotStatus {
  /** Of the target's log, from what is safe in the log of the way back to the server's end. */
  readonly behindBytes: number;
  /** Of the target's log, that the server keeps for it. */
  readonly retainedBytes: number;
  /** Until the server may throw it away (max_slot_wal_keep_size), and with it the way back; null: it never does. */
  readonly headroomBytes: number | null;
}
