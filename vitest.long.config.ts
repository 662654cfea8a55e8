import { defineConfig } from 'vitest/config';

// The long fault runs, all of them: `npm run test:long`.
export default defineConfig({
  test: {
    testTimeout: 7_200_000,
    hookTimeout: 300_000,
    include: ['test/long/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 1,
  },
});
