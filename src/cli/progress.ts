import { bottleneckOf } from '../contract/bottleneck.ts';
import { incompleteOf } from '../contract/incomplete.ts';
import { paceText } from '../contract/pace.ts';
import type { PipelineStatus, SnapshotStatus } from '../contract/status.ts';
import { formatBar, formatCount, formatDuration, formatPercent } from './format.ts';
import type { Output } from './output.ts';
import { lagText } from './status-text.ts';
import { oneLine } from './visible.ts';
import { cut, cutMiddle, padEnd } from './width.ts';

const REDRAW_MS = 200;
const LINE_EVERY_MS = 10_000;
/** Tables with a bar of their own at once. */
const BARS = 6;

/** Shows a running pipeline: live at the bottom of a terminal, else one line an interval and one at every transition. */
export class Progress {
  readonly #output: Output;
  #shownAtMs = 0;
  #told = '';

  constructor(output: Output) {
    this.#output = output;
  }

  update(status: PipelineStatus): void {
    const told = `${status.state} ${status.pace?.state}`;
    const isNew = told !== this.#told;
    const sinceMs = Date.now() - this.#shownAtMs;
    if (!isNew && sinceMs < (this.#output.isLive ? REDRAW_MS : LINE_EVERY_MS)) return;
    this.#shownAtMs = Date.now();
    this.#told = told;
    if (this.#output.isLive) this.#output.live(progressLines(status, this.#output.columns));
    else this.#output.say(progressLine(status));
  }

  close(): void {
    this.#output.live([]);
  }
}

/** One line that says it all. */
export function progressLine(status: PipelineStatus): string {
  const { snapshot } = status;
  const parts = [`${status.pipeline}: ${status.state}`];
  if (snapshot.state === 'copying') parts.push(snapshotPart(snapshot));
  const last = status.stages.at(-1);
  if (last !== undefined)
    parts.push(`${formatCount(last.rowsPerSecond)} rows/s ${last.name === 'apply' ? 'applied' : 'captured'}`);
  const isLoading = status.state === 'starting' || status.state === 'loading';
  if (!isLoading && (snapshot.state === 'done' || snapshot.state === 'none'))
    parts.push(`lag ${lagText({ ...status, incomplete: incompleteOf(status) })}`);
  const held = status.pace === null ? null : paceText(status.pace);
  for (const text of new Set([status.waitingFor, held])) if (text !== null) parts.push(oneLine(text));
  return parts.join(', ');
}

/** The live block, each line cut to the terminal's width. */
export function progressLines(status: PipelineStatus, columns: number): readonly string[] {
  const copying = status.snapshot.tables.filter(({ phase }) => phase === 'copying');
  const bars = copying.slice(0, BARS).map((table) => {
    const rest = `${formatCount(table.rowsPerSecond)} rows/s  ETA ${etaText(table.etaMs)}`;
    return `  ${padEnd(cutMiddle(oneLine(table.table), 24), 24)} ${formatBar(table.rowsDone, table.rowsEstimate)}  ${rest}`;
  });
  const more = copying.length > BARS ? [`  and ${copying.length - BARS} more`] : [];
  return [...bars, ...more, progressLine(status), ...causeLines(status)].map((line) => cut(line, columns - 1));
}

/** What holds a stream up that is behind. */
function causeLines(status: PipelineStatus): readonly string[] {
  const isBehind = status.state === 'streaming' && !status.isCaughtUp && status.waitingFor === null;
  return isBehind ? [`  ${bottleneckOf(status)}`] : [];
}

function snapshotPart({ rowsDone, rowsEstimate, rowsPerSecond, etaMs }: SnapshotStatus): string {
  return `${formatPercent(rowsDone, rowsEstimate)} of about ${formatCount(rowsEstimate)} rows copied, ${formatCount(rowsPerSecond)} rows/s, ETA ${etaText(etaMs)}`;
}

function etaText(etaMs: number | null): string {
  return etaMs === null ? 'not known yet' : formatDuration(etaMs);
}
