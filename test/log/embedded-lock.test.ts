import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { EmbeddedLog } from '../../src/log/embedded/embedded-log.ts';
import { Lock } from '../../src/log/embedded/lock.ts';
import { folders } from './folder.ts';
import { takeAll, writeEpochs } from './sample.ts';

const folder = folders();
const program = fileURLToPath(new URL('writer-process.ts', import.meta.url));

test('a second process is refused and told which process holds the log (INV-33)', async () => {
  const directory = await folder();
  const options = JSON.stringify({ kind: 'embedded', directory });
  const child = spawn(process.execPath, [program, options], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const log = new EmbeddedLog({ directory });
  const opening = log.openWriter();
  await expect(opening).rejects.toMatchObject({ code: 'LOG_LOCKED', disposition: 'stop' });
  await expect(opening).rejects.toThrow(`process ${child.pid} `);
  expect((await log.head()).last?.number).toBeGreaterThan(0);
  child.kill('SIGKILL');
  await once(child, 'close');
  const writer = await log.openWriter();
  expect(writer.head.last?.number).toBeGreaterThan(0);
  await log.close();
});

test('the lock of a process that is gone is taken over, even when its number lives again', async () => {
  const directory = await folder();
  await mkdir(directory);
  const path = join(directory, 'lock');
  const lives = [
    '',
    'cut short',
    JSON.stringify({ pid: 2 ** 22 + 1, life: '', token: 'a' }),
    JSON.stringify({ pid: process.pid, life: 'another boot', token: 'b' }),
  ];
  for (const text of lives) {
    await writeFile(path, text);
    const lock = await Lock.take(directory);
    expect(await lock.isHeld()).toBe(true);
    await lock.release();
    expect(await readdir(directory)).toEqual([]);
  }
});

test('of many that find a stale lock at once exactly one holds it', async () => {
  const directory = await folder();
  await mkdir(directory);
  await writeFile(join(directory, 'lock'), JSON.stringify({ pid: 2 ** 22 + 1, life: '', token: 'a' }));
  const taken = await Promise.allSettled(Array.from({ length: 20 }, () => Lock.take(directory)));
  const held = taken.filter(({ status }) => status === 'fulfilled');
  expect(held.length).toBe(1);
});

test('a closed log leaves no lock, and a failed opening leaves none', async () => {
  const directory = await folder();
  const log = new EmbeddedLog({ directory });
  await writeEpochs(await log.openWriter(), [1]);
  await log.close();
  expect(await readdir(directory)).not.toContain('lock');
  await writeFile(join(directory, '0'.repeat(16).concat('.segment')), 'not a segment');
  await expect(log.openWriter()).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
  expect(await readdir(directory)).not.toContain('lock');
  await log.close();
});

test('a writer whose lock another process took makes no segment any more (INV-33)', async () => {
  const directory = await folder();
  const log = new EmbeddedLog({ directory, segmentBytes: 1 });
  const writer = await log.openWriter();
  await writeFile(join(directory, 'lock'), JSON.stringify({ pid: 1, life: 'another host', token: 'c' }));
  await expect(writeEpochs(writer, [20_000])).rejects.toMatchObject({ code: 'LOG_FENCED' });
  await log.close();
  expect(await readdir(directory)).toContain('lock');
});

test('two logs opened on one directory in one process are one log', async () => {
  const directory = await folder();
  const [writing, reading] = [new EmbeddedLog({ directory }), new EmbeddedLog({ directory: `${directory}/../log` })];
  const first = reading.read({ signal: new AbortController().signal })[Symbol.asyncIterator]().next();
  await writeEpochs(await writing.openWriter(), [2]);
  expect((await first).value).toMatchObject({ number: 1 });
  await reading.close();
  expect((await takeAll(writing)).length).toBe(1);
  await writing.close();
});
