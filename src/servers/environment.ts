import { serverFailure } from './failure.ts';
import { identify } from './identity.ts';
import type { RunningServer, ServerKind } from './running-server.ts';
import { handle } from './shared-server.ts';

/** The variables by which a server that already runs is given to the tests. */
export const SERVER_VARIABLES: Readonly<Record<ServerKind, string>> = {
  mysql: 'SLUICE_TEST_MYSQL_URL',
  mariadb: 'SLUICE_TEST_MARIADB_URL',
  postgres: 'SLUICE_TEST_POSTGRES_URL',
  kafka: 'SLUICE_TEST_KAFKA_BROKERS',
};

const DEFAULT_PORTS: Readonly<Record<ServerKind, number>> = { mysql: 3306, mariadb: 3306, postgres: 5432, kafka: 9092 };

/** The server that the environment names, or undefined. One that is named but does not answer is an error. */
export async function serverOfEnvironment(kind: ServerKind): Promise<RunningServer | undefined> {
  const variable = SERVER_VARIABLES[kind];
  const url = process.env[variable];
  if (!url) return undefined;
  const { host, port } = address(kind, variable, url);
  try {
    const { version } = await identify(kind, url);
    return handle({ kind, host, port, url, version, origin: 'environment' }, async () => undefined);
  } catch (cause) {
    throw serverFailure('SERVERS_UNREACHABLE', {
      // The URL itself may hold a password.
      message: `${variable} names ${host}:${port}, which does not answer as ${kind}`,
      remedy: `start that server, correct ${variable}, or unset it to have a throw-away one`,
      cause,
    });
  }
}

function address(kind: ServerKind, variable: string, url: string): { host: string; port: number } {
  const first = kind === 'kafka' ? `kafka://${url.split(',')[0]}` : url;
  const schemes = { mysql: ['mysql:'], mariadb: ['mysql:', 'mariadb:'], postgres: ['postgresql:', 'postgres:'] };
  const parsed = URL.canParse(first) ? new URL(first) : undefined;
  if (!parsed?.hostname || (kind !== 'kafka' && !schemes[kind].includes(parsed.protocol))) {
    throw serverFailure('SERVERS_UNREACHABLE', {
      message: `${variable} is not an address of a ${kind} server`,
      remedy: `write it as ${EXAMPLES[kind]}`,
    });
  }
  return { host: parsed.hostname, port: Number(parsed.port || DEFAULT_PORTS[kind]) };
}

const EXAMPLES: Readonly<Record<ServerKind, string>> = {
  mysql: 'mysql://root:PASSWORD@127.0.0.1:3306/',
  mariadb: 'mysql://root:PASSWORD@127.0.0.1:3306/',
  postgres: 'postgresql://postgres:PASSWORD@127.0.0.1:5432/postgres',
  kafka: '127.0.0.1:9092,127.0.0.1:9093',
};
