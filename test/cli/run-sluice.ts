import { type ChildProcess, spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Io, TextSink } from '../../src/cli/io.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import { bareEnvironment } from '../run-environment.ts';
import { stagedPorts } from './staged-port.ts';

export const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
/** The same command line over a pipeline that the test controls. */
export const STAGED_MAIN = fileURLToPath(new URL('./staged-main.ts', import.meta.url));

export interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly main?: string;
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** stdin is a terminal; only inside this process. */
  readonly isTerminal?: boolean;
  /** Called with the process and what it has printed so far, at each piece of output. */
  readonly onOutput?: (child: ChildProcess, printed: string) => void;
}

/** Runs the command line as a process of its own, in an environment that has nothing else. */
export function runSluice(argv: readonly string[], options: RunOptions): Promise<Ran> {
  const { main = MAIN, folder, environment = {}, stdin, onOutput } = options;
  const child = spawn(process.execPath, [main, ...argv], {
    cwd: folder,
    env: bareEnvironment(environment),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => {
    stdout += String(data);
    onOutput?.(child, stdout + stderr);
  });
  child.stderr.on('data', (data) => {
    stderr += String(data);
    onOutput?.(child, stdout + stderr);
  });
  child.stdin.end(stdin ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => resolve({ exit, stdout, stderr }));
  });
}

/** The same without a process, for what would need hundreds of them: everything but `process-io.ts` is the same. */
export async function runInside(argv: readonly string[], options: RunOptions): Promise<Ran> {
  const { folder, environment = {}, stdin = '', isTerminal = false } = options;
  const written = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr'): TextSink => ({
    write: (text) => {
      written[name] += text;
    },
    isTerminal: false,
    columns: 80,
    rows: 24,
  });
  const io: Io = {
    argv,
    environment,
    folder,
    pid: process.pid,
    stdin: { stream: Readable.from([stdin]), isTerminal },
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    onSignal: () => {},
    exit: (code) => {
      throw new Error(`exit ${code}`);
    },
  };
  return { exit: await runCli(io, stagedPorts(environment['STAGE'] ?? '')), ...written };
}
