import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverFailure } from './failure.ts';

/** One program to run. `user` is who it runs as, when that is not us. */
export interface Command {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The file that it reads as its standard input; nothing without one. */
  readonly input?: string;
  readonly user?: { readonly uid: number; readonly gid: number };
}

// Each line on stdin is the whole list of our process groups; the end of stdin is the end of our process, however
// it came about. Then the groups die and the folder goes. Removal is repeated: a dying server may still write.
const WATCHDOG = `
groups=
while read -r line; do groups=$line; done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
for attempt in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$1" 2>/dev/null && exit 0; sleep 0.2; done
exit 1`;

// The program waits for our word, which is given after the watchdog knows its process group.
const GATE = 'input=$1; shift; read -r word || exit 125; exec "$@" <"$input"';

/**
 * INV-90: owns a temporary folder and the processes in it; both end with this process, kill -9 included.
 * Two pipes make it so: the watchdog sees the end of ours, and no program starts before the watchdog knows of it.
 */
export class Guard {
  readonly directory: string;
  readonly #watchdog: ChildProcess;
  readonly #groups = new Set<number>();

  constructor(name: string) {
    this.directory = join(tmpdir(), `sluice-${name}-${randomBytes(4).toString('hex')}`);
    // Detached: a signal to our process group must not reach the watchdog.
    this.#watchdog = spawn('/bin/sh', ['-c', WATCHDOG, 'sluice-watchdog', this.directory], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
    });
    release(this.#watchdog);
    mkdirSync(this.directory, { mode: 0o755 });
  }

  /** Starts a program in its own process group; its output goes to the log file of the folder. */
  spawn(command: Command): ChildProcess {
    const input = command.input ?? '/dev/null';
    const log = openSync(this.logFile, 'a');
    const child = spawn('/bin/sh', ['-c', GATE, 'sluice-gate', input, command.file, ...command.arguments], {
      detached: true,
      stdio: ['pipe', log, log],
      cwd: this.directory,
      env: { ...process.env, ...command.environment },
      ...command.user,
    });
    closeSync(log);
    release(child);
    this.#admit(child);
    return child;
  }

  /** Runs a program to its end; anything but exit code 0 is an error that shows the end of its log. */
  async run(command: Command): Promise<void> {
    const child = this.spawn(command);
    child.ref();
    const [code] = await once(child, 'exit');
    if (code !== 0) throw await this.failure(`${command.file} ended with ${code}`);
  }

  get logFile(): string {
    return join(this.directory, 'server.log');
  }

  async failure(message: string): Promise<Error> {
    const log = await readFile(this.logFile, 'utf8').catch(() => '');
    return serverFailure('SERVERS_START_FAILED', {
      message: `${message}\n${log.trimEnd().split('\n').slice(-20).join('\n')}`,
      remedy: 'read the log lines above; give another server by the environment (docs/develop/servers.md)',
    });
  }

  /** Kills what still runs and removes the folder. */
  async close(): Promise<void> {
    if (this.#watchdog.exitCode !== null) return;
    this.#watchdog.ref();
    const ended = once(this.#watchdog, 'exit');
    this.#watchdog.stdin?.end();
    await ended;
  }

  #admit(child: ChildProcess): void {
    const group = child.pid;
    if (group === undefined) return;
    this.#groups.add(group);
    child.once('exit', () => {
      this.#groups.delete(group);
      this.#report();
    });
    this.#report();
    child.stdin?.end('go\n');
  }

  #report(): void {
    const pipe = this.#watchdog.stdin;
    if (pipe?.writable) pipe.write(`${[...this.#groups].join(' ')}\n`);
  }
}

/** Lets our process end while the child lives; the watchdog then ends the child. */
function release(child: ChildProcess): void {
  child.unref();
  const pipe = child.stdin;
  // A child that is already gone breaks the pipe; its exit is what we act on.
  pipe?.on('error', () => undefined);
  if (pipe && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
}
