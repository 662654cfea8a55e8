import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AttemptStatus } from '../../src/contract/cutover.ts';
import { FaultProxy } from '../../src/servers/proxy.ts';
import { Application } from '../cutover/application.ts';
import {
  expectArrived,
  loginOf,
  openSwitchLine,
  sideOf,
  startSwitchLine,
  switchTo,
  written,
} from '../cutover/switch-line.ts';
import type { Line, RunningLine } from '../e2e/line.ts';
import { onSource } from '../e2e/statement.ts';

/** Commands that ask a firewall to close or open, wait for it, and ask it how it is. */
const HOOKS = `fence: hook
  hooks:
    fence: 'touch wanted; test ! -e broken || { echo no route; exit 3; }; test ! -e hangs || sleep 600; until test -e closed; do sleep 0.05; done'
    unfence: 'rm -f wanted; test ! -e stuck || { rm stuck; exit 4; }; while test -e closed; do sleep 0.05; done'
    isFenced: test -e closed`;

/** A firewall before the source: the application goes through it, the pipeline does not. */
class Firewall {
  readonly #proxy: FaultProxy;
  readonly #folder: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(proxy: FaultProxy, folder: string) {
    this.#proxy = proxy;
    this.#folder = folder;
    this.#timer = setInterval(() => this.#obey(), 20);
  }

  static async open(line: Line): Promise<Firewall> {
    const { hostname, port } = new URL(line.source.url);
    return new Firewall(await FaultProxy.start({ host: hostname, port: Number(port) }), line.folder);
  }

  get isClosed(): boolean {
    return this.has('closed');
  }

  through(url: string): string {
    return this.#proxy.through(url);
  }

  has(file: string): boolean {
    return existsSync(join(this.#folder, file));
  }

  put(file: string): void {
    writeFileSync(join(this.#folder, file), '');
  }

  take(file: string): void {
    rmSync(join(this.#folder, file), { force: true });
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#proxy.close();
  }

  /** It says that it is closed once it is; where it lies, it only says so. */
  #obey(): void {
    if (this.has('wanted') === this.isClosed) return;
    if (this.isClosed) {
      this.#proxy.heal();
      this.take('closed');
      return;
    }
    if (!this.has('lies')) {
      this.#proxy.refuse();
      this.#proxy.cut();
    }
    this.put('closed');
  }
}

describe('behind a fence that a hook keeps', () => {
  let line: Line;
  let firewall: Firewall;
  let application: Application;
  let running: RunningLine;
  beforeAll(async () => {
    line = await openSwitchLine('mysql', 'embedded', { cutover: HOOKS });
    firewall = await Firewall.open(line);
    running = await startSwitchLine(line);
    const login = () =>
      sideOf(line) === 'source' ? firewall.through(loginOf(line, 'source')) : loginOf(line, 'target');
    application = new Application(login, { everyMs: 20 });
  });
  afterAll(async () => {
    await application?.stop();
    await running?.stop().catch(() => {});
    await firewall?.close();
    await line?.close();
  });

  const putBack = async (attempt: AttemptStatus, reason: RegExp) => {
    expect(attempt).toMatchObject({ outcome: 'aborted', isOver: true, reason: expect.stringMatching(reason) });
    // It looks every 20 ms at what is wanted.
    await expect.poll(() => firewall.isClosed || firewall.has('wanted')).toBe(false);
    await written(application);
    expect(sideOf(line)).toBe('source');
  };

  test('a hook that fails is told with what it printed, and the application writes on', async () => {
    firewall.put('broken');
    await putBack(await switchTo(running, 'forward'), /FENCE_HOOK_FAILED|no route/);
    firewall.take('broken');
  });

  test('a hook that hangs is ended with its limit, and the way is opened again', async () => {
    firewall.put('hangs');
    await putBack(await switchTo(running, 'forward'), /took longer|was not done|reached its limit/);
    firewall.take('hangs');
  });

  test('a hook that lies is found out by what the application writes behind the end of the log', async () => {
    firewall.put('lies');
    await putBack(await switchTo(running, 'forward'), /CUTOVER_FENCE_LEAKS|CUTOVER_NOT_VERIFIED|reached its limit/);
    firewall.take('lies');
  });

  test('a hook that fails to open again is asked until it does', async () => {
    firewall.put('lies');
    firewall.put('stuck');
    await putBack(await switchTo(running, 'forward'), /CUTOVER_FENCE_LEAKS|CUTOVER_NOT_VERIFIED|reached its limit/);
    expect(firewall.has('stuck')).toBe(false);
    firewall.take('lies');
  });

  test('a row of our own comes through behind the fence, and no acknowledged write is lost, there and back', async () => {
    const there = await switchTo(running, 'forward');
    expect(there).toMatchObject({ outcome: 'committed', reason: null });
    expect(there.steps.find(({ name }) => name === 'drain')?.detail).toMatch(
      /, and so is a row that was written behind the fence, /,
    );
    expect(firewall.isClosed).toBe(true);
    expect(sideOf(line)).toBe('target');
    await running.until(({ cutover }) => /^stay/.test(cutover?.wayBack?.advice ?? ''));
    await written(application);
    expect(await switchTo(running, 'back')).toMatchObject({ outcome: 'committed', reason: null });
    expect(firewall.isClosed).toBe(false);
    await written(application);
    await expectArrived(line, running, application);
  });

  test('where the row does not come through, nothing is switched', async () => {
    // Somebody's trigger makes another of it, as a server does that is not the one which is read. Beats are whole ms.
    const set = 'SET NEW.beat_us = IF(NEW.beat_us % 1000 = 0, NEW.beat_us, 7)';
    await onSource(line, `CREATE TRIGGER sluice.other BEFORE UPDATE ON sluice.heartbeat FOR EACH ROW ${set}`);
    const attempt = await switchTo(running, 'forward');
    expect(attempt).toMatchObject({ outcome: 'aborted', isOver: true });
    expect(attempt.steps.find(({ name }) => name === 'drain')?.state).toBe('failed');
    await onSource(line, 'DROP TRIGGER sluice.other');
    expect(sideOf(line)).toBe('source');
    expect(firewall.isClosed).toBe(false);
  });
});
