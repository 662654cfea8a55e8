import type { BesideStatus } from './compared-object.ts';
import type { CutoverStatus } from './cutover.ts';
import type {
  BatchStatus,
  ClockStatus,
  CounterStatus,
  FreshnessStatus,
  HopLatency,
  SchemaChangeStatus,
} from './measurement.ts';
import type { PaceStatus } from './pace.ts';
import type { ServerKind } from './position.ts';
import type { VerifyStatus } from './verify.ts';

/**
 * What a running pipeline says of itself: filled by `src/pipeline/`, served by `src/control/` and `src/http/`, shown by
 * `src/cli/` and `src/page/`, and the only source of the metrics. It is JSON as it stands: no bigint, no Map, no undefined, and
 * never a password. Every number is a measurement; what is not known is null, never stale and never 0 (protocols 8).
 */
export interface PipelineStatus {
  readonly pipeline: string;
  readonly mode: PipelineMode;
  readonly state: PipelineState;
  /** When these numbers were taken: its age is shown beside them. Milliseconds since 1970 UTC, like every `...AtMs`. */
  readonly asOfMs: number;
  readonly startedAtMs: number;
  readonly pid: number;
  readonly version: string;
  /** Where page and API of this process are; null: nowhere. */
  readonly page: string | null;
  /** What is waited for, in words ("waiting for the source: connection refused; next try at 12:03:04 UTC"); null when nothing is. */
  readonly waitingFor: string | null;
  readonly source: EndpointStatus;
  readonly target: EndpointStatus;
  readonly head: HeadStatus;
  /** In the order in which the data runs; a process that runs one half has only its stages. */
  readonly stages: readonly StageStatus[];
  /** Lag of what a reader of the target sees; null when unknown, and in a process that only captures. */
  readonly lagMs: number | null;
  /** True only when the applied position equals a source head polled less than 10 s ago (INV-70). */
  readonly isCaughtUp: boolean;
  /** Until the lag is gone, at the speed at which it falls; 0 when caught up, null when unknown or it does not fall. */
  readonly catchUpEtaMs: number | null;
  readonly freshness: FreshnessStatus;
  readonly latency: readonly HopLatency[];
  readonly clock: ClockStatus;
  /** null in a process that only captures. */
  readonly batch: BatchStatus | null;
  readonly counters: CounterStatus;
  /** Newest first, at most 20. */
  readonly schemaChanges: readonly SchemaChangeStatus[];
  readonly snapshot: SnapshotStatus;
  readonly heartbeat: HeartbeatStatus | null;
  /** null where nothing is applied, and while the stream goes the other way. */
  readonly pace: PaceStatus | null;
  readonly quarantine: readonly QuarantineCount[];
  readonly retention: readonly RetentionStatus[];
  /** null until the target's schema was compared with the plan, and where sluice does not make it. */
  readonly drift: DriftStatus | null;
  /** null before it was compared by itself, and where nothing is applied. */
  readonly beside: BesideStatus | null;
  /** null in a process that does not both capture and apply. */
  readonly cutover: CutoverStatus | null;
  /** null before anything was compared or is known of it, and where nothing is applied. */
  readonly verify: VerifyStatus | null;
  /** Newest first, at most 20. */
  readonly errors: readonly ErrorStatus[];
}

export type PipelineMode = 'run' | 'capture' | 'apply';

/** `retrying`: a stage failed with disposition `retry` and the run loop waits for its next try. */
export const PIPELINE_STATES = [
  'starting',
  'loading',
  'streaming',
  'cut-over',
  'retrying',
  'stopping',
  'stopped',
  'failed',
] as const;
export type PipelineState = (typeof PIPELINE_STATES)[number];

export interface EndpointStatus {
  /** null until the server was asked. */
  readonly kind: ServerKind | null;
  readonly version: string | null;
  /** `host:port/database`, without account or password. */
  readonly address: string;
  readonly isConnected: boolean;
  readonly reconnects: number;
}

/** End of the source's own log as last polled; both null before the first poll. */
export interface HeadStatus {
  readonly position: string | null;
  readonly polledAtMs: number | null;
}

export const STAGE_NAMES = ['capture', 'log', 'apply'] as const;
export type StageName = (typeof STAGE_NAMES)[number];

export interface StageStatus {
  readonly name: StageName;
  readonly state: 'idle' | 'busy' | 'throttled' | 'retrying' | 'stalled' | 'stopped';
  /** Text of the position that is past this stage; null before the first. */
  readonly position: string | null;
  /** Now minus the commit time of the oldest change not past this stage; null when unknown. */
  readonly lagMs: number | null;
  /** Over the last ten seconds. */
  readonly rowsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly transactionsPerSecond: number;
  /** Since this process started. */
  readonly rows: number;
  readonly bytes: number;
  readonly transactions: number;
  /** Work that waits before this stage; null when it is not known. */
  readonly backlogRows: number | null;
  readonly backlogBytes: number | null;
}

export const TABLE_PHASES = ['waiting', 'copying', 'copied', 'streaming', 'paused', 'failed'] as const;
export type TablePhase = (typeof TABLE_PHASES)[number];

export interface SnapshotStatus {
  readonly state: 'none' | 'waiting' | 'copying' | 'done';
  readonly rowsDone: number;
  readonly rowsEstimate: number;
  readonly rowsPerSecond: number;
  /** null before 1 % is done; from the rate of the last five minutes. */
  readonly etaMs: number | null;
  readonly tables: readonly TableStatus[];
}

export interface TableStatus {
  /** Names as the source has them. */
  readonly database: string;
  readonly table: string;
  readonly phase: TablePhase;
  readonly rowsDone: number;
  /** The catalogue's estimate until the table is copied, then what was copied. */
  readonly rowsEstimate: number;
  readonly rowsPerSecond: number;
  readonly etaMs: number | null;
  /** Why it is paused or failed and what to do; null otherwise. */
  readonly advice: string | null;
}

/** The row that is written at the source and read back at the target. */
export interface HeartbeatStatus {
  readonly writtenAtMs: number | null;
  readonly seenAtMs: number | null;
  /** Time from write to visible of the last row seen; null before one was. */
  readonly latencyMs: number | null;
}

/** The target's schema against what it should be, as `sluice schema diff` tells it. */
export interface DriftStatus {
  /** When the two were last compared: again each time that one of the catalogues has changed. */
  readonly checkedAtMs: number;
  readonly count: number;
  /** The first 20 in words. */
  readonly differences: readonly string[];
}

export interface QuarantineCount {
  readonly table: string;
  /** `zero-date`, `nul-byte`, `out-of-range`, ...; `behind` for changes that wait behind another of the same key. */
  readonly reason: string;
  readonly changes: number;
}

/** How long what we still need is kept: by the source's binlog, by our log. */
export interface RetentionStatus {
  readonly log: 'binlog' | 'log';
  /** Time until the oldest change still needed may be purged, at the speed of now; null when unknown or unlimited. */
  readonly headroomMs: number | null;
  readonly detail: string;
}

export interface ErrorStatus {
  readonly atMs: number;
  readonly stage: StageName | 'snapshot' | 'pipeline';
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** 1 for the first failure of a row of them. */
  readonly attempt: number;
  readonly nextTryAtMs: number | null;
}
