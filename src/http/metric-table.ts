import type { Distribution } from '../contract/measurement.ts';
import { PIPELINE_STATES, type PipelineStatus, STAGE_NAMES, type StageStatus } from '../contract/status.ts';
import type { TableVerified } from '../contract/verify.ts';
import type { DistributionSample, MetricSpec, Sample } from './metric.ts';

/** Every metric of sluice, by interface.md: the docs page and the alerts are checked against this table. */
export const METRICS: readonly MetricSpec[] = [
  {
    name: 'lag_seconds',
    type: 'gauge',
    labels: ['stage'],
    help: 'Now minus the commit time of the oldest change not past the stage; 0 only at a source head asked less than 10 s ago; absent when unknown.',
    read: ({ stages }) => stages.flatMap(({ name, lagMs }) => known(lagMs, seconds, { stage: name })),
  },
  {
    name: 'watermark_timestamp_seconds',
    type: 'gauge',
    labels: ['table'],
    help: 'Everything committed at the source up to this instant is visible on the target; absent while it is not known.',
    read: ({ freshness }) =>
      freshness.tables.flatMap((table) => known(table.completeToMs, seconds, { table: nameOf(table) })),
  },
  {
    name: 'heartbeat_lag_seconds',
    type: 'gauge',
    help: 'Age of the newest heartbeat row that is visible on the target: it grows while the path is cut.',
    // Behind the cutover it rests.
    read: ({ heartbeat, asOfMs, state }) => {
      const { seenAtMs = null, latencyMs = null } = heartbeat ?? {};
      return seenAtMs === null || latencyMs === null || state === 'cut-over'
        ? []
        : [{ value: seconds(asOfMs - seenAtMs + latencyMs) }];
    },
  },
  {
    name: 'latency_seconds',
    type: 'histogram',
    labels: ['hop'],
    help: 'Time of a source transaction over a hop: capture (commit to read), log (to durable in the log), apply (to visible on the target), total.',
    read: ({ latency }) => latency.map((one) => inSeconds(one, { hop: one.hop })),
  },
  {
    name: 'clock_offset_seconds',
    type: 'gauge',
    labels: ['endpoint'],
    help: "The server's clock minus ours; lag is corrected by the source's.",
    read: ({ clock }) => [
      ...known(clock.sourceOffsetMs, seconds, { endpoint: 'source' }),
      ...known(clock.targetOffsetMs, seconds, { endpoint: 'target' }),
    ],
  },
  {
    name: 'source_head_timestamp_seconds',
    type: 'gauge',
    help: "When the end of the source's log was last asked successfully.",
    read: ({ head }) => known(head.polledAtMs, seconds),
  },
  {
    name: 'catchup_eta_seconds',
    type: 'gauge',
    help: 'Until the lag is gone, at the speed at which it fell in the last minute; absent when it does not fall.',
    read: ({ catchUpEtaMs }) => known(catchUpEtaMs, seconds),
  },
  {
    name: 'rows_total',
    type: 'counter',
    labels: ['stage', 'table', 'op'],
    help: 'Row changes by stage (capture, apply), table of the source and operation (c, u, d, r for rows of the snapshot).',
    read: ({ freshness, stages }) => freshness.tables.flatMap((table) => rowSamples(table, stages)),
  },
  {
    name: 'bytes_total',
    type: 'counter',
    labels: ['stage'],
    help: 'Bytes past the stage, as they stand in the log; capture does not count them.',
    read: ({ stages }) =>
      stages
        .filter(({ name }) => name !== 'capture')
        .map(({ name, bytes }) => ({ labels: { stage: name }, value: bytes })),
  },
  {
    name: 'transactions_total',
    type: 'counter',
    labels: ['stage'],
    help: 'Source transactions past the stage.',
    read: ({ stages }) => stages.map(({ name, transactions }) => ({ labels: { stage: name }, value: transactions })),
  },
  {
    name: 'batch_rows',
    type: 'histogram',
    help: 'Row changes in one transaction on the target.',
    read: ({ batch }) => (batch === null ? [] : [batch.rows]),
  },
  {
    name: 'batch_duration_seconds',
    type: 'histogram',
    help: 'Time of one transaction on the target, from BEGIN to the answer of COMMIT.',
    read: ({ batch }) => (batch === null ? [] : [inSeconds(batch.durationMs)]),
  },
  {
    name: 'queue_rows',
    type: 'gauge',
    labels: ['stage'],
    help: 'Rows that wait before the stage; absent when unknown.',
    read: ({ stages }) => stages.flatMap(({ name, backlogRows }) => known(backlogRows, same, { stage: name })),
  },
  {
    name: 'queue_bytes',
    type: 'gauge',
    labels: ['stage'],
    help: 'Bytes that wait before the stage; absent when unknown.',
    read: ({ stages }) => stages.flatMap(({ name, backlogBytes }) => known(backlogBytes, same, { stage: name })),
  },
  {
    name: 'stage_stalled',
    type: 'gauge',
    labels: ['stage'],
    help: '1 while the stage has work before it and has not moved for 30 s.',
    read: ({ stages }) =>
      stages.map(({ name, state }) => ({ labels: { stage: name }, value: Number(state === 'stalled') })),
  },
  {
    name: 'throttled_seconds_total',
    type: 'counter',
    labels: ['reason'],
    help: "Time that something stood still for others' sake: comparisons, each of those that ran at once (verify-limit by verify.throttle, source-busy while others needed the source), and the stream to the target (operator-limit by throttle, operator-pause by pause).",
    read: ({ counters }) =>
      counters.throttled.map(({ reason, restedMs }) => ({ labels: { reason }, value: seconds(restedMs) })),
  },
  {
    name: 'snapshot_rows',
    type: 'gauge',
    labels: ['table', 'state'],
    help: 'Rows of the snapshot: done, and estimated in all.',
    read: ({ snapshot }) =>
      snapshot.tables.flatMap((table) => [
        { labels: { table: nameOf(table), state: 'done' }, value: table.rowsDone },
        { labels: { table: nameOf(table), state: 'estimate' }, value: table.rowsEstimate },
      ]),
  },
  {
    name: 'snapshot_eta_seconds',
    type: 'gauge',
    help: 'Until the snapshot is done; absent before 1 % of it is.',
    read: ({ snapshot }) => known(snapshot.etaMs, seconds),
  },
  {
    name: 'retention_headroom_seconds',
    type: 'gauge',
    labels: ['log'],
    help: 'Until the oldest change still needed may be purged; absent when unknown or unlimited.',
    read: ({ retention }) => retention.flatMap(({ log, headroomMs }) => known(headroomMs, seconds, { log })),
  },
  {
    name: 'quarantined_rows',
    type: 'gauge',
    labels: ['table', 'reason'],
    help: 'Changes set aside, by table of the target.',
    read: ({ quarantine }) =>
      quarantine.map(({ table, reason, changes }) => ({ labels: { table, reason }, value: changes })),
  },
  {
    name: 'tables_incomplete',
    type: 'gauge',
    labels: ['phase'],
    help: 'Tables that are not streaming: waiting or copying, paused, failed.',
    read: ({ snapshot }) =>
      (['waiting', 'copying', 'paused', 'failed'] as const).map((phase) => ({
        labels: { phase },
        value: snapshot.tables.filter((table) => table.phase === phase).length,
      })),
  },
  {
    name: 'schema_drift',
    type: 'gauge',
    help: 'Differences between the target and its plan; absent until they were compared.',
    read: ({ drift }) => (drift === null ? [] : [{ value: drift.count }]),
  },
  {
    name: 'errors_total',
    type: 'counter',
    labels: ['stage', 'code'],
    help: 'Failed tries by stage and stable code, each counted once.',
    read: ({ counters }) =>
      counters.errors.map(({ stage, code, count }) => ({ labels: { stage, code }, value: count })),
  },
  {
    name: 'retries_total',
    type: 'counter',
    help: 'Failures after which it was, or will be, tried again.',
    read: ({ counters }) => [{ value: counters.retries }],
  },
  {
    name: 'reconnects_total',
    type: 'counter',
    labels: ['endpoint'],
    help: 'Times that a stage came back to its server after it was lost; an outage that lasts is none yet.',
    read: ({ source, target }) => [
      { labels: { endpoint: 'source' }, value: source.reconnects },
      { labels: { endpoint: 'target' }, value: target.reconnects },
    ],
  },
  {
    name: 'connected',
    type: 'gauge',
    labels: ['endpoint'],
    help: '1 while the server answers.',
    read: ({ source, target }) => [
      { labels: { endpoint: 'source' }, value: Number(source.isConnected) },
      { labels: { endpoint: 'target' }, value: Number(target.isConnected) },
    ],
  },
  {
    name: 'pipeline_state',
    type: 'gauge',
    labels: ['state'],
    help: 'The state that the pipeline is in is 1, every other 0.',
    read: ({ state }) => PIPELINE_STATES.map((one) => ({ labels: { state: one }, value: Number(one === state) })),
  },
  {
    name: 'verify_rows_mismatched',
    type: 'gauge',
    labels: ['table', 'kind'],
    help: 'Differences of the last comparison, kept up with rows that changed since, by kind (missing, extra, different; unlisted beyond a thousand of a table); absent before the first.',
    read: ({ verify }) =>
      compared(verify).flatMap((table) =>
        Object.entries(table.byKind).map(([kind, value]) => ({ labels: { table: nameOf(table), kind }, value })),
      ),
  },
  {
    name: 'verify_finished_timestamp_seconds',
    type: 'gauge',
    labels: ['table'],
    help: 'When the table was last compared whole; absent before the first time.',
    read: ({ verify }) =>
      compared(verify).flatMap((table) => known(table.verifiedAtMs, seconds, { table: nameOf(table) })),
  },
  {
    name: 'cutover_state',
    type: 'gauge',
    labels: ['state'],
    help: 'What the last cutover has come to is 1, every other 0; none: there was none, or this process does none.',
    read: ({ cutover }) => {
      const now = cutover?.attempt?.outcome ?? 'none';
      return CUTOVER_STATES.map((state) => ({ labels: { state }, value: Number(state === now) }));
    },
  },
  {
    name: 'cutover_gate',
    type: 'gauge',
    labels: ['gate'],
    help: '1 while the gate lets a cutover through (green, or waived), 0 while it is red.',
    read: ({ cutover }) =>
      (cutover?.gates ?? []).map(({ name, state }) => ({ labels: { gate: name }, value: Number(state !== 'red') })),
  },
  {
    name: 'write_block_seconds',
    type: 'gauge',
    help: 'How long writes were blocked in the last cutover, so far while it stands; absent when they were not.',
    read: ({ cutover }) => known(cutover?.attempt?.writeBlockMs ?? null, seconds),
  },
  {
    name: 'reverse_lag_seconds',
    type: 'gauge',
    help: 'How far the source is behind the target while the application writes there; absent while it is not measured.',
    read: ({ cutover }) => known(cutover?.wayBack?.lagMs ?? null, seconds),
  },
  {
    name: 'reverse_set_aside_changes',
    type: 'gauge',
    help: 'Changes of the target that the source cannot hold; absent while there is no way back.',
    read: ({ cutover }) => known(cutover?.wayBack?.setAside ?? null, same),
  },
  {
    name: 'reverse_slot_lag_bytes',
    type: 'gauge',
    help: 'Write-ahead log of the target from what the way back has safe to the server’s end.',
    read: ({ cutover }) => known(cutover?.wayBack?.slot?.behindBytes ?? null, same),
  },
  {
    name: 'reverse_slot_retained_bytes',
    type: 'gauge',
    help: 'Write-ahead log that the target keeps for the replication slot of the way back.',
    read: ({ cutover }) => known(cutover?.wayBack?.slot?.retainedBytes ?? null, same),
  },
  {
    name: 'reverse_slot_headroom_bytes',
    type: 'gauge',
    help: 'Write-ahead log until the slot, and the way back with it, may be lost; absent without max_slot_wal_keep_size.',
    read: ({ cutover }) => known(cutover?.wayBack?.slot?.headroomBytes ?? null, same),
  },
  {
    name: 'build_info',
    type: 'gauge',
    labels: ['version', 'mode'],
    help: '1, with the version and the mode of this process.',
    read: ({ version, mode }) => [{ labels: { version, mode }, value: 1 }],
  },
];

const CUTOVER_STATES = ['none', 'running', 'committed', 'aborted'] as const;

function compared(verify: PipelineStatus['verify']): readonly TableVerified[] {
  return (verify?.tables ?? []).filter(({ verifiedAtMs }) => verifiedAtMs !== null);
}

function seconds(ms: number): number {
  return ms / 1000;
}

function same(value: number): number {
  return value;
}

function known(value: number | null, unit: (value: number) => number, labels: Record<string, string> = {}): Sample[] {
  return value === null ? [] : [{ labels, value: unit(value) }];
}

function inSeconds({ bounds, counts, sum }: Distribution, labels: Record<string, string> = {}): DistributionSample {
  return { bounds: bounds.map(seconds), counts, sum: seconds(sum), labels };
}

function nameOf({ database, table }: { readonly database: string; readonly table: string }): string {
  return `${database}.${table}`;
}

/** Only stages that this process has. */
function rowSamples(table: PipelineStatus['freshness']['tables'][number], stages: readonly StageStatus[]): Sample[] {
  const counts = { capture: table.read, log: null, apply: table.applied };
  const present = STAGE_NAMES.filter((stage) => stages.some(({ name }) => name === stage));
  return present.flatMap((stage) =>
    Object.entries(counts[stage] ?? {}).map(([op, value]) => ({ labels: { stage, table: nameOf(table), op }, value })),
  );
}
