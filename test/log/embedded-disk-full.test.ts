import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('disk-full-process.ts', import.meta.url));

test('a full disk under the log is an error to try again after, shows nothing torn, and ends when space returns', async () => {
  const place = await mkdtemp(join(tmpdir(), 'sluice-full-'));
  // A mount namespace of the child's own: the small file system goes when it ends, and needs no rights of ours.
  const script = 'mount -t tmpfs -o size=4m tmpfs "$1" && exec "$2" "$3" "$1"';
  const run = promisify(execFile)('unshare', ['-rm', 'sh', '-c', script, 'sh', place, process.execPath, program]);
  const outcome = JSON.parse((await run).stdout);
  await rm(place, { recursive: true });
  expect(outcome.acknowledged).toBeGreaterThan(5);
  expect(outcome).toEqual({
    acknowledged: outcome.acknowledged,
    whenFull: 'LOG_DISK_FULL retry',
    seenWhenFull: `${outcome.acknowledged} intact`,
    openedWhenFull: 'LOG_DISK_FULL retry',
    seenStill: `${outcome.acknowledged} intact`,
    resumesAt: outcome.acknowledged,
    last: outcome.acknowledged + 3,
  });
});
