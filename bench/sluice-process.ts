import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { PipelineStatus } from '../src/contract/status.ts';
import { askStatus } from '../src/control/client.ts';
import { cpuSeconds, peakBytes } from './process-usage.ts';
import type { Stage } from './stage.ts';

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const POLL_MS = 20;
const LIMIT_MS = 30 * 60_000;

/** A real `sluice run` on a stage. */
export class SluiceProcess {
  readonly #stage: Stage;
  readonly #child: ChildProcess;
  readonly startedMs = performance.now();
  #stderr = '';

  constructor(stage: Stage, profileFolder: string | null) {
    this.#stage = stage;
    const profile = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
    const argumentsList = [...profile, MAIN, 'run', '--config', stage.file, '--quiet'];
    this.#child = spawn(process.execPath, argumentsList, { stdio: ['ignore', 'ignore', 'pipe'] });
    const watchdog = watchdogOf(this.pid);
    this.#child.once('exit', () => watchdog.kill('SIGKILL'));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4_000);
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** CPU seconds since its start, peak memory so far. */
  usage(): { readonly cpuSeconds: number; readonly peakBytes: number } {
    return { cpuSeconds: cpuSeconds(this.pid), peakBytes: peakBytes(this.pid) };
  }

  /** Waits until `isThere`, asked every few milliseconds. */
  async until(isThere: () => Promise<boolean>): Promise<void> {
    while (!(await isThere())) {
      if (!this.#isRunning) throw new Error(`sluice run ended by itself:\n${this.#stderr}`);
      if (performance.now() - this.startedMs > LIMIT_MS) throw new Error(`not there in time:\n${this.#stderr}`);
      await sleep(POLL_MS);
    }
  }

  async untilStatus(isThere: (status: PipelineStatus) => boolean): Promise<void> {
    await this.until(async () => {
      const status = await askStatus(this.#stage.config.control.socket).catch(() => null);
      return status !== null && isThere(status);
    });
  }

  /** An Error when it did not end well, also when it had ended before. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended();
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== 0) throw new Error(`sluice run ended with ${exitCode ?? signalCode}:\n${this.#stderr}`);
  }

  /** However far the measurement came: it stays behind nobody. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended();
  }

  async #ended(): Promise<void> {
    if (this.#isRunning) await once(this.#child, 'exit');
  }

  get #isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }
}

/** Ends the process with ours, kill -9 included: its standard input ends then. */
function watchdogOf(pid: number): ChildProcess {
  const script = 'cat >/dev/null; kill -KILL "$1"';
  const watchdog = spawn('/bin/sh', ['-c', script, 'sluice-watchdog', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.unref();
  return watchdog;
}
