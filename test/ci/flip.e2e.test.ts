import { chmodSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AttemptStatus } from '../../src/contract/cutover.ts';
import type { PipelineStatus } from '../../src/contract/status.ts';
import { Application } from '../cutover/application.ts';
import { expectNoneLost, loginOf, openSwitchLine, startSwitchLine, switchTo, written } from '../cutover/switch-line.ts';
import { caughtUpSince, configOf, type Line, type RunningLine, startLine } from '../e2e/line.ts';
import { expectEqual } from '../e2e/shop.ts';

/** A settings file as strangers leave it: line ends of Windows, another file imported whole, words beyond ASCII. */
const SETTINGS =
  '# Einstellungen für den Laden\r\nfrom .base import *\r\nDATABASES["default"]["CONN_MAX_AGE"] = 60\r\n';

/** One line, on which each kind of flip points an application there and back. */
describe('an application that writes all the time', () => {
  let line: Line;
  let application: Application;
  let running: RunningLine | null = null;
  /** Where it is pointed just then. */
  let side = (): 'source' | 'target' => 'source';
  const file = (name: string) => join(line.folder, name);
  const read = (name: string) => readFileSync(file(name), 'utf8');

  beforeAll(async () => {
    line = await openSwitchLine('mysql');
    running = await startSwitchLine(line);
    await running.stop();
    application = new Application(() => loginOf(line, side()), { everyMs: 20 });
  });
  afterEach(async () => {
    await running?.stop();
  });
  afterAll(async () => {
    await application?.stop();
    await running?.stop().catch(() => {});
    await line?.close();
  });

  /** The pipeline anew, with `flip` in the place of its own. */
  const start = (flip: string): RunningLine => {
    const text = readFileSync(line.file, 'utf8').replace(/ {2}flip: .*\n {2}probe: .*/, `  ${flip}`);
    running = startLine({ ...line, config: configOf(line.file, text) });
    return running;
  };
  const detail = ({ steps }: AttemptStatus, step: string) => steps.find(({ name }) => name === step)?.detail ?? '';
  const moved = async (to: RunningLine, way: 'forward' | 'back') => {
    const attempt = await switchTo(to, way);
    expect(attempt).toMatchObject({ outcome: 'committed', isOver: true, reason: null });
    expect(side()).toBe(way === 'forward' ? 'target' : 'source');
    await written(application);
    return attempt;
  };

  test('follows a settings file behind a link that nobody may write, which comes back byte for byte', async () => {
    mkdirSync(file('release'));
    writeFileSync(file('release/settings.py'), SETTINGS);
    chmodSync(file('release/settings.py'), 0o444);
    symlinkSync(file('release/settings.py'), file('settings.py'));
    side = () => (read('settings.py').includes('"ENGINE": "django.db.backends.postgresql"') ? 'target' : 'source');
    const url = loginOf(line, 'target');
    const to = start(`flip: { kind: settings-file, file: settings.py, url: "${url}", passwordVariable: APP_PASSWORD }`);
    expect(detail(await moved(to, 'forward'), 'flip')).toMatch(
      /release\/settings.py is flipped; the one from before is/,
    );
    expect(lstatSync(file('settings.py')).isSymbolicLink()).toBe(true);
    expect(statSync(file('settings.py')).mode & 0o777).toBe(0o444);
    expect(read('settings.py')).toContain('environ["APP_PASSWORD"]');
    await moved(to, 'back');
    expect(read('settings.py')).toBe(SETTINGS);
  });

  test('is not switched while its settings file is none: the gate says so before anything is blocked', async () => {
    rmSync(file('settings.py'));
    writeFileSync(file('settings.py'), Buffer.from('DATABASES = {} # f\xfcr', 'latin1'));
    side = () => 'source';
    const to = start(`flip: { kind: settings-file, file: settings.py, url: "${loginOf(line, 'target')}" }`);
    await to.until(({ cutover }) => cutover?.gates.find(({ name }) => name === 'flip')?.state === 'red');
    const request = { direction: 'forward', by: 'ada', isRehearsal: false, fences: true, waivers: [] } as const;
    await expect(to.actions().begin(request)).rejects.toMatchObject({ code: 'CUTOVER_GATES_RED' });
    expect(to.status().cutover?.gates.find(({ name }) => name === 'flip')?.value).toMatch(/is not UTF-8/);
  });

  test('follows a webhook that answers 500, does it without an answer, and answers at last', async () => {
    const deploy = new Deployment();
    side = () => deploy.side;
    const to = start(`flip: { kind: webhook, webhook: "${await deploy.listen()}", limit: 1m }`);
    try {
      await moved(to, 'forward');
      const [flips, unflips] = [deploy.keys('flip'), await moved(to, 'back').then(() => deploy.keys('unflip'))];
      // The same call each time, so that whoever has done it already can tell.
      expect([flips.length, new Set(flips).size]).toEqual([3, 1]);
      expect([unflips.length, new Set(unflips).size]).toEqual([3, 1]);
      expect(unflips[0]).toBe(`${flips[0]}:unflip`);
    } finally {
      deploy.close();
    }
  });

  test('follows a person, whose word the pipeline waits for each way', async () => {
    writeFileSync(file('side'), 'source');
    side = () => (read('side').includes('target') ? 'target' : 'source');
    const to = start('flip: { kind: operator, todo: point the shop to db2, undoTodo: point it to db1 }');
    for (const [way, told] of [
      ['forward', /point the shop to db2; then: sluice cutover confirm/],
      ['back', /point it to db1; then: sluice cutover confirm/],
    ] as const) {
      const step = way === 'forward' ? 'flip' : 'unflip';
      const isWaiting = ({ cutover }: PipelineStatus) =>
        cutover?.isWordAwaited === true && told.test(cutover.attempt ? detail(cutover.attempt, step) : '');
      const going = moved(to, way);
      await to.until(isWaiting);
      // While nobody has said it, no step behind it has begun: it is not known where the application writes.
      expect(to.status().cutover?.attempt).toMatchObject({ outcome: 'committed', isOver: false });
      writeFileSync(file('side'), way === 'forward' ? 'target' : 'source');
      await to.actions().confirm('grace');
      const attempt = await going;
      expect(detail(attempt, step)).toBe('grace says that it is done by hand');
      await expect(to.actions().confirm('grace')).rejects.toMatchObject({ code: 'CUTOVER_NOTHING_TO_CONFIRM' });
    }
  });

  test('follows a command that fails at first; found sick by its probe, it is advised to go back, and can', async () => {
    side = () => (read('side').includes('target') ? 'target' : 'source');
    const failing = (to: string) => `test -e ${to} || { touch ${to}; exit 3; }; echo ${to} > side`;
    const probe = 'probe: { command: "grep -q source side", limit: 1s }\n  watch: { every: 1s }';
    const to = start(`hooks: { flip: "${failing('target')}", unflip: "${failing('source')}" }\n  ${probe}`);
    const attempt = await moved(to, 'forward');
    expect(detail(attempt, 'flip')).toMatch(/ended well/);
    expect(attempt.steps.find(({ name }) => name === 'probe')).toMatchObject({
      state: 'done',
      detail: expect.stringMatching(/^THE APPLICATION IS NOT WELL \(FLIP_UNHEALTHY\)/),
    });
    await to.until(({ cutover }) => /^go back: .* probes failed/.test(cutover?.wayBack?.advice ?? ''));
    const back = await moved(to, 'back');
    expect(detail(back, 'probe')).toMatch(/^the application is well/);
  });

  test('has lost nothing of what it was told, whichever way it was pointed', async () => {
    await application.stop();
    running = startLine(line);
    await running.until(caughtUpSince(Date.now()));
    await expectNoneLost(line, application);
    await expectEqual(line);
  });
});

/** A service that flips: its first answer is 500, its second act has none, and from then on it is done. */
class Deployment {
  side: 'source' | 'target' = 'source';
  readonly #calls: { readonly action: string; readonly key: string }[] = [];
  readonly #server: Server = createServer((request, response) => {
    request.setEncoding('utf8');
    let body = '';
    request.on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const { action, key } = JSON.parse(body) as { readonly action: string; readonly key: string };
      expect(request.headers['idempotency-key']).toBe(key);
      this.#calls.push({ action, key });
      const tries = this.keys(action).length;
      if (tries === 1) response.writeHead(500).end('not yet');
      else this.side = action === 'flip' ? 'target' : 'source';
      if (tries === 2) request.socket.destroy();
      if (tries > 2) response.writeHead(200).end('done');
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/shop`;
  }

  keys(action: string): readonly string[] {
    return this.#calls.filter((call) => call.action === action).map(({ key }) => key);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
