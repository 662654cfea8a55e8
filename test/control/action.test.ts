import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SluiceError } from '../../src/contract/error.ts';
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

const retry = (id: string) => askAction({ socket, method: 'quarantine.retry', id });
const drop = (id: string) => askAction({ socket, method: 'quarantine.drop', id });

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
  expect(await askAction({ socket: join(folder, 'other.sock'), method: 'quarantine.retry', id: '1' })).toBe(null);
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
