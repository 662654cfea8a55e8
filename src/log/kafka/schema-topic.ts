import { logError } from '../log-error.ts';
import type { KafkaPort } from './kafka-port.ts';
import { BatchBuilder } from './record-batch.ts';
import { readRecordSet } from './record-set.ts';
import type { SchemaStore } from './schema-store.ts';

const fetchBytes = 1 << 20;

/**
 * Schemas without a registry: one record each in a topic from which nothing is deleted. An id is the record's offset
 * plus one, so that two writers can never give the same id to two schemas (INV-35).
 */
export class SchemaTopic implements SchemaStore {
  readonly #topic: string;
  readonly #port: KafkaPort;
  readonly #texts = new Map<number, string>();
  readonly #ids = new Map<string, number>();
  #readTo = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(topic: string, port: KafkaPort) {
    this.#topic = topic;
    this.#port = port;
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  register(subject: string, schema: string): Promise<number> {
    const known = this.#ids.get(schema);
    if (known !== undefined) return Promise.resolve(known);
    return this.#inTurn(async () => {
      await this.#catchUp();
      if (!this.#ids.has(schema)) {
        await this.#append(subject, schema);
        await this.#catchUp();
      }
      return this.#ids.get(schema) as number;
    });
  }

  async #append(subject: string, schema: string): Promise<void> {
    const builder = new BatchBuilder(1 << 12);
    builder.add({ key: null, value: Buffer.from(JSON.stringify({ subject, schema })) });
    await this.#port.produce([{ topic: this.#topic, partition: 0, bytes: builder.finish(Date.now()) }]);
  }

  async text(id: number): Promise<string> {
    if (!this.#texts.has(id)) await this.#inTurn(() => this.#catchUp());
    const text = this.#texts.get(id);
    if (text === undefined) throw logError('LOG_SCHEMA_UNKNOWN', `${this.#topic} has no schema ${id}`);
    return text;
  }

  /** Reads what was added since the last look. */
  async #catchUp(): Promise<void> {
    const { end } = await this.#port.bounds({ topic: this.#topic, partition: 0 });
    while (this.#readTo < end) {
      const from = { topic: this.#topic, partition: 0, offset: this.#readTo, maxBytes: fetchBytes };
      const [fetched] = await this.#port.fetch([from], 1_000);
      const records = readRecordSet(fetched?.bytes ?? Buffer.alloc(0), this.#readTo, this.#topic);
      for (const { offset, value } of records) this.#add(offset, value);
    }
  }

  #add(offset: number, value: Buffer | null): void {
    const { schema } = JSON.parse((value ?? Buffer.alloc(0)).toString('utf8'));
    this.#texts.set(offset + 1, schema);
    // Sent twice by a retry: the first id is the one that was given.
    if (!this.#ids.has(schema)) this.#ids.set(schema, offset + 1);
    this.#readTo = offset + 1;
  }

  close(): Promise<void> {
    return this.#port.close();
  }
}
