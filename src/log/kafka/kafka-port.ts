/**
 * What the Kafka log asks of a Kafka client: raw record batches to and from partitions. Small, so that another client
 * can stand behind it. Every method fails with a SluiceError.
 */
export interface PartitionId {
  readonly topic: string;
  readonly partition: number;
}

export interface ProducedBatch extends PartitionId {
  /** One record batch, format 2. */
  readonly bytes: Uint8Array;
}

export interface FetchFrom extends PartitionId {
  readonly offset: number;
  /** At least one whole batch comes whatever this says. */
  readonly maxBytes: number;
}

export interface FetchedPartition extends PartitionId {
  /** Record batches; the first may begin before the offset asked for, the last may be cut. */
  readonly bytes: Buffer;
  /** End of what is replicated and readable. */
  readonly end: number;
}

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly settings: Readonly<Record<string, string>>;
  /** Settings an existing topic must have. */
  readonly required: Readonly<Record<string, string>>;
}

export interface OffsetBounds {
  readonly start: number;
  readonly end: number;
}

export interface KafkaPort {
  /**
   * Base offset of each batch, in order, when all replicas in sync have them. Fails as a whole; what of it was written is
   * then unknown. Never tried twice in here.
   */
  produce(batches: readonly ProducedBatch[]): Promise<readonly number[]>;
  /** Waits up to `waitMs` for the first byte. Below the log's start: LOG_PURGED. */
  fetch(from: readonly FetchFrom[], waitMs: number): Promise<readonly FetchedPartition[]>;
  bounds(id: PartitionId): Promise<OffsetBounds>;
  /** Makes the topics that are missing; an existing one that cannot serve is LOG_TOPIC_REFUSED. */
  ensureTopics(specs: readonly TopicSpec[]): Promise<void>;
  partitionCount(topic: string): Promise<number>;
  /** Ends requests under way with an error. */
  close(): Promise<void>;
}

/** Makes ports; each has connections of its own, so that a waiting fetch holds nobody up. */
export type OpenPort = () => KafkaPort;
