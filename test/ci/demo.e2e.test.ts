import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

test('the demo loads, survives its kill, cuts over under traffic, comes back, and counts every acknowledged receipt once', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'demo', '--json']);
  const { status, data } = JSON.parse(stdout);
  expect(status).toBe('ok');
  expect(data).toMatchObject({ isPassed: true, journey: { lost: 0, doubled: 0 } });
  expect(data.journey.onTarget).toBeGreaterThan(0);
  console.info(`writes blocked there ${data.journey.thereBlockMs} ms, back ${data.journey.backBlockMs} ms`);
}, 600_000);
