/** The outermost declarations and values of the types that both servers have, for the long runs. */
import type { Sample } from './law.ts';
import { hex } from './sample.ts';

const FRACTIONS = [0, 1, 2, 3, 4, 5, 6];
const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
const members = (count: number) => Array.from({ length: count }, (_, i) => `'m${i.toString(36)}'`).join();
const nines = (count: number) => '9'.repeat(count);

const DOUBLES = [
  ...['0e0', '-0e0', '5e-324', '-5e-324', '2.2250738585072009e-308', '2.2250738585072014e-308'],
  ...['1.7976931348623157e308', '1e23', '1e22', '1e21', '1e20', '9007199254740993', '4.35', '1e-5', '1e-6', '1e-7'],
];

const NUMBERS: readonly Sample[] = [
  { column: 'BIGINT(20) ZEROFILL', values: ['0', '1', '18446744073709551615'] },
  { column: 'DECIMAL(65,30) ZEROFILL', values: ['0', '1.5', `${nines(35)}.${nines(30)}`] },
  { column: 'DECIMAL(30,30)', values: ['0', `-0.${nines(30)}`, `0.${'0'.repeat(29)}1`] },
  { column: 'FLOAT(7,3)', values: ['9999.999', '-9999.999', '0.001', '-0.0004e0', '1234.567'] },
  { column: 'DOUBLE(10,2)', values: ['99999999.99', '-99999999.99', '-0.001e0', '1.005'] },
  { column: 'DOUBLE(255,30)', values: ['1e-30', '1.5', '123456.789'] },
  { column: 'FLOAT(53)', values: DOUBLES },
  { column: 'DOUBLE', values: DOUBLES },
  ...Array.from({ length: 64 }, (_, i) => ({
    column: `BIT(${i + 1})`,
    values: ['NULL', '0', '1', `b'${'1'.repeat(i + 1)}'`, `b'1${'0'.repeat(i)}'`],
  })),
];

const TEXTS = [
  'NULL',
  "''",
  "' '",
  "'a '",
  "'   '",
  hex('é'),
  hex('😀'),
  "REPEAT('x', 70)",
  `REPEAT(${hex('é')}, 300)`,
];
const TEXT_COLUMNS = [
  ...['CHAR(0)', 'CHAR(1)', 'CHAR(63)', 'CHAR(64)', 'CHAR(255)', 'VARCHAR(0)', 'VARCHAR(63)', 'VARCHAR(64)'],
  ...['VARCHAR(256) CHARACTER SET latin1', 'VARCHAR(65000) CHARACTER SET latin1', 'CHAR(127) CHARACTER SET utf16'],
  ...['CHAR(128) CHARACTER SET ucs2', 'CHAR(60) CHARACTER SET utf32', 'CHAR(10) CHARACTER SET binary'],
];
const BYTES = ["x''", "x'00'", "x'2000'", "REPEAT(x'00', 255)", "REPEAT(x'62', 256)", "REPEAT('z', 65536)"];
const BYTE_COLUMNS = ['BINARY(0)', 'BINARY(1)', 'BINARY(255)', 'VARBINARY(0)', 'VARBINARY(255)', 'VARBINARY(65000)'];

const NAMES = [
  'a,b',
  "it's",
  ' lead',
  'ümlaut',
  '漢字',
  'a"b',
  '{b}',
  'back\\slash',
  'NULL',
  "''",
  '\\N',
  'x'.repeat(255),
];
const IN_SET = NAMES.filter((name) => !name.includes(','));
const indexes = (count: number) => ['NULL', ...Array.from({ length: count + 1 }, (_, i) => String(i))];

const MEMBERS: readonly Sample[] = [
  { column: `ENUM(${NAMES.map(quoted).join()})`, values: indexes(NAMES.length) },
  { column: `ENUM(${NAMES.slice(0, 5).map(quoted).join()}) CHARACTER SET ucs2`, values: indexes(5) },
  { column: `ENUM(${members(255)})`, values: ['0', '1', '254', '255'] },
  { column: `ENUM(${members(256)})`, values: ['0', '1', '255', '256'] },
  { column: `ENUM(${members(5000)})`, values: ['0', '1', '255', '256', '257', '4999', '5000'] },
  { column: `SET(${IN_SET.map(quoted).join()})`, values: [...indexes(IN_SET.length), '1024', '2047'] },
  ...[8, 16, 24, 32, 40, 56, 63, 64].map((count) => ({
    column: `SET(${members(count)})`,
    values: ['NULL', '0', '1', String(2n ** BigInt(count) - 1n), String(2n ** BigInt(count - 1))],
  })),
];

const MOMENTS = [
  ...[
    '2024-03-31 02:30:00',
    '2024-10-27 01:30:00',
    '1883-11-18 12:03:58',
    '0001-01-01 00:00:00',
    '1582-10-10 00:00:00',
  ],
  ...[
    '0000-00-00 00:00:00',
    '0000-01-01 10:00:00',
    '2024-00-00 00:00:00',
    '2024-02-30 01:02:03',
    '9999-12-31 23:59:59',
  ],
  ...['1969-12-31 23:59:59', '2023-02-29 00:00:00', '1900-02-29 00:00:00', '0004-02-29 00:00:00'],
];
const TIMES = ['00:00:00', '24:00:00', '24:00:01', '838:59:59', '-838:59:59', '-00:00:01', '-00:59:59', '100:00:00'];

const TEMPORALS: readonly Sample[] = FRACTIONS.flatMap((digits) => {
  const tail = digits === 0 ? '' : `.${'000009'.slice(6 - digits)}`;
  const last = digits === 0 ? '' : `.${nines(digits)}`;
  return [
    { column: `DATETIME(${digits})`, values: MOMENTS.flatMap((text) => [quoted(text + tail), quoted(text + last)]) },
    {
      column: `TIMESTAMP(${digits}) NULL`,
      values: ['1970-01-01 00:00:01', '2038-01-19 03:14:07', '0000-00-00 00:00:00'].map((text) => quoted(text + tail)),
    },
    { column: `TIME(${digits})`, values: [...TIMES, `-00:00:00${tail}`, `-00:00:59${last}`].map(quoted) },
  ];
});

export const BOUNDARY: readonly Sample[] = [
  ...NUMBERS,
  ...TEXT_COLUMNS.map((column) => ({ column, values: TEXTS })),
  ...BYTE_COLUMNS.map((column) => ({ column, values: BYTES })),
  ...MEMBERS,
  ...TEMPORALS,
];
