import { test } from 'vitest';
import { killRun } from './kill-run.ts';

test('a shop arrives equal although its pipeline is killed with -9 three times while it loads and streams', async () => {
  await killRun({
    source: 'mysql',
    log: 'embedded',
    verbs: ['run'],
    kills: 3,
    scale: 0.1,
    chunkMaxRows: 20,
    trafficPerSecond: 50,
    longestLifeMs: 1_500,
  });
});
