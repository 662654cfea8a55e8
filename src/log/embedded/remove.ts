import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { diskError, isAbsent } from './disk.ts';
import { Lock } from './lock.ts';

/** Of the files in a log's directory those that a log makes; the identity is the last that goes. */
const OURS = /^(?:\d{16}\.segment(?:\.new)?|schemas|damaged-.*|lock(?:\..*)?|log\.json(?:\..*)?)$/;

/** Names of the log's files, the identity last; empty where there is no log. */
export async function filesOfLog(directory: string): Promise<readonly string[]> {
  try {
    const names = (await readdir(directory)).filter((name) => OURS.test(name));
    return names.sort((a, b) => Number(a === 'log.json') - Number(b === 'log.json'));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw diskError(`looking at the log in ${directory}`, error);
  }
}

/**
 * Deletes the log for good, what was set aside of it included, and its directory where nothing else is in it. After a
 * crash in between what is left is no log any more, and the same call ends it. LOG_LOCKED while a process writes it.
 */
export async function removeEmbeddedLog(directory: string): Promise<void> {
  const names = await filesOfLog(directory);
  if (names.length === 0) return;
  try {
    const lock = await Lock.take(directory);
    for (const name of names.filter((one) => !one.startsWith('lock')))
      await rm(join(directory, name), { recursive: true, force: true });
    await lock.release();
    // Somebody's own files stay, and the directory with them; so does one that is a mount point.
    await rmdir(directory).catch(() => undefined);
  } catch (cause) {
    throw diskError(`deleting the log in ${directory}`, cause);
  }
}
