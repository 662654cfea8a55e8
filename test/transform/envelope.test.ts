import { readFileSync, writeFileSync } from 'node:fs';
import avsc from 'avsc';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Begin, Change, RowChange } from '../../src/contract/change.ts';
import type { LogRecord } from '../../src/contract/change-log.ts';
import { Decoder } from '../../src/transform/decode.ts';
import { Encoder } from '../../src/transform/encode.ts';
import { fixedSchema } from '../../src/transform/envelope-schema.ts';
import { plainType } from '../avro/plain-reader.ts';
import { CUSTOMER, customer, customerChange } from './sample.ts';

const NOW_US = 1_700_000_000_123_456n;
const BEGIN: Begin = {
  tag: 'begin',
  gtid: '3e11fa47-71ca-11e1-9e33-c80aa9429562:7',
  committedAtUs: 1_699_999_999_000_001n,
  coordinate: { serverId: '3e11fa47-71ca-11e1-9e33-c80aa9429562', file: 'bin.000002', offset: 4711 },
};

function registry() {
  const schemas: string[] = [];
  const registerSchema = async (_subject: string, schema: string) => {
    const known = schemas.indexOf(schema);
    return known >= 0 ? known + 1 : schemas.push(schema);
  };
  const schema = async (id: number) => {
    const text = schemas[id - 1];
    if (text === undefined) throw new Error(`no schema ${id}`);
    return text;
  };
  return { schemas, registerSchema, schema };
}

function encoder(registerSchema: (subject: string, schema: string) => Promise<number>) {
  const identity = { version: '0.0.0', connector: 'mysql', name: 'shop' } as const;
  return new Encoder({ identity, registerSchema, nowUs: () => NOW_US });
}

const rows = fc.record({ id: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), name: fc.option(fc.string()) });

const change = fc.oneof(
  rows.map((r) => customerChange('c', null, customer(r.id, r.name))),
  rows.map((r) => customerChange('r', null, customer(r.id, r.name))),
  rows.map((r) => customerChange('d', customer(r.id, r.name), null)),
  fc.tuple(rows, rows).map(([a, b]) => customerChange('u', customer(a.id, a.name), customer(b.id, b.name))),
  rows.map((r): RowChange => ({ ...customerChange('d', customer(r.id, r.name), null), cascades: true })),
  fc.constant<Change>({ tag: 'truncate', table: CUSTOMER }),
  fc.constant<Change>({
    tag: 'schema',
    database: 'shop',
    table: 'tbl_customer',
    statement: 'ALTER TABLE tbl_customer ADD x INT NULL',
    before: CUSTOMER,
    after: null,
  }),
  fc.string().map(
    (text): Change => ({
      tag: 'schema',
      database: 'shop',
      table: 'tbl_customer',
      statement: 'RENAME TABLE ...',
      before: CUSTOMER,
      after: CUSTOMER,
      acts: [
        { act: 'add', column: text, value: { kind: 'string', text } },
        { act: 'change', column: text, to: 'x', isDefined: false },
      ],
      was: { database: 'shop', table: text },
      to: { database: text, table: 'x' },
      columnTypes: { [text]: 'varchar(3)' },
    }),
  ),
  fc.string().map(
    (rewrites): Change => ({
      tag: 'schema',
      database: 'shop',
      table: 'tbl_customer',
      statement: 'ALTER TABLE tbl_customer MODIFY full_name varchar(3)',
      before: CUSTOMER,
      after: CUSTOMER,
      rewrites,
    }),
  ),
);

test('any sequence of changes comes back from its records unchanged and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change), fc.nat({ max: 10 }), async (changes, cut) => {
      const { registerSchema, schema } = registry();
      const records = await encoder(registerSchema).encode([BEGIN, ...changes]);
      const decoder = new Decoder(schema);
      const decoded = [...(await decoder.decode(records.slice(0, cut))), ...(await decoder.decode(records.slice(cut)))];
      expect(decoded).toEqual(changes);
    }),
  );
});

test('a DDL that was logged before its effect on values was known is read as it was', async () => {
  const older = JSON.parse(fixedSchema('schema-change'));
  older.fields = older.fields.filter(({ name }: { readonly name: string }) => name !== 'rewrites' && name !== 'detail');
  const value = avsc.Type.forSchema(older).toBuffer({
    database: 'shop',
    table: 'tbl_customer',
    statement: 'DROP TABLE tbl_customer',
    before: CUSTOMER.fingerprint,
    after: null,
  });
  const decoder = new Decoder(async () => JSON.stringify(older));
  const framed = Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), value]);
  expect(await decoder.decode([{ topic: 't', key: null, value: framed }])).toEqual([
    {
      tag: 'schema',
      database: 'shop',
      table: 'tbl_customer',
      statement: 'DROP TABLE tbl_customer',
      before: CUSTOMER,
      after: null,
    },
  ]);
});

async function goldenRecords(): Promise<{ records: LogRecord[]; schemas: string[] }> {
  const { registerSchema, schemas } = registry();
  const records = await encoder(registerSchema).encode([
    BEGIN,
    customerChange('c', null, customer(1, 'Ann')),
    customerChange('u', customer(1, 'Ann'), customer(1, null)),
    customerChange('u', customer(1, null), customer(2, null)),
    customerChange('d', customer(2, null), null),
  ]);
  return { records, schemas };
}

const hex = (bytes: Uint8Array | null) => (bytes ? Buffer.from(bytes).toString('hex') : null);

test('the bytes of the envelope and its schemas are those of the golden file', async () => {
  const { records, schemas } = await goldenRecords();
  const now = {
    schemas: schemas.map((text) => JSON.parse(text)),
    records: records.map(({ topic, key, value, headers }) => ({
      topic,
      key: hex(key),
      value: hex(value),
      headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, bytes]) => [name, hex(bytes)])),
    })),
  };
  const file = new URL('./envelope.golden.json', import.meta.url);
  if (process.env['UPDATE_GOLDEN']) writeFileSync(file, `${JSON.stringify(now, null, 2)}\n`);
  expect(now).toEqual(JSON.parse(readFileSync(file, 'utf8')));
});

test('a plain Avro reader with the published schema reads every envelope as Debezium would write it', async () => {
  const { records, schemas } = await goldenRecords();
  const read = records.filter((r) => r.value).map((r) => readPlain(r.value as Buffer, schemas));
  const source = { db: 'shop', table: 'tbl_customer', gtid: BEGIN.gtid, file: 'bin.000002', pos: 4711n };
  expect(read[0]).toMatchObject({ before: null, after: { id: 1, full_name: 'Ann' }, op: 'c', source });
  expect(read[1]).toMatchObject({ before: { id: 1, full_name: 'Ann' }, after: { id: 1, full_name: null }, op: 'u' });
  expect(read[2]).toMatchObject({ before: { id: 1 }, after: null, op: 'd' });
  expect(read[3]).toMatchObject({
    before: null,
    after: { id: 2 },
    op: 'c',
    ts_ms: 1_700_000_000_123n,
    ts_ns: 1_700_000_000_123_456_000n,
  });
  expect(records.filter((r) => r.value === null)).toHaveLength(2);
});

function readPlain(value: Buffer, schemas: readonly string[]) {
  const schema = schemas[value.readUInt32BE(1) - 1];
  return plainType(schema ?? '"null"').fromBuffer(value.subarray(5));
}

test('bytes that are not the schema end in LOG_RECORD_CORRUPT', async () => {
  const { registerSchema, schema } = registry();
  const [record] = await encoder(registerSchema).encode([BEGIN, customerChange('c', null, customer(1, 'Ann'))]);
  const value = record?.value ?? Buffer.alloc(0);
  const broken = [value.subarray(0, 7), value.subarray(0, 3), Buffer.from('hello world')];
  for (const bytes of broken) {
    const decoding = new Decoder(schema).decode([{ topic: 't', key: null, value: bytes }]);
    await expect(decoding).rejects.toMatchObject({ code: 'LOG_RECORD_CORRUPT', disposition: 'stop' });
  }
});
