/** Boundary and random values of the types that both servers have, as SQL. Seeded: the same values in every run. */
import fc from 'fast-check';
import { anyText } from './any-text.ts';
import type { Sample } from './law.ts';

const SEED = 20_261_124;

export function random<T>(arbitrary: fc.Arbitrary<T>, count: number): T[] {
  return fc.sample(arbitrary, { seed: SEED, numRuns: count });
}

function integers(column: string, min: bigint, max: bigint): Sample {
  const edges = [min, min + 1n, -1n, 0n, 1n, 9n, 10n, max - 1n, max].filter((value) => value >= min && value <= max);
  const values = [...edges, ...random(fc.bigInt({ min, max }), 40)];
  const powers = Array.from({ length: 64 }, (_, i) => 2n ** BigInt(i)).flatMap((p) => [p - 1n, p, -p, p + 1n]);
  const all = [...values, ...powers.filter((value) => value >= min && value <= max)];
  return { column, values: ['NULL', ...all.map(String)] };
}

function signedAndNot(name: string, bits: bigint): Sample[] {
  const half = 2n ** (bits - 1n);
  return [
    integers(name, -half, half - 1n),
    integers(`${name} UNSIGNED`, 0n, 2n * half - 1n),
    integers(`${name} UNSIGNED ZEROFILL`, 0n, 2n * half - 1n),
  ];
}

function decimals(precision: number, scale: number, extra = ''): Sample {
  const unit = 10n ** BigInt(precision) - 1n;
  const text = (value: bigint) => {
    const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
    return `${value < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}.${digits.slice(digits.length - scale)}0`;
  };
  const min = extra === '' ? -unit : 0n;
  const edges = [min, 0n, 1n, min + 1n, unit, unit - 1n, 10n ** BigInt(scale)].filter((value) => value <= unit);
  const wide = fc.integer({ min: 1, max: precision }).chain((digits) => {
    const limit = 10n ** BigInt(digits) - 1n;
    return fc.bigInt({ min: extra === '' ? -limit : 0n, max: limit });
  });
  const values = [...edges, ...random(wide, 30)].map(text);
  return { column: `DECIMAL(${precision},${scale}) ${extra}`, values: ['NULL', '-0.000001', ...values] };
}

const DECIMALS: readonly Sample[] = [
  [1, 0],
  [1, 1],
  [5, 2],
  [9, 0],
  [9, 9],
  [10, 2],
  [18, 9],
  [19, 10],
  [20, 6],
  [30, 30],
  [38, 19],
  [65, 0],
  [65, 30],
].map(([precision = 0, scale = 0]) => decimals(precision, scale));

export const floatText = (value: number) => (Object.is(value, -0) ? '-0e0' : value.toExponential());

export const finite = { noNaN: true, noDefaultInfinity: true };

function floats(): Sample[] {
  const edges = [0, -0, 1, -1, 0.1, 1 / 3, 16_777_216, 16_777_217, 123_456_789, 1e7, 1e-7, 123_456.7];
  const singles = [...edges, 3.4028234663852886e38, 1.1754943508222875e-38, 1e-45].map(Math.fround);
  const doubles = [...edges, 1.7976931348623157e308, 2.2250738585072014e-308, 5e-324, 2 ** 53, 2 ** 53 + 2, 1e15, 1e16];
  const manySingles = [
    ...singles,
    ...random(fc.float(finite), 300),
    ...random(fc.float({ ...finite, min: -9, max: 9 }), 100),
  ];
  const manyDoubles = [
    ...doubles,
    ...random(fc.double(finite), 300),
    ...random(fc.double({ ...finite, min: -9, max: 9 }), 100),
  ];
  return [
    { column: 'FLOAT', values: ['NULL', ...manySingles.map(floatText)] },
    { column: 'DOUBLE', values: ['NULL', ...manyDoubles.map(floatText)] },
    { column: 'FLOAT(7,2)', values: ['NULL', '99999.99', '1.005', '-0.004e0', '0.1'] },
    { column: 'DOUBLE(10,3)', values: ['NULL', '9999999.999', '1.0005', '-0.0004e0', '0.1'] },
    { column: 'DOUBLE UNSIGNED ZEROFILL', values: ['NULL', '0.1', '1e300', '1e-300'] },
  ];
}

function bits(): Sample[] {
  return [1, 2, 7, 8, 9, 16, 31, 32, 33, 63, 64].map((width) => {
    const max = 2n ** BigInt(width) - 1n;
    const values = [0n, 1n, max, max >> 1n, ...random(fc.bigInt({ min: 0n, max }), 10)];
    return { column: `BIT(${width})`, values: ['NULL', ...values.map((value) => `b'${value.toString(2)}'`)] };
  });
}

export const hex = (text: string) => `CONVERT(x'${Buffer.from(text).toString('hex')}' USING utf8mb4)`;

const ODD_TEXTS = [
  '',
  ' ',
  'a ',
  ' a',
  'a\tb\nc\\d',
  '\\N',
  "it's",
  '"',
  '\u0001\u001f\u007f',
  'éß',
  '€',
  '😀',
  '\ufeffa',
  '\0',
  'a\0b',
];
const TEXT = anyText(40);

/** Texts that stand in for a type that MySQL does not have: UUIDs, addresses, JSON. */
const SPELLED = [
  '01234567-89ab-CDEF-0123-456789abcdef',
  '0123456789abcdef0123456789abcdef',
  'not-a-uuid',
  '192.168.0.1',
  '10.0.0.0/8',
  '999.1.1.1',
  '::1',
  '2001:db8::ff00:42:8329',
  '::ffff:1.2.3.4',
  '1:2:3:4:5:6:7:8:9',
  '{"b": [1.50, 1e3, -0.0, 12345678901234567890], "a": {"é": "\\u00e9\\n"}}',
  '[true, false, null, "\\u0000", "\\\\u0000", "\\ud83d\\ude00"]',
  '"\\ud800"',
  '{"a": 1, "a": 2}',
  '{a: 1}',
  ' 1 ',
];

function texts(): Sample[] {
  const values = ['NULL', ...[...ODD_TEXTS, ...random(TEXT, 60), 'x'.repeat(250)].map(hex)];
  const long = ['y'.repeat(256), 'ü'.repeat(5000), 'z'.repeat(70_000)].map(hex);
  return [
    { column: 'CHAR(250)', values },
    { column: 'CHAR(10)', values: values.slice(0, 20) },
    { column: 'VARCHAR(50)', values: values.slice(0, 70) },
    { column: 'VARCHAR(300)', values },
    { column: 'VARCHAR(250) CHARACTER SET utf8mb3', values: ['NULL', "''", hex('aé€b'), hex('x'.repeat(250))] },
    { column: 'VARCHAR(100)', values: ['NULL', ...SPELLED.map(hex)] },
    { column: 'TINYTEXT', values: values.slice(0, 30) },
    { column: 'TEXT', values: [...values, ...long.slice(0, 2)] },
    { column: 'MEDIUMTEXT', values: [...values.slice(0, 20), ...long] },
    { column: 'LONGTEXT', values: [...values.slice(0, 20), ...long] },
  ];
}

export const blob = (bytes: Uint8Array) => `x'${Buffer.from(bytes).toString('hex')}'`;

function blobs(): Sample[] {
  const odd = ['', '00', '0000', '6100', '610000', '00ff', '5c5c0a', '20', '6120'].map((text) => `x'${text}'`);
  const some = [...odd, ...random(fc.uint8Array({ maxLength: 16 }), 40).map(blob)];
  const long = [blob(Buffer.alloc(300, 7)), blob(Buffer.alloc(66_000, 0x5c))];
  return [
    { column: 'BINARY(16)', values: ['NULL', ...some] },
    { column: 'BINARY(255)', values: ['NULL', ...some, blob(Buffer.alloc(255, 1))] },
    { column: 'VARBINARY(16)', values: ['NULL', ...some] },
    { column: 'VARBINARY(300)', values: ['NULL', ...some, blob(Buffer.alloc(300, 7))] },
    { column: 'TINYBLOB', values: ['NULL', ...some] },
    { column: 'BLOB', values: ['NULL', ...some, ...long.slice(0, 1)] },
    { column: 'MEDIUMBLOB', values: ['NULL', ...some, ...long] },
    { column: 'LONGBLOB', values: ['NULL', ...some, ...long] },
  ];
}

function members(): Sample[] {
  const names = ["it''s", 'a"b', 'x)y', 'back\\\\slash', 'é€', '', 'tab\tnew\nline', 'plain', '{', 'NULL', ' x'];
  const list = names.map((name) => `'${name}'`).join();
  const many = Array.from({ length: 300 }, (_, i) => `'m${i}'`).join();
  const sixty4 = Array.from({ length: 64 }, (_, i) => `'s${i}'`).join();
  const indexes = Array.from({ length: names.length + 1 }, (_, i) => String(i));
  const masks = [
    '0',
    '1',
    '18446744073709551615',
    '9223372036854775808',
    ...random(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), 20).map(String),
  ];
  return [
    { column: `ENUM(${list}, 'with,comma')`, values: ['NULL', ...indexes, `'with,comma'`] },
    { column: `ENUM('é','ä','z') CHARACTER SET latin1`, values: ['NULL', '0', '1', '2', '3'] },
    { column: `ENUM(${many})`, values: ['NULL', '0', '1', '255', '256', '300'] },
    { column: `SET(${list})`, values: ['NULL', ...indexes, '1024', '2047', '1023', '513'] },
    { column: `SET('é','ä','z') CHARACTER SET cp1251`, values: ['NULL', '0', '4'] },
    { column: `SET(${sixty4})`, values: ['NULL', ...masks] },
    ...[9, 17, 25, 33].map((count) => ({
      column: `SET(${sixty4.split(',').slice(0, count).join()})`,
      values: ['NULL', '0', '1', String(2n ** BigInt(count) - 1n), String(2n ** BigInt(count - 1))],
    })),
  ];
}

const two = (value: number) => String(value).padStart(2, '0');
const FRACTIONS = [0, 1, 2, 3, 4, 5, 6];

const DAY = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  .map(
    (date) =>
      `${String(date.getUTCFullYear()).padStart(4, '0')}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`,
  );
const CLOCK = fc
  .tuple(fc.nat(23), fc.nat(59), fc.nat(59), fc.nat(999_999))
  .map(([h, m, s, us]) => `${two(h)}:${two(m)}:${two(s)}.${String(us).padStart(6, '0')}`);

/** Digits that a column would round away are cut, so that a value never moves to another second. */
const cut = (text: string, digits: number) =>
  text.replace(/\.(\d+)$/, (_, f: string) => (digits === 0 ? '' : `.${f.slice(0, digits)}`));

function temporals(): Sample[] {
  const odd = [
    '0000-00-00',
    '2024-00-15',
    '2024-05-00',
    '2023-02-31',
    '0000-01-01',
    '0001-01-01',
    '9999-12-31',
    '2024-02-29',
  ];
  const days = [...odd, ...random(DAY, 60)];
  const clocks = ['00:00:00', '23:59:59.999999', '00:00:00.000001', ...random(CLOCK, 40)];
  const stamps = (digits: number) => [
    ...odd.map((day) => `${day} 00:00:00`),
    ...random(fc.tuple(DAY, CLOCK), 40).map(([day, clock]) => cut(`${day} ${clock}`, digits)),
  ];
  const epochs = [1, 2 ** 31 - 1, 951_782_400, 1_709_164_800, ...random(fc.integer({ min: 1, max: 2 ** 31 - 1 }), 60)];
  const moments = (digits: number) => [
    "'0000-00-00 00:00:00'",
    ...epochs.map((epoch) => `'${new Date(epoch * 1000).toISOString().slice(0, 19).replace('T', ' ')}'`),
    ...(digits === 0 ? [] : [`'1970-01-01 00:00:01.${'9'.repeat(digits)}'`]),
  ];
  const times = (digits: number) => [
    ...['-838:59:59', '838:59:59', '-00:00:01', '24:00:00', '-100:00:00', '99:59:59', '100:00:00'],
    ...clocks.map((clock) => cut(clock, digits)),
    ...clocks.map((clock) => `-${cut(clock, digits)}`),
    ...random(fc.tuple(fc.nat(837), CLOCK), 20).map(([hours, clock]) => `-${hours}${cut(clock, digits).slice(2)}`),
  ];
  const quoted = (values: readonly string[]) => ['NULL', ...values.map((value) => `'${value}'`)];
  return [
    { column: 'DATE', values: quoted(days) },
    { column: 'YEAR', values: ['NULL', '0', '1901', '1970', '2024', '2155'] },
    ...FRACTIONS.flatMap((digits) => [
      { column: `DATETIME(${digits})`, values: quoted(stamps(digits)) },
      { column: `TIMESTAMP(${digits}) NULL`, values: ['NULL', ...moments(digits)] },
      { column: `TIME(${digits})`, values: quoted(times(digits)) },
    ]),
  ];
}

export const COMMON: readonly Sample[] = [
  ...(
    [
      ['TINYINT', 8n],
      ['SMALLINT', 16n],
      ['MEDIUMINT', 24n],
      ['INT', 32n],
      ['BIGINT', 64n],
    ] as const
  ).flatMap(([name, width]) => signedAndNot(name, width)),
  { column: 'TINYINT(1)', values: ['NULL', '0', '1'] },
  ...DECIMALS,
  decimals(10, 2, 'UNSIGNED ZEROFILL'),
  ...floats(),
  ...bits(),
  ...texts(),
  ...blobs(),
  ...members(),
  ...temporals(),
];
