import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { runSluice } from '../cli/run-sluice.ts';
import { Application } from '../cutover/application.ts';
import type { Crash } from '../cutover/crash-point.ts';
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
import { type Line, pause, type RunningLine, startLine } from '../e2e/line.ts';

describe.each(['mysql', 'mariadb'] as const)('%s, when PostgreSQL and sluice die in one cutover', (kind) => {
  let line: Line;
  let running: RunningLine;
  let application: Application;
  let target: RunningServer;
  beforeAll(async () => {
    line = await openSwitchLine(kind);
    running = await startSwitchLine(line);
    application = new Application(() => loginOf(line, sideOf(line)), { everyMs: 20 });
    if (line.servers === undefined) throw new Error('no servers of its own');
    ({ target } = line.servers);
  });
  afterAll(async () => {
    await application.stop();
    await running.stop().catch(() => {});
    await line.close();
  });

  const sluice = (...argv: string[]) => runSluice([...argv, '--config', line.file], { folder: line.folder });

  async function killBoth(point: Crash['point'], step: string): Promise<void> {
    await running.stop();
    expect(await killedAt(line, { direction: 'forward', point, step })).toBe('SIGKILL');
    await target.kill();
  }

  /** The next process with the target back. */
  async function recovered(): Promise<void> {
    await running.until(
      ({ state, cutover }) => cutover?.attempt?.isOver === true && (state === 'streaming' || state === 'cut-over'),
    );
  }

  test('before the seal the next sluice run opens the source without the target, and the attempt stays put back', async () => {
    await killBoth('step-done', 'drain');
    const seen = await sluice('cutover', 'status');
    expect(seen.stdout).toMatch(/its point of no return was not passed/);
    running = startLine(line);
    await written(application);
    // The application is let in before it is told.
    await running.until(({ cutover }) => cutover?.copied?.source === 'open' && cutover.attempt?.outcome === 'aborted');
    await target.restart();
    await recovered();
    expect(running.status().cutover?.attempt).toMatchObject({ outcome: 'aborted', isOver: true });
    await written(application);
  });

  test('before the seal sluice cutover abort opens the source where no pipeline runs', async () => {
    await killBoth('step-done', 'fence');
    const aborted = await sluice('cutover', 'abort', '--by', 'ada');
    expect([aborted.exit, aborted.stdout]).toEqual([0, expect.stringMatching(/opened again by ada/)]);
    await written(application);
    await target.restart();
    running = startLine(line);
    await recovered();
    await written(application);
  });

  test.each([
    ['commit-sent', 'aborted'],
    ['committed', 'committed'],
  ] as const)('%s: nobody opens the source before PostgreSQL says %s', async (point, outcome) => {
    // Behind MariaDB's fence our account may write: the answer of PostgreSQL stands at the source before the process is killed.
    const isCopied = kind === 'mariadb' && point === 'committed';
    await killBoth(point, '');
    const led = await sluice('rollback', 'run', '--by', 'ada', '--confirm', line.config.pipeline);
    expect(led.exit).toBe(3);
    expect(led.stdout).toMatch(
      isCopied ? /is committed: the application writes to PostgreSQL/ : /point of no return: only PostgreSQL knows/,
    );
    expect(led.stdout).toMatch(/UNLOCK/);
    const aborted = await sluice('cutover', 'abort', '--by', 'ada');
    expect([aborted.exit, aborted.stdout]).toEqual([3, expect.stringMatching(/First make PostgreSQL answer/)]);
    running = startLine(line);
    await running.until(({ cutover }) => cutover?.copied?.source === (isCopied ? 'target' : 'unknown'));
    const before = application.acknowledged.length;
    await pause(1_000);
    expect(application.acknowledged.length).toBe(before);
    await target.restart();
    await recovered();
    expect(running.status().cutover?.attempt).toMatchObject({ outcome });
    await written(application);
  });

  test('while the application writes to PostgreSQL, what it took since is told, and the source stays closed', async () => {
    expect(sideOf(line)).toBe('target');
    await running.stop();
    await target.kill();
    const seen = await sluice('cutover', 'status');
    expect(seen.stdout).toMatch(/is committed: the application writes to PostgreSQL/);
    expect(seen.stdout).toMatch(/the source has everything up to/);
    expect((await sluice('cutover', 'abort')).exit).toBe(3);
    await target.restart();
    running = startLine(line);
    await recovered();
    expect(await switchTo(running, 'back')).toMatchObject({ outcome: 'committed' });
    await written(application);
    await expectArrived(line, running, application);
  });
});
