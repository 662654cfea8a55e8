import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Duplex, PassThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { backupError } from './error.ts';
import { startTool, type ToolRun } from './tool.ts';

/** A file of a backup, as its manifest tells of it. */
export interface DumpFile {
  /** Within the backup's folder. */
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What the program printed, from its beginning and its end: positions and the mark of completeness. */
export interface DumpText {
  readonly head: string;
  readonly tail: string;
}

const SHOWN_BYTES = 64 * 1024;

/** Writes what a program prints into `path`: under another name until it is whole and synced. */
export async function dumpInto(run: ToolRun, path: string, isZipped: boolean): Promise<DumpText> {
  const draft = `${path}.part`;
  const ends = new Ends();
  const { child, ended } = startTool(run);
  child.stdin?.end();
  if (child.stdout === null) throw new Error('no stdout');
  const zip: Duplex = isZipped ? createGzip({ level: 4 }) : new PassThrough();
  try {
    await Promise.all([pipeline(child.stdout, ends, zip, createWriteStream(draft, { mode: 0o600 })), ended]);
    await sync(draft);
    await rename(draft, path);
    await sync(dirname(path));
  } catch (error) {
    child.kill('SIGKILL');
    await rm(draft, { force: true });
    // A pipe that broke because the program ended says less than the program.
    await ended;
    throw backupError('BACKUP_FILE', `${path} cannot be written`, error);
  }
  return ends;
}

/** Size and checksum, read from the disk and not from what was sent to it. */
export async function describeFile(path: string, name: string): Promise<DumpFile> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash).catch((cause: unknown) => {
    throw backupError('BACKUP_FILE', `${path} cannot be read`, cause);
  });
  return { name, bytes: (await stat(path)).size, sha256: hash.digest('hex') };
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Lets everything through and keeps both ends. */
class Ends extends Transform implements DumpText {
  #head = Buffer.alloc(0);
  #tail = Buffer.alloc(0);

  get head(): string {
    return this.#head.toString('latin1');
  }

  get tail(): string {
    return this.#tail.toString('latin1');
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: (error: null, chunk: Buffer) => void): void {
    if (this.#head.length < SHOWN_BYTES) this.#head = Buffer.concat([this.#head, chunk]).subarray(0, SHOWN_BYTES);
    this.#tail = Buffer.concat([this.#tail, chunk]).subarray(-1024);
    done(null, chunk);
  }
}
