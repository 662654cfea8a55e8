import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerRuntimeClient } from 'testcontainers';

const PULL_LIMIT_MS = 120_000;

/** The library that speaks to Docker; loaded only where a daemon may be. */
type Testcontainers = typeof import('testcontainers');

/** A daemon that answers. */
export interface Docker {
  readonly library: Testcontainers;
  readonly client: ContainerRuntimeClient;
  /** Of a daemon on this machine. */
  readonly socketPath: string | undefined;
}

/** The daemon, or undefined where there is none or the library is not installed (as in the published package). */
export async function findDocker(): Promise<Docker | undefined> {
  if (!mayHaveDaemon()) return undefined;
  try {
    const library = await import('testcontainers');
    const client = await library.getContainerRuntimeClient();
    const modem: unknown = client.container.dockerode.modem;
    return { library, client, socketPath: socketOf(modem) };
  } catch {
    return undefined;
  }
}

/** True when the image is there or came within two minutes; a slow registry must not hold up what binaries can do. */
export async function haveImage({ library, client }: Docker, image: string): Promise<boolean> {
  const name = library.ImageName.fromString(image);
  if (await client.image.exists(name)) return true;
  const pull = client.image.pull(name, { force: false, platform: undefined }).then(
    () => true,
    () => false,
  );
  return await Promise.race([pull, sleep(PULL_LIMIT_MS, false, { ref: false })]);
}

function mayHaveDaemon(): boolean {
  if (process.env['DOCKER_HOST']) return true;
  const runtime = process.env['XDG_RUNTIME_DIR'];
  const places = [
    '/var/run/docker.sock',
    ...(runtime ? [join(runtime, 'docker.sock')] : []),
    ...['.docker/run/docker.sock', '.docker/desktop/docker.sock', '.testcontainers.properties'].map((file) =>
      join(homedir(), file),
    ),
  ];
  return places.some((place) => existsSync(place));
}

function socketOf(modem: unknown): string | undefined {
  const path = typeof modem === 'object' && modem !== null && 'socketPath' in modem ? modem.socketPath : undefined;
  return typeof path === 'string' ? path : undefined;
}
