/** Verify: both sides compared cell by cell in the canonical form of each type. */
import { BucketSums, bucketOf } from './bucket.ts';

/** One row in canonical form; null is NULL. Columns in the order of `CompareInput.columns`. */
export type CanonicalRow = readonly (string | null)[];

export interface CompareInput {
  readonly columns: readonly string[];
  /** Indexes into `columns`; empty: the whole row is the key and rows are compared as a multiset. */
  readonly key: readonly number[];
  /** Each reads the whole table anew; nothing may write to either side meanwhile. */
  readonly source: () => AsyncIterable<readonly CanonicalRow[]>;
  readonly target: () => AsyncIterable<readonly CanonicalRow[]>;
}

export type DifferenceKind = 'missing' | 'extra' | 'different';

export interface Difference {
  readonly kind: DifferenceKind;
  /** Column name and canonical value, for each key column; all columns for a table without a key; none: every row. */
  readonly key: Readonly<Record<string, string | null>>;
  /** Only for `different`, and for a column that is missing as a whole. */
  readonly column: string | null;
  readonly source: string | null;
  readonly target: string | null;
}

export interface Comparison {
  readonly sourceRows: number;
  readonly targetRows: number;
  readonly isEqual: boolean;
  /** The first ones found, at most `LISTED`. */
  readonly differences: readonly Difference[];
}

const LISTED = 100;

/** Sums first; only what lies in buckets whose sums differ is read again and compared row by row. */
export async function compareTable(input: CompareInput): Promise<Comparison> {
  const source = await sums(input, input.source());
  const target = await sums(input, input.target());
  const differing = source.sums.differingFrom(target.sums);
  const differences = differing.size === 0 ? [] : await findDifferences(input, differing);
  return { sourceRows: source.rows, targetRows: target.rows, isEqual: differing.size === 0, differences };
}

async function sums(input: CompareInput, batches: AsyncIterable<readonly CanonicalRow[]>) {
  const result = new BucketSums();
  let rows = 0;
  for await (const batch of batches) {
    for (const row of batch) result.add(keyText(input, row), rowText(row));
    rows += batch.length;
  }
  return { sums: result, rows };
}

async function findDifferences(input: CompareInput, buckets: ReadonlySet<number>): Promise<Difference[]> {
  const source = await rowsIn(input, input.source(), buckets);
  const differences: Difference[] = [];
  for await (const batch of input.target()) {
    for (const row of batch) {
      const key = keyText(input, row);
      if (!buckets.has(bucketOf(key))) continue;
      differences.push(...compareRow(input, source, key, row));
    }
  }
  for (const row of [...source.values()].flat()) differences.push(difference(input, 'missing', row));
  return differences.slice(0, LISTED);
}

/** Takes the row's counterpart out of `source`, so that what remains there is missing on the target. */
function compareRow(input: CompareInput, source: Map<string, CanonicalRow[]>, key: string, row: CanonicalRow) {
  const counterpart = source.get(key)?.pop();
  if (!counterpart) return [difference(input, 'extra', row)];
  return input.columns.flatMap((column, index): Difference[] => {
    const [from, to] = [counterpart[index] ?? null, row[index] ?? null];
    return from === to ? [] : [{ ...difference(input, 'different', row), column, source: from, target: to }];
  });
}

async function rowsIn(
  input: CompareInput,
  batches: AsyncIterable<readonly CanonicalRow[]>,
  buckets: ReadonlySet<number>,
): Promise<Map<string, CanonicalRow[]>> {
  const found = new Map<string, CanonicalRow[]>();
  for await (const batch of batches) {
    for (const row of batch) {
      const key = keyText(input, row);
      if (buckets.has(bucketOf(key))) found.set(key, [...(found.get(key) ?? []), row]);
    }
  }
  return found;
}

function difference(input: CompareInput, kind: DifferenceKind, row: CanonicalRow): Difference {
  const shown = input.key.length === 0 ? input.columns.map((_, index) => index) : input.key;
  const key = Object.fromEntries(shown.map((index) => [input.columns[index] ?? '', row[index] ?? null]));
  return { kind, key, column: null, source: null, target: null };
}

function keyText(input: CompareInput, row: CanonicalRow): string {
  return rowText(input.key.length === 0 ? row : input.key.map((index) => row[index] ?? null));
}

/** Length-prefixed, so that no two different rows have the same text. */
function rowText(row: CanonicalRow): string {
  let text = '';
  for (const cell of row) text += cell === null ? '-;' : `${cell.length}:${cell};`;
  return text;
}
