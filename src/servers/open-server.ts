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
  return await openPrivate(kind, { durable: false });
}

/** A server for one caller. */
export async function openPrivate(kind: ServerKind, options: ServerOptions): Promise<RunningServer> {
  return await LocalServer.start(kind, await PROGRAMS[kind](), options);
}
