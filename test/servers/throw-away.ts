import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { isFreePort } from '../../src/servers/port.ts';
import type { ServerKind } from '../../src/servers/running-server.ts';

const OWNER = fileURLToPath(new URL('./owner.ts', import.meta.url));
/** On a busy machine a process takes its time to start, and whoever watches it to see that it has died. */
const SOON = { timeout: 60_000 };

/** What a process of its own tells about the server it has started; a container shows no process and no folder. */
interface Owned {
  readonly port: number;
  readonly pid?: number;
  readonly dataDirectory?: string;
}

/** Kills a process that owns a server with SIGKILL; expects the server to die and its data to go. */
export async function expectNoOrphan(kind: ServerKind): Promise<void> {
  const owner = spawn(process.execPath, [OWNER, kind], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(owner.stdout, 'data');
  const owned: Owned = JSON.parse(String(line));
  expect(await isGone(owned)).toBe(false);
  owner.kill('SIGKILL');
  await expect.poll(() => isGone(owned), SOON).toBe(true);
}

/** Kills a process with SIGKILL in the midst of starting a server; expects the server and its folder to go. */
export async function expectNoOrphanOfStart(kind: ServerKind): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-start-'));
  const owner = spawn(process.execPath, [OWNER, kind], {
    stdio: 'ignore',
    env: { ...process.env, TMPDIR: folder, SLUICE_TEST_ORIGIN: 'binaries' },
  });
  // PostgreSQL runs as another user where we are root.
  await chmod(folder, 0o755);
  await expect.poll(() => readdir(folder), SOON).not.toEqual([]);
  owner.kill('SIGKILL');
  await expect.poll(() => readdir(folder), SOON).toEqual([]);
  await rm(folder, { recursive: true });
}

async function isGone({ port, pid, dataDirectory }: Owned): Promise<boolean> {
  if (pid !== undefined && isAlive(pid)) return false;
  if (dataDirectory !== undefined && existsSync(dataDirectory)) return false;
  return await isFreePort(port);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
