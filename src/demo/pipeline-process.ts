import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A real `sluice` process, so that it can be killed for real. */
export class PipelineProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #stderr = '';
  #stdout = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, 'close').then(([code]) => code);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-20_000);
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout = (this.#stdout + text).slice(-100_000);
    });
  }

  /** `command`: the program and its first arguments, by which sluice itself was started. */
  static start(command: readonly string[], verb: readonly string[], folder: string): PipelineProcess {
    const [program = '', ...first] = command;
    const child = spawn(program, [...first, ...verb], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    return new PipelineProcess(child);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The end of what it wrote to stderr. */
  get log(): string {
    return this.#stderr;
  }

  /** The end of what it wrote to stdout. */
  get output(): string {
    return this.#stdout;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Exit code; null when a signal ended it. */
  get ended(): Promise<number | null> {
    return this.#ended;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Asks it to finish; its exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return await this.#ended;
  }
}
