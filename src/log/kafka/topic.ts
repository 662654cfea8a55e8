import type { TopicSpec } from './kafka-port.ts';

export interface TopicOptions {
  readonly topicPrefix: string;
  /** Of each table topic made by us. */
  readonly partitions?: number;
  readonly replicationFactor?: number;
}

/** A row may be this large; the broker's own limit is socket.request.max.bytes, 100 MiB by default. */
export const maxMessageBytes = 64 << 20;

export const controlTopic = (prefix: string): string => `${prefix}.sluice.control`;
export const schemaTopic = (prefix: string): string => `${prefix}.sluice.schemas`;

const shared = { 'compression.type': 'producer', 'max.message.bytes': String(maxMessageBytes) };
const forEver = { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' };

/** Topics of our own: one partition, nothing is ever deleted (kafka.md). */
export function ownTopics({ topicPrefix, replicationFactor = 1 }: TopicOptions): TopicSpec[] {
  return [controlTopic(topicPrefix), schemaTopic(topicPrefix)].map((name) => {
    return { name, partitions: 1, replicationFactor, settings: { ...shared, ...forEver }, required: forEver };
  });
}

/** A table's topic, for us and for everybody: by the broker's retention, never compacted (protocols 7). */
export function tableTopic(name: string, { partitions = 1, replicationFactor = 1 }: TopicOptions): TopicSpec {
  const required = { 'cleanup.policy': 'delete' };
  return { name, partitions, replicationFactor, settings: { ...shared, ...required }, required };
}
