/** The laws as tests, for any source. */
import type { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { STRICT_POLICY, type ValuePolicy } from '../../src/column/codec.ts';
import type { ColumnType } from '../../src/contract/table.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { type Sample, type Specimen, specimens, throughAvsc } from './law.ts';
import { roundTrip, targetSession } from './round-trip.ts';

/** Types other than the default that a target may have, by family. */
export const OTHER_TARGETS: Partial<Record<ColumnType['kind'], readonly string[]>> = {
  integer: ['boolean', 'smallint', 'integer', 'bigint', 'numeric', 'numeric(20,0)', 'numeric(5,1)', 'interval', 'text'],
  decimal: ['numeric', 'numeric(65,30)', 'numeric(6,2)', 'bigint', 'integer', 'text'],
  float: ['double precision', 'numeric'],
  double: ['real', 'numeric'],
  bit: ['bytea', 'bit varying(64)'],
  text: [
    'citext',
    'text',
    'character varying(20)',
    'character varying',
    'character(20)',
    'json',
    'jsonb',
    'uuid',
    'inet',
  ],
  binary: ['uuid'],
  blob: ['uuid'],
  enum: ['character varying(5)'],
  set: ['text'],
  json: ['json', 'text'],
  date: ['timestamp(0) without time zone', 'timestamp(6) with time zone', 'text'],
  datetime: [
    'timestamp without time zone',
    'timestamp(2) without time zone',
    'timestamp(6) with time zone',
    'date',
    'text',
  ],
  timestamp: ['timestamp with time zone', 'timestamp(1) without time zone', 'text'],
  time: ['time without time zone', 'time(1) without time zone', 'interval', 'interval(2)', 'text'],
  year: ['integer', 'bigint', 'text'],
  vector: ['real[]', 'double precision[]'],
  uuid: ['text'],
  inet4: ['text'],
  inet6: ['text'],
};

/** Reasons for which the default type refuses a value under the strict policy; nothing else may be refused. */
const EXPECTED_REFUSALS: Partial<Record<ColumnType['kind'], readonly string[]>> = {
  text: ['nul-byte'],
  json: ['nul-byte'],
  date: ['zero-date', 'invalid-date'],
  datetime: ['zero-date', 'invalid-date'],
  timestamp: ['zero-date'],
};

const LAX: ValuePolicy = { nul: 'replace', zeroDate: 'null' };
const STRIPPED: ValuePolicy = { nul: 'strip', zeroDate: '1970-01-01' };

/** Zones with a change in the hour, with one at midnight, with offsets in minutes, and behind UTC. */
const ZONES = ['Europe/Berlin', 'America/Sao_Paulo', 'Asia/Kolkata', 'America/New_York', 'Australia/Lord_Howe'];

/** The laws over samples in a server of this kind; `samplesOf` its version. */
export function lawSuite(kind: 'mysql' | 'mariadb', samplesOf: (version: string) => readonly Sample[]): void {
  let database: FreshDatabase | undefined;
  let all: readonly Specimen[] = [];
  let session: Client | undefined;
  let place: FreshDatabase | undefined;
  const found = () => all;
  const target = () => session;

  beforeAll(async () => {
    const server = await startServer(kind);
    database = await freshDatabase(server, 'column_law');
    all = await specimens(database.url, samplesOf(server.version));
    place = await freshDatabase(await startServer('postgres'), 'column_law');
    session = await targetSession(place.url);
    await session.query('CREATE EXTENSION citext');
  });

  afterAll(async () => {
    await session?.end();
    await database?.drop();
    await place?.drop();
  });

  test('a row read from the binlog and the same row read by SELECT have the same Avro bytes, for every type', () => {
    for (const { sample, fromBinlog, fromQuery } of found()) {
      expect(fromBinlog.length, sample.column).toBe(sample.values.length);
      for (const [i, value] of sample.values.entries()) {
        const label = `${sample.column}: ${value.slice(0, 100)}`;
        expect(fromBinlog[i]?.toString('latin1'), label).toBe(fromQuery[i]?.toString('latin1'));
      }
    }
  });

  test('avsc reads every value with our schema and writes the same bytes', () => {
    for (const { sample, codec, fromQuery } of found()) {
      const again = throughAvsc(codec.avro);
      for (const bytes of fromQuery) if (bytes) expect(again(bytes).equals(bytes), sample.column).toBe(true);
    }
  });

  test('the default PostgreSQL type takes every value but NUL characters and zero dates, and gives it back', async () => {
    for (const specimen of found()) {
      for (const isSmall of [true, false]) {
        const type = specimen.codec.target({
          columnType: specimen.columnType,
          isTimeOfDay: isSmall,
          fitsBigint: isSmall,
        });
        const allowed = EXPECTED_REFUSALS[specimen.type.kind] ?? [];
        await check(specimen, type, STRICT_POLICY, isSmall && /time|bigint/.test(type) ? null : allowed);
      }
    }
  });

  test('a policy decides on NUL characters and zero dates, and on nothing else', async () => {
    for (const specimen of found())
      for (const policy of [LAX, STRIPPED])
        await check(specimen, specimen.codec.target({ columnType: specimen.columnType }), policy, ['invalid-date']);
  });

  test('another type takes a value whole or refuses it with a reason, never cut or wrapped', async () => {
    for (const specimen of found())
      for (const type of OTHER_TARGETS[specimen.type.kind] ?? [])
        if (specimen.codec.copy(type, LAX)) await check(specimen, type, LAX, null);
  });

  test('a time without a zone into a type with one is a time of the named zone, or is refused', async () => {
    for (const specimen of found()) {
      if (!['date', 'datetime', 'timestamp'].includes(specimen.type.kind)) continue;
      for (const zone of ZONES)
        for (const policy of [
          { ...STRICT_POLICY, zone },
          { ...STRIPPED, zone },
        ])
          await check(specimen, 'timestamp(6) with time zone', policy, ['zero-date', 'invalid-date', 'no-such-time']);
    }
  });

  async function check(specimen: Specimen, type: string, policy: ValuePolicy, allowed: readonly string[] | null) {
    const { codec, sample } = specimen;
    const client = target();
    if (!client) throw new Error('no target');
    const values = specimen.fromQuery.filter((value) => value !== null);
    for (const trip of await roundTrip(client, values, { codec, type, policy })) {
      const label = `${sample.column} into ${type}: ${trip.avro.toString('latin1').slice(0, 80)}`;
      if (trip.refused === null) expect(trip.arrived, label).toBe(trip.expected);
      else if (allowed) expect(allowed, label).toContain(trip.refused);
    }
  }
}
