import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FileFlip } from '../../src/cutover/flip/file-flip.ts';
import { type DjangoDatabase, djangoEdit } from '../../src/cutover/flip/settings-file.ts';

const run = promisify(execFile);
const POSTGRES: DjangoDatabase = {
  engine: 'django.db.backends.postgresql',
  name: 'shop',
  user: 'shop_app',
  password: { text: `é"'\\ ☃ 𝄞 \n$x` },
  host: 'pg',
  port: 5432,
  options: { sslmode: 'verify-full', pool: true },
};
const MYSQL = `DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.mysql", "NAME": "shop", "USER": "shop", "PASSWORD": "old", "HOST": "db",
        "CONN_MAX_AGE": 60, "OPTIONS": {"charset": "utf8mb4"},
    },
    "archive": {"ENGINE": "django.db.backends.mysql"},
}
DEBUG = False`;

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-settings-'));
  path = join(folder, 'settings.py');
});
afterEach(() => rm(folder, { recursive: true }));

/** DATABASES as Python reads it. */
async function databases(): Promise<Record<string, Record<string, unknown>>> {
  const script = 'import json, settings; print(json.dumps(settings.DATABASES))';
  const { stdout } = await run('python3', ['-B', '-c', script], {
    cwd: folder,
    env: { ...process.env, PGPASS: 'from env' },
  });
  return JSON.parse(stdout);
}

async function flipped(text: string, database = POSTGRES) {
  await writeFile(path, text);
  const flip = new FileFlip({ path }, djangoEdit(database));
  const record = await flip.plan();
  await flip.run(record);
  return { flip, record };
}

test('Python reads the new connection, with every character of the password, and all else as it was', async () => {
  const { flip, record } = await flipped(MYSQL);
  expect(await databases()).toEqual({
    default: {
      ENGINE: 'django.db.backends.postgresql',
      NAME: 'shop',
      USER: 'shop_app',
      PASSWORD: `é"'\\ ☃ 𝄞 \n$x`,
      HOST: 'pg',
      PORT: '5432',
      CONN_MAX_AGE: 60,
      OPTIONS: { sslmode: 'verify-full', pool: true },
    },
    archive: { ENGINE: 'django.db.backends.mysql' },
  });
  expect((await readFile(path, 'utf8')).startsWith(MYSQL)).toBe(true);
  await flip.undo(record);
  expect(await readFile(path, 'utf8')).toBe(MYSQL);
});

test('settings that come from another file are the last word all the same, and a block gives way to the next', async () => {
  await writeFile(join(folder, 'base.py'), MYSQL);
  await flipped('from base import *\n\n\n');
  const text = await readFile(path, 'utf8');
  await flipped(text, { ...POSTGRES, host: 'other', password: { variable: 'PGPASS' } });
  expect((await databases())['default']).toMatchObject({ HOST: 'other', PASSWORD: 'from env' });
  expect((await readFile(path, 'utf8')).match(/sluice: begin/g)).toHaveLength(1);
});

test('the password is not shown', async () => {
  await writeFile(path, MYSQL);
  const { diff } = await new FileFlip({ path }, djangoEdit(POSTGRES)).describe();
  expect(diff).toContain('+        "PASSWORD": "***",');
  expect(diff.join('\n')).not.toMatch(/2603|☃|old/);
});

test('a file that is not Django settings, or would not be Python, is told before and refused', async () => {
  await writeFile(path, 'print(1)\n');
  const flip = new FileFlip({ path }, djangoEdit(POSTGRES));
  expect(await flip.check()).toMatchObject([{ severity: 'blocker', code: 'FLIP_FILE' }]);
  await writeFile(path, `${MYSQL}\nX = [`);
  expect(await flip.check()).toMatchObject([{ severity: 'blocker', code: 'FLIP_PYTHON' }]);
  await expect(flip.run(await flip.plan())).rejects.toMatchObject({ code: 'FLIP_PYTHON' });
  expect(await readFile(path, 'utf8')).toBe(`${MYSQL}\nX = [`);
});

test('Python is not asked again behind the fence for what it took ahead of it', async () => {
  await writeFile(path, MYSQL);
  const asked = join(folder, 'asked');
  await writeFile(join(folder, 'python3'), `#!/bin/sh\necho once >> "${asked}"\ncat > /dev/null\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
  try {
    const database = { ...POSTGRES, name: 'asked' };
    expect(await new FileFlip({ path }, djangoEdit(database)).check()).toEqual([]);
    const flip = new FileFlip({ path }, djangoEdit(database));
    await flip.run(await flip.plan());
  } finally {
    vi.unstubAllEnvs();
  }
  expect(await readFile(asked, 'utf8')).toBe('once\n');
});
