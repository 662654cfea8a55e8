import type { ComparedObject } from '../../contract/compared-object.ts';

export interface RowCount {
  readonly table: string;
  readonly sourceRows: number;
  readonly targetRows: number;
  /** Position of the source at which both were counted; null: at no single one. */
  readonly position: string | null;
}

export function compareRowCount({ table, sourceRows, targetRows, position }: RowCount): ComparedObject {
  const counts = { name: 'row-count', object: table, source: String(sourceRows), target: String(targetRows) } as const;
  if (sourceRows === targetRows) return { ...counts, state: 'equal', reason: null, cure: null };
  if (position === null) {
    const reason = 'the sides were not counted at one position, and rows changed in between';
    return { ...counts, state: 'not-compared', reason, cure: null };
  }
  const missing = sourceRows - targetRows;
  const reason = missing > 0 ? `${rows(missing)} missing on the target` : `${rows(-missing)} on the target only`;
  return {
    ...counts,
    state: 'different',
    reason,
    cure: 'The rows themselves tell which: sluice tables reload TABLE copies it anew.',
  };
}

function rows(count: number): string {
  return count === 1 ? '1 row is' : `${count} rows are`;
}
