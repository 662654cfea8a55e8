import { randomBytes } from 'node:crypto';
import { readdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { serverFailure } from './failure.ts';
import type { Guard } from './guard.ts';
import { collectJars } from './maven-package.ts';
import { freePort } from './port.ts';
import { findExecutable, type Place, runProgram, type ServerProgram } from './program.ts';

const KAFKA_VERSION = '4.1.1';
const LIBRARIES = [
  `org.apache.kafka:kafka_2.13:${KAFKA_VERSION}`,
  `org.apache.kafka:kafka-tools:${KAFKA_VERSION}`,
  'org.apache.logging.log4j:log4j-slf4j2-impl:2.24.3',
];
const MINIMUM_JAVA = 17;

/** What one broker in KRaft mode needs: every internal topic with a single replica. Ports are given at each start. */
const PROPERTIES = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  // A broker that was killed is refused until its old session has run out: 9 s by default.
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
};

interface Binaries {
  readonly java: string;
  readonly jars: string;
  readonly version: string;
}

/** Kafka of the machine (KAFKA_HOME or PATH), else its jars collected by Maven into the cache; Java is the machine's. */
export async function findKafka(): Promise<ServerProgram> {
  const java = await findJava();
  const jars = (await machineJars()) ?? (await collectJars(`kafka-${KAFKA_VERSION}`, LIBRARIES));
  const name = (await readdir(jars)).find((file) => /^kafka_[\d.]+-[\d.]+\.jar$/.test(file));
  return kafkaProgram({ java, jars, version: name?.match(/-([\d.]+)\.jar$/)?.[1] ?? KAFKA_VERSION });
}

async function findJava(): Promise<string> {
  const home = process.env['JAVA_HOME'];
  const java = await findExecutable([...(home ? [join(home, 'bin', 'java')] : []), 'java']);
  const told = java && (await runProgram(java, ['-version'])).stderr;
  if (java && Number(told?.match(/version "(\d+)/)?.[1] ?? 0) >= MINIMUM_JAVA) return java;
  throw serverFailure('SERVERS_UNAVAILABLE', {
    message: `Kafka needs Java ${MINIMUM_JAVA} or later, and there is ${java ? 'an older one' : 'none'} here`,
    remedy: 'install a Java runtime and maven, or set SLUICE_TEST_KAFKA_BROKERS',
  });
}

async function machineJars(): Promise<string | undefined> {
  const script = await findExecutable(['kafka-server-start.sh', 'kafka-server-start']);
  const home = process.env['KAFKA_HOME'] ?? (script && dirname(dirname(await realpath(script))));
  if (!home) return undefined;
  const jars = join(home, 'libs');
  const names = await readdir(jars).catch(() => []);
  return names.length === 0 ? undefined : jars;
}

function kafkaProgram({ java, jars, version }: Binaries): ServerProgram {
  const clusterId = newClusterId();
  const run = (heap: readonly string[], more: readonly string[]) => ({
    file: java,
    arguments: [...heap, '-cp', join(jars, '*'), ...more],
  });
  return {
    async initialise(guard: Guard, dataDirectory: string) {
      const file = propertiesFile(guard.directory);
      await writeFile(file, propertiesText(dataDirectory));
      const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', file];
      // The formatter lives a second: the quick compiler and the simple collector spare most of its work.
      await guard.run(run(['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'], format));
    },
    async command(place: Place) {
      const settings = [...(await listeners(place.port)), ...place.extraArguments];
      const overrides = settings.flatMap((setting) => ['--override', setting]);
      return run(['-Xms256m', '-Xmx1g'], ['kafka.Kafka', propertiesFile(place.directory), ...overrides]);
    },
    stopSignal: 'SIGTERM',
    mark: () => clusterId,
    version,
    url: (port) => `127.0.0.1:${port}`,
  };
}

function newClusterId(): string {
  // 16 bytes as Kafka writes them; a leading dash would be read as an option.
  return randomBytes(16).toString('base64url').replace(/^-/, 'A');
}

function propertiesFile(directory: string): string {
  return join(directory, 'server.properties');
}

function propertiesText(dataDirectory: string): string {
  const all = {
    ...PROPERTIES,
    'log.dirs': dataDirectory,
    // Only so that the file is valid by itself: each start names its own.
    listeners: 'PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093',
    'controller.quorum.voters': '1@127.0.0.1:9093',
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

async function listeners(port: number): Promise<readonly string[]> {
  const controllerPort = await freePort();
  return [
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
  ];
}
