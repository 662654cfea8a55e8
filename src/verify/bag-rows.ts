import { keyText } from './changed-set.ts';
import type { UnequalRow } from './compare-lines.ts';
import type { CanonicalCells, RowPrint } from './row-print.ts';

interface CountedRow {
  readonly cells: CanonicalCells;
  count: number;
}

/** Rows by their whole text, with how often each is there. */
export type Counted = ReadonlyMap<string, CountedRow>;

export async function countRows(
  batches: AsyncIterable<readonly CanonicalCells[]>,
  isWanted: (cells: CanonicalCells) => boolean,
): Promise<Counted> {
  const counted = new Map<string, CountedRow>();
  for await (const batch of batches) {
    for (const cells of batch) {
      if (!isWanted(cells)) continue;
      const text = JSON.stringify(cells);
      const known = counted.get(text);
      if (known) known.count++;
      else counted.set(text, { cells, count: 1 });
    }
  }
  return counted;
}

/** Each row that one side has more often than the other, so many times; those of one key as one row that differs. */
export function surplus(
  print: RowPrint,
  source: readonly CountedRow[],
  target: readonly CountedRow[],
): readonly UnequalRow[] {
  const counts = new Map<string, { readonly cells: CanonicalCells; more: number }>();
  const add = ({ cells, count }: CountedRow, sign: 1 | -1) => {
    const text = JSON.stringify(cells);
    const known = counts.get(text) ?? { cells, more: 0 };
    known.more += sign * count;
    counts.set(text, known);
  };
  for (const row of source) add(row, 1);
  for (const row of target) add(row, -1);
  const rows = [...counts.values()].flatMap(({ cells, more }) =>
    Array.from({ length: Math.abs(more) }, () => ({ cells, isSource: more > 0 })),
  );
  return paired(print, rows);
}

interface SurplusRow {
  readonly cells: CanonicalCells;
  readonly isSource: boolean;
}

function paired(print: RowPrint, rows: readonly SurplusRow[]): readonly UnequalRow[] {
  const unequal: UnequalRow[] = [];
  for (const same of Map.groupBy(rows, ({ cells }) => keyText(print.keyOf(cells))).values()) {
    const key = print.keyOf(same[0]?.cells ?? []);
    const source = same.filter(({ isSource }) => isSource);
    const target = same.filter(({ isSource }) => !isSource);
    if (key.length > 0 && source[0] && target[0]) {
      unequal.push({ key, source: source[0].cells, target: target[0].cells });
      continue;
    }
    for (const { cells } of source) unequal.push({ key, source: cells, target: null });
    for (const { cells } of target) unequal.push({ key, source: null, target: cells });
  }
  return unequal;
}
