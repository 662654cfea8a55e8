import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { ServerKind } from '../../src/servers/running-server.ts';

const OWNER = fileURLToPath(new URL('./owner.ts', import.meta.url));
const DEATH_LIMIT_MS = 10_000;

/** What a process of its own tells about the server it has started. */
interface Owned {
  readonly pid: number;
  readonly dataDirectory: string;
}

/** Kills a process that owns a server with SIGKILL; expects the server to die and its data to go. */
export async function expectNoOrphan(kind: ServerKind): Promise<void> {
  const owner = spawn(process.execPath, [OWNER, kind], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(owner.stdout, 'data');
  const owned: Owned = JSON.parse(String(line));
  expect(isAlive(owned.pid)).toBe(true);
  expect(existsSync(owned.dataDirectory)).toBe(true);
  owner.kill('SIGKILL');
  await expectSoon(() => !isAlive(owned.pid) && !existsSync(owned.dataDirectory));
}

/** Polls a condition until it holds. */
export async function expectSoon(condition: () => boolean): Promise<void> {
  const deadlineMs = Date.now() + DEATH_LIMIT_MS;
  while (!condition() && Date.now() < deadlineMs) await sleep(50);
  expect(condition()).toBe(true);
}

/** True while the process runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
