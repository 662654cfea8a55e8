import { type Incomplete, incompleteOf } from '../contract/incomplete.ts';
import type { PipelineStatus, StageStatus, TableStatus } from '../contract/status.ts';
import type { Paint } from './color.ts';
import { cut, formatAmount, formatBytes, formatCount, formatDuration, formatTable, formatTime } from './format.ts';

/** Tables shown at most; the rest is counted. */
const TABLES = 40;

/** Where everything stands, for people. */
export function statusText(status: PipelineStatus, nowMs: number, paint: Paint): string {
  const incomplete = incompleteOf(status);
  return [
    headline(status, nowMs, paint),
    ...endpoints(status),
    `lag     ${lagText({ ...status, incomplete })}`,
    ...incompleteLines(incomplete),
    ...(status.page === null ? [] : [`page    ${status.page}`]),
    ...(status.waitingFor === null ? [] : [paint('yellow', `waiting ${status.waitingFor}`)]),
    '',
    stagesText(status.stages),
    ...snapshotText(status),
    ...notes(status),
    ...errors(status, paint),
  ].join('\n');
}

export interface ToldLag extends Pick<PipelineStatus, 'lagMs' | 'isCaughtUp'> {
  readonly incomplete: readonly Incomplete[];
}

/** In words, never a number that nobody measured, and never more than is true of every table. */
export function lagText({ lagMs, isCaughtUp, incomplete }: ToldLag): string {
  if (isCaughtUp && incomplete.length === 0) return 'none: everything the source has committed is on the target';
  const lag = isCaughtUp ? 'none in the stream' : lagMs === null ? 'not known now' : formatDuration(lagMs);
  return incomplete.length === 0 ? lag : `${lag}, but not everything before it is on the target`;
}

/** What is not there and why, a line each. */
export function incompleteLines(incomplete: readonly Incomplete[]): readonly string[] {
  return incomplete.map(({ table, reason }) => `  ${table === null ? reason : `${table}: ${reason}`}`);
}

function headline(status: PipelineStatus, nowMs: number, paint: Paint): string {
  const age = formatDuration(Math.max(0, nowMs - status.asOfMs));
  const state = paint(status.state === 'failed' || status.state === 'retrying' ? 'red' : 'bold', status.state);
  return `${paint('bold', status.pipeline)}  ${state}  (${status.mode}, process ${status.pid}, as of ${age} ago)`;
}

function endpoints({ source, target }: PipelineStatus): readonly string[] {
  return (['source', 'target'] as const).map((side) => {
    const { kind, version, address, isConnected, reconnects } = side === 'source' ? source : target;
    const server = [kind ?? '', version ?? ''].filter((part) => part !== '').join(' ');
    const link = isConnected ? 'connected' : 'not connected';
    const again = reconnects === 0 ? '' : `, ${formatAmount(reconnects, 'reconnect')}`;
    return `${side}  ${server}${server === '' ? '' : ' at '}${address}, ${link}${again}`;
  });
}

function stagesText(stages: readonly StageStatus[]): string {
  const rows = stages.map((stage) => [
    stage.name,
    stage.state,
    stage.lagMs === null ? '-' : formatDuration(stage.lagMs),
    `${formatCount(stage.rowsPerSecond)}/s`,
    `${formatBytes(stage.bytesPerSecond)}/s`,
    stage.backlogRows === null ? '-' : formatCount(stage.backlogRows),
    formatCount(stage.rows),
    stage.position === null ? '-' : cut(stage.position, 48),
  ]);
  return formatTable(['stage', 'state', 'lag', 'rows', 'bytes', 'backlog', 'rows in all', 'position'], rows);
}

function snapshotText({ snapshot }: PipelineStatus): readonly string[] {
  const { tables, rowsDone, rowsEstimate, rowsPerSecond } = snapshot;
  if (snapshot.state === 'none' || tables.length === 0) return [];
  const head = `snapshot ${snapshot.state}: ${formatCount(rowsDone)} of about ${formatAmount(rowsEstimate, 'row')}`;
  const rate = snapshot.state === 'copying' ? `, ${formatCount(rowsPerSecond)} rows/s, ETA ${eta(snapshot.etaMs)}` : '';
  const more = tables.length > TABLES ? [`and ${tables.length - TABLES} more tables`] : [];
  const rows = tables.slice(0, TABLES).map(tableRow);
  return ['', `${head}${rate}`, formatTable(['table', 'phase', 'rows', 'of about', 'rate', 'ETA'], rows), ...more];
}

function tableRow(table: TableStatus): readonly string[] {
  return [
    `${table.database}.${table.table}`,
    table.phase,
    formatCount(table.rowsDone),
    formatCount(table.rowsEstimate),
    table.phase === 'copying' ? `${formatCount(table.rowsPerSecond)}/s` : '-',
    table.phase === 'copying' ? eta(table.etaMs) : '-',
  ];
}

function eta(etaMs: number | null): string {
  return etaMs === null ? 'not known yet' : formatDuration(etaMs);
}

function notes({ quarantine, retention, heartbeat, drift, verify }: PipelineStatus): readonly string[] {
  const changes = quarantine.reduce((sum, one) => sum + one.changes, 0);
  const kept = retention.map(({ log, headroomMs, detail }) =>
    headroomMs === null ? `${log}: ${detail}` : `${log} kept for ${formatDuration(headroomMs)} more: ${detail}`,
  );
  const beat = heartbeat?.latencyMs ?? null;
  return [
    '',
    changes === 0 ? 'quarantine empty' : `quarantine ${formatAmount(changes, 'change')}: sluice quarantine list`,
    ...driftLines(drift),
    ...verifyLines(verify),
    ...(beat === null ? [] : [`heartbeat ${formatDuration(beat)} from source to target`]),
    ...kept,
  ];
}

/** Differences shown at most; the rest is counted. */
const DRIFTS = 5;

function driftLines(drift: PipelineStatus['drift']): readonly string[] {
  if (drift === null || drift.count === 0) return [];
  const shown = drift.differences.slice(0, DRIFTS).map((text) => `  ${text}`);
  return [`drift ${formatAmount(drift.count, 'difference')} between target and plan: sluice schema diff`, ...shown];
}

/** Tables by what their last comparison gave, and those with differences by name. */
function verifyLines(verify: PipelineStatus['verify']): readonly string[] {
  if (verify === null || verify.tables.length === 0) return [];
  const { tables, isRunning } = verify;
  const states = [...Map.groupBy(tables, ({ state }) => state)].map(([state, list]) => `${list.length} ${state}`);
  const waiting = tables.reduce((sum, one) => sum + (one.waiting ?? 0), 0);
  const unequal = tables.filter(({ differenceCount }) => differenceCount > 0);
  return [
    `verified ${states.join(', ')}; ${formatAmount(waiting, 'changed row')} to look at again${isRunning ? '; comparing now' : ''}`,
    ...unequal.map(
      (one) => `  ${one.table}: ${formatAmount(one.differenceCount, 'difference')}: sluice verify --table ${one.table}`,
    ),
  ];
}

function errors({ errors: list }: PipelineStatus, paint: Paint): readonly string[] {
  return list.slice(0, 5).flatMap(({ atMs, stage, code, message, remedy, attempt, nextTryAtMs }) => {
    const next = nextTryAtMs === null ? '' : `, next try ${formatTime(nextTryAtMs)}`;
    return [
      paint('red', `${formatTime(atMs)} ${stage} ${code} (attempt ${attempt}${next}): ${message}`),
      `  ${remedy}`,
    ];
  });
}
