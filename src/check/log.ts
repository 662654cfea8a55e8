import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config, EmbeddedLogConfig } from '../config/config.ts';
import { type Finding, finding } from '../contract/finding.ts';
import { checkKafka } from './kafka.ts';

/** Less than this is soon full; much less cannot even begin. */
const SCARCE_BYTES = 2 * 1024 ** 3;
const NOTHING_BYTES = 64 * 1024 ** 2;

/** The log between the halves: a folder with room in it, or brokers that take what we send. */
export async function checkLog(config: Config): Promise<readonly Finding[]> {
  return config.log.kind === 'kafka' ? await checkKafka(config.log) : await checkDirectory(config.log);
}

async function checkDirectory({ directory }: EmbeddedLogConfig): Promise<readonly Finding[]> {
  const folder = await nearestFolder(directory);
  const refused = await access(folder, constants.W_OK | constants.X_OK).then(
    () => false,
    () => true,
  );
  if (refused || !(await stat(folder)).isDirectory()) {
    const message = refused ? 'this account may not write here' : 'is not a folder';
    return [finding('blocker', 'LOG_DIRECTORY', folder, message, `log: { directory: ... } # or: chown ... ${folder}`)];
  }
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= SCARCE_BYTES) return [];
  const severity = freeBytes < NOTHING_BYTES ? 'blocker' : 'warning';
  const message = `only ${(freeBytes / 1024 ** 3).toFixed(1)} GiB are free: a full disk stops capture until there is room`;
  return [finding(severity, 'LOG_SPACE', folder, message, 'log: { directory: ... } # on a larger disk')];
}

/** The folder itself, or the one in which it would be made. */
async function nearestFolder(directory: string): Promise<string> {
  const isThere = await stat(directory).then(
    () => true,
    () => false,
  );
  return isThere || dirname(directory) === directory ? directory : await nearestFolder(dirname(directory));
}
