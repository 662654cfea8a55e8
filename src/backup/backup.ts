/** This folder dumps both sides with the servers' own programs, and proves by a restore that the dumps are good. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { backupError } from './error.ts';
import {
  type BackupManifest,
  type ListedBackup,
  type PhysicalBackup,
  type SideBackup,
  writeManifest,
} from './manifest.ts';
import { backupMysql, type MysqlSide } from './mysql-side.ts';
import { type PhysicalCommand, takePhysical } from './physical.ts';
import { backupPostgres, type PostgresSide } from './postgres-side.ts';
import type { Tools } from './tool.ts';

export interface BackupOptions {
  readonly pipeline: string;
  /** Under which each backup is a folder of its own. */
  readonly directory: string;
  readonly source?: MysqlSide;
  readonly target?: PostgresSide;
  /** Commands of the operator's for a physical backup beside the dumps, and the folder in which they run. */
  readonly physical?: { readonly commands: readonly PhysicalCommand[]; readonly workFolder: string };
  readonly tools?: Tools;
  readonly signal?: AbortSignal;
  /** Told what is being done, for people. */
  readonly onStep?: (words: string) => void;
}

/**
 * Takes one backup of the sides given. The folder has a manifest only when everything in it is whole and, where asked,
 * was restored; one that failed is removed. BACKUP_..., or the errors of the servers.
 */
export async function takeBackup(options: BackupOptions): Promise<ListedBackup> {
  const started = new Date();
  const folder = join(options.directory, `${options.pipeline}-${started.toISOString().replace(/[:.]/g, '')}`);
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw backupError('BACKUP_FILE', `${folder} cannot be made`, cause);
  });
  try {
    const sides = await backupSides(options, folder);
    const physical = await backupPhysical(options, folder);
    const [startedAt, finishedAt] = [started.toISOString(), new Date().toISOString()];
    const taken = physical.length === 0 ? {} : { physical };
    const { pipeline } = options;
    const manifest: BackupManifest = { version: 1, pipeline, startedAt, finishedAt, sides, ...taken };
    await writeManifest(folder, manifest);
    return { folder, manifest };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function backupPhysical(options: BackupOptions, folder: string): Promise<readonly PhysicalBackup[]> {
  const { physical, signal, onStep = () => {} } = options;
  const taken: PhysicalBackup[] = [];
  for (const command of physical?.commands ?? []) {
    onStep(`running the command of backup.physical.${command.side}`);
    const how = { folder, workFolder: physical?.workFolder ?? folder };
    taken.push(await takePhysical(command, { ...how, ...(signal === undefined ? {} : { signal }) }));
  }
  return taken;
}

async function backupSides(options: BackupOptions, folder: string): Promise<readonly SideBackup[]> {
  const { source, target, tools = {}, signal, onStep = () => {} } = options;
  const how = { folder, tools, ...(signal === undefined ? {} : { signal }) };
  const sides: SideBackup[] = [];
  if (source !== undefined) {
    onStep(`dumping ${source.databases.join(', ')} of the source`);
    sides.push(await backupMysql(source, how));
  }
  if (target !== undefined) {
    onStep('dumping the target');
    sides.push(await backupPostgres(target, how));
  }
  return sides;
}
