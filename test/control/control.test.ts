import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askStatus, watchStatus } from '../../src/control/client.ts';
import { linesOf } from '../../src/control/line.ts';
import { mergeStatus } from '../../src/control/merge.ts';
import { ControlServer } from '../../src/control/server.ts';
import { statusSample } from './status-sample.ts';

const HOLD = fileURLToPath(new URL('./hold.ts', import.meta.url));
let folder = '';
let socket = '';
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-control-'));
  socket = join(folder, '.sluice', 'shop.sock');
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Starts another process on the socket; tells what it said. */
async function hold(mode = 'run'): Promise<{ readonly said: string; readonly child: ChildProcess }> {
  const child = spawn(process.execPath, [HOLD, socket, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const said = await new Promise<string>((resolve) =>
    child.stdout?.once('data', (data) => resolve(String(data).trim())),
  );
  return { said, child };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => (child.exitCode === null ? child.once('exit', () => resolve()) : resolve()));
}

function open(mode: 'run' | 'capture' | 'apply' = 'run'): Promise<ControlServer> {
  return ControlServer.open({ pipeline: 'shop', mode, socket, pid: process.pid });
}

describe('the socket of a pipeline', () => {
  it('answers with the newest status and belongs to its owner alone', async () => {
    const server = await open();
    server.publish(statusSample());
    expect(await askStatus(socket)).toEqual(statusSample());
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, '.sluice')).mode & 0o777).toBe(0o700);
    await server.close();
    expect(existsSync(socket)).toBe(false);
  });

  it('waits for the first status of a pipeline that is just starting', async () => {
    const server = await open();
    setTimeout(() => server.publish(statusSample({ state: 'starting' })), 50);
    expect((await askStatus(socket)).state).toBe('starting');
    await server.close();
  });

  it('streams every state to a watcher and ends with the process', async () => {
    const server = await open();
    server.publish(statusSample());
    const seen: string[] = [];
    for await (const status of watchStatus(socket, new AbortController().signal)) {
      seen.push(status.state);
      if (seen.length === 1) server.publish(statusSample({ state: 'streaming' }));
      if (seen.length === 2) void server.close();
    }
    expect(seen).toEqual(['loading', 'streaming']);
  });

  it('is watched over both halves at once, and a half that starts again joins', async () => {
    const apply = await open('apply');
    let capture = await open('capture');
    capture.publish(statusSample({ mode: 'capture', state: 'streaming' }));
    apply.publish(statusSample({ mode: 'apply', state: 'loading' }));
    const seen: string[] = [];
    const stop = new AbortController();
    for await (const status of watchStatus(socket, stop.signal)) {
      const said = `${status.mode} ${status.state}`;
      if (said === seen.at(-1)) continue;
      seen.push(said);
      if (said === 'run loading') await capture.close();
      if (said === 'run loading') apply.publish(statusSample({ mode: 'apply', state: 'streaming' }));
      if (said === 'apply streaming') {
        capture = await open('capture');
        capture.publish(statusSample({ mode: 'capture', state: 'retrying' }));
        apply.publish(statusSample({ mode: 'apply', state: 'streaming' }));
      }
      if (said === 'run retrying') stop.abort();
    }
    expect(seen).toEqual(['run loading', 'apply streaming', 'run retrying']);
    await Promise.all([apply.close(), capture.close()]);
  });

  it('ends a watch when its signal says so', async () => {
    const server = await open();
    server.publish(statusSample());
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const status of watchStatus(socket, stop.signal)) {
      seen.push(status.state);
      stop.abort();
    }
    expect(seen).toHaveLength(1);
    await server.close();
  });

  it('is refused to a second process, which is told who holds it (INV-73)', async () => {
    const { said, child } = await hold();
    expect(said).toBe('held');
    await expect(open()).rejects.toMatchObject({
      code: 'CONTROL_HELD',
      message: expect.stringContaining(`process ${child.pid} (sluice run of pipeline shop, since `),
    });
    expect((await askStatus(socket)).pid).toBe(child.pid);
  });

  it('is refused to a half while the whole runs, and to the whole while a half runs', async () => {
    const whole = await open();
    await expect(open('apply')).rejects.toMatchObject({ code: 'CONTROL_HELD' });
    expect(existsSync(join(folder, '.sluice', 'shop.apply.sock'))).toBe(false);
    await whole.close();
    const half = await open('capture');
    const other = await open('apply');
    await expect(open('run')).rejects.toMatchObject({ code: 'CONTROL_HELD' });
    await half.close();
    await other.close();
  });

  it('is taken over from a process that was killed with -9', async () => {
    const { child } = await hold();
    child.kill('SIGKILL');
    await ended(child);
    expect(existsSync(socket)).toBe(true);
    const server = await open();
    server.publish(statusSample());
    expect((await askStatus(socket)).pid).toBe(1);
    await server.close();
  });

  it('goes to exactly one of several processes that find it dead at the same time (INV-73)', async () => {
    const { child } = await hold();
    child.kill('SIGKILL');
    await ended(child);
    const said = (await Promise.all([hold(), hold(), hold(), hold()])).map((one) => one.said);
    expect(said.toSorted()).toEqual(['CONTROL_HELD', 'CONTROL_HELD', 'CONTROL_HELD', 'held']);
  });

  it('is never a file of somebody else', async () => {
    socket = join(folder, 'precious.txt');
    writeFileSync(socket, 'precious');
    await expect(open()).rejects.toMatchObject({ code: 'CONTROL_PATH_TAKEN' });
    expect(readFileSync(socket, 'utf8')).toBe('precious');
  });

  it('with a path longer than the system allows is refused with the number of bytes', async () => {
    socket = `/tmp/${'x'.repeat(100)}/shop.sock`;
    await expect(open()).rejects.toMatchObject({
      code: 'CONTROL_PATH_TOO_LONG',
      message: expect.stringMatching(/has \d+ bytes, the system allows 107/),
    });
    await expect(askStatus(socket)).rejects.toMatchObject({ code: 'CONTROL_PATH_TOO_LONG' });
  });

  it('in a folder that cannot be made says why', async () => {
    writeFileSync(join(folder, 'file'), '');
    socket = join(folder, 'file', 'shop.sock');
    await expect(open()).rejects.toMatchObject({ code: 'CONTROL_PATH_UNUSABLE' });
  });
});

describe('a client', () => {
  it('that reaches nobody is told the path it tried', async () => {
    await expect(askStatus(socket)).rejects.toMatchObject({
      code: 'CONTROL_UNREACHABLE',
      message: expect.stringContaining(socket),
    });
  });

  it('does not take another program for a pipeline', async () => {
    socket = join(folder, 'x.sock');
    const other = createServer((connection) => connection.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => other.listen(socket, resolve));
    chmodSync(socket, 0o600);
    await expect(askStatus(socket)).rejects.toMatchObject({ code: 'CONTROL_UNREACHABLE' });
    await expect(open()).rejects.toMatchObject({ code: 'CONTROL_HELD' });
    other.close();
  });

  it('that speaks nonsense is answered and harms nobody', async () => {
    const server = await open();
    server.publish(statusSample());
    const connection = connect({ path: socket });
    connection.write('nonsense\n{"id":7,"method":"explode"}\n{"id":8,"method":"status"}\n');
    const answers: unknown[] = [];
    for await (const line of linesOf(connection)) {
      answers.push(JSON.parse(line));
      if (answers.length === 4) break;
    }
    expect(answers).toMatchObject([
      { protocol: 'sluice-control/1', pipeline: 'shop', mode: 'run', pid: process.pid },
      { id: 0, ok: false, code: 'CONTROL_BAD_REQUEST' },
      { id: 7, ok: false, code: 'CONTROL_UNKNOWN_METHOD' },
      { id: 8, ok: true, data: { pipeline: 'shop' } },
    ]);
    await server.close();
  });

  it('sees two halves as one pipeline: lag and state are never better than those of a half', () => {
    const capture = statusSample({ mode: 'capture', state: 'loading', lagMs: 5, isCaughtUp: true, asOfMs: 10 });
    const apply = statusSample({ mode: 'apply', state: 'streaming', lagMs: null, isCaughtUp: false, asOfMs: 5 });
    expect(mergeStatus(capture, apply)).toMatchObject({ state: 'loading', lagMs: null, isCaughtUp: false, asOfMs: 5 });
  });

  it('sees of two halves the tables that one copies and those that the other has paused', () => {
    const { snapshot } = statusSample();
    const [copied] = snapshot.tables;
    if (copied === undefined) throw new Error('the sample has a table');
    const paused = [copied.table, 'later'].map((table) => ({
      ...copied,
      table,
      phase: 'paused' as const,
      advice: 'why',
    }));
    const apply = statusSample({ mode: 'apply', snapshot: { ...snapshot, tables: paused } });
    const { tables } = mergeStatus(statusSample({ mode: 'capture' }), apply).snapshot;
    expect(tables.map(({ table, phase, advice }) => ({ table, phase, advice }))).toEqual([
      { table: 'tbl_order', phase: 'paused', advice: 'why' },
      { table: 'later', phase: 'paused', advice: 'why' },
    ]);
  });
});
