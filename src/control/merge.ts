import type { FreshnessStatus, HopLatency, TableFreshness } from '../contract/measurement.ts';
import type { PipelineStatus, SnapshotStatus, TableStatus } from '../contract/status.ts';

/** Two halves as one picture: what each half knows best. Lag and catching up are those of the half that applies. */
export function mergeStatus(capture: PipelineStatus, apply: PipelineStatus): PipelineStatus {
  return {
    ...apply,
    mode: 'run',
    state: worse(capture, apply).state,
    asOfMs: Math.min(capture.asOfMs, apply.asOfMs),
    startedAtMs: Math.min(capture.startedAtMs, apply.startedAtMs),
    waitingFor: capture.waitingFor ?? apply.waitingFor,
    source: capture.source,
    head: capture.head,
    stages: [...capture.stages, ...apply.stages.filter(({ name }) => !capture.stages.some((one) => one.name === name))],
    snapshot: mergeSnapshot(capture.snapshot, apply.snapshot),
    heartbeat: apply.heartbeat ?? capture.heartbeat,
    retention: [
      ...capture.retention,
      ...apply.retention.filter(({ log }) => !capture.retention.some((one) => one.log === log)),
    ],
    catchUpEtaMs: apply.catchUpEtaMs,
    freshness: mergeFreshness(capture.freshness, apply.freshness),
    latency: apply.latency.map((one) => (one.hop === 'total' ? one : mergeHop(capture, one))),
    clock: { ...apply.clock, sourceOffsetMs: capture.clock.sourceOffsetMs ?? apply.clock.sourceOffsetMs },
    counters: {
      errors: [...capture.counters.errors, ...apply.counters.errors],
      retries: capture.counters.retries + apply.counters.retries,
      // Only what applies compares.
      throttled: apply.counters.throttled,
    },
    schemaChanges: capture.schemaChanges,
    errors: [...capture.errors, ...apply.errors].sort((a, b) => b.atMs - a.atMs).slice(0, 20),
  };
}

/** The hops before the log are those of capture. */
function mergeHop(capture: PipelineStatus, apply: HopLatency): HopLatency {
  const measured = capture.latency.find(({ hop }) => hop === apply.hop);
  return measured && apply.hop !== 'apply' ? measured : apply;
}

/** What was read is known by capture, everything else by apply. */
function mergeFreshness(capture: FreshnessStatus, apply: FreshnessStatus): FreshnessStatus {
  const keyOf = ({ database, table }: TableFreshness) => JSON.stringify([database, table]);
  const read = new Map(capture.tables.map((one) => [keyOf(one), one.read]));
  return { ...apply, tables: apply.tables.map((one) => ({ ...one, read: read.get(keyOf(one)) ?? one.read })) };
}

/** Capture copies, apply knows which tables are paused: those made after the start have nothing to copy. */
function mergeSnapshot(capture: SnapshotStatus, apply: SnapshotStatus): SnapshotStatus {
  if (capture.tables.length === 0) return apply;
  const keyOf = ({ database, table }: TableStatus) => JSON.stringify([database, table]);
  const paused = new Map(apply.tables.filter(({ phase }) => phase === 'paused').map((one) => [keyOf(one), one]));
  const tables = capture.tables.map((table): TableStatus => {
    const one = paused.get(keyOf(table));
    paused.delete(keyOf(table));
    return one === undefined ? table : { ...table, phase: one.phase, advice: one.advice };
  });
  return { ...capture, tables: [...tables, ...paused.values()] };
}

/** The half that is further from streaming says what state the whole is in. */
function worse(a: PipelineStatus, b: PipelineStatus): PipelineStatus {
  const order: readonly PipelineStatus['state'][] = [
    'failed',
    'stopped',
    'stopping',
    'retrying',
    'starting',
    'loading',
    'cut-over',
    'streaming',
  ];
  return order.indexOf(a.state) <= order.indexOf(b.state) ? a : b;
}
