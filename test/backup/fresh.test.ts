import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeBackup } from '../../src/backup/backup.ts';
import { describeFile } from '../../src/backup/dump-file.ts';
import { BackupWatch } from '../../src/backup/fresh.ts';
import { listBackups, type SideBackup, verifyFiles, writeManifest } from '../../src/backup/manifest.ts';

const HOUR_MS = 3_600_000;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "sluice-'fresh'-"));
});
afterEach(() => rm(directory, { recursive: true }));

/** A backup of both sides, finished at `finishedAt`. */
async function backupAt(finishedAt: string, change: Partial<SideBackup> = {}): Promise<string> {
  const folder = join(directory, `shop-${finishedAt.replaceAll(':', '')}`);
  await mkdir(folder);
  const sides: SideBackup[] = [];
  for (const side of ['source', 'target'] as const) {
    await writeFile(join(folder, side), `dump of the ${side}`);
    const restored = { server: '9', tables: 1, rows: '1', tookMs: 1 };
    const rest = {
      server: '9',
      id: 'one',
      databases: ['shop'],
      tool: 'dump',
      position: { kind: 'wal', lsn: '0/1' },
    } as const;
    sides.push({ side, ...rest, file: await describeFile(join(folder, side), side), restored, ...change });
  }
  await writeManifest(folder, { version: 1, pipeline: 'shop', startedAt: finishedAt, finishedAt, sides });
  return folder;
}

const nowMs = Date.parse('2026-11-29T12:00:00Z');
const judge = (watch: BackupWatch, sourceId = 'one') =>
  watch.judge({ directory, pipeline: 'shop', maxAgeMs: 24 * HOUR_MS, sourceId, nowMs });

/** When its checksums were read. */
async function read(watch: BackupWatch, sourceId?: string): Promise<readonly string[]> {
  await expect.poll(async () => (await judge(watch, sourceId)).problems).not.toContain('its checksums are being read');
  return (await judge(watch, sourceId)).problems;
}

test('a backup of both sides, restored, whole and young is relied on, but not before its checksums were read', async () => {
  const folder = await backupAt('2026-11-29T11:00:00.000Z');
  const watch = new BackupWatch();
  expect(await judge(watch)).toEqual({ folder, ageMs: HOUR_MS, problems: ['its checksums are being read'] });
  expect(await read(watch)).toEqual([]);
});

test('none, one that is too old, not restored, of another source or changed is not relied on', async () => {
  expect((await judge(new BackupWatch())).problems).toEqual([expect.stringMatching(/there is none/)]);
  await backupAt('2026-11-28T11:00:00.000Z');
  expect(await read(new BackupWatch())).toEqual(['it is 25.0 h old']);
  await backupAt('2026-11-29T09:00:00.000Z', { restored: null });
  const untested = (side: string) => `the dump of the ${side} was not restored as a test`;
  expect(await read(new BackupWatch())).toEqual([untested('source'), untested('target')]);
  const folder = await backupAt('2026-11-29T10:00:00.000Z');
  expect(await read(new BackupWatch(), 'two')).toEqual(['it is of another source (one)']);
  await appendFile(join(folder, 'target'), 'x');
  expect(await read(new BackupWatch())).toEqual([expect.stringMatching(/another checksum/)]);
});

test('a physical backup is the file that the command writes, with its checksum; one that fails leaves nothing', async () => {
  const take = (line: string) =>
    takeBackup({
      pipeline: 'shop',
      directory,
      physical: { commands: [{ side: 'target', line }], workFolder: directory },
    });
  const { folder, manifest } = await take('printf "%s" whole | tee {file} > /dev/null');
  expect(manifest.physical).toMatchObject([{ side: 'target', file: { name: 'target.physical', bytes: 5 } }]);
  expect(await readFile(join(folder, 'target.physical'), 'utf8')).toBe('whole');
  const [listed] = await listBackups(directory, 'shop');
  if (listed === undefined) throw new Error('not listed');
  await verifyFiles(listed);
  await chmod(join(folder, 'target.physical'), 0o600);
  await appendFile(join(folder, 'target.physical'), '!');
  await expect(verifyFiles(listed)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
  for (const line of ['true', ': > {file}', 'echo secret >&2; exit 3'])
    await expect(take(line)).rejects.toMatchObject({
      code: 'BACKUP_TOOL_FAILED',
      message: expect.not.stringMatching(/secret/),
    });
  expect(await listBackups(directory, 'shop')).toHaveLength(1);
});
