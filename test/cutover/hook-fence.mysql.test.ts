import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HookFence, type HookFenceSettings } from '../../src/cutover/fence/hook-fence.ts';
import { FaultProxy } from '../../src/servers/proxy.ts';
import { type TestSource, testSource } from '../mysql/source.ts';

let source: TestSource;
let proxy: FaultProxy;
let folder: string;

beforeAll(async () => {
  source = await testSource('mysql', 'hook');
  proxy = await FaultProxy.start({ host: source.settings.host, port: source.settings.port });
  folder = await mkdtemp(join(tmpdir(), 'sluice-hook-'));
  await source.connection.run('CREATE TABLE heartbeat (pipeline varchar(64) PRIMARY KEY, beat_us bigint NOT NULL)');
});
afterAll(async () => {
  await proxy.close();
  await rm(folder, { recursive: true });
  await source[Symbol.asyncDispose]();
});

function fence(change: Partial<HookFenceSettings> = {}): HookFence {
  return new HookFence({
    set: 'touch closed',
    lift: 'rm -f closed',
    isSet: 'test -e closed',
    tryAs: [],
    database: source.database,
    folder,
    limitMs: 5_000,
    ...change,
  });
}

test('a command closes, another opens, and a third tells which it is', async () => {
  const hook = fence();
  expect(await hook.check()).toEqual([]);
  expect(await hook.proveHolds()).toMatchObject({ holds: false });
  await hook.set();
  expect(await hook.proveHolds()).toMatchObject({ holds: true });
  await hook.lift();
  await hook.lift();
  expect(await hook.isSet()).toMatchObject({ isSet: false });
});

test('a write of the application that goes through is believed more than the command that says it cannot', async () => {
  const login = { ...source.settings, host: '127.0.0.1', port: proxy.port };
  const hook = fence({ tryAs: [{ name: 'application', login }] });
  expect(await hook.check()).toEqual([]);
  await hook.set();
  expect(await hook.proveHolds()).toMatchObject({ holds: false, tries: [{ outcome: 'passed' }, { as: 'hook' }] });
  proxy.refuse();
  expect(await hook.proveHolds()).toMatchObject({ holds: true, tries: [{ outcome: 'refused' }, { as: 'hook' }] });
  proxy.heal();
  await hook.lift();
});

test('a hook that fails, hangs or cannot be read by a shell is told with what it printed, without secrets', async () => {
  const failing = fence({ set: 'echo the password is hunter22; exit 3', secrets: ['hunter22'] });
  await expect(failing.set()).rejects.toMatchObject({
    code: 'FENCE_HOOK_FAILED',
    message: expect.stringMatching(/exit 3; it printed: the password is \*\*\*$/),
  });
  await expect(fence({ lift: 'sleep 600 & wait', limitMs: 300 }).lift()).rejects.toMatchObject({
    message: expect.stringContaining('took longer than 300 ms'),
  });
  expect(await fence({ set: 'if' }).check()).toMatchObject([{ code: 'FENCE_HOOK_FAILED', severity: 'blocker' }]);
  expect(await fence({ isSet: undefined } as never).check()).toMatchObject([{ code: 'FENCE_TRY_LOGIN' }]);
});
