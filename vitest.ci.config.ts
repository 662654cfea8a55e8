import { defineConfig } from 'vitest/config';
import { BASE } from './test/vitest-base.ts';

// What needs more than the product itself: the data named by SLUICE_CORPORA, a slice of the long runs.
export default defineConfig({
  test: {
    ...BASE,
    testTimeout: 900_000,
    include: ['test/ci/**/*.test.ts'],
    maxWorkers: 1,
  },
});
