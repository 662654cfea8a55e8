import { frameEnd } from '../postgres/copy-out.ts';
import { keyText } from './changed-set.ts';
import type { CanonicalCells, RowPrint } from './row-print.ts';
import type { SourceRows } from './source-rows.ts';

/** A row that is not the same on both sides; null: that side has none. */
export interface UnequalRow {
  readonly key: readonly string[];
  readonly source: CanonicalCells | null;
  readonly target: CanonicalCells | null;
  /** Only of a table without a key: the row as a side gave it. */
  readonly bag?: BagRow;
}

/** A row of a table that is compared as a multiset. */
export interface BagRow {
  readonly cells: CanonicalCells;
  /** As the source sends it, no rule done yet (Avro); null: the row is the target's. */
  readonly image: Uint8Array | null;
  /** The target's own texts; null: the row is the source's. */
  readonly texts: CanonicalCells | null;
}

/** Lines in the frames in which COPY sends them. */
interface FramedLines {
  readonly rows: number;
  readonly text: Buffer;
}

interface Lines extends FramedLines {
  /** End of each line in `text`. */
  readonly ends: readonly number[];
}

/**
 * Both sides' rows compared: at once where the bytes are the same, else line by line from both ends towards the middle,
 * and what is left cell by cell in canonical form, paired by key.
 */
export function compareLines(print: RowPrint, source: SourceRows, target: FramedLines): readonly UnequalRow[] {
  if (source.text.equals(target.text)) return [];
  const sides = { source: { ...source, ends: endsOf(source) }, target: { ...target, ends: endsOf(target) } };
  const from = sameStart(sides.source, sides.target);
  return comparePart(print, { ...sides, from, ...sameEnd(sides.source, sides.target, from) });
}

function endsOf({ rows, text }: FramedLines): readonly number[] {
  const ends: number[] = [];
  for (let at = 0; ends.length < rows; ends.push(at)) at = frameEnd(text, at);
  return ends;
}

interface Part {
  readonly source: SourceRows & Lines;
  readonly target: Lines;
  readonly from: number;
  readonly sourceEnd: number;
  readonly targetEnd: number;
}

function comparePart(print: RowPrint, { source, target, from, sourceEnd, targetEnd }: Part): readonly UnequalRow[] {
  const standing = new Map<string, Buffer>();
  const unequal: UnequalRow[] = [];
  for (let row = from; row < targetEnd; row++) {
    const line = lineOf(target, row);
    const cells = print.targetCells(line);
    const key = print.keyOf(cells);
    // Where nothing keeps the key unique there any more, a second row of one key is one too many.
    if (standing.has(keyText(key))) unequal.push({ key, source: null, target: cells });
    else standing.set(keyText(key), line);
  }
  for (let row = from; row < sourceEnd; row++) {
    const image = source.image(row);
    const key = print.keyTexts(source.key(row));
    const line = standing.get(keyText(key));
    standing.delete(keyText(key));
    if (line?.equals(lineOf(source, row))) continue;
    const cells = print.sourceCells(image);
    const other = line === undefined ? null : print.targetCells(line);
    if (other === null || !sameCells(cells, other)) unequal.push({ key, source: cells, target: other });
  }
  for (const line of standing.values()) {
    const cells = print.targetCells(line);
    unequal.push({ key: print.keyOf(cells), source: null, target: cells });
  }
  return unequal;
}

function sameCells(a: CanonicalCells, b: CanonicalCells): boolean {
  return a.every((cell, i) => cell === b[i]);
}

function sameStart(a: Lines, b: Lines): number {
  const most = Math.min(a.rows, b.rows);
  let row = 0;
  while (row < most && sameLine(a, row, b, row)) row++;
  return row;
}

function sameEnd(source: Lines, target: Lines, from: number) {
  let sourceEnd = source.rows;
  let targetEnd = target.rows;
  while (sourceEnd > from && targetEnd > from && sameLine(source, sourceEnd - 1, target, targetEnd - 1)) {
    sourceEnd--;
    targetEnd--;
  }
  return { sourceEnd, targetEnd };
}

function sameLine(a: Lines, aRow: number, b: Lines, bRow: number): boolean {
  const [aStart, bStart] = [startOf(a, aRow), startOf(b, bRow)];
  const aEnd = a.ends[aRow] as number;
  const bEnd = b.ends[bRow] as number;
  return aEnd - aStart === bEnd - bStart && a.text.compare(b.text, bStart, bEnd, aStart, aEnd) === 0;
}

function lineOf(lines: Lines, row: number): Buffer {
  return lines.text.subarray(startOf(lines, row), lines.ends[row]);
}

function startOf({ ends }: Lines, row: number): number {
  return row === 0 ? 0 : (ends[row - 1] as number);
}
