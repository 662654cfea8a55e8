import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DumpFile, describeFile } from './dump-file.ts';
import { backupError } from './error.ts';
import type { PhysicalBackup } from './manifest.ts';
import { startTool } from './tool.ts';

/** A command of the operator's for `sh -c`; `{file}` in it stands for the file that it is to write. */
export interface PhysicalCommand {
  readonly side: 'source' | 'target';
  readonly line: string;
}

export interface PhysicalOptions {
  readonly folder: string;
  /** In which the command runs. */
  readonly workFolder: string;
  readonly signal?: AbortSignal;
}

/** BACKUP_TOOL_FAILED where it fails or leaves no file. What it printed may hold anything, and is not shown. */
export async function takePhysical(command: PhysicalCommand, options: PhysicalOptions): Promise<PhysicalBackup> {
  const startedMs = performance.now();
  const name = `${command.side}.physical`;
  const path = join(options.folder, name);
  const draft = `${path}.part`;
  const key = `backup.physical.${command.side}`;
  const line = command.line.replaceAll('{file}', () => quoted(draft));
  const given = [`cd ${quoted(options.workFolder)} && umask 077 && ${line}`];
  const { child, ended } = startTool({ ...options, tool: { file: 'sh', before: ['-c'] }, arguments: given });
  child.stdin?.end();
  child.stdout?.resume();
  await ended.catch(() => {
    throw backupError('BACKUP_TOOL_FAILED', `the command of ${key} failed`);
  });
  return {
    side: command.side,
    file: await whole(draft, path, name, key),
    tookMs: Math.round(performance.now() - startedMs),
  };
}

async function whole(draft: string, path: string, name: string, key: string): Promise<DumpFile> {
  try {
    await rename(draft, path);
  } catch {
    throw backupError('BACKUP_TOOL_FAILED', `the command of ${key} has not written {file}`);
  }
  const file = await describeFile(path, name);
  if (file.bytes > 0) return file;
  await rm(path, { force: true });
  throw backupError('BACKUP_TOOL_FAILED', `the command of ${key} has left {file} empty`);
}

/** As one word for sh. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
