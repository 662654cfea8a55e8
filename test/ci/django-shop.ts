import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../src/servers/port.ts';
import { firstLines, runProgram } from '../../src/servers/program.ts';
import { pythonWith } from './django-project.ts';

/** A run of the cron job that failed, or a request that did. */
export interface Failure {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly text: string;
}

const CRON_MS = 3_000;

/**
 * The shop of `test/ci/django-shop` as a machine runs it: a web server with several processes, a worker that is started
 * again whenever it ends, and a cron job. Where its database is stands in its `.env`.
 */
export class DjangoShop {
  readonly folder: string;
  readonly url: string;
  /** Orders whose shipment the worker has told of, each behind its commit. */
  readonly shipped: string[] = [];
  readonly reports: string[] = [];
  readonly cronFailures: Failure[] = [];
  readonly #python: string;
  readonly #end = new AbortController();
  #web: ChildProcess | null = null;
  #jobs: Promise<unknown>[] = [];

  private constructor(python: string, folder: string, port: number) {
    this.#python = python;
    this.folder = folder;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async open(): Promise<DjangoShop> {
    const python = await pythonWith('5.2');
    const folder = await mkdtemp(join(tmpdir(), 'sluice-shop-'));
    await cp(fileURLToPath(new URL('./django-shop', import.meta.url)), folder, { recursive: true });
    return new DjangoShop(python, folder, await freePort());
  }

  /** `followsFile`: the application reads `.env` at each request, so that a flip needs no reload. */
  async pointTo(databaseUrl: string, { followsFile = false } = {}): Promise<void> {
    const lines = ['# of the shop', `DATABASE_URL=${databaseUrl}`, ...(followsFile ? ['FOLLOW_ENV=on'] : [])];
    await writeFile(join(this.folder, '.env'), `${lines.join('\n')}\n`);
  }

  async manage(...words: readonly string[]): Promise<string> {
    try {
      return (await runProgram(this.#python, ['manage.py', ...words], { cwd: this.folder })).stdout;
    } catch (cause) {
      throw new Error(`manage.py ${words.join(' ')}: ${lastWords(cause)}`, { cause });
    }
  }

  async start(): Promise<void> {
    const { host } = new URL(this.url);
    this.#web = spawn(this.#python, ['-m', 'gunicorn', 'project.wsgi', '--bind', host], {
      cwd: this.folder,
      stdio: 'ignore',
    });
    this.#jobs = [this.#supervise(), this.#cron()];
    for (;;) {
      const answer = await fetch(`${this.url}/health`).catch(() => null);
      if (answer?.ok) return;
      if (this.#web.exitCode !== null) throw new Error(await readFile(join(this.folder, 'web.log'), 'utf8'));
      await sleep(50);
    }
  }

  async close(): Promise<void> {
    this.#end.abort();
    if (this.#web?.exitCode === null && this.#web.kill('SIGTERM')) await once(this.#web, 'exit');
    await Promise.all(this.#jobs);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** What systemd does with `Restart=always`. */
  async #supervise(): Promise<void> {
    while (!this.#end.signal.aborted) {
      const child = spawn(this.#python, ['manage.py', 'work'], {
        cwd: this.folder,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      writeFileSync(join(this.folder, 'work.pid'), String(child.pid));
      createInterface({ input: child.stdout }).on('line', (token) => this.shipped.push(token));
      const stop = () => child.kill('SIGTERM');
      this.#end.signal.addEventListener('abort', stop, { once: true });
      await once(child, 'close');
      this.#end.signal.removeEventListener('abort', stop);
    }
  }

  async #cron(): Promise<void> {
    for (let run = 0; !this.#end.signal.aborted; run++) {
      const startedAtMs = Date.now();
      try {
        this.reports.push((await this.manage('nightly', `report-${run}`)).trim());
      } catch (error) {
        this.cronFailures.push({ startedAtMs, endedAtMs: Date.now(), text: firstLines(error) });
      }
      await sleep(CRON_MS, undefined, { signal: this.#end.signal }).catch(() => {});
    }
  }
}

function lastWords(error: unknown): string {
  const { stderr = '' } = error as { readonly stderr?: string };
  return stderr.slice(-600) || firstLines(error);
}
