import { defineConfig } from 'vitest/config';
import { BASE, SETUP } from './test/vitest-base.ts';

// Tests live in test/, one folder per src folder. The suffix says what a file needs (style: names are promises).
export default defineConfig({
  test: {
    ...SETUP,
    ...BASE,
    testTimeout: 120_000,
    include: ['test/**/*.test.ts'],
    exclude: ['test/ci/**', 'test/long/**'],
    maxWorkers: 2,
  },
});
