import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { env } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { scrub } from './scrub.ts';

export interface Command {
  /** A line for `sh -c`. */
  readonly line: string;
  readonly limitMs: number;
  /** Working folder; without one, this process's. */
  readonly folder?: string;
  /** Added to the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Never shown, wherever the command prints them. */
  readonly secrets?: readonly string[];
  readonly signal?: AbortSignal;
}

/** `output`: the last of what it printed on both streams, scrubbed. */
export interface CommandResult {
  readonly outcome: 'done' | 'failed' | 'too long' | 'aborted';
  /** Null when a signal ended it, or it never started. */
  readonly exitCode: number | null;
  readonly output: string;
  readonly tookMs: number;
}

/** Kept of what a command prints. */
const KEPT_BYTES = 16 * 1024;
/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 2_000;

/** Runs a line of shell with a limit; its whole process group ends with it. Never fails: the result tells. */
export async function runCommand(command: Command): Promise<CommandResult> {
  const { line, limitMs, folder, environment, secrets = [], signal } = command;
  const startedMs = performance.now();
  const child = spawn('sh', ['-c', line], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...env, ...environment },
    ...(folder === undefined ? {} : { cwd: folder }),
  });
  const tail = new Tail(child);
  let stopped: 'too long' | 'aborted' | null = null;
  const stop = (why: 'too long' | 'aborted') => {
    stopped ??= why;
    endGroup(child);
  };
  const timer = setTimeout(() => stop('too long'), limitMs);
  const onAbort = () => stop('aborted');
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  const exitCode = await ended(child, tail);
  clearTimeout(timer);
  signal?.removeEventListener('abort', onAbort);
  const outcome = stopped ?? (exitCode === 0 ? 'done' : 'failed');
  return { outcome, exitCode, output: scrub(tail.text, secrets), tookMs: Math.round(performance.now() - startedMs) };
}

/** In words, for a message or the evidence. */
export function resultWords({ outcome, exitCode, output }: CommandResult, limitMs: number): string {
  const said = output.trim() === '' ? 'it printed nothing' : `it printed: ${output.trim()}`;
  switch (outcome) {
    case 'done':
      return `ended well; ${said}`;
    case 'failed':
      return `ended with ${exitCode === null ? 'a signal' : `exit ${exitCode}`}; ${said}`;
    case 'too long':
      return `took longer than ${limitMs} ms and was ended; ${said}`;
    case 'aborted':
      return `was ended because the step was given up; ${said}`;
  }
}

/** How long the pipes may be open after the end: a background child of the command's own must not hold us. */
const DRAIN_MS = 200;

async function ended(child: ChildProcess, tail: Tail): Promise<number | null> {
  const isClosed = once(child, 'close');
  isClosed.catch(() => {});
  try {
    const [code] = await once(child, 'exit');
    await Promise.race([isClosed, sleep(DRAIN_MS)]);
    return code;
  } catch (error) {
    tail.add(Buffer.from(error instanceof Error ? error.message : 'it could not be started'));
    return null;
  } finally {
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

function endGroup(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  signalGroup(pid, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), GRACE_MS);
  child.once('exit', () => clearTimeout(timer));
}

function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** The end of what is printed, from the beginning of a line: a secret is never cut in two. */
class Tail {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #isCut = false;

  constructor(child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => this.add(chunk));
    child.stderr?.on('data', (chunk: Buffer) => this.add(chunk));
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes <= 2 * KEPT_BYTES) return;
    this.#chunks = [Buffer.concat(this.#chunks).subarray(-KEPT_BYTES)];
    this.#bytes = KEPT_BYTES;
    this.#isCut = true;
  }

  get text(): string {
    const text = Buffer.concat(this.#chunks).toString();
    return this.#isCut ? `...${text.slice(text.indexOf('\n'))}` : text;
  }
}
