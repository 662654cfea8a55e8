import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { KeyRange } from '../mysql/key-order.ts';

/** Hits of a probe in one place of the sample. */
export interface PlaceCount {
  readonly rows: number;
  readonly hits: number;
  /** Rows of the table that the place stands for, where places do not all stand for as many as they have. */
  readonly standsFor?: number;
}

/** Rows of the whole table that a rule touches, by a sample of it. */
export interface Estimate {
  readonly rows: number;
  /** 95 % interval. */
  readonly low: number;
  readonly high: number;
}

/** Students' t for 95 %, by degrees of freedom from 1. */
const STUDENT_T = [
  12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.1, 2.09,
];

/**
 * Ratio estimate over places, whose rows lie side by side and are therefore alike: the spread between places counts,
 * not the number of rows (Cochran, Sampling Techniques, 2.11). Where every place has the same share the spread says
 * nothing; then the bound of `n` independent places stands: at most 3/n of what is left has another share.
 */
export function estimateRows(places: readonly PlaceCount[], tableRows: number): Estimate {
  const read = sum(places.map(({ rows }) => rows));
  const hits = sum(places.map((place) => place.hits));
  const total = Math.max(tableRows, read);
  if (read === 0) return { rows: 0, low: 0, high: total };
  const used = weighed(places.filter(({ rows }) => rows > 0));
  const weight = sum(used.map(({ rows }) => rows));
  const share = sum(used.map((place) => place.hits)) / weight;
  const left = Math.max(0, 1 - read / total);
  const spread = used.length < 2 ? 0 : deviation(used, share, weight) * Math.sqrt(left);
  const half =
    spread > 0
      ? (STUDENT_T[Math.min(used.length - 1, STUDENT_T.length) - 1] ?? 2) * spread
      : Math.min(1, 3 / used.length) * left;
  const clamp = (rows: number) => Math.round(Math.min(Math.max(rows, hits), total - (read - hits)));
  return { rows: clamp(share * total), low: clamp((share - half) * total), high: clamp((share + half) * total) };
}

/** Each place as if all rows that it stands for had been read and were like those that were. */
function weighed(places: readonly PlaceCount[]): readonly PlaceCount[] {
  return places.map(({ rows, hits, standsFor = rows }) => ({ rows: standsFor, hits: (hits / rows) * standsFor }));
}

function deviation(places: readonly PlaceCount[], share: number, read: number): number {
  const squares = places.map(({ rows, hits }) => (hits - share * rows) ** 2);
  return Math.sqrt((places.length / (places.length - 1)) * sum(squares)) / read;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** Tables with one integer as key have places all over it; null for every other key. */
export function hasSpreadPlaces({ version, columns }: CatalogueTable): boolean {
  const [first, ...others] = version.key;
  return first !== undefined && others.length === 0 && columns[first]?.type.kind === 'integer';
}

/** Ranges of equal width from the smallest to the largest key, in each of which a place of the sample begins. */
export function spreadRanges(smallest: bigint, largest: bigint, count: number): readonly KeyRange[] {
  const width = largest - smallest + 1n;
  const edges = Array.from({ length: count + 1 }, (_, i) => smallest - 1n + (width * BigInt(i)) / BigInt(count));
  return edges.slice(1).flatMap((edge, i) => {
    const before = edges[i] ?? edge;
    return edge === before ? [] : [{ lower: [String(before)], upper: [String(edge)] }];
  });
}
