import { SluiceError } from '../../contract/error.ts';
import type { Step } from '../step.ts';

/** Rows of one table behind the fence; null: not counted, for there was no time. */
export interface FinalCount {
  /** `database.table`. */
  readonly table: string;
  readonly source: string | null;
  readonly target: string | null;
}

export interface CountOptions {
  /** Every table, the small ones first, for as long as the configuration says; null: it wants none. */
  countRows(signal: AbortSignal): Promise<readonly FinalCount[] | null>;
  readonly limitMs: number;
}

/** The last number that both sides have in common, for whoever asks later: each table's, as the journal keeps it. */
export function countStep({ countRows, limitMs }: CountOptions): Step {
  return {
    name: 'counts',
    title: 'Counts the rows of each table on both sides, as many as there is time for.',
    phase: 'blocked',
    limitMs,
    describe: async () => ['SELECT COUNT(*) of each table on both sides, the small ones first'],
    run: async ({ signal, note }) => {
      const counts = await countRows(signal);
      if (counts === null) return 'no rows were counted: cutover.finalCounts is 0';
      await note({ counts: counts.map(({ table, source, target }) => ({ table, source, target })) });
      const unequal = counts.filter(({ source, target }) => source !== target);
      if (unequal.length > 0) throw countsDiffer(unequal);
      return countWords(counts);
    },
  };
}

function countWords(counts: readonly FinalCount[]): string {
  const counted = counts.filter(({ source }) => source !== null);
  const rows = counted.reduce((sum, { source }) => sum + BigInt(source ?? 0), 0n);
  const left = counts.filter(({ source }) => source === null).map(({ table }) => table);
  const told = `${rows} rows of ${counted.length} tables on each side`;
  return left.length === 0 ? told : `${told}; NOT counted in the time given: ${left.join(', ')}`;
}

/** CUTOVER_COUNTS_DIFFER: a table does not have as many rows on one side as on the other, though nothing moves. */
function countsDiffer(unequal: readonly FinalCount[]): SluiceError {
  const named = unequal.map(
    ({ table, source, target }) => `${table}: ${source} at the source, ${target} on the target`,
  );
  return new SluiceError({
    code: 'CUTOVER_COUNTS_DIFFER',
    message: `row counts differ: ${named.join('; ')}`,
    remedy: 'Everything is put back by itself. Compare these tables whole (sluice verify --restart), then try again.',
    disposition: 'stop',
  });
}
