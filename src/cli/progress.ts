import { incompleteOf } from '../contract/incomplete.ts';
import type { PipelineStatus, SnapshotStatus } from '../contract/status.ts';
import { cut, formatCount, formatDuration } from './format.ts';
import type { Output } from './output.ts';
import { lagText } from './status-text.ts';

const REDRAW_MS = 200;
const LINE_EVERY_MS = 10_000;
const BAR = 24;
/** Tables with a bar of their own at once. */
const BARS = 6;

/** Shows a running pipeline: live at the bottom of a terminal, else one line an interval and one at every transition. */
export class Progress {
  readonly #output: Output;
  #shownAtMs = 0;
  #state: PipelineStatus['state'] | null = null;

  constructor(output: Output) {
    this.#output = output;
  }

  update(status: PipelineStatus): void {
    const isNew = status.state !== this.#state;
    const sinceMs = Date.now() - this.#shownAtMs;
    if (!isNew && sinceMs < (this.#output.isLive ? REDRAW_MS : LINE_EVERY_MS)) return;
    this.#shownAtMs = Date.now();
    this.#state = status.state;
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
  if (status.waitingFor !== null) parts.push(`waiting ${status.waitingFor}`);
  return parts.join(', ');
}

/** The live block, each line cut to the terminal's width. */
export function progressLines(status: PipelineStatus, columns: number): readonly string[] {
  const copying = status.snapshot.tables.filter(({ phase }) => phase === 'copying');
  const bars = copying.slice(0, BARS).map((table) => {
    const rest = `${formatCount(table.rowsPerSecond)} rows/s  ETA ${etaText(table.etaMs)}`;
    return `  ${cut(table.table, 24).padEnd(24)} ${bar(table.rowsDone, table.rowsEstimate)}  ${rest}`;
  });
  const more = copying.length > BARS ? [`  and ${copying.length - BARS} more`] : [];
  return [...bars, ...more, progressLine(status)].map((line) => cut(line, columns - 1));
}

function snapshotPart({ rowsDone, rowsEstimate, rowsPerSecond, etaMs }: SnapshotStatus): string {
  return `${percent(rowsDone, rowsEstimate)} of about ${formatCount(rowsEstimate)} rows copied, ${formatCount(rowsPerSecond)} rows/s, ETA ${etaText(etaMs)}`;
}

function bar(done: number, whole: number): string {
  const full = Math.min(BAR, Math.floor((done / Math.max(1, whole)) * BAR));
  return `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}] ${percent(done, whole).padStart(5)}`;
}

/** Estimates may be too low: never more than 99 % before the end is known. */
function percent(done: number, whole: number): string {
  return `${Math.min(99, Math.floor((100 * done) / Math.max(1, whole)))} %`;
}

function etaText(etaMs: number | null): string {
  return etaMs === null ? 'not known yet' : formatDuration(etaMs);
}
