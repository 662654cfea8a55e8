import { readFile, realpath } from 'node:fs/promises';
import { replaceFile } from '../../file/whole-file.ts';
import { flipError } from './error.ts';

/** The file that a path stands for, links followed; FLIP_FILE when it is not there. */
export async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    throw flipError('FLIP_FILE', `${path} cannot be found`, cause);
  }
}

/** null when there is none. */
export async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw flipError('FLIP_FILE', `${path} cannot be read`, cause);
  }
}

/** As `replaceFile`; FLIP_FILE where it cannot. */
export async function putFile(path: string, bytes: Uint8Array, like: string): Promise<void> {
  try {
    await replaceFile(path, bytes, like);
  } catch (cause) {
    throw flipError('FLIP_FILE', `${path} cannot be replaced`, cause);
  }
}
