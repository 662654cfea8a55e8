import { bottleneckOf } from '../contract/bottleneck.ts';
import { type Incomplete, incompleteOf } from '../contract/incomplete.ts';
import { heldCopyText, lostPauseText, paceText } from '../contract/pace.ts';
import type { PipelineStatus, StageStatus, TableStatus } from '../contract/status.ts';
import type { Paint } from './color.ts';
import {
  formatAmount,
  formatBar,
  formatBytes,
  formatCount,
  formatDuration,
  formatTable,
  formatTime,
} from './format.ts';
import { shellWord } from './shell-word.ts';
import { oneLine } from './visible.ts';
import { cut } from './width.ts';

/** Tables shown at most, and where a screen has no room for that, at least; the rest is counted. */
const TABLES = 40;
const FEWEST_TABLES = 3;
/** Tables of which it is said why they are not complete. */
const REASONS = 8;
/** Characters of a bar. */
const BAR = 12;

/** What a text has to fit into: columns of its tables; rows only where it is all that the screen shows. */
export interface TextSpace {
  readonly columns?: number;
  readonly rows?: number;
}

/** Where everything stands, for people. On a screen the list of tables takes what the rest leaves, and stands below it. */
export function statusText(status: PipelineStatus, nowMs: number, paint: Paint, space: TextSpace = {}): string {
  const { columns = Number.POSITIVE_INFINITY, rows = Number.POSITIVE_INFINITY } = space;
  const incomplete = incompleteOf(status);
  const held = status.pace === null ? null : paceText(status.pace);
  const above = [
    headline(status, nowMs, paint),
    ...endpoints(status),
    `lag     ${lagText({ ...status, incomplete })}`,
    ...incompleteLines(incomplete),
    ...causeLine(status),
    ...(held === null ? [] : [paint('yellow', `pace    ${oneLine(held)}`)]),
    ...(status.pace?.lost == null ? [] : [paint('yellow', `pace    ${oneLine(lostPauseText(status.pace.lost))}`)]),
    ...(status.page === null ? [] : [`page    ${status.page}`]),
    ...(status.waitingFor === null || status.waitingFor === held ? [] : [paint('yellow', oneLine(status.waitingFor))]),
    '',
    ...stagesText(status.stages, columns).split('\n'),
  ];
  const below = [...notes(status), ...errors(status, paint)];
  // Beside the tables: an empty line, their head, their titles, and how many more there are.
  const room = Math.max(FEWEST_TABLES, Math.min(TABLES, rows - 1 - above.length - below.length - 4));
  const tables = snapshotText(status, columns, room);
  return [...above, ...(rows === Number.POSITIVE_INFINITY ? [tables, below] : [below, tables]).flat()].join('\n');
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
  const lines = incomplete.map(({ table, reason }) => `  ${oneLine(table === null ? reason : `${table}: ${reason}`)}`);
  const more = lines.length - REASONS;
  return more <= 1 ? lines : [...lines.slice(0, REASONS), `  and ${more} more: --json lists them`];
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
    // First what a narrow screen must not cut off.
    return `${side}  ${link}${again}: ${server}${server === '' ? '' : ' at '}${address}`;
  });
}

/** What holds the line up, where it is not level and nothing else was said to be waited for. */
function causeLine(status: PipelineStatus): readonly string[] {
  const isHeld = status.pace !== null && status.pace.state !== 'free';
  const isSilent = isHeld || status.isCaughtUp || status.waitingFor !== null || status.state === 'stopped';
  return isSilent ? [] : [`cause   ${bottleneckOf(status)}`];
}

function stagesText(stages: readonly StageStatus[], width: number): string {
  const rows = stages.map((stage) => [
    stage.name,
    stage.state,
    stage.lagMs === null ? '-' : formatDuration(stage.lagMs),
    `${formatCount(stage.rowsPerSecond)}/s`,
    stage.backlogRows === null ? '-' : formatCount(stage.backlogRows),
    `${formatBytes(stage.bytesPerSecond)}/s`,
    formatCount(stage.rows),
    stage.position === null ? '-' : cut(stage.position, 48),
  ]);
  return formatTable(['stage', 'state', 'lag', 'rows', 'backlog', 'bytes', 'rows in all', 'position'], rows, width);
}

function snapshotText({ snapshot, pace }: PipelineStatus, width: number, most: number): readonly string[] {
  const { tables, rowsDone, rowsEstimate, rowsPerSecond } = snapshot;
  if (snapshot.state === 'none' || tables.length === 0) return [];
  const head = `snapshot ${snapshot.state}: ${formatCount(rowsDone)} of about ${formatAmount(rowsEstimate, 'row')}`;
  const rate = snapshot.state === 'copying' ? `, ${formatCount(rowsPerSecond)} rows/s, ETA ${eta(snapshot.etaMs)}` : '';
  const old = snapshot.state === 'copying' ? heldCopyText(pace) : '';
  const more = tables.length > most ? [`and ${tables.length - most} more tables`] : [];
  const rows = mostToldFirst(tables).slice(0, most).map(tableRow);
  const titles = ['table', 'phase', 'done', 'rate', 'ETA', 'copied', 'of about'];
  return ['', `${head}${rate}${old}`, ...formatTable(titles, rows, width).split('\n'), ...more];
}

/** Of a table that streams there is the least to tell. */
function mostToldFirst(tables: readonly TableStatus[]): readonly TableStatus[] {
  const order: readonly TableStatus['phase'][] = ['failed', 'paused', 'copying', 'waiting', 'copied', 'streaming'];
  return tables.toSorted((a, b) => order.indexOf(a.phase) - order.indexOf(b.phase));
}

function tableRow(table: TableStatus): readonly string[] {
  return [
    `${table.database}.${table.table}`,
    table.phase,
    table.phase === 'copying' ? formatBar(table.rowsDone, table.rowsEstimate, BAR) : '-',
    table.phase === 'copying' ? `${formatCount(table.rowsPerSecond)}/s` : '-',
    table.phase === 'copying' ? eta(table.etaMs) : '-',
    formatCount(table.rowsDone),
    formatCount(table.rowsEstimate),
  ];
}

function eta(etaMs: number | null): string {
  return etaMs === null ? 'not known yet' : formatDuration(etaMs);
}

function notes({ quarantine, retention, heartbeat, drift, beside, verify }: PipelineStatus): readonly string[] {
  const changes = quarantine.reduce((sum, one) => sum + one.changes, 0);
  const kept = retention.map(({ log, headroomMs, detail }) =>
    headroomMs === null ? `${log}: ${detail}` : `${log} kept for ${formatDuration(headroomMs)} more: ${detail}`,
  );
  const beat = heartbeat?.latencyMs ?? null;
  return [
    '',
    changes === 0 ? 'quarantine empty' : `quarantine ${formatAmount(changes, 'change')}: sluice quarantine list`,
    ...driftLines(drift),
    ...besideLines(beside),
    ...verifyLines(verify),
    ...(beat === null ? [] : [`heartbeat ${formatDuration(beat)} from source to target`]),
    ...kept,
  ];
}

/** Differences shown at most; the rest is counted. */
const DRIFTS = 5;

function driftLines(drift: PipelineStatus['drift']): readonly string[] {
  if (drift === null || drift.count === 0) return [];
  const shown = drift.differences.slice(0, DRIFTS).map((text) => `  ${oneLine(text)}`);
  return [`drift ${formatAmount(drift.count, 'difference')} between target and plan: sluice schema diff`, ...shown];
}

/** What is different beside the rows; JSON and page have the rest. */
function besideLines(beside: PipelineStatus['beside']): readonly string[] {
  const found = beside?.objects.filter(({ state }) => state === 'different') ?? [];
  if (beside === null || found.length === 0) return [];
  const shown = found
    .slice(0, DRIFTS)
    .map(({ name, object, reason }) => `  ${oneLine(`${name} ${object}: ${reason ?? 'differs'}`)}`);
  return [`beside the rows ${formatAmount(beside.different, 'object')} not as at the source: sluice verify`, ...shown];
}

/** Tables shown at most with what verify says of them; JSON has all. */
const ADVISED = 5;

/** Tables by what their last comparison gave, and those with differences by name. */
function verifyLines(verify: PipelineStatus['verify']): readonly string[] {
  if (verify === null || verify.tables.length === 0) return [];
  const { tables, isRunning } = verify;
  const states = [...Map.groupBy(tables, ({ state }) => state)].map(([state, list]) => `${list.length} ${state}`);
  const waiting = tables.reduce((sum, one) => sum + (one.waiting ?? 0), 0);
  const unequal = tables.filter(({ differenceCount }) => differenceCount > 0);
  const advised = tables.filter(({ advice }) => advice !== null);
  const more = advised.length - ADVISED;
  return [
    `verified ${states.join(', ')}; ${formatAmount(waiting, 'changed row')} to look at again${isRunning ? '; comparing now' : ''}`,
    ...unequal.map(
      ({ table, differenceCount }) =>
        `  ${oneLine(`${table}: ${formatAmount(differenceCount, 'difference')}: sluice verify --table ${shellWord(table)}`)}`,
    ),
    ...advised.slice(0, ADVISED).map(({ table, advice }) => `  ${oneLine(`${table}: ${advice}`)}`),
    ...(more > 0 ? [`  and ${more} more: --json lists them`] : []),
  ];
}

function errors({ errors: list }: PipelineStatus, paint: Paint): readonly string[] {
  return list.slice(0, 5).flatMap(({ atMs, stage, code, message, remedy, attempt, nextTryAtMs }) => {
    const next = nextTryAtMs === null ? '' : `, next try at ${formatTime(nextTryAtMs)}`;
    return [
      paint('red', `${formatTime(atMs)} ${stage} ${code} (attempt ${attempt}${next}): ${oneLine(message)}`),
      `  ${oneLine(remedy)}`,
    ];
  });
}
