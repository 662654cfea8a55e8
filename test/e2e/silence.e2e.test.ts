import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { PipelineStatus } from '../../src/contract/status.ts';
import { livenessReasons } from '../../src/http/health.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { caughtUpSince, type Line, openLine, type RunningLine, startLine } from './line.ts';
import { expectEqual, fillShop, startTraffic } from './shop.ts';
import { onSource } from './statement.ts';

test('a server that hangs is told not connected, without a lag where it is the source; the process lives and goes on', async () => {
  const line = await openLine({ source: 'mysql', log: 'embedded', isSourceOwn: true, isTargetOwn: true });
  const stopped = new Set<number>();
  const reasons = new Set<string>();
  try {
    await fillShop(line, 0.1);
    const running = startLine(line);
    running.onStatus((status) => {
      for (const reason of livenessReasons(status, Date.now())) reasons.add(reason);
    });
    await running.until(({ state }) => state === 'streaming');
    const traffic = startTraffic(line, 50);
    await running.until(({ isCaughtUp }) => isCaughtUp);
    await pause(line.servers?.target, stopped);
    await running.until(({ state, target }) => state === 'retrying' && !target.isConnected);
    goOn(stopped);
    await running.until(({ target }) => target.isConnected);
    await running.until(caughtUpSince(Date.now()));
    await traffic.stop();
    await expectBlockedBeatTold(line, running);
    await pause(line.servers?.source, stopped);
    await running.until(({ source }) => !source.isConnected);
    expect(running.status()).toMatchObject({ lagMs: null, isCaughtUp: false });
    expect(running.status().stages.map(({ lagMs }) => lagMs)).toEqual([null, null, null]);
    goOn(stopped);
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    expect([...reasons]).toEqual([]);
    await expectEqual(line);
  } finally {
    goOn(stopped);
    await line.close();
  }
}, 300_000);

/** A write of the heartbeat that no lock holds up, and that no limit of the server ends (INV-241). */
async function expectBlockedBeatTold(line: Line, running: RunningLine): Promise<void> {
  await onSource(line, 'CREATE TRIGGER sluice.slow BEFORE INSERT ON sluice.heartbeat FOR EACH ROW DO SLEEP(600)');
  const meanwhile: PipelineStatus[] = [];
  const beforeMs = Date.now();
  await running.until((status) => {
    meanwhile.push(status);
    return status.errors.some(({ code }) => code === 'HEARTBEAT_BLOCKED');
  });
  for (const { lagMs, source } of meanwhile) {
    expect(source.isConnected).toBe(true);
    expect(lagMs).not.toBeNull();
    expect(lagMs).toBeLessThan(10_000);
  }
  expect(running.status().heartbeat?.writtenAtMs ?? 0).toBeLessThan(beforeMs + 2_000);
  // It waits for whoever still writes: what was given up does not.
  await onSource(line, 'DROP TRIGGER sluice.slow');
  const healedMs = Date.now();
  await running.until(({ heartbeat }) => (heartbeat?.writtenAtMs ?? 0) > healedMs);
}

/** Stops the server's process and those that it has made. */
async function pause(server: RunningServer | undefined, stopped: Set<number>): Promise<void> {
  if (server?.pid === undefined) throw new Error('not a server of the test');
  await pauseFamily(server.pid, stopped);
}

/** Itself first: whoever is stopped makes no further ones. */
async function pauseFamily(pid: number, stopped: Set<number>): Promise<void> {
  if (!send(pid, 'SIGSTOP')) return;
  stopped.add(pid);
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  for (const child of children.split(' ').filter(Boolean)) await pauseFamily(Number(child), stopped);
}

function goOn(stopped: Set<number>): void {
  for (const pid of stopped) send(pid, 'SIGCONT');
  stopped.clear();
}

/** False where it has ended since it was listed, as workers of PostgreSQL's autovacuum do. */
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}
