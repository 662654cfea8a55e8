/** Values of the types that only MariaDB has, and of its own storage formats. */
import fc from 'fast-check';
import type { Sample } from './law.ts';
import { geometries } from './mysql-sample.ts';
import { hex, random } from './sample.ts';

const quoted = (values: readonly string[]) => ['NULL', ...values.map((value) => `'${value}'`)];

const UUIDS = [
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '01234567-89ab-1def-8123-456789abcd00',
  '01234567-89ab-0def-8123-456789abcdef',
  '01234567-89ab-cdef-0123-456789abcdef',
  '10203040-5060-6070-8090-a0b0c0d0e0f0',
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((version) => `01234567-89ab-${version}def-b123-456789abcd0${version}`),
  ...random(fc.uuid(), 100),
  ...random(fc.uint8Array({ minLength: 16, maxLength: 16 }), 100).map((bytes) =>
    Buffer.from(bytes)
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
  ),
];

const GROUP = fc.oneof(
  fc.constant('0'),
  fc.constant('0'),
  fc.nat(0xffff).map((group) => group.toString(16)),
);
const INET6S = [
  ...['::', '::1', '::2:1', '1::', '1:0:0:2::', '2001:db8::ff00:42:8329', '::ffff:1.2.3.4', '::1.2.3.4', '::ffff:0:0'],
  ...['::1:0', 'fe80::1:0:0:1', '1:2:3:4:5:6:7:8', '0:1:0:1:0:1:0:1', '1:0:0:1:0:0:0:1', '::ffff:0:1.2.3.4'],
  ...random(fc.array(GROUP, { minLength: 8, maxLength: 8 }), 200).map((groups) => groups.join(':')),
];
const INET4S = ['0.0.0.0', '255.255.255.255', '10.0.0.0', '1.2.3.4', ...random(fc.ipV4(), 30)];

const JSON_TEXTS = ['{"b": 1, "a": [1.50, 12345678901234567890]}', '[]', '"a\\u0000b"', ...random(fc.json(), 50)];

const VECTORS = ['0,0', '1,-2.5', '0.1,3.4028234e38', '-0,1e-45'];

const LONG = ['', 'x', 'short', 'é'.repeat(200), 'abc'.repeat(20_000)];

const STAMPS = [
  '0000-00-00 00:00:00',
  '0001-01-01 00:00:00',
  '2024-02-29 12:34:56.789012',
  '9999-12-31 23:59:59.999999',
];
const MOMENTS = ['0000-00-00 00:00:00', '1970-01-01 00:00:01', '2024-02-29 12:34:56.789012', '2038-01-19 03:14:07'];
const TIMES = ['00:00:00', '-00:00:01.5', '10:11:12.131415', '838:59:59', '-838:59:59', '-00:00:00.000001'];

/** Columns as MariaDB makes them with `mysql56_temporal_format=OFF`. */
export const OLD_TEMPORAL: readonly Sample[] = [0, 1, 2, 3, 4, 5, 6].flatMap((digits) => [
  { column: `DATETIME(${digits})`, values: quoted(STAMPS) },
  { column: `TIMESTAMP(${digits}) NULL`, values: quoted(MOMENTS) },
  { column: `TIME(${digits})`, values: quoted(TIMES) },
]);

const VECTOR: Sample = { column: 'VECTOR(2)', values: ['NULL', ...VECTORS.map((text) => `VEC_FromText('[${text}]')`)] };

/** Seconds as 32 bits without a sign. */
const LATE: Sample = { column: 'TIMESTAMP(3) NULL', values: ["'2100-02-28 23:59:59'", "'2106-02-07 06:28:15.999'"] };

/** What a server of this version has: vectors and timestamps beyond 2038 came with 11.7 and 11.5. */
export function mariadbSamples(version: string): readonly Sample[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 11 || (major === 11 && minor >= 7) ? [...MARIADB, VECTOR, LATE] : MARIADB;
}

const MARIADB: readonly Sample[] = [
  // As text: the number 0 is the year 0000, which this type prints like 2000.
  { column: 'YEAR(2)', values: ['NULL', "'00'", '1', '69', '70', '99', '1970', '2000', '2069'] },
  { column: 'UUID', values: quoted(UUIDS) },
  { column: 'INET4', values: quoted(INET4S) },
  { column: 'INET6', values: quoted(INET6S) },
  { column: 'JSON', values: ['NULL', ...JSON_TEXTS.map(hex)] },
  { column: 'VARCHAR(200) COMPRESSED', values: ['NULL', ...LONG.slice(0, 4).map(hex)] },
  { column: 'VARCHAR(15000) COMPRESSED CHARACTER SET latin1', values: ['NULL', ...LONG.slice(0, 4).map(hex)] },
  { column: 'VARBINARY(20000) COMPRESSED', values: ['NULL', ...LONG.slice(0, 4).map(hex)] },
  { column: 'TEXT COMPRESSED', values: ['NULL', ...LONG.map(hex)] },
  { column: 'LONGTEXT COMPRESSED', values: ['NULL', ...LONG.map(hex)] },
  { column: 'BLOB COMPRESSED', values: ['NULL', ...LONG.map(hex)] },
  geometries([0, 4326]),
];
