import { keyText } from './changed-set.ts';
import type { BagRow, UnequalRow } from './compare-lines.ts';
import type { CanonicalCells, RowPrint } from './row-print.ts';

interface CountedRow {
  /** One of them. */
  readonly row: BagRow;
  count: number;
}

/** Rows by their whole text, with how often each is there. */
export type Counted = ReadonlyMap<string, CountedRow>;

export async function countRows(
  batches: AsyncIterable<readonly BagRow[]>,
  isWanted: (cells: CanonicalCells) => boolean,
): Promise<Counted> {
  const counted = new Map<string, CountedRow>();
  for await (const batch of batches) {
    for (const row of batch) {
      if (!isWanted(row.cells)) continue;
      const text = JSON.stringify(row.cells);
      const known = counted.get(text);
      if (known) known.count++;
      else counted.set(text, { row: { ...row, image: row.image && Buffer.from(row.image) }, count: 1 });
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
  const counts = new Map<string, { source: CountedRow | null; target: CountedRow | null }>();
  for (const counted of source) counts.set(JSON.stringify(counted.row.cells), { source: counted, target: null });
  for (const counted of target) {
    const text = JSON.stringify(counted.row.cells);
    counts.set(text, { source: counts.get(text)?.source ?? null, target: counted });
  }
  const rows = [...counts.values()].flatMap(({ source: from, target: to }) => {
    const more = (from?.count ?? 0) - (to?.count ?? 0);
    const row = more > 0 ? from?.row : to?.row;
    return row === undefined ? [] : Array.from({ length: Math.abs(more) }, () => ({ row, isSource: more > 0 }));
  });
  return paired(print, rows);
}

interface SurplusRow {
  readonly row: BagRow;
  readonly isSource: boolean;
}

function paired(print: RowPrint, rows: readonly SurplusRow[]): readonly UnequalRow[] {
  const unequal: UnequalRow[] = [];
  for (const same of Map.groupBy(rows, ({ row }) => keyText(print.keyOf(row.cells))).values()) {
    const key = print.keyOf(same[0]?.row.cells ?? []);
    const source = same.filter(({ isSource }) => isSource).map(({ row }) => row);
    const target = same.filter(({ isSource }) => !isSource).map(({ row }) => row);
    if (key.length > 0 && source[0] && target[0]) {
      unequal.push({ key, source: source[0].cells, target: target[0].cells });
      continue;
    }
    for (const bag of source) unequal.push({ key, source: bag.cells, target: null, bag });
    for (const bag of target) unequal.push({ key, source: null, target: bag.cells, bag });
  }
  return unequal;
}
