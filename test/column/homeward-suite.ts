/** The way back as a law: Avro, COPY, PostgreSQL, pgoutput's text, Avro; and as a literal into the source again. */
import { once } from 'node:events';
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ByteWriter } from '../../src/avro/byte-writer.ts';
import { AvroReader } from '../../src/avro/reader.ts';
import { AvroWriter } from '../../src/avro/writer.ts';
import type { ValuePolicy } from '../../src/column/codec.ts';
import { ValueError } from '../../src/contract/error.ts';
import type { ColumnType } from '../../src/contract/table.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { parseMessage } from '../../src/wal/pgoutput.ts';
import { type Sample, type Specimen, specimens } from './law.ts';
import { targetSession } from './round-trip.ts';

const POLICY: ValuePolicy = { nul: 'refuse', zeroDate: '-infinity', zone: 'UTC' };

/** Zones with a change in the hour, with one at midnight, with offsets in minutes, and behind UTC. */
const ZONES = ['Europe/Berlin', 'America/Sao_Paulo', 'Asia/Kolkata', 'Australia/Lord_Howe'];
const ZONED = 'timestamp(6) with time zone';

const MODE = 'STRICT_ALL_TABLES,ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO';

/** Types of the target other than the default, by family: those that rules cast to and that Django makes. */
const CASTS: Partial<Record<ColumnType['kind'], readonly string[]>> = {
  integer: ['boolean', 'bigint', 'numeric', 'numeric(20,0)', 'interval', 'text'],
  decimal: ['numeric', 'numeric(65,30)', 'text'],
  float: ['double precision', 'numeric'],
  double: ['numeric'],
  bit: ['bytea', 'bit varying(64)'],
  text: ['text', 'character(250)', 'json', 'jsonb', 'uuid', 'inet'],
  binary: ['uuid'],
  blob: ['uuid'],
  enum: ['character varying(50)'],
  set: ['text'],
  json: ['json', 'text'],
  date: ['timestamp(0) without time zone', 'timestamp(6) with time zone', 'text'],
  datetime: ['timestamp without time zone', 'timestamp(6) with time zone', 'text'],
  timestamp: ['timestamp with time zone', 'timestamp without time zone', 'text'],
  time: ['interval', 'text'],
  year: ['integer', 'text'],
  vector: ['real[]', 'double precision[]'],
};

/**
 * What is told in docs/operate/rollback.md as not the same bytes: other spellings of equal values, and zero dates with
 * a part that is not zero, which went out as the same -infinity.
 */
function isDeclaredLoss(specimen: Specimen, target: string, before: Buffer, after: Buffer): boolean {
  const { codec, type } = specimen;
  const canonical = (bytes: Buffer) => codec.canonicalSource(new AvroReader().over(bytes), target, POLICY);
  if (['date', 'datetime', 'timestamp'].includes(type.kind)) return canonical(before) === '-infinity';
  const isSpelling = ['json', 'jsonb', 'uuid', 'inet', 'numeric'].includes(target) || target.startsWith('numeric(');
  return isSpelling && canonical(before) === canonical(after);
}

export function homewardSuite(kind: 'mysql' | 'mariadb', samplesOf: (version: string) => readonly Sample[]): void {
  let database: FreshDatabase | undefined;
  let target: FreshDatabase | undefined;
  let all: readonly Specimen[] = [];
  let client: Client | undefined;
  let source: Connection | undefined;

  beforeAll(async () => {
    const server = await startServer(kind);
    database = await freshDatabase(server, 'homeward');
    all = await specimens(database.url, samplesOf(server.version));
    source = await mysql.createConnection({ uri: database.url, charset: 'utf8mb4' });
    // The samples' declarations have backslashes.
    await source.query("SET NAMES utf8mb4, time_zone = '+00:00', sql_mode = ''");
    for (const [i, { sample }] of all.entries())
      await source.query(`CREATE TABLE back_${i} (id INT PRIMARY KEY, c ${sample.column})`);
    await source.query(`SET sql_mode = '${MODE}'`);
    target = await freshDatabase(await startServer('postgres'), 'homeward');
    client = await targetSession(target.url);
  });

  afterAll(async () => {
    await client?.end();
    await source?.end();
    await database?.drop();
    await target?.drop();
  });

  test('a value that went to PostgreSQL comes back from pgoutput as the same bytes, or as a declared equal', async () => {
    const trips: { specimen: Specimen; type: string; policy: ValuePolicy }[] = [];
    for (const specimen of all) {
      const { codec, columnType } = specimen;
      const facts = [{ isTimeOfDay: true, fitsBigint: true, isBoolean: true }, {}];
      const types = new Set(facts.map((fact) => codec.target({ columnType, ...fact })));
      for (const type of [...types, ...(CASTS[specimen.type.kind] ?? [])])
        if (codec.copy(type, POLICY)) trips.push({ specimen, type, policy: POLICY });
      if (['date', 'datetime', 'timestamp'].includes(specimen.type.kind))
        for (const zone of ZONES) trips.push({ specimen, type: ZONED, policy: { ...POLICY, zone } });
    }
    const printed = await throughPgoutput(client as Client, trips);
    expect(printed.reduce((sum, values) => sum + values.size, 0)).toBeGreaterThan(10_000);
    for (const [i, { specimen, type, policy }] of trips.entries()) {
      const { columnType } = specimen;
      const decode = specimen.codec.fromTarget(type, { columnType, policy });
      expect(decode, `${columnType} from ${type}`).not.toBeNull();
      const values = specimen.fromQuery.filter((value) => value !== null);
      for (const [n, text] of printed[i] ?? []) {
        const before = values[n] as Buffer;
        const out = new AvroWriter(64);
        decode?.(text, 0, text.length, out);
        const after = out.take();
        const isSame = after.equals(before) || isDeclaredLoss(specimen, type, before, after);
        expect(isSame, `${columnType} from ${type}: ${text} ${before.toString('latin1').slice(0, 60)}`).toBe(true);
      }
    }
  });

  test('a literal puts exactly its value into the source again, without a warning, or is refused', async () => {
    for (const [i, specimen] of all.entries()) {
      const { codec, columnType } = specimen;
      const literal = codec.literal(columnType);
      const rows: [number, string][] = [];
      for (const [n, value] of specimen.fromQuery.entries()) {
        if (value === null) continue;
        const sql = refusedOr(() => literal(new AvroReader().over(value)));
        if (isUnwritable(specimen, value, sql)) continue;
        expect(sql, `${columnType}: ${value.toString('latin1').slice(0, 60)}`).not.toMatch(/^!/);
        rows.push([n, sql]);
      }
      for (let at = 0; at < rows.length; at += 50)
        await insert(source as Connection, `back_${i}`, rows.slice(at, at + 50));
      const [held] = (await source?.query<RowDataPacket[]>({
        sql: `SELECT id, ${codec.select('`c`')} AS c FROM back_${i}`,
        rowsAsArray: true,
        typeCast: (field) => field.buffer(),
      })) ?? [[]];
      for (const row of held) {
        const out = new AvroWriter(64);
        codec.query(row[1], 0, row[1].length, out);
        const before = specimen.fromQuery[Number(row[0].toString())] as Buffer;
        expect(comparable(specimen, out.take()), columnType).toBe(comparable(specimen, before));
      }
    }
  });
}

/** In strict mode: the '' that stands for what was no member, and decimals in JSON of more digits than a double has. */
function isUnwritable({ type }: Specimen, value: Buffer, sql: string): boolean {
  if (type.kind === 'enum') return value.equals(Buffer.of(0)) && sql === '!not-member';
  return type.kind === 'json' && sql === '!cut-fraction';
}

/** JSON by value: a decimal in it comes back as the double that it equals. */
function comparable({ type, codec }: Specimen, value: Buffer): string | null {
  if (type.kind !== 'json') return value.toString('latin1');
  return codec.canonicalSource(new AvroReader().over(value), 'json', POLICY);
}

function refusedOr(make: () => string): string {
  try {
    return make();
  } catch (error) {
    if (error instanceof ValueError) return `!${error.reason}`;
    throw error;
  }
}

async function insert(source: Connection, table: string, rows: readonly [number, string][]): Promise<void> {
  const [result] = await source.query(
    `INSERT INTO ${table} (id, c) VALUES ${rows.map(([n, sql]) => `(${n}, ${sql})`).join()}`,
  );
  expect((result as { warningStatus: number }).warningStatus, `${table}: ${rows[0]?.[1].slice(0, 60)}`).toBe(0);
}

type Printed = ReadonlyMap<number, Buffer>;

/** What the publication says of the inserted values, by table and number of the value. */
async function throughPgoutput(
  client: Client,
  trips: readonly { specimen: Specimen; type: string; policy: ValuePolicy }[],
): Promise<readonly Printed[]> {
  for (const [i, { type }] of trips.entries()) await client.query(`CREATE TABLE trip_${i} (id integer, c ${type})`);
  await client.query('CREATE PUBLICATION homeward FOR ALL TABLES');
  await client.query("SELECT pg_create_logical_replication_slot('homeward', 'pgoutput')");
  const found = trips.map(() => new Map<number, Buffer>());
  try {
    for (const [i, trip] of trips.entries()) await copyInto(client, `trip_${i}`, trip);
    const { rows } = await client.query<{ data: string }>(
      "SELECT data FROM pg_logical_slot_get_binary_changes('homeward', NULL, NULL, 'proto_version', '1', 'publication_names', 'homeward')",
    );
    const numbers = new Map<number, number>();
    for (const { data } of rows) {
      const message = parseMessage(Buffer.from(data.slice(2), 'hex'));
      if (message.tag === 'relation') numbers.set(message.oid, Number(message.table.slice(5)));
      if (message.tag !== 'insert') continue;
      const [id, value] = message.after;
      if (value instanceof Buffer) found[numbers.get(message.oid) ?? -1]?.set(Number(id), value);
    }
  } finally {
    await client.query("SELECT pg_drop_replication_slot('homeward')");
  }
  return found;
}

async function copyInto(
  client: Client,
  table: string,
  { specimen, type, policy }: { specimen: Specimen; type: string; policy: ValuePolicy },
) {
  const encode = specimen.codec.copy(type, policy);
  const out = new ByteWriter();
  for (const [i, value] of specimen.fromQuery.filter((each) => each !== null).entries()) {
    const start = out.position;
    try {
      out.latin1(`${i}\t`);
      encode?.(new AvroReader().over(value), out);
      out.byte(0x0a);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      out.position = start;
    }
  }
  const stream = client.query(copyFrom(`COPY ${table} FROM STDIN`));
  stream.end(out.take());
  await once(stream, 'finish');
}
