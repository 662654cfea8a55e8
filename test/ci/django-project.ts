import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { cached } from '../../src/servers/cache.ts';
import { findExecutable, firstLines, runProgram } from '../../src/servers/program.ts';

/** How Django treats times without a zone. */
export interface TimeSetting {
  readonly USE_TZ: 'on' | 'off';
  readonly TIME_ZONE: string;
}

/** A Django project in a folder of its own, and the Python that runs it. */
export interface DjangoProject {
  /** Runs `manage.py` on one of the databases and gives what it printed; an error has its last words. */
  manage(database: string, ...words: readonly string[]): Promise<string>;
  /** The same, running until it is told to stop; `stop` gives what it printed. */
  start(database: string, ...words: readonly string[]): { stop(): Promise<string> };
  /** Its folder: applications can be written into it, and named in APPS. */
  readonly folder: string;
  close(): Promise<void>;
}

const OUTPUT_LIMIT_BYTES = 256 * 1024 * 1024;

/** The project of `test/ci/django` with the newest Django of a series (`4.2`, `5.2`). */
export async function openDjango(series: string, time: TimeSetting, apps = 'zoo'): Promise<DjangoProject> {
  const python = await pythonWith(series);
  const folder = await mkdtemp(join(tmpdir(), 'sluice-django-'));
  await cp(fileURLToPath(new URL('./django', import.meta.url)), folder, { recursive: true });
  const environment = (url: string) => ({
    ...process.env,
    ...time,
    ...databaseOf(url),
    APPS: apps,
    PYTHONUNBUFFERED: '1',
  });
  return {
    folder,
    manage: async (database, ...words) => {
      const options = { cwd: folder, env: environment(database), maxBuffer: OUTPUT_LIMIT_BYTES };
      try {
        return (await runProgram(python, ['manage.py', ...words], options)).stdout;
      } catch (cause) {
        throw new Error(`manage.py ${words.join(' ')}: ${lastWords(cause)}`, { cause });
      }
    },
    start: (database, ...words) => {
      const child = spawn(python, ['manage.py', ...words], {
        cwd: folder,
        env: environment(database),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      return { stop: () => stopped(child) };
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function stopped(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no output');
  const printed = text(child.stdout);
  const ended = child.exitCode === null ? once(child, 'exit') : [child.exitCode];
  child.kill('SIGTERM');
  const [code] = await ended;
  if (code !== 0) throw new Error(`ended with exit code ${code}`);
  return await printed;
}

function lastWords(error: unknown): string {
  const { stderr = '', stdout = '' } = error as { readonly stderr?: string; readonly stdout?: string };
  return `${stdout}\n${stderr}`.slice(-3000) || firstLines(error);
}

function databaseOf(text: string): Record<string, string> {
  const url = new URL(text);
  const isPostgres = url.protocol.startsWith('postgres');
  return {
    DATABASE: isPostgres ? 'postgresql' : 'mysql',
    HOST: url.hostname,
    PORT: url.port,
    NAME: url.pathname.slice(1),
    ACCOUNT: decodeURIComponent(url.username),
    PASSWORD: decodeURIComponent(url.password),
  };
}

/** A venv in the cache with Django, both drivers and a server; it is run by its python alone, which a rename does not break. */
export async function pythonWith(series: string): Promise<string> {
  const python = await findExecutable(['python3']);
  if (!python) throw new Error('this test needs python3 with venv and pip');
  const { stdout } = await runProgram(python, ['-c', 'import sys; print(*sys.version_info[:2], sep=".")']);
  const folder = await cached(`django-${series}-gunicorn-python-${stdout.trim()}`, async (draft) => {
    const venv = join(draft, 'venv');
    await runProgram(python, ['-m', 'venv', venv]);
    const drivers = ['PyMySQL', 'cryptography', 'psycopg[binary]'];
    const packages = [`Django==${series}.*`, ...drivers, 'Pillow', 'gunicorn'];
    await runProgram(join(venv, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', ...packages]);
  });
  return join(folder, 'venv', 'bin', 'python');
}

/** A Python with ruff and mypy, which look at what is generated. */
export async function pythonTools(): Promise<string> {
  const python = await findExecutable(['python3']);
  if (!python) throw new Error('this test needs python3 with venv and pip');
  const folder = await cached('python-tools-1', async (draft) => {
    const venv = join(draft, 'venv');
    await runProgram(python, ['-m', 'venv', venv]);
    await runProgram(join(venv, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', 'ruff', 'mypy']);
  });
  return join(folder, 'venv', 'bin', 'python');
}
