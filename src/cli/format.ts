import { oneLine } from './visible.ts';
import { cutMiddle, padEnd, padStart, widthOf } from './width.ts';

/** 12,345,678 */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** `1 row`, `2 rows`: English has no other plural among our words. */
export function formatAmount(value: number, noun: string): string {
  return `${formatCount(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** `0.4 s`, `12 s`, `3 m 4 s`, `2 h 5 m`, `3 d 4 h`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 9950) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `512 B`, `64.0 KiB`, `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  for (const unit of ['B', 'KiB', 'MiB', 'GiB']) {
    if (value < 1024) return unit === 'B' ? `${Math.round(value)} B` : `${value.toFixed(1)} ${unit}`;
    value /= 1024;
  }
  return `${value.toFixed(1)} TiB`;
}

/** Hours, minutes and seconds in UTC. */
export function formatTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(11, 19)} UTC`;
}

/** Columns that the first one keeps, so that those behind it stay. */
const LEAST_NAME = 16;

/**
 * Columns under their heads, two spaces apart; numbers belong to the right. Where they do not fit into the width, the
 * names of the first are shortened, and then columns are left out from the right, but for the first two. A cell is one
 * line, whatever it holds.
 */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): string {
  const shown = rows.map((row) => row.map(oneLine));
  const over = widestLine(tableText(head, shown)) - width;
  if (over <= 0) return tableText(head, shown);
  const names = Math.max(...[head, ...shown].map(([name = '']) => widthOf(name)));
  const most = Math.max(LEAST_NAME, names - over);
  const shortened = shown.map(([name = '', ...rest]) => [cutMiddle(name, most), ...rest]);
  const text = tableText(head, shortened);
  if (widestLine(text) <= width || head.length <= 2) return text;
  const fewer = rows.map((row) => row.slice(0, head.length - 1));
  return formatTable(head.slice(0, -1), fewer, width);
}

function widestLine(text: string): number {
  return Math.max(...text.split('\n').map(widthOf));
}

function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  const isNumber = head.map((_, column) =>
    rows.every((row) => /^[-~\d.,% ]*( s| B|[KMGT]iB|\/s)?$/.test(row[column] ?? '')),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (isNumber[column] ? padStart : padEnd)(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.map(line)].join('\n');
}

const BAR = 24;

/** `[######..................]  25 %`; estimates may be too low: never more than 99 % before the end is known. */
export function formatBar(done: number, whole: number, width = BAR): string {
  const full = Math.min(width, Math.floor((done / Math.max(1, whole)) * width));
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${formatPercent(done, whole).padStart(5)}`;
}

export function formatPercent(done: number, whole: number): string {
  return `${Math.min(99, Math.floor((100 * done) / Math.max(1, whole)))} %`;
}
