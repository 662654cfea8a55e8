import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { geteuid } from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { envEdit } from '../../src/cutover/flip/env-file.ts';
import { FileFlip, type FileFlipRecord } from '../../src/cutover/flip/file-flip.ts';

const CHILD = fileURLToPath(new URL('./flip-child.ts', import.meta.url));
const BEFORE = "# shop\nDEBUG=0 # never\nexport DATABASE_URL='mysql://shop:old@db/shop' # the old one\n\nNAME=x";
const VALUES = { DATABASE_URL: 'postgresql://shop:new secret@pg/shop' };

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-flip-'));
  path = join(folder, '.env');
  await writeFile(path, BEFORE);
  await chmod(path, 0o640);
});
afterEach(() => rm(folder, { recursive: true }));

const flip = (reload?: string) =>
  new FileFlip(
    { path, ...(reload === undefined ? {} : { reload: { line: reload, limitMs: 5_000, folder } }) },
    envEdit(VALUES),
  );

async function planned(of: FileFlip): Promise<FileFlipRecord> {
  return JSON.parse(JSON.stringify(await of.plan()));
}

test('a file is flipped whole, with its mode, and taken back byte for byte; both may run twice', async () => {
  const record = await planned(flip());
  for (const _ of [1, 2]) await flip().run(record);
  expect(await readFile(path, 'utf8')).toBe(BEFORE.replace('mysql://shop:old@db/shop', VALUES.DATABASE_URL));
  expect((await stat(path)).mode & 0o777).toBe(0o640);
  expect((await stat(record.backup)).mode & 0o777).toBe(0o640);
  for (const _ of [1, 2]) await flip().undo(record);
  expect(await readFile(path, 'utf8')).toBe(BEFORE);
  expect(await readdir(folder)).toEqual(['.env']);
});

test('a link that leads elsewhere by now, as after a deployment, is told: what the application reads is another file', async () => {
  const link = join(folder, 'current');
  await symlink(path, link);
  const own = new FileFlip({ path: link }, envEdit(VALUES));
  const record = await planned(own);
  await own.run(record);
  const next = join(folder, 'next');
  await writeFile(next, 'NAME=y');
  await rm(link);
  await symlink(next, link);
  for (const act of [() => own.undo(record), () => own.run(record)])
    await expect(act()).rejects.toMatchObject({ code: 'FLIP_FILE_CHANGED', message: expect.stringContaining(next) });
  expect(await readFile(next, 'utf8')).toBe('NAME=y');
});

test('undo of a flip that never ran changes nothing', async () => {
  await flip().undo(await planned(flip()));
  expect(await readFile(path, 'utf8')).toBe(BEFORE);
});

test('a file that somebody changed since it was planned is left alone, and so is one changed since the flip', async () => {
  const record = await planned(flip());
  await writeFile(path, `${BEFORE}\nMORE=1`);
  await expect(flip().run(record)).rejects.toMatchObject({ code: 'FLIP_FILE_CHANGED' });
  await expect(flip().undo(record)).rejects.toMatchObject({ code: 'FLIP_FILE_CHANGED' });
  expect(await readFile(path, 'utf8')).toBe(`${BEFORE}\nMORE=1`);
  await writeFile(path, BEFORE);
  await flip().run(record);
  await writeFile(path, 'edited');
  await expect(flip().undo(record)).rejects.toMatchObject({ message: expect.stringContaining(record.backup) });
  expect(await readFile(path, 'utf8')).toBe('edited');
});

test('what it will do is shown, and what it remembers is stored, without a secret', async () => {
  const { diff } = await flip().describe();
  expect(diff).toEqual([
    "-export DATABASE_URL='mysql://shop:***@db/shop' # the old one",
    "+export DATABASE_URL='postgresql://shop:***@pg/shop' # the old one",
  ]);
  expect(JSON.stringify([diff, await flip().plan()])).not.toMatch(/old@|secret/);
});

test.runIf(geteuid?.() === 0)('a file of another owner stays that owner’s', async () => {
  await chown(path, 65_534, 65_533);
  const record = await planned(flip());
  await flip().run(record);
  for (const each of [path, record.backup]) expect(await stat(each)).toMatchObject({ uid: 65_534, gid: 65_533 });
  await flip().undo(record);
  expect(await stat(path)).toMatchObject({ uid: 65_534, gid: 65_533 });
});

test('a link stays a link, and what it points to is flipped', async () => {
  const link = join(folder, 'current');
  await symlink('.env', link);
  const of = new FileFlip({ path: link }, envEdit(VALUES));
  await of.run(await planned(of));
  expect(await readFile(path, 'utf8')).toContain('postgresql://');
  expect(await readFile(link, 'utf8')).toContain('postgresql://');
  expect((await stat(link)).ino).toBe((await stat(path)).ino);
});

test('the application is told to read the file again, after the flip and after its undo', async () => {
  const of = flip('grep DATABASE_URL .env >> seen');
  const record = await planned(of);
  await of.run(record);
  await of.undo(record);
  expect((await readFile(join(folder, 'seen'), 'utf8')).match(/mysql:|postgresql:/g)).toEqual([
    'postgresql:',
    'mysql:',
  ]);
  await expect(flip('exit 4').run(record)).rejects.toMatchObject({ code: 'FLIP_COMMAND' });
});

test('killed with -9 at any step of its writing, flip and undo run again to their end', async () => {
  const record = await planned(flip());
  let kills = 0;
  for (const act of ['run', 'undo'] as const) {
    for (let n = 1; (await child(act, record, n)) === 'SIGKILL'; n++, kills++) {
      expect([BEFORE, BEFORE.replace('mysql://shop:old@db/shop', VALUES.DATABASE_URL)]).toContain(
        await readFile(path, 'utf8'),
      );
      await flip().run(record);
      expect(await readFile(path, 'utf8')).toContain('postgresql://');
      if (act === 'undo') continue;
      await flip().undo(record);
      expect(await readFile(path, 'utf8')).toBe(BEFORE);
    }
    if (act === 'undo') await flip().undo(record);
    else await flip().run(record);
  }
  expect(kills).toBeGreaterThan(5);
  expect(await readFile(path, 'utf8')).toBe(BEFORE);
  expect(await readdir(folder)).toEqual(['.env']);
});

test('a file that is not there, is no text, or stands where nothing can be made is told before anything is done', async () => {
  const at = (of: string) => new FileFlip({ path: of }, envEdit(VALUES)).check();
  expect(await at(join(folder, 'none'))).toMatchObject([{ severity: 'blocker', code: 'FLIP_FILE' }]);
  await writeFile(path, Buffer.from([0x41, 0x3d, 0xff]));
  expect(await at(path)).toMatchObject([{ severity: 'blocker', message: expect.stringContaining('not UTF-8') }]);
});

async function child(act: 'run' | 'undo', record: FileFlipRecord, before: number): Promise<'SIGKILL' | 'done'> {
  const given = [CHILD, act, path, JSON.stringify(VALUES), JSON.stringify(record), String(before)];
  const [code, signal] = await once(spawn(process.execPath, given, { stdio: ['ignore', 'ignore', 'inherit'] }), 'exit');
  if (signal !== 'SIGKILL') expect(code).toBe(0);
  return signal === 'SIGKILL' ? 'SIGKILL' : 'done';
}
