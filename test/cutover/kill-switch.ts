import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { RUNNER_POINTS, type RunnerPoint } from '../../src/cutover/runner.ts';
import { caughtUpSince, type Line, type RunningLine, type SourceKind, startLine } from '../e2e/line.ts';
import { expectEqual } from '../e2e/shop.ts';
import { Application } from './application.ts';
import { expectNoneLost, loginOf, openSwitchLine, sideOf, startSwitchLine, switchTo, written } from './switch-line.ts';

interface Crash {
  readonly direction: 'forward' | 'back';
  readonly point: RunnerPoint;
  readonly step: string;
}

const STEPS = {
  forward: [
    ...[
      'verify-ahead',
      'way-back',
      'close-target',
      'fence',
      'drain',
      'verify',
      'sequences',
      'skip-forward',
      'last-look',
    ],
    ...['open-target', 'flip', 'probe', 'first-write', 'loosen', 'source-triggers'],
  ],
  back: ['fence', 'drain', 'last-look', 'end-way-back', 'reopen-stream', 'open-source', 'unflip', 'probe'],
} as const;

/** Every instant of both ways between which a crash differs. */
export const CRASHES: readonly Crash[] = (['forward', 'back'] as const).flatMap((direction) =>
  RUNNER_POINTS.flatMap((point): Crash[] => {
    // Reached only where something fails: test/cutover/runner.pg.test.ts has these.
    if (point === 'aborted' || point === 'step-undone') return [];
    if (point === 'commit-sent' || point === 'committed') return [{ direction, point, step: '' }];
    return STEPS[direction].map((step) => ({ direction, point, step }));
  }),
);

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
        if ((sideOf(line) === 'source') !== (crash.direction === 'forward')) await go(running, crash.direction);
        await running.stop();
        expect([crash, await killed(line, crash)]).toEqual([crash, 'SIGKILL']);
        running = await settled(line);
        await written(application);
      }
      if (sideOf(line) === 'target') await go(running, 'forward');
      await application.stop();
      await running.until(caughtUpSince(Date.now()));
      await expectNoneLost(line, application);
      await expectEqual(line);
    } finally {
      await application.stop();
      await running.stop().catch(() => {});
      await line.close();
    }
  });
}

/** To the side from which the way of `direction` begins. */
async function go(running: RunningLine, direction: 'forward' | 'back'): Promise<void> {
  const way = direction === 'forward' ? 'back' : 'forward';
  expect(await switchTo(running, way)).toMatchObject({ outcome: 'committed', reason: null });
}

async function killed(line: Line, { direction, point, step }: Crash): Promise<NodeJS.Signals | null> {
  const script = new URL('./kill-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, line.file, direction, point, step], { stdio: 'inherit' });
  const [, signal] = await once(child, 'exit');
  return signal;
}

/** The next process, when what the dead one has left is over. */
async function settled(line: Line): Promise<RunningLine> {
  const running = startLine(line);
  await running.until(
    ({ state, cutover }) => cutover?.attempt?.isOver === true && (state === 'streaming' || state === 'cut-over'),
  );
  expect(running.status().state).toBe(sideOf(line) === 'target' ? 'cut-over' : 'streaming');
  return running;
}
