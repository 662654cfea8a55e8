import { Kafka, logLevel } from 'kafkajs';

const LIMIT_MS = 2_000;

/** What a Kafka cluster says of itself. */
export interface KafkaCluster {
  readonly clusterId: string;
  readonly brokers: number;
}

/** Asks once, without retrying; rejects while no broker is registered. */
export async function askKafka(brokers: readonly string[]): Promise<KafkaCluster> {
  const kafka = new Kafka({
    clientId: 'sluice-servers',
    brokers: [...brokers],
    connectionTimeout: LIMIT_MS,
    requestTimeout: LIMIT_MS,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const cluster = await admin.describeCluster();
    if (cluster.brokers.length === 0) throw new Error('no broker has registered yet');
    return { clusterId: cluster.clusterId, brokers: cluster.brokers.length };
  } finally {
    await admin.disconnect();
  }
}
