import { defineConfig } from 'vitest/config';
import { BASE, SETUP } from './test/vitest-base.ts';

/** What measures: the write block, the pace of verify. Nothing runs beside it. */
const ALONE = ['django-cutover', 'verify'].map((name) => `test/ci/${name}.e2e.test.ts`);
const SHARED = { ...BASE, testTimeout: 900_000 };

// What needs more than the product itself: the data named by SLUICE_CORPORA, a slice of the long runs.
export default defineConfig({
  test: {
    ...SETUP,
    projects: [
      { test: { ...SHARED, name: 'alone', include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } } },
      {
        test: {
          ...SHARED,
          name: 'together',
          include: ['test/ci/**/*.test.ts'],
          exclude: ALONE,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
