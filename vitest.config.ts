import { defineConfig } from 'vitest/config';

// Tests live in test/, one folder per src folder. The suffix says what a file needs (style: names are promises).
export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 300_000,
    include: ['test/**/*.test.ts'],
    exclude: ['test/ci/**', 'test/long/**'],
    globalSetup: ['test/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
  },
});
