/**
 * The one file that knows the inside of kafkajs 2.2.4 (pinned in package.json): its Cluster gives connections, logins,
 * leaders and metadata; requests and answers for record batches are our own, which the public API has no way to send.
 */
import { createRequire } from 'node:module';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { SASLOptions } from 'kafkajs';

const require = createRequire(import.meta.url);

interface Encoder {
  writeBufferInternal(bytes: Uint8Array): void;
}

interface ProtocolRequest<T> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    readonly encode: () => Promise<Encoder>;
  };
  readonly response: {
    readonly decode: (payload: Buffer) => Promise<T>;
    readonly parse: (decoded: T) => Promise<T>;
  };
}

interface Broker {
  readonly connectionPool: { send<T>(request: ProtocolRequest<T>): Promise<T> };
}

interface PartitionMetadata {
  readonly partitionId: number;
  readonly leader: number;
}

interface TopicOffsets {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
}

interface OffsetsAsked {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number }[];
  readonly fromBeginning: boolean;
}

interface ClusterMetadata {
  readonly topicMetadata: readonly { readonly topic: string }[];
}

export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  /** null when no broker answered: it drops their errors. */
  metadata(of: { readonly topics: readonly string[] }): Promise<ClusterMetadata | null>;
  findBroker(which: { readonly nodeId: string }): Promise<Broker>;
  findTopicPartitionMetadata(topic: string): readonly PartitionMetadata[];
  fetchTopicsOffset(topics: readonly OffsetsAsked[]): Promise<readonly TopicOffsets[]>;
}

interface SocketRequest {
  readonly host: string;
  readonly port: number;
  readonly ssl?: ConnectionOptions;
  readonly onConnect: () => void;
}

export type SocketFactory = (request: SocketRequest) => Socket;

export interface ClusterOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: ConnectionOptions | undefined;
  readonly sasl?: SASLOptions | undefined;
}

const silent: unknown = require('kafkajs/src/loggers/index.js').createLogger({
  level: 0,
  logCreator: () => () => undefined,
});
const ClusterClass: new (options: object) => Cluster = require('kafkajs/src/cluster/index.js');
const EncoderClass: new (bytes: number) => Encoder = require('kafkajs/src/protocol/encoder.js');

interface RequestQueue {
  readonly throttledUntil: number;
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}
const RequestQueueClass: { readonly prototype: RequestQueue } = require('kafkajs/src/network/requestQueue/index.js');
const schedule = RequestQueueClass.prototype.scheduleCheckPendingRequests;

// kafkajs sets a timer of minus 50 years after each answer, which Node 24 warns of on stderr, and which nobody needs.
RequestQueueClass.prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
  if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
};

export const clientTimes = {
  connectionTimeout: 3_000,
  authenticationTimeout: 5_000,
  requestTimeout: 30_000,
  retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 1 },
} as const;

export function openCluster(options: ClusterOptions, socketFactory: SocketFactory): Cluster {
  return new ClusterClass({
    ...options,
    ...clientTimes,
    logger: silent,
    socketFactory,
    metadataMaxAge: 60_000,
    allowAutoTopicCreation: false,
    isolationLevel: 0,
  });
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Sockets that can be broken at once: kafkajs itself waits for the answers to what it has asked. */
export class Sockets {
  readonly #open = new Set<Socket>();
  readonly #wayTo: (host: string, port: number) => Address;

  constructor(wayTo: (host: string, port: number) => Address = (host, port) => ({ host, port })) {
    this.#wayTo = wayTo;
  }

  readonly factory: SocketFactory = ({ host: announced, port: announcedPort, ssl, onConnect }) => {
    const { host, port } = this.#wayTo(announced, announcedPort);
    const socket =
      ssl === undefined || ssl === null
        ? connectTcp({ host, port }, onConnect)
        : connectTls({ host, port, ...(isIP(announced) === 0 ? { servername: announced } : {}), ...ssl }, onConnect);
    socket.setKeepAlive(true, 60_000);
    socket.setNoDelay(true);
    this.#open.add(socket);
    socket.on('close', () => this.#open.delete(socket));
    return socket;
  };

  destroy(): void {
    for (const socket of this.#open) socket.destroy(new Error('closed by sluice'));
  }
}

export interface RawRequest<T> {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  readonly parts: readonly Uint8Array[];
  readonly decode: (answer: Buffer) => T;
}

/** Sends bytes of our own as one request to a broker. */
export async function sendRaw<T>(cluster: Cluster, nodeId: number, raw: RawRequest<T>): Promise<T> {
  const broker = await cluster.findBroker({ nodeId: String(nodeId) });
  const { apiKey, apiVersion, apiName, parts, decode } = raw;
  const encode = async (): Promise<Encoder> => {
    const encoder = new EncoderClass(parts.reduce((sum, part) => sum + part.length, 0));
    for (const part of parts) encoder.writeBufferInternal(part);
    return encoder;
  };
  return broker.connectionPool.send({
    request: { apiKey, apiVersion, apiName, encode },
    response: { decode: async (answer: Buffer) => decode(answer), parse: async (decoded: T) => decoded },
  });
}
