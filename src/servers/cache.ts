import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 200;
const HEARTBEAT_MS = 5_000;
// A lock whose holder is gone or has not touched it for this long is taken over.
const STALE_MS = 60_000;
// Nothing takes this long to make: a draft as old as this belongs to a process that was killed.
const DRAFT_LIFE_MS = 3_600_000;

/** The folder that keeps unpacked packages: SLUICE_CACHE, else XDG_CACHE_HOME/sluice, else ~/.cache/sluice. */
export function cacheFolder(): string {
  const own = process.env['SLUICE_CACHE'];
  if (own) return join(own, 'servers');
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'sluice', 'servers');
}

/**
 * INV-91: a folder of the cache is complete or absent. It is made under another name and renamed into place, so a
 * torn download is never used; the lock only spares a second process the same work.
 */
export async function cached(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const target = join(cacheFolder(), name);
  if (existsSync(target)) return target;
  await mkdir(cacheFolder(), { recursive: true });
  const unlock = await lock(`${target}.lock`, () => existsSync(target));
  try {
    await sweepDrafts(target);
    if (!existsSync(target)) await makeInPlace(target, make);
  } finally {
    await unlock();
  }
  return target;
}

async function makeInPlace(target: string, make: (folder: string) => Promise<void>): Promise<void> {
  const draft = `${target}.draft-${randomBytes(4).toString('hex')}`;
  await mkdir(draft);
  try {
    await make(draft);
    // Another process may have been first after all: then its folder stays and ours goes.
    await rename(draft, target).catch((error: unknown) => {
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function sweepDrafts(target: string): Promise<void> {
  const names = await readdir(dirname(target));
  for (const name of names.filter((other) => other.startsWith(`${basename(target)}.draft-`))) {
    const draft = join(dirname(target), name);
    const made = await stat(draft).catch(() => undefined);
    if (made && Date.now() - made.mtimeMs > DRAFT_LIFE_MS) await rm(draft, { recursive: true, force: true });
  }
}

async function lock(path: string, isDone: () => boolean): Promise<() => Promise<void>> {
  while (!(await tryLock(path))) {
    if (isDone()) return async () => undefined;
    if (await isStale(path)) await takeAway(path);
    await sleep(POLL_MS);
  }
  const heartbeat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), HEARTBEAT_MS);
  heartbeat.unref();
  return async () => {
    clearInterval(heartbeat);
    await rm(path, { recursive: true, force: true });
  };
}

async function tryLock(path: string): Promise<boolean> {
  try {
    await mkdir(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
  await writeFile(join(path, 'pid'), String(process.pid));
  return true;
}

async function isStale(path: string): Promise<boolean> {
  const touched = await stat(path).catch(() => undefined);
  if (!touched) return false;
  if (Date.now() - touched.mtimeMs > STALE_MS) return true;
  const pid = Number(await readFile(join(path, 'pid'), 'utf8').catch(() => ''));
  return pid > 0 && !isAlive(pid);
}

// Renamed before it is removed: of two processes that both found it stale only one succeeds.
async function takeAway(path: string): Promise<void> {
  const away = `${path}-${randomBytes(4).toString('hex')}`;
  await rename(path, away).then(
    () => rm(away, { recursive: true, force: true }),
    () => undefined,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
