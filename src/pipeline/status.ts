import type { Config } from '../config/config.ts';
import { type DatabaseUrl, describeHost } from '../config/database-url.ts';
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
  StageStatus,
  TableStatus,
} from '../contract/status.ts';
import type { PausedTable } from '../sink/paused-table.ts';
import type { Board } from './board.ts';

/** Facts of a process that are no measurement of a stage; replaced as a whole when they change. */
export interface RunFacts {
  readonly state: PipelineState;
  readonly waitingFor: string | null;
  readonly source: EndpointStatus;
  readonly target: EndpointStatus;
  readonly snapshot: SnapshotStatus;
  readonly paused: readonly PausedTable[];
  readonly heartbeat: HeartbeatStatus | null;
  readonly quarantine: readonly QuarantineCount[];
  readonly drift: DriftStatus | null;
  readonly errors: readonly ErrorStatus[];
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

/** The status document of now: facts as they stand, stages as measured. */
export function statusOf(identity: RunIdentity, facts: RunFacts, board: Board, nowMs: number): PipelineStatus {
  const last = identity.mode === 'capture' ? board.log : board.apply;
  const { paused, ...told } = facts;
  return {
    ...identity,
    ...told,
    snapshot: { ...facts.snapshot, tables: withPaused(facts.snapshot.tables, paused) },
    asOfMs: nowMs,
    head: { position: board.head?.text ?? null, polledAtMs: board.head?.atMs ?? null },
    stages: stages(identity.mode, board, nowMs),
    lagMs: board.lagMs(last, nowMs),
    isCaughtUp: board.isAtHead(last, nowMs),
    retention: identity.mode === 'apply' ? [] : [binlogRetention(board, nowMs)],
  };
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

function binlogRetention(board: Board, nowMs: number): RetentionStatus {
  const headroomMs = board.binlogHeadroomMs(nowMs);
  const keptMs = board.head?.keptMs ?? null;
  if (board.head && keptMs === null)
    return { log: 'binlog', headroomMs, detail: 'the source keeps its binlog without limit' };
  const hours = keptMs === null ? 'unknown' : `${(keptMs / 3_600_000).toFixed(1)} h`;
  return { log: 'binlog', headroomMs, detail: `the source keeps a binlog file for ${hours} after its last write` };
}

function stages(mode: PipelineMode, board: Board, nowMs: number): StageStatus[] {
  const meters = {
    run: [board.capture, board.log, board.apply],
    capture: [board.capture, board.log],
    apply: [board.apply],
  };
  return meters[mode].map((meter) => board.stageStatus(meter, nowMs));
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
    quarantine: [],
    drift: null,
    errors: [],
  };
}
