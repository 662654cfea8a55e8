import type { Config } from '../config/config.ts';
import { type DatabaseUrl, describeHost } from '../config/database-url.ts';
import type {
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
} from '../contract/status.ts';
import type { Board } from './board.ts';

/** Facts of a process that are no measurement of a stage; replaced as a whole when they change. */
export interface RunFacts {
  readonly state: PipelineState;
  readonly waitingFor: string | null;
  readonly source: EndpointStatus;
  readonly target: EndpointStatus;
  readonly snapshot: SnapshotStatus;
  readonly heartbeat: HeartbeatStatus | null;
  readonly quarantine: readonly QuarantineCount[];
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
  return {
    ...identity,
    ...facts,
    asOfMs: nowMs,
    head: { position: board.head?.text ?? null, polledAtMs: board.head?.atMs ?? null },
    stages: stages(identity.mode, board, nowMs),
    lagMs: board.lagMs(last, nowMs),
    isCaughtUp: board.isAtHead(last, nowMs),
    retention: identity.mode === 'apply' ? [] : [binlogRetention(board, nowMs)],
  };
}

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
    heartbeat: null,
    quarantine: [],
    errors: [],
  };
}
