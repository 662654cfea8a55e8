import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cached, cacheFolder } from '../../src/servers/cache.ts';

let folder = '';
const before = process.env['SLUICE_CACHE'];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-cache-'));
  process.env['SLUICE_CACHE'] = folder;
});

afterEach(async () => {
  if (before === undefined) delete process.env['SLUICE_CACHE'];
  else process.env['SLUICE_CACHE'] = before;
  await rm(folder, { recursive: true });
});

test('INV-91: two who fill the cache at once do the work once and get the same complete folder', async () => {
  let made = 0;
  const make = async (draft: string): Promise<void> => {
    made++;
    await writeFile(join(draft, 'first'), 'a');
    await sleep(300);
    await writeFile(join(draft, 'second'), 'b');
  };
  const [one, two] = await Promise.all([cached('thing', make), cached('thing', make)]);
  expect(one).toBe(two);
  expect(made).toBe(1);
  expect((await readdir(one)).sort()).toEqual(['first', 'second']);
  expect(await readdir(cacheFolder())).toEqual(['thing']);
});

test('INV-91: a download that breaks off leaves nothing behind, and the next one succeeds', async () => {
  const torn = cached('thing', async (draft) => {
    await writeFile(join(draft, 'half'), 'a');
    throw new Error('connection lost');
  });
  await expect(torn).rejects.toThrow('connection lost');
  expect(await readdir(cacheFolder())).toEqual([]);
  const whole = await cached('thing', (draft) => writeFile(join(draft, 'whole'), 'b'));
  expect(await readFile(join(whole, 'whole'), 'utf8')).toBe('b');
});

test('INV-91: what a killed process left half made is not used, and its lock holds nobody up', async () => {
  const lock = join(cacheFolder(), 'thing.lock');
  await mkdir(lock, { recursive: true });
  // The largest id a process can have here is far below.
  await writeFile(join(lock, 'pid'), '999999999');
  const draft = join(cacheFolder(), 'thing.draft-dead');
  await mkdir(draft);
  const longAgo = new Date(Date.now() - 2 * 3_600_000);
  await utimes(draft, longAgo, longAgo);
  const made = await cached('thing', (draft) => writeFile(join(draft, 'whole'), 'b'));
  expect(await readdir(made)).toEqual(['whole']);
  expect(existsSync(lock)).toBe(false);
  expect(existsSync(draft)).toBe(false);
});
