import { readFile } from 'node:fs/promises';
import kafkajs, { type Admin, type KafkaConfig, type SASLOptions } from 'kafkajs';
import type { KafkaLogConfig } from '../config/config.ts';
import { type Finding, finding } from '../contract/finding.ts';

// kafkajs is CommonJS: Node finds no ConfigResourceTypes among its named exports.
const { ConfigResourceTypes, Kafka, logLevel } = kafkajs;
type ResourceType = (typeof ConfigResourceTypes)[keyof typeof ConfigResourceTypes];

/** One row with a large value has to pass; a call of 1,000 rows does by itself. */
const WANTED_MESSAGE_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 10_000;

/** Brokers, replicas, limits and the topics that are there; nothing is created. */
export async function checkKafka(log: KafkaLogConfig): Promise<readonly Finding[]> {
  const admin = new Kafka(await clientSettings(log)).admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    const ids = brokers.map(({ nodeId }) => String(nodeId));
    return [
      ...checkReplication(log, brokers.length),
      ...(await checkLimits(admin, ids[0] ?? '0')),
      ...(await checkTopics(admin, log)),
    ];
  } catch (error) {
    return [unreachable(log, error)];
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

async function clientSettings({ brokers, ssl, sasl }: KafkaLogConfig): Promise<KafkaConfig> {
  const pem = async (path: string | null): Promise<string | undefined> =>
    path === null ? undefined : await readFile(path, 'utf8');
  const files = ssl === null ? null : { ca: await pem(ssl.ca), cert: await pem(ssl.cert), key: await pem(ssl.key) };
  const given = files === null ? null : Object.entries(files).filter(([, value]) => value !== undefined);
  return {
    clientId: 'sluice-check',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: TIMEOUT_MS,
    requestTimeout: TIMEOUT_MS,
    retry: { retries: 1, initialRetryTime: 200 },
    ...(given === null ? {} : { ssl: Object.fromEntries(given) }),
    ...(sasl === null
      ? {}
      : {
          sasl: { mechanism: sasl.mechanism, username: sasl.username, password: sasl.password.reveal() } as SASLOptions,
        }),
  };
}

function checkReplication({ replicationFactor }: KafkaLogConfig, brokers: number): readonly Finding[] {
  if (replicationFactor > brokers) {
    const message = `log.kafka.replicationFactor is ${replicationFactor}, and the cluster has ${brokers} brokers`;
    return [finding('blocker', 'LOG_REPLICATION', 'log', message, `log: { kafka: { replicationFactor: ${brokers} } }`)];
  }
  if (replicationFactor > 1 || brokers < 2) return [];
  const message = `each change is kept by one of ${brokers} brokers: with it, changes are lost`;
  return [
    finding(
      'warning',
      'LOG_REPLICATION',
      'log',
      message,
      `log: { kafka: { replicationFactor: ${Math.min(3, brokers)} } }`,
    ),
  ];
}

async function checkLimits(admin: Admin, broker: string): Promise<readonly Finding[]> {
  const values = await settingsOf(admin, ConfigResourceTypes.BROKER, broker, [
    'message.max.bytes',
    'replica.fetch.max.bytes',
  ]);
  const limit = Number(values.get('message.max.bytes') ?? Number.POSITIVE_INFINITY);
  if (limit >= WANTED_MESSAGE_BYTES) return [];
  const message = `message.max.bytes is ${limit}: a row larger than that stops capture, unless the topic allows more (max.message.bytes)`;
  const cure = `kafka-configs.sh --alter --entity-type brokers --entity-default --add-config message.max.bytes=${WANTED_MESSAGE_BYTES},replica.fetch.max.bytes=${WANTED_MESSAGE_BYTES}`;
  return [finding('information', 'LOG_MESSAGE_SIZE', 'log', message, cure)];
}

/** A compacted table topic loses changes that the sink still needs (protocols 7). */
async function checkTopics(admin: Admin, { topicPrefix }: KafkaLogConfig): Promise<readonly Finding[]> {
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(`${topicPrefix}.`));
  const found: Finding[] = [];
  for (const topic of topics) {
    const values = await settingsOf(admin, ConfigResourceTypes.TOPIC, topic, ['cleanup.policy']);
    if (!(values.get('cleanup.policy') ?? 'delete').includes('compact')) continue;
    const cure = `kafka-configs.sh --alter --entity-type topics --entity-name ${topic} --add-config cleanup.policy=delete`;
    found.push(
      finding(
        'blocker',
        'LOG_TOPIC_COMPACTED',
        topic,
        'the topic is compacted: changes not applied yet would be lost',
        cure,
      ),
    );
  }
  return found;
}

async function settingsOf(
  admin: Admin,
  type: ResourceType,
  name: string,
  configNames: string[],
): Promise<ReadonlyMap<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type, name, configNames }],
  });
  return new Map(
    resources.flatMap(({ configEntries }) => configEntries.map((entry) => [entry.configName, entry.configValue])),
  );
}

function unreachable({ brokers }: KafkaLogConfig, error: unknown): Finding {
  const name = error instanceof Error ? error.name : 'error';
  const message = `no broker of ${brokers.join(', ')} answers (${name})`;
  return finding(
    'blocker',
    'LOG_UNREACHABLE',
    'log',
    message,
    '-- check log.kafka.brokers, ssl and sasl, the network, and that Kafka runs',
  );
}
