import { AvroReader } from '../avro/reader.ts';
import { type RowLayout, rowLayout, skipRow } from '../column/row.ts';
import type { Change, RowChange, RowOperation, SchemaChange } from '../contract/change.ts';
import type { LogRecord } from '../contract/change-log.ts';
import { SluiceError } from '../contract/error.ts';
import { tableVersion } from '../contract/table.ts';
import { CASCADES_HEADER, NEW_KEY_HEADER, OLD_KEY_HEADER } from './encode.ts';
import { schemaChangeDecoder } from './schema-change.ts';

type Shape =
  | { readonly kind: 'table'; readonly layout: RowLayout }
  | { readonly kind: 'schema-change'; readonly decode: (bytes: Buffer) => SchemaChange };

/** Turns a log's records back into changes: the sink's half of `Encoder`. Begin and commit are the epoch's own. */
export class Decoder {
  readonly #schema: (id: number) => Promise<string>;
  readonly #shapes = new Map<number, Shape>();
  readonly #reader = new AvroReader();
  /** The first half of a key update, waiting for its second. */
  #moved: RowChange | null = null;

  /** `schema` gives the text of a schema id, from the log. */
  constructor(schema: (id: number) => Promise<string>) {
    this.#schema = schema;
  }

  /** Before each epoch: an epoch that was given up halfway must not leave half of a key update behind. */
  reset(): void {
    this.#moved = null;
  }

  /** The changes of the next records of an epoch, in order. */
  async decode(records: readonly LogRecord[]): Promise<Change[]> {
    const changes: Change[] = [];
    for (const record of records) {
      const { value } = record;
      if (!value) continue;
      const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      const id = schemaIdOf(bytes, record.topic);
      const shape = this.#shapes.get(id) ?? (await this.#load(id));
      const change = this.#change(shape, bytes, record);
      if (change) changes.push(change);
    }
    return changes;
  }

  async #load(id: number): Promise<Shape> {
    const schema = JSON.parse(await this.#schema(id));
    const shape: Shape =
      schema.name === 'Envelope'
        ? { kind: 'table', layout: rowLayout(tableVersion(schema.sluice)) }
        : { kind: 'schema-change', decode: schemaChangeDecoder(schema) };
    this.#shapes.set(id, shape);
    return shape;
  }

  #change(shape: Shape, bytes: Buffer, record: LogRecord): Change | null {
    if (shape.kind === 'schema-change') return shape.decode(bytes.subarray(5));
    const { layout } = shape;
    const { before, after, op } = this.#envelope(layout, bytes, record.topic);
    if (op === 't') return { tag: 'truncate', table: layout.table };
    const headers = record.headers ?? {};
    const change: RowChange = {
      tag: 'row',
      op: op as RowOperation,
      table: layout.table,
      before,
      after,
      key: record.key ? record.key.subarray(5) : null,
      oldKey: null,
      cascades: headers[CASCADES_HEADER] !== undefined,
    };
    return this.#pairKeyUpdate(change, headers);
  }

  #envelope(layout: RowLayout, bytes: Buffer, topic: string) {
    const reader = this.#reader.over(bytes, 5);
    try {
      const before = rowImage(reader, layout);
      const after = rowImage(reader, layout);
      skipSource(reader);
      skipNull(reader);
      return { before, after, op: reader.string() };
    } catch (cause) {
      throw corrupt(topic, cause);
    }
  }

  #pairKeyUpdate(change: RowChange, headers: Readonly<Record<string, Uint8Array>>): RowChange | null {
    if (headers[NEW_KEY_HEADER]) {
      this.#moved = change;
      return null;
    }
    if (!headers[OLD_KEY_HEADER]) return change;
    const gone = this.#moved;
    if (!gone) throw corrupt(change.table.table, new Error('second half of a key update without its first'));
    this.#moved = null;
    return { ...change, op: 'u', before: gone.before, oldKey: gone.key };
  }
}

function schemaIdOf(bytes: Buffer, topic: string): number {
  if (bytes.length < 5 || bytes[0] !== 0) throw corrupt(topic, new Error('not in Confluent wire format'));
  return bytes.readUInt32BE(1);
}

function rowImage(reader: AvroReader, layout: RowLayout): Buffer | null {
  if (reader.byte() === 0) return null;
  const start = reader.position;
  skipRow(layout, reader);
  return reader.bytes.subarray(start, reader.position);
}

/** schemas/source.avsc, field by field: s = string, l = long or int, ? = union of which one branch is null. */
const SOURCE_FIELDS = [
  's',
  's',
  's',
  'l',
  'S',
  's',
  '?s',
  '?l',
  '?l',
  '?s',
  'l',
  '?s',
  's',
  'l',
  'l',
  '?l',
  '?s',
] as const;

function skipSource(reader: AvroReader): void {
  for (const field of SOURCE_FIELDS) {
    if (field === 'l') reader.skipLong();
    else if (field === 's') reader.span();
    else if (field === 'S') skipBranch(reader, 0, 's');
    else skipBranch(reader, 1, field === '?s' ? 's' : 'l');
  }
}

function skipBranch(reader: AvroReader, present: number, kind: 's' | 'l'): void {
  if (reader.long() !== present) return;
  if (kind === 's') reader.span();
  else reader.skipLong();
}

function skipNull(reader: AvroReader): void {
  if (reader.byte() !== 0) throw new Error('transaction block is not null');
}

/** LOG_RECORD_CORRUPT: a record's bytes are not what its schema says. Nothing of the epoch is applied. */
function corrupt(topic: string, cause: unknown): SluiceError {
  return new SluiceError({
    code: 'LOG_RECORD_CORRUPT',
    message: `a record of ${topic} cannot be decoded with its schema`,
    remedy: 'Find out what else writes to this topic and end it; nothing of this epoch was applied.',
    disposition: 'stop',
    cause,
  });
}
