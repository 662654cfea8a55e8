import { accessSync, constants, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Servers of a run of the tests take about 2 GiB, the largest file of test/ci 4 GiB. */
const ROOM_BYTES = 8 * 2 ** 30;

/** Memory where there is enough: making and dropping thousands of databases takes a disk most of a run's time. */
function serverFolder(): string {
  const memory = '/dev/shm';
  try {
    accessSync(memory, constants.W_OK);
    const { bsize, bavail } = statfsSync(memory);
    return bsize * bavail >= ROOM_BYTES ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}

/**
 * What the processes of a run take from its environment: where throw-away servers put their data, and where Node keeps
 * what it compiled of our sources, which are loaded anew by each test file and each `sluice` that a test starts.
 */
export function setRunEnvironment(): void {
  process.env['TMPDIR'] ??= serverFolder();
  process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url));
}

/** The environment of a process that is to see nothing of ours but `extra`. */
export function bareEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = ['PATH', 'TMPDIR', 'NODE_COMPILE_CACHE'].map((name) => [name, process.env[name]]);
  return { ...Object.fromEntries(kept), ...extra };
}
