import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StartedTestContainer } from 'testcontainers';
import type { Docker } from './docker.ts';
import { serverFailure } from './failure.ts';
import { identify } from './identity.ts';
import { CONTAINER_RECIPES, type ContainerRecipe, imageOf } from './image.ts';
import { freePort } from './port.ts';
import type { RunningServer, ServerKind, ServerOptions } from './running-server.ts';

const LOOPBACK = '127.0.0.1';
const START_LIMIT_MS = 180_000;
const STOP_LIMIT_SECONDS = 30;
const PROBE_EVERY_MS = 200;

// INV-90 for containers: the end of our process, however it came about, is the end of this script's stdin. The
// daemon may still be at creating the container then: it is asked again until it had one to remove.
const WATCHDOG = `
const [socketPath, path] = process.argv.slice(1);
const remove = (attempts) => require('http')
  .request({ socketPath, path, method: 'DELETE' }, (answer) => {
    answer.resume();
    if (answer.statusCode >= 400 && attempts > 1) setTimeout(remove, 500, attempts - 1);
  })
  .on('error', () => undefined)
  .end();
process.stdin.on('data', () => process.exit(0)).on('end', () => remove(10));`;

/** A server in a container; its port is bound to loopback where that reaches it. */
export class ContainerServer implements RunningServer {
  readonly kind: ServerKind;
  readonly origin = 'docker';
  readonly host: string;
  readonly port: number;
  readonly #docker: Docker;
  readonly #container: StartedTestContainer;
  readonly #watchdog: ChildProcess | undefined;
  #version = '';

  private constructor(kind: ServerKind, docker: Docker, running: Running) {
    this.kind = kind;
    this.#docker = docker;
    this.host = running.host;
    this.port = running.port;
    this.#container = running.container;
    this.#watchdog = running.watchdog;
  }

  static async start(kind: ServerKind, docker: Docker, options: ServerOptions): Promise<ContainerServer> {
    const server = new ContainerServer(kind, docker, await run(docker, CONTAINER_RECIPES[kind], options));
    try {
      await server.#untilReady();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get url(): string {
    return CONTAINER_RECIPES[this.kind].url(this.host, this.port);
  }

  get version(): string {
    return this.#version;
  }

  async stop(): Promise<void> {
    await this.#container.stop({ timeout: STOP_LIMIT_SECONDS * 1000, remove: true, removeVolumes: true });
    dismiss(this.#watchdog);
  }

  async kill(): Promise<void> {
    await this.#inDaemon.kill({ signal: 'SIGKILL' });
    await this.#inDaemon.wait();
  }

  async restart(): Promise<void> {
    const { State: state } = await this.#inDaemon.inspect();
    if (state.Running) await this.#inDaemon.stop({ t: STOP_LIMIT_SECONDS });
    await this.#inDaemon.start();
    await this.#untilReady();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  get #inDaemon(): ReturnType<Docker['client']['container']['getById']> {
    return this.#docker.client.container.getById(this.#container.getId());
  }

  async #untilReady(): Promise<void> {
    const deadlineMs = Date.now() + START_LIMIT_MS;
    while (Date.now() < deadlineMs) {
      const identity = await identify(this.kind, this.url).catch(() => undefined);
      if (identity) {
        this.#version = this.kind === 'kafka' ? imageOf(CONTAINER_RECIPES.kafka) : identity.version;
        return;
      }
      await sleep(PROBE_EVERY_MS);
    }
    throw serverFailure('SERVERS_START_FAILED', {
      message: `the container of ${imageOf(CONTAINER_RECIPES[this.kind])} did not answer within ${START_LIMIT_MS} ms`,
      remedy: 'look at its log with docker logs, or set SLUICE_TEST_ORIGIN=binaries to go without Docker',
    });
  }
}

interface Running {
  readonly container: StartedTestContainer;
  readonly host: string;
  readonly port: number;
  readonly watchdog: ChildProcess | undefined;
}

async function run(docker: Docker, recipe: ContainerRecipe, options: ServerOptions): Promise<Running> {
  const host = hostOf(docker);
  const port = await freePort();
  const name = `sluice-${recipe.image.replace(/[^a-z]+/g, '-')}${randomBytes(4).toString('hex')}`;
  const extra = options.arguments ?? [];
  const command = [...recipe.command, ...(options.durable === false ? recipe.notDurable : recipe.durable)];
  const watchdog = docker.socketPath === undefined ? undefined : watch(docker.socketPath, name);
  const container = newContainer(docker, imageOf(recipe))
    .withName(name)
    .withEnvironment(recipe.environment(host, port, extra))
    .withCommand(recipe.takesArguments ? [...command, ...extra] : command)
    .withExposedPorts({ container: recipe.port, host: port })
    .withAutoCleanup(watchdog === undefined);
  try {
    return { container: await container.start(), host, port, watchdog };
  } catch (error) {
    // What may have been made all the same is removed.
    watchdog?.stdin?.end();
    throw error;
  }
}

function hostOf({ client }: Docker): string {
  const { host } = client.info.containerRuntime;
  return host === 'localhost' ? LOOPBACK : host;
}

/** A container that is not waited for (`identify` does that), with its ports on loopback where that reaches it. */
function newContainer(docker: Docker, image: string) {
  const { library } = docker;
  class Started extends library.StartupCheckStrategy {
    override async checkStartupState(): Promise<'SUCCESS'> {
      return 'SUCCESS';
    }
  }
  class Loopback extends library.GenericContainer {
    protected override async beforeContainerCreated(): Promise<void> {
      if (hostOf(docker) !== LOOPBACK) return;
      const bindings: Record<string, { HostIp?: string }[]> = this.hostConfig.PortBindings ?? {};
      for (const binding of Object.values(bindings).flat()) binding.HostIp = LOOPBACK;
    }
  }
  return new Loopback(image).withWaitStrategy(new Started());
}

function watch(socketPath: string, name: string): ChildProcess {
  const path = `/containers/${name}?force=true&v=true`;
  const watchdog = spawn(process.execPath, ['-e', WATCHDOG, socketPath, path], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
  });
  watchdog.unref();
  const pipe = watchdog.stdin;
  pipe.on('error', () => undefined);
  if ('unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
  return watchdog;
}

/** The container is gone: there is nothing left to watch. */
function dismiss(watchdog: ChildProcess | undefined): void {
  watchdog?.stdin?.end('done');
}
