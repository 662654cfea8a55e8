import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SluiceError } from '../../src/contract/error.ts';
import { FREE_PACE } from '../../src/contract/pace.ts';
import type { TableVerification } from '../../src/contract/verify.ts';
import { askAction } from '../../src/control/client.ts';
import { ControlServer } from '../../src/control/server.ts';

let folder = '';
let socket = '';
let server: ControlServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-action-'));
  socket = join(folder, 'shop.sock');
  server = await ControlServer.open({ pipeline: 'shop', mode: 'run', socket, pid: process.pid });
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const retry = (id: string) => askAction(socket, { method: 'quarantine.retry', params: { id } });
const drop = (id: string) => askAction(socket, { method: 'quarantine.drop', params: { id } });

test('an action is done in the running process and its result comes back', async () => {
  server.serve({
    quarantine: {
      retry: async (id) => ({ applied: id === 'all' ? 3 : 1, remaining: 2 }),
      drop: async () => ({ dropped: 4 }),
    },
  });
  expect(await retry('all')).toEqual({ data: { applied: 3, remaining: 2 } });
  expect(await retry('17')).toEqual({ data: { applied: 1, remaining: 2 } });
  expect(await drop('17')).toEqual({ data: { dropped: 4 } });
});

test('the pace is changed in the process that applies, in the name of who asks, and on record', async () => {
  const asked: unknown[] = [];
  const told = { ...FREE_PACE, state: 'paused', by: 'ada', sinceMs: 1, isChanged: true } as const;
  const note =
    (what: string) =>
    async (...words: readonly unknown[]) => {
      asked.push([what, ...words]);
      return told;
    };
  const apply = await ControlServer.open({
    ...{ pipeline: 'half', mode: 'apply', socket: join(folder, 'half.sock'), pid: process.pid },
  });
  try {
    apply.serve({
      pace: { pause: note('pause'), resume: note('resume'), throttle: note('throttle') },
      record: async ({ action, by }) => {
        asked.push(['record', action, by]);
        return () => {};
      },
    });
    const half = join(folder, 'half.sock');
    for (const method of ['pause', 'resume'] as const)
      expect(await askAction(half, { method, params: { by: 'ada' } })).toEqual({ data: told });
    for (const rowsPerSecond of [7, null])
      await askAction(half, { method: 'throttle', params: { rowsPerSecond, by: 'ada' } });
    const odd = { method: 'throttle', params: { rowsPerSecond: -1, by: 'ada' } } as const;
    await expect(askAction(half, odd)).rejects.toMatchObject({ code: 'CONTROL_BAD_REQUEST' });
    for (const by of ['ada\nlag     none', '\u202eada', 'a'.repeat(101), '\u001b[2J']) {
      const said = askAction(half, { method: 'pause', params: { by } });
      await expect(said).rejects.toMatchObject({
        code: 'CONTROL_BAD_REQUEST',
        message: expect.stringContaining('1 to 100 characters'),
      });
    }
  } finally {
    await apply.close();
  }
  expect(asked).toEqual([
    ['record', 'pause', 'ada'],
    ['pause', 'ada'],
    ['record', 'resume', 'ada'],
    ['resume', 'ada'],
    ['record', 'throttle', 'ada'],
    ['throttle', 7, 'ada'],
    ['record', 'throttle', 'ada'],
    ['throttle', null, 'ada'],
  ]);
});

test('a comparison that was cut short is on record as interrupted, with what was compared', async () => {
  const outcomes: unknown[] = [];
  const table: TableVerification = {
    ...{ database: 'shop', table: 'nokey', state: 'running', position: null, startedAtMs: 1, finishedAtMs: null },
    ...{ sourceRows: 0, targetRows: 0, equal: 0, repaired: 0, differenceCount: 0, differences: [], changing: 0 },
    ...{ rowsEstimate: 1, advice: null },
  };
  server.serve({
    verify: async ({ timeoutMs }) => ({ tables: [table], isFinished: timeoutMs === null }),
    record: async () => (outcome) => void outcomes.push(outcome),
  });
  const params = { tables: ['nokey'], restart: false, repair: false, mode: 'stream', by: 'ada' } as const;
  for (const timeoutMs of [1, null]) await askAction(socket, { method: 'verify', params: { ...params, timeoutMs } });
  expect(outcomes).toEqual([
    { outcome: 'interrupted', done: '0 of 1 tables compared, 0 rows read' },
    { outcome: 'done' },
  ]);
});

test('an error comes back with its code, remedy and disposition; a fault of the program tells nothing of itself', async () => {
  server.serve({
    quarantine: {
      retry: async () => {
        throw new SluiceError({ code: 'TARGET_X', message: 'it is away', remedy: 'Wait.', disposition: 'retry' });
      },
      drop: async () => {
        throw new TypeError('secret of row 5');
      },
    },
  });
  await expect(retry('1')).rejects.toMatchObject({
    code: 'TARGET_X',
    message: 'it is away',
    remedy: 'Wait.',
    disposition: 'retry',
  });
  const fault = await drop('1').catch((error: unknown) => error);
  expect(fault).toMatchObject({ code: 'CONTROL_FAULT' });
  expect(String(fault)).not.toContain('secret');
});

test('a process that is just starting says so; without a process nobody answers', async () => {
  await expect(retry('1')).rejects.toMatchObject({ code: 'CONTROL_NOT_READY', disposition: 'retry' });
  const other = join(folder, 'other.sock');
  expect(await askAction(other, { method: 'quarantine.retry', params: { id: '1' } })).toBe(null);
});

test('a process that ends before it has answered is told as such', async () => {
  server.serve({
    quarantine: {
      retry: async () => {
        await server.close();
        return { applied: 1, remaining: 0 };
      },
      drop: async () => ({ dropped: 0 }),
    },
  });
  await expect(retry('1')).rejects.toMatchObject({ code: 'CONTROL_BROKEN_OFF' });
});

test('a reload is asked of the process that captures, with the names of its tables', async () => {
  const asked: unknown[] = [];
  const capture = await ControlServer.open({
    pipeline: 'half',
    mode: 'capture',
    socket: join(folder, 'half.sock'),
    pid: process.pid,
  });
  try {
    capture.serve({
      tables: {
        repair: async () => ({ epoch: 1, unnamed: [] }),
        reload: async (tables) => {
          asked.push(tables);
          return { tables: [{ database: 'd', table: 't', supersededChanges: 2 }] };
        },
      },
    });
    const reload = (tables: readonly string[] | 'all') =>
      askAction(join(folder, 'half.sock'), { method: 'tables.reload', params: { tables } });
    const data = { tables: [{ database: 'd', table: 't', supersededChanges: 2 }] };
    expect(await reload(['t', 'd.u'])).toEqual({ data });
    expect(await reload('all')).toEqual({ data });
    expect(asked).toEqual([['t', 'd.u'], 'all']);
  } finally {
    await capture.close();
  }
});

test('a process that does not do what is asked of its kind refuses instead of staying silent', async () => {
  server.serve({});
  await expect(askAction(socket, { method: 'tables.reload', params: { tables: 'all' } })).rejects.toMatchObject({
    code: 'CONTROL_NOT_READY',
  });
});
