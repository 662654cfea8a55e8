import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import kafkajs, { type Admin, type SASLOptions } from 'kafkajs';
import { SluiceError } from '../../contract/error.ts';
import { logError } from '../log-error.ts';
import { clientError } from './kafka-error.ts';
import type {
  FetchedPartition,
  FetchFrom,
  KafkaPort,
  OffsetBounds,
  PartitionId,
  ProducedBatch,
  TopicSpec,
} from './kafka-port.ts';
import {
  type Address,
  type Cluster,
  type ClusterOptions,
  clientTimes,
  openCluster,
  Sockets,
  sendRaw,
} from './kafkajs-internal.ts';
import { fetchRequest, partitionKey, produceRequest } from './protocol.ts';

// Node finds only some of its names in a CommonJS module.
const { ConfigResourceTypes, Kafka, logLevel } = kafkajs;

export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly ssl?: ConnectionOptions | undefined;
  readonly sasl?: SASLOptions | undefined;
  /** Another way to an address that the brokers announce, where it cannot be reached from here (a tunnel, a proxy). */
  readonly wayTo?: ((host: string, port: number) => Address) | undefined;
}

/** How often a question is asked, waiting longer each time. */
const tries = 6;
const firstPauseMs = 50;
/** How long each pause grows while a topic that was deleted is still told of. */
const longestPauseMs = 8_000;

/** The port over kafkajs. A cluster that has failed is thrown away whole: no request goes out twice behind our back. */
export class KafkajsPort implements KafkaPort {
  readonly #options: ClusterOptions;
  readonly #wayTo: KafkaConnection['wayTo'];
  #sockets = new Sockets();
  #cluster: Promise<Cluster> | undefined;
  readonly #topics = new Set<string>();
  #isClosed = false;

  constructor(connection: KafkaConnection) {
    const { brokers, ssl, sasl, wayTo } = connection;
    this.#wayTo = wayTo;
    this.#options = { brokers, ssl, sasl, clientId: 'sluice' };
  }

  async #connect(): Promise<Cluster> {
    const sockets = new Sockets(this.#wayTo);
    this.#sockets = sockets;
    const cluster = openCluster(this.#options, sockets.factory);
    await cluster.connect();
    return cluster;
  }

  /** Runs `act` on the connected cluster; after any failure the next one begins with a new cluster. */
  async #use<T>(what: string, act: (cluster: Cluster) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw logError('LOG_CLOSED', 'the connection to Kafka was closed');
    try {
      this.#cluster ??= this.#connect();
      return await act(await this.#cluster);
    } catch (cause) {
      this.#drop();
      throw clientError(what, cause);
    }
  }

  #drop(): void {
    this.#sockets.destroy();
    this.#cluster = undefined;
    this.#topics.clear();
  }

  async #know(cluster: Cluster, topics: readonly string[]): Promise<void> {
    const unknown = topics.filter((topic) => !this.#topics.has(topic));
    if (unknown.length > 0) {
      await cluster.addMultipleTargetTopics(unknown);
      for (const topic of unknown) this.#topics.add(topic);
    } else await cluster.refreshMetadataIfNecessary();
  }

  /** Sends each leader its share. */
  async #byLeader<T extends PartitionId, R>(
    cluster: Cluster,
    items: readonly T[],
    send: (nodeId: number, share: readonly T[]) => Promise<R>,
  ): Promise<R[]> {
    await this.#know(cluster, [...new Set(items.map(({ topic }) => topic))]);
    const shares = Map.groupBy(items, ({ topic, partition }) => leaderOf(cluster, topic, partition));
    return Promise.all([...shares].map(([nodeId, share]) => send(nodeId, share)));
  }

  produce(batches: readonly ProducedBatch[]): Promise<readonly number[]> {
    return this.#use('writing to Kafka', async (cluster) => {
      const answers = await this.#byLeader(cluster, batches, (nodeId, share) =>
        sendRaw(cluster, nodeId, produceRequest(share)),
      );
      const offsets = new Map(answers.flatMap((answer) => [...answer]));
      return batches.map(({ topic, partition }) => offsets.get(partitionKey(topic, partition)) as number);
    });
  }

  /** Questions change nothing: they are asked again after a lost connection, or while a leader is being chosen. */
  async #ask<T>(what: string, act: (cluster: Cluster) => Promise<T>): Promise<T> {
    for (let left = tries - 1, pauseMs = firstPauseMs; ; left--, pauseMs *= 2) {
      try {
        return await this.#use(what, act);
      } catch (error) {
        const isWorthwhile = error instanceof SluiceError && error.disposition === 'retry';
        if (!isWorthwhile || left === 0 || this.#isClosed) throw error;
      }
      await sleep(pauseMs);
    }
  }

  async fetch(from: readonly FetchFrom[], waitMs: number): Promise<readonly FetchedPartition[]> {
    try {
      return await this.#ask('reading from Kafka', (cluster) => this.#fetch(cluster, from, waitMs));
    } catch (error) {
      if (error instanceof SluiceError && error.code === 'LOG_PURGED') await this.#assertInside(from);
      throw error;
    }
  }

  async #fetch(cluster: Cluster, from: readonly FetchFrom[], waitMs: number): Promise<readonly FetchedPartition[]> {
    const answers = await this.#byLeader(cluster, from, (nodeId, share) =>
      sendRaw(cluster, nodeId, fetchRequest(share, waitMs)),
    );
    return answers.flat();
  }

  /** Kafka has one answer for "deleted" and for "past the end": tells them apart. */
  async #assertInside(from: readonly FetchFrom[]): Promise<void> {
    for (const { topic, partition, offset } of from) {
      const { start, end } = await this.bounds({ topic, partition });
      const what = `${topic}, partition ${partition}`;
      if (offset < start) throw logError('LOG_PURGED', `${what} begins at ${start}, ${offset} is deleted`);
      if (offset > end) throw logError('LOG_FOREIGN', `${what} ends at ${end}, ${offset} was asked for`);
    }
  }

  bounds({ topic, partition }: PartitionId): Promise<OffsetBounds> {
    return this.#ask(`asking for the offsets of ${topic}`, async (cluster) => {
      await this.#know(cluster, [topic]);
      const ask = async (fromBeginning: boolean): Promise<number> => {
        const [answer] = await cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], fromBeginning }]);
        return Number(answer?.partitions[0]?.offset ?? 0);
      };
      return { start: await ask(true), end: await ask(false) };
    });
  }

  partitionCount(topic: string): Promise<number> {
    return this.#ask(`asking for the partitions of ${topic}`, async (cluster) => {
      await this.#know(cluster, [topic]);
      return cluster.findTopicPartitionMetadata(topic).length;
    });
  }

  /** Not by the admin client, which falls over its own feet (TypeError) when no broker answers. */
  topicNames(): Promise<ReadonlySet<string>> {
    return this.#ask('listing topics', async (cluster) => {
      const metadata = await cluster.metadata({ topics: [] });
      if (metadata === null) throw logError('LOG_UNREACHABLE', 'no Kafka broker answers');
      return new Set(metadata.topicMetadata.map(({ topic }) => topic));
    });
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<void> {
    const names = await this.topicNames();
    const missing = specs.filter(({ name }) => !names.has(name));
    const existing = specs.filter(({ name }) => names.has(name));
    await this.#administer(`making topics (${specs.map(({ name }) => name).join(', ')})`, async (admin) => {
      if (existing.length > 0) await assertServing(admin, existing);
      if (missing.length > 0) await admin.createTopics({ topics: missing.map(topicConfig), waitForLeaders: true });
    });
    // A leader that is chosen may not know it yet: the first write would fail.
    for (const { name, partitions } of missing) {
      for (let partition = 0; partition < partitions; partition++) await this.bounds({ topic: name, partition });
    }
  }

  /** Deletes topics and waits until no broker tells of them any more; those that are not there are passed over. */
  async deleteTopics(topics: readonly string[]): Promise<void> {
    const isThere = async () => {
      const names = await this.topicNames();
      return topics.filter((topic) => names.has(topic));
    };
    const there = await isThere();
    if (there.length === 0) return;
    await this.#administer(`deleting topics (${there.join(', ')})`, (admin) => admin.deleteTopics({ topics: there }));
    for (let pauseMs = firstPauseMs; (await isThere()).length > 0; pauseMs *= 2) {
      if (pauseMs > longestPauseMs) throw logError('LOG_UNREACHABLE', `topics are still there: ${there.join(', ')}`);
      await sleep(pauseMs);
    }
  }

  async #administer<T>(what: string, act: (admin: Admin) => Promise<T>): Promise<T> {
    const { brokers, clientId, ssl, sasl } = this.#options;
    const login = { ...(ssl === undefined ? {} : { ssl }), ...(sasl === undefined ? {} : { sasl }) };
    const socketFactory = new Sockets(this.#wayTo).factory;
    const quiet = { clientId, socketFactory, logLevel: logLevel.NOTHING };
    const kafka = new Kafka({ ...clientTimes, ...login, ...quiet, brokers: [...brokers] });
    const admin = kafka.admin();
    try {
      await admin.connect();
      return await act(admin);
    } catch (cause) {
      throw clientError(what, cause);
    } finally {
      await admin.disconnect();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const cluster = await this.#cluster?.catch(() => undefined);
    this.#drop();
    await cluster?.disconnect();
  }
}

function leaderOf(cluster: Cluster, topic: string, partition: number): number {
  const found = cluster.findTopicPartitionMetadata(topic).find(({ partitionId }) => partitionId === partition);
  if (found !== undefined && found.leader >= 0) return found.leader;
  throw logError('LOG_UNREACHABLE', `${topic}, partition ${partition}, has no leader now`);
}

function topicConfig({ name, partitions, replicationFactor, settings }: TopicSpec) {
  const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
  return { topic: name, numPartitions: partitions, replicationFactor, configEntries };
}

/** A topic that someone else made must keep what we write as long as we need it. */
async function assertServing(admin: Admin, specs: readonly TopicSpec[]): Promise<void> {
  const resources = specs.map(({ name, required }) => {
    return { type: ConfigResourceTypes.TOPIC, name, configNames: Object.keys(required) };
  });
  const answer = await admin.describeConfigs({ resources, includeSynonyms: false });
  for (const { resourceName, configEntries } of answer.resources) {
    const required = specs.find(({ name }) => name === resourceName)?.required ?? {};
    for (const { configName, configValue } of configEntries) {
      const wanted = required[configName];
      if (wanted === undefined || wanted === configValue) continue;
      throw logError(
        'LOG_TOPIC_REFUSED',
        `topic ${resourceName} has ${configName}=${configValue}, it must be ${wanted}`,
      );
    }
  }
}
