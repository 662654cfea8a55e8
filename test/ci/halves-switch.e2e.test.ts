import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { Application } from '../cutover/application.ts';
import { killedAt } from '../cutover/kill-switch.ts';
import {
  expectArrived,
  loginOf,
  openSwitchLine,
  sideOf,
  startSwitchLine,
  switchTo,
  written,
} from '../cutover/switch-line.ts';
import { type Line, startLine } from '../e2e/line.ts';

test.each(['mysql', 'mariadb'] as const)(
  'sluice capture and sluice apply switch from %s and back, whichever of the two is killed',
  async (kind) => {
    const line = await openSwitchLine(kind, 'kafka');
    let capture = startCapture(line);
    let running = await startSwitchLine(line, { mode: 'apply' });
    const application = new Application(() => loginOf(line, sideOf(line)), { everyMs: 20 });
    try {
      expect(await switchTo(running, 'forward')).toMatchObject({ outcome: 'committed', reason: null });
      expect(sideOf(line)).toBe('target');
      await written(application);
      // While the application writes there, the half that captures may come and go.
      await kill(capture);
      capture = startCapture(line);
      expect(await switchTo(running, 'back')).toMatchObject({ outcome: 'committed', reason: null });
      await written(application);

      await running.stop();
      const crash = { direction: 'forward', point: 'step-done', step: 'drain' } as const;
      expect(await killedAt(line, crash, 'apply')).toBe('SIGKILL');
      running = startLine(line, 'apply');
      await running.until(({ state, cutover }) => state === 'streaming' && cutover?.attempt?.isOver === true);
      expect(running.status().cutover?.attempt).toMatchObject({ outcome: 'aborted' });
      await written(application);

      // The half that captures dies behind the fence: the drain never ends, and everything is put back.
      running.onStatus(({ cutover }) => {
        const fence = cutover?.attempt?.steps.find(({ name }) => name === 'fence')?.state;
        if (cutover?.attempt?.outcome === 'running' && fence === 'running') capture.kill('SIGKILL');
      });
      expect(await switchTo(running, 'forward')).toMatchObject({ outcome: 'aborted' });
      running.onStatus(() => {});
      await written(application);
      capture = startCapture(line);

      expect(await switchTo(running, 'forward')).toMatchObject({ outcome: 'committed' });
      await written(application);
      expect(await switchTo(running, 'back')).toMatchObject({ outcome: 'committed' });
      await written(application);
      await expectArrived(line, running, application);
    } finally {
      await application.stop();
      await running.stop().catch(() => {});
      await kill(capture);
      await line.close();
    }
  },
);

function startCapture({ file }: Line): ChildProcess {
  const script = new URL('../cutover/capture-child.ts', import.meta.url).pathname;
  return spawn(process.execPath, [script, file], { stdio: 'inherit' });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
