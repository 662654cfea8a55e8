import { defineConfig } from 'vitest/config';
import { BASE, SETUP } from './test/vitest-base.ts';

// Tests live in test/, one folder per src folder. The suffix says what a file needs (style: names are promises).
export default defineConfig({
  test: {
    ...SETUP,
    ...BASE,
    // For a hang alone: on a busy machine a test takes several times as long as it does otherwise.
    testTimeout: 300_000,
    include: ['test/**/*.test.ts'],
    exclude: ['test/ci/**', 'test/long/**'],
    maxWorkers: 2,
  },
});
