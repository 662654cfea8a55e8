import { ContainerServer } from './container-server.ts';
import { findDocker, haveImage } from './docker.ts';
import { SERVER_VARIABLES, serverOfEnvironment } from './environment.ts';
import { serverFailure } from './failure.ts';
import { CONTAINER_RECIPES, imageOf } from './image.ts';
import { findKafka } from './kafka-program.ts';
import { LocalServer } from './local-server.ts';
import { findMariadb } from './mariadb-program.ts';
import { findMysql } from './mysql-program.ts';
import { findPostgres } from './postgres-program.ts';
import type { ServerProgram } from './program.ts';
import type { RunningServer, ServerKind, ServerOptions } from './running-server.ts';

const PROGRAMS: Readonly<Record<ServerKind, () => Promise<ServerProgram>>> = {
  mysql: findMysql,
  mariadb: findMariadb,
  postgres: findPostgres,
  kafka: findKafka,
};

/** A server for everybody: the one that the environment names, else one of our own without fsync. */
export async function openShared(kind: ServerKind): Promise<RunningServer> {
  return (await serverOfEnvironment(kind)) ?? (await openPrivate(kind, { durable: false }));
}

/** A server for one caller: in a container, else from binaries. SLUICE_TEST_ORIGIN leaves only one of the two. */
export async function openPrivate(kind: ServerKind, options: ServerOptions): Promise<RunningServer> {
  const only = process.env['SLUICE_TEST_ORIGIN'];
  const inDocker = only === 'binaries' ? undefined : await openInDocker(kind, options);
  if (inDocker) return inDocker;
  if (only === 'docker') throw unavailable(kind, 'SLUICE_TEST_ORIGIN leaves only Docker, which has no image for it');
  const program = await PROGRAMS[kind]().catch((cause: unknown) => {
    throw unavailable(kind, 'no Docker daemon with its image, and no binaries', cause);
  });
  return await LocalServer.start(kind, program, options);
}

async function openInDocker(kind: ServerKind, options: ServerOptions): Promise<RunningServer | undefined> {
  const docker = await findDocker();
  if (!docker || !(await haveImage(docker, imageOf(CONTAINER_RECIPES[kind])))) return undefined;
  return await ContainerServer.start(kind, docker, options);
}

function unavailable(kind: ServerKind, reason: string, cause?: unknown): Error {
  const detail = cause instanceof Error ? ` (${cause.message})` : '';
  return serverFailure('SERVERS_UNAVAILABLE', {
    message: `there is no ${kind} to be had: ${reason}${detail}`,
    remedy: `set ${SERVER_VARIABLES[kind]}, start Docker, or install ${kind} (docs/develop/servers.md)`,
    cause,
  });
}
