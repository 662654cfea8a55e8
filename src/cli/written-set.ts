import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize, resolve } from 'node:path';
import { SluiceError } from '../contract/error.ts';
import { hashOf } from '../file/whole-file.ts';
import type { Call } from './verb.ts';

/** A file of a set: its path in the folder, with `/`. */
export interface SetFile {
  readonly path: string;
  readonly text: string;
}

/** What a run did beside writing its files. */
export interface WrittenSet {
  /** Files of an earlier run that are made no more: taken away. */
  readonly removed: readonly string[];
  /** Such files that someone changed since: left. */
  readonly left: readonly string[];
}

/** Files that were written, by path, each with the hash of its text. */
type List = Readonly<Record<string, string>>;

/**
 * Writes a set of files into a folder: all stand as drafts before the first takes its name, so that a run that ends in
 * the middle leaves whole files, and the next run finishes the set. A list of what was written (`.sluice-KIND.json`)
 * tells which files of the folder are ours. USAGE_OUT: the folder cannot be written; USAGE_OUT_TAKEN: a file of that
 * name is someone else's.
 */
export function writeSet(folder: string, kind: string, files: readonly SetFile[]): WrittenSet {
  try {
    return written(folder, kind, files);
  } catch (cause) {
    if (cause instanceof SluiceError || !(cause instanceof Error) || !('code' in cause)) throw cause;
    throw new SluiceError({
      code: 'USAGE_OUT',
      message: `${folder} cannot be written (${String(cause.code)})`,
      remedy: 'Name by --out a folder that this account may write',
      disposition: 'stop',
      cause,
    });
  }
}

/** Writes the set of a call into its `--out`, and tells what became of files of an earlier run. */
export function writeTold({ io, flags, output }: Call, kind: string, files: readonly SetFile[]): void {
  const { removed, left } = writeSet(resolve(io.folder, String(flags.get('out'))), kind, files);
  if (removed.length > 0) output.say(`removed, made by an earlier run and no more: ${removed.join(', ')}`);
  if (left.length > 0) output.warn(`made no more, left because it was changed by hand: ${left.join(', ')}`);
}

function written(folder: string, kind: string, files: readonly SetFile[]): WrittenSet {
  const listed = join(folder, `.sluice-${kind}.json`);
  const drafts = join(folder, `.sluice-${kind}.draft`);
  const known = readList(listed);
  refuseForeign(folder, files, known);
  rmSync(drafts, { recursive: true, force: true });
  mkdirSync(drafts, { recursive: true });
  for (const [at, { text }] of files.entries()) writeFileSync(join(drafts, String(at)), text, { flush: true });
  const own = Object.fromEntries(files.map(({ path, text }) => [path, hashOf(text)]));
  // Before any of them: should the run end here, the next one knows both the old files and the new ones.
  putList(listed, drafts, { ...known, ...own });
  for (const [at, { path }] of files.entries()) {
    const to = join(folder, path);
    mkdirSync(dirname(to), { recursive: true });
    renameSync(join(drafts, String(at)), to);
  }
  const stale = Object.entries(known).filter(([path]) => own[path] === undefined && existsSync(join(folder, path)));
  const [removed, left] = [true, false].map((isOurs) =>
    stale
      .filter(([path, hash]) => (hashOf(readFileSync(join(folder, path))) === hash) === isOurs)
      .map(([path]) => path),
  );
  for (const path of removed ?? []) takeAway(folder, path);
  putList(listed, drafts, own);
  rmSync(drafts, { recursive: true, force: true });
  return { removed: removed ?? [], left: left ?? [] };
}

/** A list that is none tells of nothing; a path that leaves the folder is none of ours. */
function readList(path: string): List {
  if (!existsSync(path)) return {};
  try {
    const found: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const entries = Object.entries(typeof found === 'object' && found !== null ? found : {});
    return Object.fromEntries(entries.filter(([name, hash]) => typeof hash === 'string' && isInside(name)));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return {};
  }
}

function isInside(path: string): boolean {
  return !isAbsolute(path) && !normalize(path).startsWith('..');
}

function putList(path: string, drafts: string, list: List): void {
  const draft = join(drafts, 'list');
  writeFileSync(draft, `${JSON.stringify(list, undefined, 2)}\n`, { flush: true });
  renameSync(draft, path);
}

function refuseForeign(folder: string, files: readonly SetFile[], known: List): void {
  const foreign = files.filter((file) => {
    const path = join(folder, file.path);
    const found = statSync(path, { throwIfNoEntry: false });
    return found !== undefined && (found.isDirectory() || (known[file.path] === undefined && isForeign(path, file)));
  });
  if (foreign.length === 0) return;
  throw new SluiceError({
    code: 'USAGE_OUT_TAKEN',
    message: `${folder} has files that sluice did not write: ${foreign.map(({ path }) => path).join(', ')}`,
    remedy: 'Name another folder by --out, or move these files away',
    disposition: 'stop',
  });
}

/** Earlier versions kept no list: a file of ours names sluice, or begins as the new one does. */
function isForeign(path: string, { text }: SetFile): boolean {
  const found = readFileSync(path, 'utf8');
  return found !== text && !found.includes('sluice') && found.split('\n')[0] !== text.split('\n')[0];
}

/** The file, and folders that stand empty then. */
function takeAway(folder: string, path: string): void {
  rmSync(join(folder, path));
  for (let at = dirname(path); at !== '.'; at = dirname(at)) {
    try {
      rmdirSync(join(folder, at));
    } catch {
      return;
    }
  }
}
