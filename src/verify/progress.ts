import type { RowDifference, VerifyState } from '../contract/verify.ts';
import { type KeyRange, WHOLE } from '../mysql/key-order.ts';

/** How far the comparison of one table is. Kept on the target after each part, so that a killed process goes on (INV-126). */
export interface TableProgress {
  /** What both sides' tables were: with another, everything begins anew. */
  readonly shape: string;
  /** Ranges of the source's key not compared yet; those in hand are among them. */
  readonly left: readonly KeyRange[];
  /** Keys of the target to be looked up on the source: after this one; `done`: none. */
  readonly extras: { readonly after: readonly string[] | null } | 'done';
  readonly startedAtMs: number;
  /** Changes of the table that were noted before what is compared here was read. */
  readonly notedBefore: number;
  readonly sourceRows: number;
  readonly targetRows: number;
  readonly equal: number;
  readonly repaired: number;
  readonly changing: number;
  readonly differenceCount: number;
  readonly differences: readonly RowDifference[];
  /** Of the part that was compared first: everything was equal here or later. */
  readonly position: string | null;
}

/** Differences that are listed; all are counted. */
export const MOST_LISTED = 1_000;

export function unverified(shape: string, hasExtras: boolean, notedBefore: number): TableProgress {
  return {
    shape,
    left: [WHOLE],
    extras: hasExtras ? { after: null } : 'done',
    startedAtMs: Date.now(),
    notedBefore,
    ...{ sourceRows: 0, targetRows: 0, equal: 0, repaired: 0, changing: 0 },
    ...{ differenceCount: 0, differences: [], position: null },
  };
}

export interface Part {
  readonly sourceRows: number;
  readonly targetRows: number;
  readonly equal: number;
  readonly repaired: number;
  readonly changing: number;
  readonly differenceCount: number;
  readonly differences: readonly RowDifference[];
  readonly position: string | null;
}

export function withPart(progress: TableProgress, part: Part): TableProgress {
  const found = new Set(part.differences.map(({ key }) => JSON.stringify(key)));
  // A row of the part may have been looked at before, because it had changed.
  const stay = progress.differences.filter(({ key }) => !found.has(JSON.stringify(key)));
  const twice = progress.differences.length - stay.length;
  return {
    ...progress,
    sourceRows: progress.sourceRows + part.sourceRows,
    targetRows: progress.targetRows + part.targetRows,
    equal: progress.equal + part.equal,
    repaired: progress.repaired + part.repaired,
    changing: progress.changing + part.changing,
    differenceCount: progress.differenceCount - twice + part.differenceCount,
    differences: [...stay, ...part.differences].slice(0, MOST_LISTED),
    position: progress.position ?? part.position,
  };
}

/** What came of looking at keys of one table again. */
export interface Looked {
  /** JSON of the keys, as differences show them. */
  readonly keys: ReadonlySet<string>;
  readonly differences: readonly RowDifference[];
  /** Rows that never stood still. */
  readonly changing: number;
  readonly position: string | null;
}

type Found = Pick<TableProgress, 'differenceCount' | 'differences' | 'position'>;

/** Differences of rows that were looked at again are what they are now. */
export function withLooked(known: Found, { keys, differences, changing, position }: Looked): Found {
  const stay = known.differences.filter(({ key }) => !keys.has(JSON.stringify(key)));
  return {
    differenceCount: known.differenceCount - (known.differences.length - stay.length) + differences.length,
    differences: [...stay, ...differences].slice(0, MOST_LISTED),
    position: changing === 0 && position !== null ? position : known.position,
  };
}

/** Of a comparison that has ended. */
export function stateOf(differenceCount: number, changing: number): VerifyState {
  return differenceCount > 0 ? 'different' : changing > 0 ? 'changing' : 'equal';
}

/** null: a text that this version did not write; the table begins anew. */
export function parseProgress(text: string): TableProgress | null {
  const value: unknown = JSON.parse(text);
  const isOurs =
    typeof value === 'object' && value !== null && 'shape' in value && 'left' in value && 'extras' in value;
  // Earlier versions kept the changes since the comparison, not since the table is followed.
  return isOurs ? { ...(value as TableProgress), notedBefore: notedIn(value) } : null;
}

function notedIn(value: object): number {
  return 'notedBefore' in value ? Number(value.notedBefore) : 0;
}

/** Ranges come from one planner, so equal bounds have equal text. */
export function sameRange(a: KeyRange, b: KeyRange): boolean {
  return JSON.stringify([a.lower, a.upper]) === JSON.stringify([b.lower, b.upper]);
}

/** Some of the table is compared already. */
export function isBegun({ left: [first, ...others], sourceRows, targetRows }: TableProgress): boolean {
  return first === undefined || others.length > 0 || !sameRange(first, WHOLE) || sourceRows + targetRows > 0;
}

/** What of a table of this shape is compared already; null: nothing, all of it is compared from now on. */
export function begunOf(progress: TableProgress | null, shape: string): TableProgress | null {
  return progress?.shape === shape && isBegun(progress) ? progress : null;
}
