import { AvroReader } from '../avro/reader.ts';
import type { TableVersion } from '../contract/table.ts';
import type { AvroSchema } from './codec.ts';
import { rowLayout } from './row.ts';

/** A row image as JSON text, column by column, exact: long integers and floats as numbers, bytes as hex text. */
export function rowJson(version: TableVersion, image: Uint8Array): string {
  const reader = new AvroReader().over(image);
  const { codecs } = rowLayout(version);
  const fields = version.columns.map((column, i) => {
    const isNull = column.nullable && reader.byte() === 0;
    return `${JSON.stringify(column.name)}:${isNull ? 'null' : valueJson(codecs[i]?.avro ?? 'null', reader)}`;
  });
  return `{${fields.join(',')}}`;
}

/** A key record as JSON text. */
export function keyJson(version: TableVersion, key: Uint8Array): string {
  const reader = new AvroReader().over(key);
  const { codecs } = rowLayout(version);
  const fields = version.key.map((index) => {
    const name = version.columns[index]?.name ?? '';
    return `${JSON.stringify(name)}:${valueJson(codecs[index]?.avro ?? 'null', reader)}`;
  });
  return `{${fields.join(',')}}`;
}

function valueJson(schema: AvroSchema, reader: AvroReader): string {
  const type = typeOf(schema);
  switch (type) {
    case 'int':
    case 'long':
      return String(reader.bigLong());
    case 'float':
      return numberJson(reader.float());
    case 'double':
      return numberJson(reader.double());
    case 'string':
      return JSON.stringify(reader.string());
    case 'bytes': {
      const start = reader.span();
      return JSON.stringify(reader.bytes.toString('hex', start, reader.position));
    }
    case 'array':
      return arrayJson(schema as { readonly items: AvroSchema }, reader);
    default:
      throw new Error(`no JSON for Avro ${JSON.stringify(schema)}`);
  }
}

function typeOf(schema: AvroSchema): string {
  if (typeof schema === 'string') return schema;
  const type: unknown = 'type' in schema ? schema['type'] : null;
  return typeof type === 'string' ? type : '';
}

function arrayJson(schema: { readonly items: AvroSchema }, reader: AvroReader): string {
  const items: string[] = [];
  for (let count = reader.long(); count !== 0; count = reader.long()) {
    // A negative count is followed by the block's length in bytes (Avro, arrays).
    if (count < 0) reader.long();
    for (let i = 0; i < Math.abs(count); i++) items.push(valueJson(schema.items, reader));
  }
  return `[${items.join(',')}]`;
}

function numberJson(value: number): string {
  return Number.isFinite(value) ? JSON.stringify(value) : JSON.stringify(String(value));
}
