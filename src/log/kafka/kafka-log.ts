/** The Kafka log: rows in a topic per table, epochs in a control topic (kafka.md). */
import { randomBytes, randomUUID } from 'node:crypto';
import type { ChangeLog, Epoch, LogHead, LogRecord, LogWriter, ReadOptions } from '../../contract/change-log.ts';
import { logError } from '../log-error.ts';
import type { SeenEpoch } from './control-fold.ts';
import { kafkaFormat } from './control-record.ts';
import { ControlTopic } from './control-topic.ts';
import { epochRows, followEpochs } from './epoch-follower.ts';
import type { KafkaPort, OpenPort } from './kafka-port.ts';
import { KafkaWriter } from './kafka-writer.ts';
import { type KafkaConnection, KafkajsPort } from './kafkajs-port.ts';
import { RowFetcher } from './partition-rows.ts';
import { Registry } from './registry.ts';
import { writerBytes } from './row-mark.ts';
import type { SchemaStore } from './schema-store.ts';
import { SchemaTopic } from './schema-topic.ts';
import { controlTopic, ownTopics, schemaTopic, type TopicOptions } from './topic.ts';

export interface KafkaLogOptions extends KafkaConnection, TopicOptions {
  /** A Confluent-compatible registry; without one, schemas are kept in a topic of ours. */
  readonly registry?: { readonly url: string } | undefined;
}

export class KafkaLog implements ChangeLog {
  readonly #options: KafkaLogOptions;
  readonly #openPort: OpenPort;
  readonly #ports = new Set<KafkaPort>();
  readonly #writers = new Set<KafkaWriter>();
  #schemas: SchemaStore | undefined;
  #logId: Promise<string> | undefined;

  constructor(options: KafkaLogOptions, openPort: OpenPort = () => new KafkajsPort(options)) {
    this.#options = options;
    this.#openPort = openPort;
  }

  #port(): KafkaPort {
    const port = this.#openPort();
    this.#ports.add(port);
    return port;
  }

  async #done(port: KafkaPort): Promise<void> {
    this.#ports.delete(port);
    await port.close();
  }

  async #with<T>(act: (port: KafkaPort) => Promise<T>): Promise<T> {
    const port = this.#port();
    try {
      return await act(port);
    } finally {
      await this.#done(port);
    }
  }

  #control(port: KafkaPort): ControlTopic {
    return new ControlTopic(controlTopic(this.#options.topicPrefix), port);
  }

  /** Makes the log if there is none. Of several that do so at once, the first record of the topic decides. */
  #identity(port: KafkaPort): Promise<string> {
    this.#logId ??= this.#makeIdentity(port).catch((error: unknown) => {
      this.#logId = undefined;
      throw error;
    });
    return this.#logId;
  }

  async #makeIdentity(port: KafkaPort): Promise<string> {
    await port.ensureTopics(ownTopics(this.#options));
    const control = this.#control(port);
    if ((await control.end()) === 0) {
      await control.append([{ kind: 'log', format: kafkaFormat, logId: randomUUID() }]);
    }
    const logId = await control.identity();
    if (logId === undefined) throw logError('LOG_FOREIGN', `${control.topic} has lost its first record`);
    return logId;
  }

  #schemaStore(): SchemaStore {
    const { registry, topicPrefix } = this.#options;
    this.#schemas ??= registry ? new Registry(registry.url) : new SchemaTopic(schemaTopic(topicPrefix), this.#port());
    return this.#schemas;
  }

  async openWriter(): Promise<LogWriter> {
    const port = this.#port();
    try {
      const writer = await this.#claim(port);
      this.#writers.add(writer);
      return writer;
    } catch (error) {
      await this.#done(port);
      throw error;
    }
  }

  /** The fence: an `open` record with the next generation, read back; the first one of a generation wins (INV-32). */
  async #claim(port: KafkaPort): Promise<KafkaWriter> {
    const logId = await this.#identity(port);
    const control = this.#control(port);
    const end = await control.end();
    const fold = await control.fold(end);
    const generation = fold.now.generation + 1;
    const writer = randomBytes(writerBytes).toString('hex');
    const openAt = await control.append([{ kind: 'open', generation, writer, stateAt: fold.now.stateAt }]);
    for await (const { record, offset } of control.range(end, openAt + 1)) fold.take(record, offset);
    if (fold.now.writer !== writer) {
      throw logError('LOG_FENCED', `another writer opened the log as generation ${fold.now.generation} first`);
    }
    const { topicPrefix, partitions, replicationFactor } = this.#options;
    const topics = { topicPrefix, ...(partitions && { partitions }), ...(replicationFactor && { replicationFactor }) };
    const schemas = this.#schemaStore();
    const ended = () => this.#forget(opened, port);
    const opened: KafkaWriter = new KafkaWriter({ port, control, fold, openAt, logId, schemas, topics, ended });
    return opened;
  }

  #forget(writer: KafkaWriter, port: KafkaPort): void {
    this.#writers.delete(writer);
    this.#ports.delete(port);
  }

  head(): Promise<LogHead> {
    return this.#with(async (port) => {
      const logId = await this.#identity(port);
      const control = this.#control(port);
      const { now, state } = await control.fold(await control.end());
      return { logId, last: now.last, state };
    });
  }

  async *read({ from, signal }: ReadOptions): AsyncGenerator<Epoch> {
    const [following, fetching] = [this.#port(), this.#port()];
    const stop = () => {
      following.close().catch(() => undefined);
      fetching.close().catch(() => undefined);
    };
    signal.addEventListener('abort', stop, { once: true });
    const fetcher = new RowFetcher(fetching);
    let isOver = false;
    try {
      for await (const seen of this.#follow(following, from)) {
        yield { ...seen.header, read: () => (isOver ? this.#readAlone(seen) : epochRows(seen, fetcher)) };
      }
    } catch (error) {
      // Closing the ports is what ends a waiting fetch.
      if (!signal.aborted) throw error;
    } finally {
      isOver = true;
      signal.removeEventListener('abort', stop);
      await Promise.all([this.#done(following), this.#done(fetching)]);
    }
  }

  async *#follow(port: KafkaPort, from = 0): AsyncGenerator<SeenEpoch> {
    await this.#identity(port);
    const control = this.#control(port);
    const end = await control.end();
    if (from > end) throw logError('LOG_FOREIGN', `${control.topic} ends at ${end}, ${from} was asked for`);
    yield* followEpochs(control, await control.foldAt(from, end), from);
  }

  /** An epoch that outlived the reading which gave it has a connection of its own. */
  async *#readAlone(seen: SeenEpoch): AsyncGenerator<readonly LogRecord[]> {
    const port = this.#port();
    try {
      yield* epochRows(seen, new RowFetcher(port));
    } finally {
      await this.#done(port);
    }
  }

  schema(id: number): Promise<string> {
    return this.#schemaStore().text(id);
  }

  /** Nothing: the tables' topics are for others too, and end by the brokers' retention. */
  async release(): Promise<void> {}

  async close(): Promise<void> {
    for (const writer of [...this.#writers]) await writer.close();
    for (const port of [...this.#ports]) await this.#done(port);
    await this.#schemas?.close();
    this.#schemas = undefined;
  }
}
