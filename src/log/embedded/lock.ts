import { randomUUID } from 'node:crypto';
import { readFile, readlink, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pid } from 'node:process';
import { logError } from '../log-error.ts';
import { createOnce, isAbsent } from './disk.ts';

/** Who holds the directory. A pid alone is given out again; with its start time and the boot it names one process. */
interface Holder {
  readonly pid: number;
  /** What `life` says of it: changes when the pid is another process. */
  readonly life: string;
  readonly token: string;
}

/** Boot, pid namespace and start time of a process; '' when there is none, or not on Linux. */
async function life(ofPid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${ofPid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie process (state Z) runs no more, whatever its parent does.
    if (fields[0] === 'Z') return '';
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${boot.trim()} ${await readlink('/proc/self/ns/pid')} ${fields[19]}`;
  } catch (error) {
    if (isAbsent(error)) return '';
    throw error;
  }
}

function isRunning(ofPid: number): boolean {
  try {
    process.kill(ofPid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  if (holder.life === '') return isRunning(holder.pid);
  return (await life(holder.pid)) === holder.life;
}

async function holderIn(path: string): Promise<Holder | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    return parseHolder(text);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** The file is made whole; one that says nothing was left by a power cut, and its holder with it. */
function parseHolder(text: string): Holder {
  try {
    return JSON.parse(text);
  } catch {
    return { pid: 0, life: 'none', token: text };
  }
}

/** One writer process per directory (INV-33). */
export class Lock {
  readonly #path: string;
  readonly #token: string;

  private constructor(path: string, token: string) {
    this.#path = path;
    this.#token = token;
  }

  static async take(directory: string): Promise<Lock> {
    const path = join(directory, 'lock');
    const token = randomUUID();
    const text = JSON.stringify({ pid, life: await life(pid), token } satisfies Holder);
    for (;;) {
      if (await createOnce(path, Buffer.from(text))) return new Lock(path, token);
      await setAsideStale(path);
    }
  }

  /** False when another process took the directory over, which it does only when it took this one for dead. */
  async isHeld(): Promise<boolean> {
    return (await holderIn(this.#path))?.token === this.#token;
  }

  async release(): Promise<void> {
    if (await this.isHeld()) await rm(this.#path, { force: true });
  }
}

/** Renames the lock of a dead process away. Of two that try, one finds the other's fresh lock in its hands: put back. */
async function setAsideStale(path: string): Promise<void> {
  const holder = await holderIn(path);
  if (holder === undefined) return;
  if (await isAlive(holder)) {
    throw logError('LOG_LOCKED', `process ${holder.pid} writes this log (${path})`);
  }
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  const moved = await holderIn(aside);
  if (moved !== undefined && moved.token !== holder.token) await rename(aside, path);
  else await rm(aside, { force: true });
}
