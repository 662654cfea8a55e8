import type { RowOperation } from './change.ts';

/**
 * What a running pipeline measures of itself, as parts of its status: JSON as it stands, null where nobody knows. All
 * counts are since this process started.
 */

/** Another machine's clock minus ours, milliseconds; null until it was asked. Lag is corrected by the source's. */
export interface ClockStatus {
  readonly sourceOffsetMs: number | null;
  readonly targetOffsetMs: number | null;
}

/**
 * `capture`: from the commit at the source until we have read it. `log`: from there until it is durable in the log.
 * `apply`: from there until a reader of the target sees it. `total`: from the commit to the target.
 */
export const HOPS = ['capture', 'log', 'apply', 'total'] as const;
export type Hop = (typeof HOPS)[number];

/** Counts per bucket, not cumulative: the last is of what is above the last bound. */
export interface Distribution {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
}

/** How long source transactions took over a hop, in milliseconds. */
export interface HopLatency extends Distribution {
  readonly hop: Hop;
  /** Of those of the last five minutes; null when there were none. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

/** Transactions of ours on the target. */
export interface BatchStatus {
  readonly rows: Distribution;
  /** From BEGIN to the answer of COMMIT, milliseconds. */
  readonly durationMs: Distribution;
}

export interface CounterStatus {
  readonly errors: readonly { readonly stage: string; readonly code: string; readonly count: number }[];
  /** Tries after a failure with disposition `retry`. */
  readonly retries: number;
  readonly throttled: readonly ThrottledTime[];
}

/**
 * `verify-limit`: a comparison rested by `verify.throttle`. `source-busy`: it left a busy source alone. `operator-limit`,
 * `operator-pause`: what was there for the target stood still because a person had said so.
 */
export const THROTTLE_REASONS = ['verify-limit', 'source-busy', 'operator-limit', 'operator-pause'] as const;
export type ThrottleReason = (typeof THROTTLE_REASONS)[number];

/** Summed over everything that stood still at once, since this process started. */
export interface ThrottledTime {
  readonly reason: ThrottleReason;
  readonly restedMs: number;
}

export type OperationCounts = Readonly<Record<RowOperation, number>>;

/** How far what a reader of the target sees is complete. */
export interface FreshnessStatus {
  /**
   * Everything that the source had committed up to this instant (our clock) is visible on the target, in every table;
   * null when that is not known. It stays true when the source is gone: only its age grows.
   */
  readonly completeToMs: number | null;
  /** `changesToday` counts from here: 00:00 UTC, or this process's start. */
  readonly countedSinceMs: number;
  readonly tables: readonly TableFreshness[];
}

export interface TableFreshness {
  /** Names as the source has them. */
  readonly database: string;
  readonly table: string;
  readonly completeToMs: number | null;
  /** Rows created, updated and deleted on the target, without those of the snapshot. */
  readonly changesToday: number;
  readonly read: OperationCounts;
  readonly applied: OperationCounts;
}

/** A change of a table's shape as it came by in the stream. Names only, never a statement: it may hold values. */
export interface SchemaChangeStatus {
  readonly atMs: number;
  /** `database.table`, as the source has them. */
  readonly table: string;
  /** "made", "dropped", "renamed to x", "columns added: a; dropped: b", "changed". */
  readonly what: string;
}
