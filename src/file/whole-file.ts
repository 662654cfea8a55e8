/** File: files of this machine that others read at any moment, and what they hold. */
import { createHash } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** SHA-256, in hexadecimal digits. */
export function hashOf(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Puts `bytes` in the place of `path`, or makes it, with mode and owner of `like`. A reader sees the old file or the
 * new one, whole, and so does whoever starts after a power cut. What a kill left behind is written over. Fails as the
 * system does, by errno; the old file stands then.
 */
export async function replaceFile(path: string, bytes: Uint8Array, like: string): Promise<void> {
  const folder = dirname(path);
  const draft = join(folder, `.${basename(path)}.sluice-new`);
  try {
    await rm(draft, { force: true });
    await writeLike(draft, bytes, like);
    await rename(draft, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
}

/** Removes a file for good; it need not be there. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncFolder(dirname(path));
}

/** Empty and closed to all others until it has its owner and mode: it may hold passwords. */
async function writeLike(draft: string, bytes: Uint8Array, like: string): Promise<void> {
  const { uid, gid, mode } = await stat(like);
  const file = await open(draft, 'wx', 0o600);
  try {
    const made = await file.stat();
    if (made.uid !== uid || made.gid !== gid) await file.chown(uid, gid);
    await file.chmod(mode & 0o7777);
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
