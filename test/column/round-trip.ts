/** Law 2 on a real PostgreSQL: what COPY takes of a value is read back as the same value. */
import { once } from 'node:events';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { ByteWriter } from '../../src/avro/byte-writer.ts';
import { AvroReader } from '../../src/avro/reader.ts';
import type { ColumnCodec, ValuePolicy } from '../../src/column/codec.ts';
import { ValueError } from '../../src/contract/error.ts';

export interface RoundTrip {
  readonly avro: Buffer;
  /** Why the value was refused; null when the target took it. */
  readonly refused: string | null;
  readonly expected: string | null;
  readonly arrived: string | null;
}

export interface Target {
  readonly codec: ColumnCodec;
  readonly type: string;
  readonly policy: ValuePolicy;
}

/** A session as the contract of canonicalTarget wants it, with all values as text. */
export async function targetSession(url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    types: { getTypeParser: () => (text: unknown) => text } as never,
  });
  await client.connect();
  await client.query(
    "SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC'; SET extra_float_digits = 1; SET bytea_output = 'hex'",
  );
  return client;
}

export interface Held {
  /** The target's own text of the value. */
  readonly c: string | null;
  /** What `select` makes of the column `c`. */
  readonly t: string | null;
}

/** What a column of the target holds of these values and of texts of its own that it takes, with an expression over it. */
export async function heldBy(
  client: Client,
  values: readonly Buffer[],
  target: Target,
  { foreign, select }: { readonly foreign: readonly string[]; readonly select: string },
): Promise<readonly Held[]> {
  const { lines } = encoded(values, target);
  await filled(client, target.type, lines);
  for (const text of foreign) await client.query('INSERT INTO trip (c) VALUES ($1)', [text]).catch(() => {});
  const { rows } = await client.query<Held>(`SELECT c, ${select} AS t FROM trip`);
  await client.query('DROP TABLE trip');
  return rows;
}

export async function roundTrip(client: Client, values: readonly Buffer[], target: Target): Promise<RoundTrip[]> {
  const { codec, type } = target;
  const { trips, lines } = encoded(values, target);
  const arrived = await copied(client, type, lines);
  return trips.map((trip, i) => {
    const text = arrived.get(i) ?? null;
    return { ...trip, arrived: text === null ? null : codec.canonicalTarget(text, type) };
  });
}

function encoded(values: readonly Buffer[], { codec, type, policy }: Target) {
  const encode = codec.copy(type, policy);
  if (!encode) throw new Error(`no encoder into ${type}`);
  const out = new ByteWriter();
  const trips = values.map((avro, i) => {
    const start = out.position;
    const refused = refusal(() => {
      out.latin1(`${i}\t`);
      encode(new AvroReader().over(avro), out);
      out.byte(0x0a);
    });
    if (refused !== null) out.position = start;
    const expected = refused === null ? codec.canonicalSource(new AvroReader().over(avro), type, policy) : null;
    return { avro, refused, expected, arrived: null };
  });
  return { trips, lines: out.take() };
}

function refusal(encode: () => void): string | null {
  try {
    encode();
    return null;
  } catch (error) {
    if (error instanceof ValueError) return error.reason;
    throw error;
  }
}

async function filled(client: Client, type: string, lines: Buffer): Promise<void> {
  await client.query(`CREATE TEMP TABLE trip (id integer, c ${type})`);
  const stream = client.query(copyFrom('COPY trip FROM STDIN'));
  stream.end(lines);
  await once(stream, 'finish');
}

async function copied(client: Client, type: string, lines: Buffer): Promise<Map<number, string>> {
  await filled(client, type, lines);
  const { rows } = await client.query<{ id: string; c: string | null }>('SELECT id, c FROM trip');
  const formatted = await client.query<{ f: string }>(
    "SELECT format_type(atttypid, atttypmod) AS f FROM pg_attribute WHERE attrelid = 'trip'::regclass AND attname = 'c'",
  );
  if (formatted.rows[0]?.f !== type) throw new Error(`${type} is not how format_type prints ${formatted.rows[0]?.f}`);
  await client.query('DROP TABLE trip');
  return new Map(rows.flatMap(({ id, c }) => (c === null ? [] : [[Number(id), c]])));
}
