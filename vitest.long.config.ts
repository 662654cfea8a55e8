import { defineConfig } from 'vitest/config';
import { BASE, SETUP } from './test/vitest-base.ts';

// The long fault runs, all of them: `npm run test:long`.
export default defineConfig({
  test: {
    ...SETUP,
    ...BASE,
    testTimeout: 7_200_000,
    include: ['test/long/**/*.test.ts'],
    maxWorkers: 1,
  },
});
