import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DumpFile, describeFile } from './dump-file.ts';
import { backupError } from './error.ts';

/** From where the binlog or WAL continues what was dumped. */
export type RecoveryPosition =
  /** The very position of the dump. */
  | { readonly kind: 'exact'; readonly file: string; readonly offset: string; readonly gtid: string | null }
  /** Somewhere between the two: this account may not lock for a moment, which the exact one needs. */
  | { readonly kind: 'between'; readonly from: string; readonly to: string }
  /** Write-ahead log: before the dump was begun. */
  | { readonly kind: 'wal'; readonly lsn: string };

/** What a restore into an empty server gave. */
export interface RestoreTest {
  readonly server: string;
  readonly tables: number;
  readonly rows: string;
  readonly tookMs: number;
}

export interface SideBackup {
  readonly side: 'source' | 'target';
  /** As the server prints it. */
  readonly server: string;
  /** Identity of the server: server_uuid, server_id, system_identifier. */
  readonly id: string;
  readonly databases: readonly string[];
  readonly tool: string;
  readonly file: DumpFile;
  readonly position: RecoveryPosition;
  /** Null: not tested. */
  readonly restored: RestoreTest | null;
}

/** What a command of the operator's has taken beside the dump. */
export interface PhysicalBackup {
  readonly side: 'source' | 'target';
  readonly file: DumpFile;
  readonly tookMs: number;
}

/** `manifest.json` of a backup: there only when all of it is. Times are ISO 8601 in UTC. */
export interface BackupManifest {
  readonly version: 1;
  readonly pipeline: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly sides: readonly SideBackup[];
  /** Absent: none is configured. */
  readonly physical?: readonly PhysicalBackup[];
}

const NAME = 'manifest.json';

export async function writeManifest(folder: string, manifest: BackupManifest): Promise<void> {
  await writeFile(join(folder, NAME), `${JSON.stringify(manifest, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
}

export interface ListedBackup {
  readonly folder: string;
  readonly manifest: BackupManifest;
}

/** Whole backups of a pipeline under `directory`, newest first: for the evidence and the gate. */
export async function listBackups(directory: string, pipeline: string): Promise<readonly ListedBackup[]> {
  const names = await readdir(directory).catch(() => []);
  const found: ListedBackup[] = [];
  for (const name of names) {
    const folder = join(directory, name);
    const text = await readFile(join(folder, NAME), 'utf8').catch(() => null);
    const manifest: BackupManifest | null = text === null ? null : JSON.parse(text);
    if (manifest?.version === 1 && manifest.pipeline === pipeline) found.push({ folder, manifest });
  }
  return found.sort((a, b) => b.manifest.finishedAt.localeCompare(a.manifest.finishedAt));
}

/** Reads every file of a backup again: BACKUP_DAMAGED when one is not what was written. */
export async function verifyFiles({ folder, manifest }: ListedBackup): Promise<void> {
  for (const { file } of [...manifest.sides, ...(manifest.physical ?? [])]) {
    const now = await describeFile(join(folder, file.name), file.name);
    if (now.sha256 !== file.sha256)
      throw backupError('BACKUP_DAMAGED', `${join(folder, file.name)} has another checksum than its manifest`);
  }
}
