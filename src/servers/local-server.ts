import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Guard } from './guard.ts';
import { identify } from './identity.ts';
import { freePort, isFreePort } from './port.ts';
import type { Place, ServerProgram } from './program.ts';
import type { RunningServer, ServerKind, ServerOptions } from './running-server.ts';

const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 30_000;
const RESTART_LIMIT_MS = 10_000;
const PROBE_EVERY_MS = 50;
const PORT_ATTEMPTS = 5;

/** A server that runs from binaries, in a temporary folder of its own, as a child of this process. */
export class LocalServer implements RunningServer {
  readonly kind: ServerKind;
  readonly host = '127.0.0.1';
  readonly origin = 'binaries';
  readonly #program: ServerProgram;
  readonly #guard: Guard;
  #place: Place;
  #version = '';
  #child: ChildProcess | undefined;

  private constructor(kind: ServerKind, program: ServerProgram, guard: Guard, place: Place) {
    this.kind = kind;
    this.#program = program;
    this.#guard = guard;
    this.#place = place;
  }

  static async start(kind: ServerKind, program: ServerProgram, options: ServerOptions): Promise<LocalServer> {
    const guard = new Guard(kind);
    const place: Place = {
      directory: guard.directory,
      dataDirectory: join(guard.directory, 'data'),
      port: 0,
      durable: options.durable ?? true,
      extraArguments: options.arguments ?? [],
    };
    const server = new LocalServer(kind, program, guard, place);
    try {
      await program.initialise(guard, place.dataDirectory);
      await server.#launchOnFreePort();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get port(): number {
    return this.#place.port;
  }

  get url(): string {
    return this.#program.url(this.#place.port);
  }

  get version(): string {
    return this.#version;
  }

  get dataDirectory(): string {
    return this.#place.dataDirectory;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async stop(): Promise<void> {
    await this.#end(this.#program.stopSignal);
    await this.#guard.close();
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async restart(): Promise<void> {
    await this.#end(this.#program.stopSignal);
    // After a SIGKILL what the server left behind (PostgreSQL's own children) may outlive it by a moment.
    const deadlineMs = Date.now() + RESTART_LIMIT_MS;
    while (!(await this.#launchedBefore(deadlineMs))) await sleep(PROBE_EVERY_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** A port seen free can be taken before the server has it: then another one is tried. */
  async #launchOnFreePort(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      this.#place = { ...this.#place, port: await freePort() };
      try {
        await this.#launch();
        return;
      } catch (error) {
        await this.#end('SIGKILL');
        if (attempt === PORT_ATTEMPTS || (await isFreePort(this.port))) throw error;
      }
    }
  }

  async #launchedBefore(deadlineMs: number): Promise<boolean> {
    try {
      await this.#launch();
      return true;
    } catch (error) {
      await this.#end('SIGKILL');
      if (Date.now() > deadlineMs) throw error;
      return false;
    }
  }

  async #launch(): Promise<void> {
    const child = this.#guard.spawn(await this.#program.command(this.#place));
    this.#child = child;
    const deadlineMs = Date.now() + START_LIMIT_MS;
    while (Date.now() < deadlineMs) {
      if (hasEnded(child)) throw await this.#guard.failure(`${this.kind} ended while starting`);
      const identity = await identify(this.kind, this.url).catch(() => undefined);
      // Another server may have taken the port between our look and our start.
      if (identity?.mark === this.#program.mark(this.#place)) {
        this.#version = this.#program.version ?? identity.version;
        return;
      }
      await sleep(PROBE_EVERY_MS);
    }
    throw await this.#guard.failure(`${this.kind} did not answer within ${START_LIMIT_MS} ms`);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || hasEnded(child)) return;
    child.ref();
    const ended = once(child, 'exit');
    // To the group when it must be at once: a server may have processes of its own.
    process.kill(signal === 'SIGKILL' ? -child.pid : child.pid, signal);
    const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await ended;
    clearTimeout(limit);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
