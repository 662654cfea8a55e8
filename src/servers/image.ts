import type { ServerKind } from './running-server.ts';

/** How a container of one kind is made. */
export interface ContainerRecipe {
  /** The variable of `infra/docker-compose.yml` that replaces the image, and the image without it. */
  readonly imageVariable: string;
  readonly image: string;
  /** The port within the container. */
  readonly port: number;
  readonly command: readonly string[];
  /** Further arguments where commits must survive the machine, and where they need not. */
  readonly durable: readonly string[];
  readonly notDurable: readonly string[];
  environment(host: string, hostPort: number, extraArguments: readonly string[]): Readonly<Record<string, string>>;
  /** False: extra arguments go into the environment. */
  readonly takesArguments: boolean;
  url(host: string, hostPort: number): string;
}

const DAEMON_COMMAND = ['--server-id=1', '--log-bin=bin', '--binlog-row-metadata=FULL', '--local-infile=1'];
// MariaDB, unlike MySQL, does not sync its binlog unless told.
const MARIADB_DURABLE = ['--sync-binlog=1'];
const DAEMON_NOT_DURABLE = ['--sync-binlog=0', '--innodb-flush-log-at-trx-commit=2'];

function mysqlUrl(host: string, port: number): string {
  return `mysql://root@${host}:${port}/`;
}

export const CONTAINER_RECIPES: Readonly<Record<ServerKind, ContainerRecipe>> = {
  mysql: {
    imageVariable: 'MYSQL_IMAGE',
    image: 'mysql:8.4.6',
    port: 3306,
    command: [...DAEMON_COMMAND, '--gtid-mode=ON', '--enforce-gtid-consistency=ON', '--mysqlx=OFF'],
    durable: [],
    notDurable: DAEMON_NOT_DURABLE,
    environment: () => ({ MYSQL_ALLOW_EMPTY_PASSWORD: 'yes', MYSQL_ROOT_HOST: '%' }),
    takesArguments: true,
    url: mysqlUrl,
  },
  mariadb: {
    imageVariable: 'MARIADB_IMAGE',
    image: 'mariadb:11.8.3',
    port: 3306,
    command: [...DAEMON_COMMAND, '--binlog-format=ROW', '--binlog-row-image=FULL', '--gtid-strict-mode=1'],
    durable: MARIADB_DURABLE,
    notDurable: DAEMON_NOT_DURABLE,
    environment: () => ({ MARIADB_ALLOW_EMPTY_ROOT_PASSWORD: 'yes', MARIADB_ROOT_HOST: '%' }),
    takesArguments: true,
    url: mysqlUrl,
  },
  postgres: {
    imageVariable: 'POSTGRES_IMAGE',
    image: 'postgres:17.6',
    port: 5432,
    command: ['-c', 'wal_level=logical', '-c', 'max_connections=200'],
    durable: [],
    notDurable: ['-c', 'fsync=off'],
    environment: () => ({ POSTGRES_HOST_AUTH_METHOD: 'trust' }),
    takesArguments: true,
    url: (host, port) => `postgresql://postgres@${host}:${port}/postgres`,
  },
  kafka: {
    imageVariable: 'KAFKA_IMAGE',
    image: 'apache/kafka:4.1.0',
    port: 9092,
    command: [],
    durable: [],
    notDurable: [],
    environment: kafkaEnvironment,
    takesArguments: false,
    url: (host, port) => `${host}:${port}`,
  },
};

/** The image to use now. */
export function imageOf(recipe: ContainerRecipe): string {
  return process.env[recipe.imageVariable] || recipe.image;
}

function kafkaEnvironment(host: string, port: number, settings: readonly string[]): Readonly<Record<string, string>> {
  return {
    KAFKA_NODE_ID: '1',
    KAFKA_PROCESS_ROLES: 'broker,controller',
    // The broker calls itself too (transaction markers), and cannot by the address that clients use.
    KAFKA_LISTENERS: 'PLAINTEXT://:9092,INTERNAL://:19092,CONTROLLER://:9093',
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${host}:${port},INTERNAL://localhost:19092`,
    KAFKA_INTER_BROKER_LISTENER_NAME: 'INTERNAL',
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
    KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    KAFKA_BROKER_SESSION_TIMEOUT_MS: '3000',
    KAFKA_BROKER_HEARTBEAT_INTERVAL_MS: '500',
    ...Object.fromEntries(settings.map(asVariable)),
  };
}

// The public image's rule: an underscore is two, a dash is three, a dot is one.
function asVariable(setting: string): [string, string] {
  const at = setting.indexOf('=');
  const name = setting.slice(0, at).replaceAll('_', '__').replaceAll('-', '___').replaceAll('.', '_');
  return [`KAFKA_${name.toUpperCase()}`, setting.slice(at + 1)];
}
