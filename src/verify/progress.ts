import type { RowDifference } from '../contract/verify.ts';
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

export function unverified(shape: string, hasExtras: boolean): TableProgress {
  return {
    shape,
    left: [WHOLE],
    extras: hasExtras ? { after: null } : 'done',
    startedAtMs: Date.now(),
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
  return {
    ...progress,
    sourceRows: progress.sourceRows + part.sourceRows,
    targetRows: progress.targetRows + part.targetRows,
    equal: progress.equal + part.equal,
    repaired: progress.repaired + part.repaired,
    changing: progress.changing + part.changing,
    differenceCount: progress.differenceCount + part.differenceCount,
    differences: [...progress.differences, ...part.differences].slice(0, MOST_LISTED),
    position: progress.position ?? part.position,
  };
}

/** null: a text that this version did not write; the table begins anew. */
export function parseProgress(text: string): TableProgress | null {
  const value: unknown = JSON.parse(text);
  const isOurs =
    typeof value === 'object' && value !== null && 'shape' in value && 'left' in value && 'extras' in value;
  return isOurs ? (value as TableProgress) : null;
}
