import type { Config } from '../../config/config.ts';
import { type DatabaseUrl, describeHost } from '../../config/database-url.ts';
import type { BesideStatus } from '../../contract/compared-object.ts';
import type { CutoverStatus } from '../../contract/cutover.ts';
import type { FreshnessStatus } from '../../contract/measurement.ts';
import { type LostPause, type PaceStatus, pauseText } from '../../contract/pace.ts';
import type {
  DriftStatus,
  EndpointStatus,
  ErrorStatus,
  HeartbeatStatus,
  PipelineMode,
  PipelineState,
  PipelineStatus,
  QuarantineCount,
  RetentionStatus,
  SnapshotStatus,
  StageName,
  StageStatus,
  TableStatus,
} from '../../contract/status.ts';
import type { VerifyStatus } from '../../contract/verify.ts';
import type { PausedTable } from '../../sink/paused-table.ts';
import type { Board } from './board.ts';
import type { StageMeter } from './meter.ts';
import type { RunState } from './run-state.ts';

/** Facts of a process that are no measurement of a stage; replaced as a whole when they change. */
export interface RunFacts {
  readonly state: PipelineState;
  readonly waitingFor: string | null;
  readonly source: EndpointStatus;
  readonly target: EndpointStatus;
  readonly snapshot: SnapshotStatus;
  readonly paused: readonly PausedTable[];
  readonly heartbeat: HeartbeatStatus | null;
  readonly pace: PaceStatus | null;
  /** That the process before this one was paused, until somebody asks for a pace of this one. */
  readonly lostPause: LostPause | null;
  readonly quarantine: readonly QuarantineCount[];
  readonly drift: DriftStatus | null;
  readonly beside: BesideStatus | null;
  readonly cutover: CutoverStatus | null;
  readonly verify: VerifyStatus | null;
  readonly errors: readonly ErrorStatus[];
  /** The target's clock minus ours; null until it was asked. */
  readonly targetOffsetMs: number | null;
}

export interface RunIdentity {
  readonly pipeline: string;
  readonly mode: PipelineMode;
  readonly startedAtMs: number;
  readonly pid: number;
  readonly version: string;
}

const NO_SNAPSHOT: SnapshotStatus = {
  state: 'none',
  rowsDone: 0,
  rowsEstimate: 0,
  rowsPerSecond: 0,
  etaMs: null,
  tables: [],
};

type Measured = Pick<
  RunState,
  | 'facts'
  | 'board'
  | 'batchRows'
  | 'batchMs'
  | 'catchUp'
  | 'counts'
  | 'throttles'
  | 'completeness'
  | 'isLoaded'
  | 'targetNameOf'
>;

/** The status document of now: facts as they stand, stages as measured. */
export function statusOf(identity: RunIdentity, state: Measured, nowMs: number): PipelineStatus {
  const { facts, board } = state;
  const { paused, targetOffsetMs, lostPause, ...told } = facts;
  const pace = facts.pace && { ...facts.pace, lost: lostPause };
  const snapshot = { ...facts.snapshot, tables: withPaused(facts.snapshot.tables, paused) };
  const lagMs = shownLagMs(identity.mode, board, nowMs);
  return {
    ...identity,
    ...told,
    pace,
    waitingFor: facts.waitingFor ?? pauseText(pace),
    // Known where it is served, above.
    page: null,
    snapshot,
    asOfMs: nowMs,
    head: { position: board.head?.text ?? null, polledAtMs: board.head?.atMs ?? null },
    stages: stages(identity.mode, state, nowMs),
    lagMs,
    isCaughtUp: identity.mode !== 'capture' && board.isAtHead(board.apply, nowMs),
    retention: [binlogRetention(board, identity.mode === 'apply' ? board.apply : board.log, nowMs)],
    catchUpEtaMs: state.catchUp.etaMs(lagMs, nowMs),
    freshness: freshness(state, { snapshot, lagMs, nowMs }),
    latency: board.latency.status(nowMs),
    clock: { sourceOffsetMs: board.head?.clockOffsetMs ?? null, targetOffsetMs },
    batch:
      identity.mode === 'capture'
        ? null
        : { rows: state.batchRows.distribution, durationMs: state.batchMs.distribution },
    counters: { ...state.counts.status, throttled: state.throttles.status },
    schemaChanges: board.schemaChanges,
  };
}

/** The pipeline's lag in milliseconds. What only captures does not know what the target shows: null (INV-70). */
export function shownLagMs(mode: PipelineMode, board: Board, nowMs: number): number | null {
  return mode === 'capture' ? null : board.lagMs(board.apply, nowMs);
}

type Seen = Pick<PipelineStatus, 'snapshot' | 'lagMs'> & { readonly nowMs: number };

function freshness(state: Measured, seen: Seen): FreshnessStatus {
  const aside = new Set(state.facts.quarantine.map(({ table }) => table));
  return state.completeness.status({
    ...seen,
    headAtMs: state.board.head?.atMs ?? null,
    isLoaded: state.isLoaded,
    isAside: (table) => aside.size > 0 && aside.has(state.targetNameOf(table) ?? ''),
  });
}

/** Tables that are paused are told, also those that were made after the start and have nothing to copy. */
function withPaused(tables: readonly TableStatus[], paused: readonly PausedTable[]): readonly TableStatus[] {
  if (paused.length === 0) return tables;
  const keyOf = ({ database, table }: Pick<TableStatus, 'database' | 'table'>) => JSON.stringify([database, table]);
  const advice = new Map(paused.map((one) => [keyOf(one), one.advice]));
  const known = new Set(tables.map(keyOf));
  const others = paused.filter((one) => !known.has(keyOf(one)));
  return [
    ...tables.map((table): TableStatus => {
      const text = advice.get(keyOf(table));
      return text === undefined ? table : { ...table, phase: 'paused', advice: text };
    }),
    ...others.map((one): TableStatus => ({ ...NOTHING_COPIED, ...one })),
  ];
}

const NOTHING_COPIED = { phase: 'paused', rowsDone: 0, rowsEstimate: 0, rowsPerSecond: 0, etaMs: null } as const;

/** What only applies does not know what is logged: what is not applied yet is the most that may still be needed. */
function binlogRetention(board: Board, stage: StageMeter, nowMs: number): RetentionStatus {
  const headroomMs = board.binlogHeadroomMs(stage, nowMs);
  const keptMs = board.head?.keptMs ?? null;
  if (board.head && keptMs === null)
    return { log: 'binlog', headroomMs, detail: 'the source keeps its binlog without limit' };
  const hours = keptMs === null ? 'unknown' : `${(keptMs / 3_600_000).toFixed(1)} h`;
  return { log: 'binlog', headroomMs, detail: `the source keeps a binlog file for ${hours} after its last write` };
}

function stages(mode: PipelineMode, { board, isLoaded }: Measured, nowMs: number): StageStatus[] {
  const meters = {
    run: [board.capture, board.log, board.apply],
    capture: [board.capture, board.log],
    apply: [board.apply],
  };
  // Until the load is finished the sink may stand behind an index or a key that is built.
  const mayWait = (name: StageName) => name === 'apply' && !isLoaded;
  return meters[mode].map((meter) => board.stageStatus(meter, nowMs, mayWait(meter.name)));
}

function endpoint(url: DatabaseUrl): EndpointStatus {
  const path = url.database === '' ? '' : `/${url.database}`;
  return { kind: null, version: null, address: `${describeHost(url)}${path}`, isConnected: false, reconnects: 0 };
}

export function firstFacts({ source, target }: Config): RunFacts {
  return {
    state: 'starting',
    waitingFor: null,
    source: endpoint(source.url),
    target: endpoint(target.url),
    snapshot: NO_SNAPSHOT,
    paused: [],
    heartbeat: null,
    pace: null,
    lostPause: null,
    quarantine: [],
    drift: null,
    beside: null,
    cutover: null,
    verify: null,
    errors: [],
    targetOffsetMs: null,
  };
}
