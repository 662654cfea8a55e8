import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { diskError, FOLDER_MODE, syncDirectory } from './disk.ts';
import { Lock } from './lock.ts';

const PREFIX = 'damaged-';

/**
 * Moves what there is of a log into a folder within its directory, which may be a mount point, so that a new log can
 * begin; nothing is deleted. The identity goes first: after a crash half way the rest is LOG_FOREIGN, never a shorter
 * log. Answers the folder. LOG_LOCKED while a process writes the log.
 */
export async function setLogAside(directory: string): Promise<string> {
  const folder = join(directory, `${PREFIX}${new Date().toISOString().replaceAll(':', '-')}`);
  try {
    const lock = await Lock.take(directory);
    try {
      await mkdir(folder, { mode: FOLDER_MODE });
      for (const name of await partsOf(directory)) await rename(join(directory, name), join(folder, name));
      await syncDirectory(directory);
      return folder;
    } finally {
      await lock.release();
    }
  } catch (cause) {
    throw diskError(`setting aside the log in ${directory}`, cause);
  }
}

async function partsOf(directory: string): Promise<readonly string[]> {
  const names = (await readdir(directory)).filter((name) => !name.startsWith(PREFIX) && !name.startsWith('lock'));
  return names.sort((a, b) => Number(b === 'log.json') - Number(a === 'log.json'));
}
