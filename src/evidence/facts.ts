import type { ComparedObject } from '../contract/compared-object.ts';
import type { AttemptStatus, GateStatus } from '../contract/cutover.ts';
import type { DifferenceKind, VerifyState } from '../contract/verify.ts';
import type { EvidenceEvent } from './event.ts';
import type { RunRecord } from './store.ts';

/** Everything that goes into an evidence file, as it was read; null: not known, and `notRead` says why. */
export interface Facts {
  readonly pipeline: string;
  readonly madeAtMs: number;
  readonly madeBy: string;
  /** Of the sluice that wrote the file. */
  readonly version: string;
  /** A process of the pipeline answered. */
  readonly isRunning: boolean;
  readonly notRead: readonly NotRead[];
  /** The options in force for the report, secrets masked. */
  readonly configuration: readonly ShownOption[];
  readonly servers: readonly ServerFacts[];
  readonly positions: readonly PositionFacts[];
  readonly tables: readonly TableFacts[];
  readonly repairs: readonly RepairFacts[];
  /** null: both sides were not compared beside their rows. */
  readonly compared: readonly ComparedObject[] | null;
  readonly quarantine: readonly QuarantineFacts[];
  /** Oldest first. */
  readonly runs: readonly RunRecord[];
  readonly events: readonly EvidenceEvent[];
  readonly switches: readonly SwitchFacts[];
  /** As the source keeps it; null: there is no way back, or the source did not answer. */
  readonly wayBack: WayBackFacts | null;
  /** Manifests in the folder of backups on this machine. */
  readonly backups: readonly Readonly<Record<string, unknown>>[];
}

/** The way back, by its own tables at the source. */
export interface WayBackFacts {
  /** Epochs of its log that were applied at the source. */
  readonly epochs: number;
  /** Of the target (LSN): everything before it is at the source. */
  readonly position: string | null;
  readonly lastCommitAtMs: number | null;
  /** Transactions that were begun. */
  readonly attempts: number;
  readonly setAside: readonly {
    readonly table: string;
    readonly reason: string;
    readonly state: string;
    readonly changes: number;
  }[];
  /** Triggers of the source that are dropped while it runs. */
  readonly restingTriggers: number;
}

/** A source of facts that did not answer. */
export interface NotRead {
  readonly what: string;
  readonly why: string;
}

export interface ShownOption {
  readonly path: string;
  readonly value: unknown;
  readonly from: string;
}

export interface ServerFacts {
  readonly side: 'source' | 'target';
  /** Without account and password. */
  readonly address: string;
  readonly kind: string | null;
  readonly version: string | null;
  /** When it said so; null: it did not. */
  readonly askedAtMs: number | null;
}

export interface PositionFacts {
  readonly what: string;
  readonly position: string | null;
  readonly atMs: number | null;
  readonly detail: string | null;
}

export interface TableFacts {
  /** `database.table` of the source. */
  readonly table: string;
  /** `schema.table`; null: not known. */
  readonly target: string | null;
  readonly loadedAtMs: number | null;
  /** Why it waits for somebody; null: it does not. */
  readonly paused: string | null;
  /** null: it was never compared. */
  readonly verified: VerifiedFacts | null;
  /** null: they were not asked for. */
  readonly checksum: Checksum | null;
}

export interface VerifiedFacts {
  readonly state: VerifyState;
  readonly position: string | null;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
  readonly sourceRows: number;
  readonly targetRows: number;
  readonly equal: number;
  readonly repaired: number;
  readonly changing: number;
  readonly differenceCount: number;
  /** The first of them. */
  readonly differences: readonly DifferenceFacts[];
  readonly advice: string | null;
  /** Changes of rows since; null: not known. */
  readonly changesSince: number | null;
}

/** Key and values only where they were asked for. */
export interface DifferenceFacts {
  readonly kind: DifferenceKind;
  readonly column: string | null;
  readonly key?: unknown;
  readonly source?: string | null;
  readonly target?: string | null;
}

/** The same text on both sides where the rows are the same, whatever their order. */
export interface Checksum {
  readonly source: string | null;
  readonly target: string | null;
  readonly sourceRows: number | null;
  readonly targetRows: number | null;
  /** Columns that no common text can hash. */
  readonly without: readonly string[];
  /** Why it is not there. */
  readonly reason: string | null;
}

export interface RepairFacts {
  readonly table: string;
  readonly kind: string;
  readonly askedBy: string;
  readonly askedAtMs: number;
  /** When the row was equal on both sides; null: not seen yet. */
  readonly equalAtMs: number | null;
  readonly key?: unknown;
  readonly before?: string | null;
  readonly after?: string | null;
}

export interface QuarantineFacts {
  readonly id: string;
  readonly table: string;
  readonly op: string;
  readonly reason: string;
  readonly position: string;
  readonly behind: string | null;
  /** `waiting`, `applied`, `dropped`, `superseded` by a reload. */
  readonly state: string;
  readonly setAsideAtMs: number;
  readonly settledAtMs: number | null;
  readonly message?: string;
}

export interface SwitchFacts extends AttemptStatus {
  /** As they stood when it began; null: not kept. */
  readonly gates: readonly GateStatus[] | null;
  /** Where the log ended behind the fence, and what was compared there; null: it did not come so far. */
  readonly end: string | null;
  readonly verified: SwitchVerified | null;
}

export interface SwitchVerified {
  readonly keys: number;
  readonly whole: readonly string[];
  readonly unproven: readonly string[];
  readonly differenceCount: number;
}
