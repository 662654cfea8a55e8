import { defineConfig } from 'vitest/config';

// What needs more than the product itself: the data named by SLUICE_CORPORA, a slice of the long runs.
export default defineConfig({
  test: {
    testTimeout: 900_000,
    hookTimeout: 300_000,
    include: ['test/ci/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 1,
  },
});
