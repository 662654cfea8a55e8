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
  readonly rewrites: string | null;
  readonly detail: string | null;
}

/** What of a schema change is JSON text in its record. */
type Detail = Pick<SchemaChange, 'acts' | 'was' | 'to' | 'columnTypes'>;

/** Avro bytes of schemas/schema-change.avsc. */
export function encodeSchemaChange(change: SchemaChange): Buffer {
  const { database, table, statement, before, after, rewrites = null, acts, was, to, columnTypes } = change;
  const detail = JSON.stringify({ acts, was, to, columnTypes } satisfies { [name in keyof Detail]: unknown });
  const record: SchemaChangeRecord = {
    database,
    table,
    statement,
    before: before?.fingerprint ?? null,
    after: after?.fingerprint ?? null,
    rewrites,
    detail: detail === '{}' ? null : detail,
  };
  return TYPE.toBuffer(record);
}

/** Reads what was written with `schema`, which may be an older form of schemas/schema-change.avsc. */
export function schemaChangeDecoder(schema: avsc.Schema): (bytes: Buffer) => SchemaChange {
  const resolver = TYPE.createResolver(avsc.Type.forSchema(schema));
  return (bytes) => {
    const record = TYPE.fromBuffer(bytes, resolver) as SchemaChangeRecord;
    const { database, table, statement, rewrites } = record;
    const versions = { before: version(record.before), after: version(record.after) };
    const detail: Detail = record.detail === null ? {} : JSON.parse(record.detail);
    return {
      tag: 'schema',
      database,
      table,
      statement,
      ...versions,
      ...(rewrites === null ? {} : { rewrites }),
      ...detail,
    };
  };
}

function version(fingerprint: string | null): TableVersion | null {
  return fingerprint === null ? null : tableVersion(JSON.parse(fingerprint));
}
