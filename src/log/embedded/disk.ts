import { randomUUID } from 'node:crypto';
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SluiceError } from '../../contract/error.ts';
import { type LogErrorCode, logError } from '../log-error.ts';

const codeOfErrno: Readonly<Record<string, LogErrorCode>> = {
  ENOSPC: 'LOG_DISK_FULL',
  EDQUOT: 'LOG_DISK_FULL',
  EACCES: 'LOG_DENIED',
  EPERM: 'LOG_DENIED',
  EROFS: 'LOG_DENIED',
};

/** What the operating system said about a file of the log, as an error of ours; errors of ours stay as they are. */
export function diskError(doing: string, cause: unknown): unknown {
  if (cause instanceof SluiceError || !(cause instanceof Error) || !('code' in cause)) return cause;
  const errno = String(cause.code);
  return logError(codeOfErrno[errno] ?? 'LOG_IO', `${errno} when ${doing}`, cause);
}

export function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** A new or renamed name survives a power cut only once its directory is on the disk too. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}

/** Of everything in a log: it holds rows of the source, which are for this account alone. */
export const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;

/** A file that is there whole or not at all, after a power cut too. */
export async function createWhole(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w', FILE_MODE);
  try {
    await writeAll(file, bytes, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncDirectory(dirname(path));
}

/** As `createWhole`, but false when the file is there already: of several that try, one wins. */
export async function createOnce(path: string, bytes: Uint8Array): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  await createWhole(draft, bytes);
  try {
    // A hard link appears with its content and never replaces.
    await link(draft, path);
    await syncDirectory(dirname(path));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
