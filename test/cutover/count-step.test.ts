import { expect, test } from 'vitest';
import type { StepContext, StepRecord } from '../../src/cutover/step.ts';
import { countStep, type FinalCount } from '../../src/cutover/steps/count.ts';

function counted(...counts: readonly FinalCount[]) {
  return run(counts);
}

async function run(counts: readonly FinalCount[] | null): Promise<{ said: string; noted: StepRecord | null }> {
  let noted: StepRecord | null = null;
  const context: StepContext = {
    signal: new AbortController().signal,
    record: null,
    note: async (record) => {
      noted = record;
    },
    tell: async () => {},
    isWaived: () => false,
    recordOf: () => null,
  };
  const step = countStep({ countRows: async () => counts, limitMs: 1_000 });
  const said = await step.run(context).catch((error: Error & { code?: string }) => `${error.code} ${error.message}`);
  return { said, noted };
}

const shop = (table: string, source: string | null, target = source) => ({ table: `shop.${table}`, source, target });

test('the counts of each table stand in the journal, and what there was no time for is named', async () => {
  const { said, noted } = await counted(shop('a', '9007199254740993'), shop('b', '2'), shop('log', null));
  expect(said).toBe('9007199254740995 rows of 2 tables on each side; NOT counted in the time given: shop.log');
  expect(noted).toEqual({ counts: [shop('a', '9007199254740993'), shop('b', '2'), shop('log', null)] });
});

test('one table with another count puts everything back, by its name', async () => {
  const { said, noted } = await counted(shop('a', '1'), shop('b', '2', '3'));
  expect(said).toBe('CUTOVER_COUNTS_DIFFER row counts differ: shop.b: 2 at the source, 3 on the target');
  expect(noted).not.toBeNull();
});

test('where none are wanted nothing is counted, and that is said', async () => {
  const { said, noted } = await run(null);
  expect(said).toBe('no rows were counted: cutover.finalCounts is 0');
  expect(noted).toBeNull();
});
