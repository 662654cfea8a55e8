import avsc from 'avsc';
import type { SchemaChange } from '../contract/change.ts';
import { type TableVersion, tableVersion } from '../contract/table.ts';
import { fixedSchema } from './envelope-schema.ts';

const TYPE = avsc.Type.forSchema(JSON.parse(fixedSchema('schema-change')));

interface SchemaChangeRecord {
  readonly database: string;
  readonly table: string;
  readonly statement: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Avro bytes of schemas/schema-change.avsc. */
export function encodeSchemaChange(change: SchemaChange): Buffer {
  const { database, table, statement, before, after } = change;
  const record: SchemaChangeRecord = {
    database,
    table,
    statement,
    before: before?.fingerprint ?? null,
    after: after?.fingerprint ?? null,
  };
  return TYPE.toBuffer(record);
}

export function decodeSchemaChange(bytes: Buffer): SchemaChange {
  const record = TYPE.fromBuffer(bytes) as SchemaChangeRecord;
  const { database, table, statement } = record;
  return { tag: 'schema', database, table, statement, before: version(record.before), after: version(record.after) };
}

function version(fingerprint: string | null): TableVersion | null {
  return fingerprint === null ? null : tableVersion(JSON.parse(fingerprint));
}
