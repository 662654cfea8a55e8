import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isZone, offsetOfLocal } from '../../src/column/zone.ts';
import { connectPostgres, type PostgresSession } from '../../src/postgres/connection.ts';
import { arrayText } from '../../src/postgres/quote.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { canonical, codecFor, copied, fromQuery } from './one-value.ts';

let server: RunningServer;
let session: PostgresSession;

beforeAll(async () => {
  server = await startServer('postgres');
  session = await connectPostgres({ url: server.url, pipeline: 'test' });
});

afterAll(async () => {
  await session.close();
  await server.stop();
});

const ZONES = ['UTC', 'Europe/Berlin', 'Europe/London', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Auckland'];

test('an offset is the one that PostgreSQL finds for the same local time, hours that come twice included', async () => {
  for (const zone of ZONES) {
    // From 1900 on, all hours of the years around the last changes among them.
    const seconds = fc.sample(fc.integer({ min: -2_208_988_800, max: 2_145_916_800 }), 3000);
    for (let hour = 0; hour < 366 * 48; hour++) seconds.push(1_704_067_200 + hour * 1800);
    const { rows } = await session.query(
      `SELECT s, extract(epoch FROM to_timestamp(s) AT TIME ZONE 'UTC' AT TIME ZONE $1)::bigint AS at
       FROM unnest($2::bigint[]) WITH ORDINALITY AS u (s, n) ORDER BY n`,
      [zone, arrayText(seconds.map(String))],
    );
    const wrong = rows.flatMap((row, i) => {
      const local = seconds[i] ?? 0;
      const offset = offsetOfLocal(zone, local);
      const theirs = local - Number(row['at']);
      // A time that is left out has no offset here; PostgreSQL moves it.
      return offset === theirs || offset === null ? [] : [{ zone, local, offset, theirs }];
    });
    expect(wrong.slice(0, 3)).toEqual([]);
  }
});

test('a local time that is left out is refused, one that comes twice is the second', () => {
  const datetime = codecFor('datetime(6)');
  const into = (text: string) =>
    copied(datetime, fromQuery(datetime, text), 'timestamp(6) with time zone', {
      nul: 'refuse',
      zeroDate: 'refuse',
      zone: 'Europe/Berlin',
    });
  expect(into('2024-03-31 02:30:00.000001')).toBe('!no-such-time');
  expect(into('2024-03-31 01:59:59.999999')).toBe('2024-03-31T01:59:59.999999+01:00:00');
  expect(into('2024-03-31 03:00:00.000000')).toBe('2024-03-31T03:00:00.000000+02:00:00');
  expect(into('2024-10-27 02:30:00.000000')).toBe('2024-10-27T02:30:00.000000+01:00:00');
});

test('the first and the last day of the calendar keep their year across a zone', async () => {
  const datetime = codecFor('datetime');
  for (const [text, zone, expected] of [
    ['0001-01-01 00:00:00', 'Europe/Berlin', '0001-12-31 23:06:32 BC'],
    ['9999-12-31 23:59:59', 'America/New_York', '10000-01-01 04:59:59'],
  ] as const) {
    const policy = { nul: 'refuse', zeroDate: 'refuse', zone } as const;
    const avro = fromQuery(datetime, text);
    const target = 'timestamp(0) with time zone';
    const copy = copied(datetime, avro, target, policy);
    const { rows } = await session.query('SELECT $1::timestamptz AS at', [copy]);
    expect(datetime.canonicalTarget(rows[0]?.['at'] ?? '', target)).toBe(expected);
    expect(canonical(datetime, avro, target, policy)).toBe(expected);
  }
});

test('a name is a zone only where the database of zones has it', () => {
  expect(ZONES.every(isZone)).toBe(true);
  expect(['Mars/Olympus', '', '+02:00', 'Berlin'].some(isZone)).toBe(false);
});
