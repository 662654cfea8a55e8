import { cut, widthOf } from './width.ts';

/** Clears from here to the end of the line, and to the end of the screen. */
const END_OF_LINE = '\u001b[K';
const END_OF_SCREEN = '\u001b[J';
const HOME = '\u001b[H';
const PLAIN = '\u001b[0m';
const COLOUR = new RegExp(`(${'\u001b'}\\[[0-9;]*m)`);

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The text over what stood on the screen before: line by line from its top, so that nothing flickers, each line cut to
 * the width, and what is below the screen counted.
 */
export function screenFrame(text: string, { columns, rows }: ScreenSize): string {
  const lines = text.trimEnd().split('\n');
  const isTooTall = lines.length > rows - 1;
  const shown = isTooTall ? lines.slice(0, Math.max(1, rows - 2)) : lines;
  const more = isTooTall ? [`... ${lines.length - shown.length} more lines: sluice status`] : [];
  const drawn = [...shown, ...more].map((line) => `${cutPainted(line, columns)}${END_OF_LINE}\n`);
  return `${HOME}${drawn.join('')}${END_OF_SCREEN}`;
}

/** At most so many columns that show; colours do not count, and never go on behind the cut. */
function cutPainted(line: string, columns: number): string {
  let left = columns;
  let cutLine = '';
  for (const part of line.split(COLOUR)) {
    if (COLOUR.test(part)) {
      cutLine += part;
      continue;
    }
    if (widthOf(part) > left) return `${cutLine}${cut(part, left)}${PLAIN}`;
    cutLine += part;
    left -= widthOf(part);
  }
  return cutLine;
}
