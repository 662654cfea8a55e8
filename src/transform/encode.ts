import { AvroWriter } from '../avro/writer.ts';
import type { Begin, Change, RowChange, SchemaChange, Truncate } from '../contract/change.ts';
import type { LogRecord } from '../contract/change-log.ts';
import type { TableVersion } from '../contract/table.ts';
import { fixedSchema, keySchema, valueSchema } from './envelope-schema.ts';
import { schemaChangeTopic, topicOf } from './name.ts';
import { encodeSchemaChange } from './schema-change.ts';
import { type SourceBlock, type SourceIdentity, sourceBlock, tailBlock } from './source-block.ts';

export interface EncoderOptions {
  readonly identity: SourceIdentity;
  /** Gives a schema its id in the log, durable before it returns. */
  readonly registerSchema: (subject: string, schema: string) => Promise<number>;
  readonly nowUs?: () => bigint;
}

interface TableEncoding {
  readonly table: TableVersion;
  readonly topic: string;
  readonly keyId: number;
  readonly valueId: number;
}

/** Where a record's key and value stand in the shared buffer; -1 for null. */
interface Span {
  readonly topic: string;
  readonly keyStart: number;
  readonly valueStart: number;
  readonly end: number;
  readonly headers?: Readonly<Record<string, Uint8Array>>;
}

/** Debezium's names: both halves of a key update name the other's key. */
export const NEW_KEY_HEADER = '__debezium.newkey';
export const OLD_KEY_HEADER = '__debezium.oldkey';
/** Present when the source cascaded without logging the children (Change.cascades). */
export const CASCADES_HEADER = 'sluice.cascades';
const CASCADES = { [CASCADES_HEADER]: Buffer.of(1) };

/** Turns changes into records. One per writer: it holds the schema ids that the writer's log gave. */
export class Encoder {
  readonly #options: EncoderOptions;
  readonly #tables = new Map<string, TableEncoding>();
  readonly #versions = new WeakMap<TableVersion, TableEncoding>();
  readonly #out = new AvroWriter(1 << 16);
  #spans: Span[] = [];
  #begin: Begin | null = null;
  #blocks = new Map<TableEncoding, SourceBlock>();
  #tails = new Map<string, Buffer>();
  #nowUs = 0n;
  #rowNumber = 0;
  #schemaChangeId: number | null = null;

  constructor(options: EncoderOptions) {
    this.#options = options;
  }

  /** Records of the rows, truncations and schema changes among `changes`, in order. */
  async encode(changes: readonly Change[]): Promise<LogRecord[]> {
    this.#out.reset();
    this.#spans = [];
    this.#startBatch();
    for (const change of changes) {
      const pending = this.#change(change);
      if (pending) await pending;
    }
    return this.#cut();
  }

  #startBatch(): void {
    this.#nowUs = this.#options.nowUs?.() ?? BigInt(Date.now()) * 1000n;
    this.#tails.clear();
    if (!this.#begin) this.#blocks.clear();
  }

  #change(change: Change): Promise<void> | null {
    switch (change.tag) {
      case 'begin':
        this.#boundary(change);
        return null;
      case 'commit':
        this.#boundary(null);
        return null;
      case 'row':
        return this.#withTable(change.table, (encoding) => this.#row(change, encoding));
      case 'truncate':
        return this.#withTable(change.table, (encoding) => this.#truncate(change, encoding));
      case 'schema':
        return this.#schemaChange(change);
      case 'mark':
      case 'idle':
        return null;
    }
  }

  #boundary(begin: Begin | null): void {
    this.#begin = begin;
    this.#blocks.clear();
    this.#rowNumber = 0;
  }

  /** Calls `use` at once for a known table, after registration for a new one. */
  #withTable(table: TableVersion, use: (encoding: TableEncoding) => void): Promise<void> | null {
    const known = this.#versions.get(table);
    if (!known) return this.#register(table).then(use);
    use(known);
    return null;
  }

  async #register(table: TableVersion): Promise<TableEncoding> {
    const encoding = this.#tables.get(table.fingerprint) ?? (await this.#newTable(table));
    this.#tables.set(table.fingerprint, encoding);
    this.#versions.set(table, encoding);
    return encoding;
  }

  async #newTable(table: TableVersion): Promise<TableEncoding> {
    const topic = topicOf(this.#options.identity.name, table.database, table.table);
    const key = keySchema(topic, table);
    const keyId = key === null ? 0 : await this.#options.registerSchema(`${topic}-key`, key);
    const valueId = await this.#options.registerSchema(`${topic}-value`, valueSchema(topic, table));
    return { table, topic, keyId, valueId };
  }

  #row(change: RowChange, encoding: TableEncoding): void {
    if (change.oldKey && change.key) {
      this.#keyUpdate(change, encoding, change.oldKey, change.key);
      return;
    }
    this.#record(encoding, change, change.key, change.cascades ? CASCADES : undefined);
    if (change.op === 'd' && change.key) this.#tombstone(encoding, change.key);
  }

  /** Debezium's form of a key update: delete + tombstone under the old key, create under the new. */
  #keyUpdate(change: RowChange, encoding: TableEncoding, oldKey: Uint8Array, key: Uint8Array): void {
    const gone: RowChange = { ...change, op: 'd', after: null };
    const born: RowChange = { ...change, op: 'c', before: null };
    const cascades = change.cascades ? CASCADES : {};
    this.#record(encoding, gone, oldKey, { ...cascades, [NEW_KEY_HEADER]: wire(encoding.keyId, key) });
    this.#tombstone(encoding, oldKey);
    this.#record(encoding, born, key, { ...cascades, [OLD_KEY_HEADER]: wire(encoding.keyId, oldKey) });
  }

  #record(encoding: TableEncoding, change: RowChange, key: Uint8Array | null, headers?: Span['headers']): void {
    const out = this.#out;
    const keyStart = this.#key(encoding, key);
    const valueStart = out.position;
    wireHeader(out, encoding.valueId);
    image(out, change.before);
    image(out, change.after);
    this.#tail(encoding, change.op);
    this.#span(encoding.topic, keyStart, valueStart, headers);
  }

  #tail(encoding: TableEncoding, op: string): void {
    const out = this.#out;
    const block = this.#block(encoding, op === 'r');
    out.raw(block.beforeRow);
    out.long(this.#rowNumber++);
    out.raw(block.afterRow);
    out.raw(this.#opTail(op));
  }

  #truncate(_change: Truncate, encoding: TableEncoding): void {
    const out = this.#out;
    const valueStart = out.position;
    wireHeader(out, encoding.valueId);
    out.long(0);
    out.long(0);
    this.#tail(encoding, 't');
    this.#span(encoding.topic, -1, valueStart);
  }

  async #schemaChange(change: SchemaChange): Promise<void> {
    const topic = schemaChangeTopic(this.#options.identity.name);
    this.#schemaChangeId ??= await this.#options.registerSchema(`${topic}-value`, fixedSchema('schema-change'));
    const valueStart = this.#out.position;
    wireHeader(this.#out, this.#schemaChangeId);
    this.#out.raw(encodeSchemaChange(change));
    this.#span(topic, -1, valueStart);
  }

  #key(encoding: TableEncoding, key: Uint8Array | null): number {
    if (!key) return -1;
    const start = this.#out.position;
    wireHeader(this.#out, encoding.keyId);
    this.#out.raw(key);
    return start;
  }

  #tombstone(encoding: TableEncoding, key: Uint8Array): void {
    const keyStart = this.#key(encoding, key);
    this.#span(encoding.topic, keyStart, -1);
  }

  #span(topic: string, keyStart: number, valueStart: number, headers?: Span['headers']): void {
    const end = this.#out.position;
    this.#spans.push(headers ? { topic, keyStart, valueStart, end, headers } : { topic, keyStart, valueStart, end });
  }

  #block(encoding: TableEncoding, isSnapshot: boolean): SourceBlock {
    const known = this.#blocks.get(encoding);
    if (known) return known;
    const block = sourceBlock(this.#options.identity, encoding.table, isSnapshot ? null : this.#begin, this.#nowUs);
    this.#blocks.set(encoding, block);
    return block;
  }

  #opTail(op: string): Buffer {
    const known = this.#tails.get(op);
    if (known) return known;
    const tail = tailBlock(op, this.#nowUs);
    this.#tails.set(op, tail);
    return tail;
  }

  /** One copy for the whole batch; every key and value is a view into it. */
  #cut(): LogRecord[] {
    const bytes = this.#out.take();
    return this.#spans.map(({ topic, keyStart, valueStart, end, headers }) => {
      const key = keyStart < 0 ? null : bytes.subarray(keyStart, valueStart < 0 ? end : valueStart);
      const value = valueStart < 0 ? null : bytes.subarray(valueStart, end);
      return headers ? { topic, key, value, headers } : { topic, key, value };
    });
  }
}

/** Confluent's wire format: a zero byte and the schema id, big endian. */
function wireHeader(out: AvroWriter, schemaId: number): void {
  out.reserve(5);
  out.bytes[out.position] = 0;
  out.bytes.writeUInt32BE(schemaId, out.position + 1);
  out.position += 5;
}

function wire(schemaId: number, payload: Uint8Array): Buffer {
  const out = new AvroWriter(payload.length + 5);
  wireHeader(out, schemaId);
  out.raw(payload);
  return out.take();
}

function image(out: AvroWriter, row: Uint8Array | null): void {
  out.byte(row ? 2 : 0);
  if (row) out.raw(row);
}
