import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { type Line, type RunningLine, type SourceKind, startLine } from '../e2e/line.ts';
import { Application } from './application.ts';
import type { Crash } from './crash-point.ts';
import { expectArrived, loginOf, openSwitchLine, sideOf, standFor, startSwitchLine, written } from './switch-line.ts';

/**
 * kill -9 of the pipeline at each of these instants, while an application writes: the next process finishes or undoes,
 * the application writes on, and nothing that it was told of is lost. One line bears them all.
 */
export function testKilledSwitches(source: SourceKind, crashes: readonly Crash[]): void {
  test(`kill -9 at ${crashes.length} instants of a switch from ${source} leaves one side open and loses nothing`, async () => {
    const line = await openSwitchLine(source);
    let running = await startSwitchLine(line);
    const application = new Application(() => loginOf(line, sideOf(line)), { everyMs: 20 });
    try {
      for (const crash of crashes) {
        await standFor(line, running, crash.direction);
        await running.stop();
        expect([crash, await killedAt(line, crash)]).toEqual([crash, 'SIGKILL']);
        running = await settled(line, crash);
        await written(application);
      }
      await standFor(line, running, 'forward');
      await expectArrived(line, running, application);
    } finally {
      await application.stop();
      await running.stop().catch(() => {});
      await line.close();
    }
  });
}

/** A pipeline of its own that begins the switch and dies there; answers by which signal. `fault`: a name of fault.ts. */
export async function killedAt(
  line: Line,
  { direction, point, step }: Crash,
  mode: 'run' | 'apply' = 'run',
  fault = '',
): Promise<NodeJS.Signals | null> {
  const script = new URL('./kill-child.ts', import.meta.url).pathname;
  const given = [script, line.file, direction, point, step, mode, fault];
  const child = spawn(process.execPath, given, { stdio: 'inherit' });
  const [, signal] = await once(child, 'exit');
  return signal;
}

/** The next process, when what the dead one has left is over; it tells the time in which nothing of ours ran. */
async function settled(line: Line, { point }: Crash): Promise<RunningLine> {
  const running = startLine(line);
  await running.until(
    ({ state, cutover }) => cutover?.attempt?.isOver === true && (state === 'streaming' || state === 'cut-over'),
  );
  const { state, cutover } = running.status();
  expect(state).toBe(sideOf(line) === 'target' ? 'cut-over' : 'streaming');
  const { awayMs = 0, writeBlockMs } = cutover?.attempt ?? {};
  expect(awayMs).toBeLessThanOrEqual(writeBlockMs ?? 0);
  if (point === 'committed' || point === 'commit-sent') expect(awayMs).toBeGreaterThan(0);
  return running;
}
