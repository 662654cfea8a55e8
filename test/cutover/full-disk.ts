import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Line } from '../e2e/line.ts';
import { onTarget } from '../e2e/statement.ts';

/** A table of the target whose disk can be full: PostgreSQL answers 53100 to what makes it grow. */
export interface FullDisk {
  fill(): Promise<void>;
  free(): Promise<void>;
  /** Once the server has ended. */
  close(): Promise<void>;
}

/** A small file system of its own where this machine lets us mount one; else the server is made to say so. */
export async function fullDisk(line: Line, table: string): Promise<FullDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-disk-'));
  return (await isMounted(line, folder)) ? await realDisk(line, table, folder) : await toldDisk(line, table);
}

const run = promisify(execFile);

async function isMounted(line: Line, folder: string): Promise<boolean> {
  const data = line.servers?.target.dataDirectory;
  if (data === undefined || process.getuid?.() !== 0) return false;
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'sluice-test', folder]);
  } catch {
    return false;
  }
  const { uid, gid } = await stat(data);
  await chown(folder, uid, gid);
  return true;
}

async function realDisk(line: Line, table: string, folder: string): Promise<FullDisk> {
  const space = `small_${process.pid}`;
  await onTarget(line, `CREATE TABLESPACE ${space} LOCATION '${folder}'`);
  await onTarget(line, `ALTER TABLE ${table} SET TABLESPACE ${space}`);
  const filling = join(folder, 'filling');
  return {
    // More than there is room for: what fits stays.
    fill: () => writeFile(filling, Buffer.alloc(8 * 1024 * 1024)).catch(() => {}),
    free: () => rm(filling, { force: true }),
    close: async () => {
      await rm(filling, { force: true });
      await run('umount', [folder]);
      await rm(folder, { recursive: true });
    },
  };
}

const SAY = `CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$`;

async function toldDisk(line: Line, table: string): Promise<FullDisk> {
  const free = async () => void (await onTarget(line, `DROP TRIGGER IF EXISTS full_disk ON ${table}`));
  return {
    fill: async () => {
      await onTarget(line, SAY);
      await onTarget(line, `CREATE TRIGGER full_disk BEFORE INSERT ON ${table} EXECUTE FUNCTION full_disk()`);
      // The pipeline writes as a replica does.
      await onTarget(line, `ALTER TABLE ${table} ENABLE ALWAYS TRIGGER full_disk`);
    },
    free,
    close: async () => {},
  };
}
