import { readFileSync } from 'node:fs';
import type { AvroSchema } from '../column/codec.ts';
import { rowLayout } from '../column/row.ts';
import type { TableVersion } from '../contract/table.ts';
import { avroNames, namespaceOf } from './name.ts';

/** The fixed part of the envelope, Debezium's source block: the file is the contract (schemas/). */
export const SOURCE_SCHEMA: AvroSchema = JSON.parse(fixedSchema('source'));

export function fixedSchema(name: string): string {
  return readFileSync(new URL(`../../schemas/${name}.avsc`, import.meta.url), 'utf8');
}

/** Schema text of the key record of a table's topic; null for a table without a key. */
export function keySchema(topic: string, table: TableVersion): string | null {
  if (table.key.length === 0) return null;
  const fields = rowFields(table);
  return JSON.stringify({
    type: 'record',
    name: 'Key',
    namespace: namespaceOf(topic),
    fields: table.key.map((index) => fields[index]),
  });
}

/** Schema text of the envelope. The attribute `sluice` carries the table's description, so a reader needs nothing else. */
export function valueSchema(topic: string, table: TableVersion): string {
  const namespace = namespaceOf(topic);
  const value = { type: 'record', name: 'Value', namespace, fields: rowFields(table) };
  const optional = (name: string, type: AvroSchema) => ({ name, type: ['null', type], default: null });
  return JSON.stringify({
    type: 'record',
    name: 'Envelope',
    namespace,
    sluice: JSON.parse(table.fingerprint),
    fields: [
      optional('before', value),
      optional('after', `${namespace}.Value`),
      { name: 'source', type: SOURCE_SCHEMA },
      optional('transaction', TRANSACTION_SCHEMA),
      { name: 'op', type: 'string' },
      optional('ts_ms', 'long'),
      optional('ts_us', 'long'),
      optional('ts_ns', 'long'),
    ],
  });
}

/** Debezium's transaction block; always null here, in the schema for readers that know it. */
const TRANSACTION_SCHEMA: AvroSchema = {
  type: 'record',
  name: 'block',
  namespace: 'event',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'total_order', type: 'long' },
    { name: 'data_collection_order', type: 'long' },
  ],
};

function rowFields(table: TableVersion): AvroSchema[] {
  const { codecs } = rowLayout(table);
  const names = avroNames(table.columns.map((column) => column.name));
  return table.columns.map((column, index) => {
    const avro = codecs[index]?.avro ?? 'null';
    const name = names[index];
    return column.nullable ? { name, type: ['null', avro], default: null } : { name, type: avro };
  });
}
