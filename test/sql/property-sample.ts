import fc from 'fast-check';

/** A row of the table `sample`: every column may be NULL. */
export interface SampleRow {
  readonly s: string | null;
  readonly u: string | null;
  readonly i: number | null;
  readonly j: number | null;
  readonly d: string | null;
  /** A double, by its shortest text. */
  readonly x: number | null;
  readonly a: string | null;
  readonly b: string | null;
  readonly m: string | null;
  readonly n: string | null;
}

/** Columns with their types on both servers. */
export const COLUMNS = {
  s: ['varchar(30)', 'varchar(30)'],
  u: ['varchar(30)', 'varchar(30)'],
  i: ['int', 'integer'],
  j: ['int', 'integer'],
  d: ['decimal(12,3)', 'numeric(12,3)'],
  x: ['double', 'double precision'],
  a: ['date', 'date'],
  b: ['date', 'date'],
  m: ['datetime', 'timestamp'],
  n: ['datetime', 'timestamp'],
} as const;

const text = fc.oneof(
  fc.stringMatching(/^[a-cA-C .,0-3]{0,12}$/),
  fc.constantFrom(
    '',
    ' ',
    'a.b.c',
    'abc,b,c',
    '12abc',
    '-3.5e1x',
    'ABC',
    'öäü',
    '日本語',
    "it's",
    '\\',
    '%',
    'a%b_',
    '😀x',
  ),
);
const integer = fc.oneof(fc.integer({ min: -5, max: 12 }), fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }));
const exact = fc
  .tuple(fc.integer({ min: -99_999_999, max: 99_999_999 }), fc.constantFrom(1, 10, 1000))
  .map(([n, by]) => (n / 1000 / by).toFixed(3));
/** Halves that are none in binary, halves that are, tens, and anything. */
const double = fc.oneof(
  fc.integer({ min: -999_999, max: 999_999 }).map((n) => (2 * n + 1) / 200),
  fc.integer({ min: -9999, max: 9999 }).map((n) => n + 0.5),
  fc.integer({ min: -99, max: 99 }).map((n) => n * 50),
  fc.integer({ min: -9_999_999, max: 9_999_999 }).map((n) => n / 1000),
  // What is next to nothing PostgreSQL refuses to divide (underflow).
  fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((x) => (Math.abs(x) < 1e-200 ? 0 : x)),
);
const moment = fc
  .date({ min: new Date('1970-01-02T00:00:00Z'), max: new Date('2100-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 19).replace('T', ' '));
const edge = fc.constantFrom(
  '2020-02-29',
  '2019-02-28',
  '2020-12-31',
  '2021-01-01',
  '2016-01-03',
  '2024-12-30',
  '2000-01-31',
);
const day = fc.oneof(
  moment.map((one) => one.slice(0, 10)),
  edge,
);

function nullable<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(value, { freq: 12 });
}

/** Random rows, with the values that tell servers apart more often than chance would. */
export const row: fc.Arbitrary<SampleRow> = fc.record({
  s: nullable(text),
  u: nullable(text),
  i: nullable(integer),
  j: nullable(integer),
  d: nullable(exact),
  x: nullable(double),
  a: nullable(day),
  b: nullable(day),
  m: nullable(
    fc.oneof(
      moment,
      edge.map((one) => `${one} 23:59:59`),
    ),
  ),
  n: nullable(
    fc.oneof(
      moment,
      edge.map((one) => `${one} 00:00:00`),
    ),
  ),
});

const middling = { d: '1.000', x: 1, a: '2020-02-29', b: '2021-01-01', m: '2020-02-29 23:59:59', n: null } as const;
/** What chance rarely puts together: texts that are none beside numbers at the ends of their type. */
export const EDGE_ROWS: readonly SampleRow[] = [
  { ...middling, s: null, u: null, i: -2_147_483_648, j: 2_147_483_647 },
  { ...middling, s: null, u: '', i: 2_147_483_647, j: -2_147_483_648 },
  { ...middling, s: 'abc', u: null, i: -2_147_483_648, j: -2_147_483_648 },
  { ...middling, s: '', u: 'abc', i: 2_147_483_647, j: 2_147_483_647 },
];

/** Expressions by class over the columns; each must answer alike on both servers for every row. */
export const EXPRESSIONS: Readonly<Record<string, readonly string[]>> = {
  cond: [
    ...['IFNULL(s, u)', 'IFNULL(i, s)', 'IF(i > j, s, u)', 'IF(i, 1, 2)', 'IF(s = u, i, j)', 'COALESCE(d, i, 0)'],
    ...['NULLIF(i, j)', 'NULLIF(d, 0)', 'ISNULL(s)', 'i <=> j', 'a <=> b', 's IS NULL', 'i IS TRUE', 'd IS NOT FALSE'],
    ...[
      'GREATEST(i, j)',
      'LEAST(i, d)',
      'GREATEST(a, b)',
      'LEAST(m, n)',
      'ELT(i, s, u)',
      'FIELD(i, 1, 2, 3)',
      'INTERVAL(i, 0, 5, 10)',
    ],
    ...[
      "FIND_IN_SET('b', s)",
      "CASE WHEN i < 0 THEN 'neg' WHEN i = 0 THEN 'zero' ELSE 'pos' END",
      'CASE i WHEN 1 THEN s WHEN j THEN u END',
    ],
    ...[
      'i = j',
      'i <> d',
      'i < j',
      'a < b',
      'm >= n',
      'a = m',
      'i IN (1, 2, j)',
      'i NOT IN (3, 4)',
      'i BETWEEN j AND 5',
      'a BETWEEN b AND m',
    ],
    ...['NOT i', 'i AND j', 'i OR j', 'i XOR j', 'i = 1 OR s IS NULL AND j', '(i > j) + (i < j)', '(i, j) = (1, 2)'],
  ],
  string: [
    ...[
      'CONCAT(s, u)',
      'CONCAT(s, i)',
      "CONCAT_WS('-', s, u, i)",
      'LENGTH(s)',
      'CHAR_LENGTH(s)',
      'BIT_LENGTH(u)',
      'REVERSE(s)',
    ],
    ...[
      'SUBSTRING(s, 2)',
      'SUBSTRING(s, i)',
      'SUBSTRING(s, i, j)',
      'SUBSTRING(s, -2)',
      'SUBSTRING(s, -3, 2)',
      'MID(s, 2, 3)',
    ],
    ...[
      'LEFT(s, 2)',
      'RIGHT(s, 2)',
      'LEFT(s, i)',
      'RIGHT(s, i)',
      "LPAD(s, 5, '*')",
      "RPAD(u, 3, 'xy')",
      "LPAD(s, LEAST(i, 20), '0')",
    ],
    ...[
      "REPLACE(s, 'b', 'xx')",
      'REPEAT(s, 3)',
      'REPEAT(s, LEAST(i, 5))',
      'SPACE(LEAST(i, 5))',
      'LTRIM(s)',
      'RTRIM(s)',
      'TRIM(s)',
    ],
    ...["TRIM('a' FROM s)", "TRIM(LEADING 'ab' FROM s)", "TRIM(TRAILING 'c' FROM u)", "TRIM(BOTH 'ab' FROM s)"],
    ...[
      "SUBSTRING_INDEX(s, '.', 1)",
      "SUBSTRING_INDEX(s, '.', -1)",
      "SUBSTRING_INDEX(s, 'b', 2)",
      "SUBSTRING_INDEX(s, ',', i)",
      "SUBSTRING_INDEX(s, '', 1)",
    ],
    ...[
      "INSTR(s, 'b')",
      "LOCATE('c', s)",
      "LOCATE('b', s, 3)",
      "LOCATE('', s)",
      "LOCATE('b', s, i)",
      "POSITION('.' IN s)",
    ],
    ...[
      "INSERT(s, 2, 1, 'Q')",
      "INSERT(s, i, j, 'Q')",
      'ASCII(s)',
      'ORD(s)',
      'QUOTE(s)',
      'HEX(s)',
      'HEX(j)',
      'TO_BASE64(s)',
      'SHA2(s, 256)',
    ],
    ...[
      "s LIKE 'a%'",
      "s LIKE '%\\\\%%'",
      "s NOT LIKE '_b%'",
      "s LIKE '%|_%' ESCAPE '|'",
      "s REGEXP '^[a-c]+$'",
      "s REGEXP 'b.c'",
      "REGEXP_REPLACE(s, '[0-9]', '#')",
      "REGEXP_SUBSTR(s, '[0-9]+')",
    ],
    ...[
      's + 0',
      's * 1',
      'CAST(s AS SIGNED)',
      'i = s',
      "s = 'abc'",
      's < u',
      "s >= 'b.1'",
      'STRCMP(s, u)',
      "u BETWEEN 'A' AND s",
      "LOWER(s) = 'abc'",
      'CAST(i AS CHAR)',
      'CAST(d AS CHAR)',
      'CAST(s AS CHAR(2))',
    ],
  ],
  numeric: [
    ...[
      'i + j',
      'i - j',
      'd + i',
      'd - d',
      'd * d',
      'i / j',
      'd / i',
      'i / 3',
      'd / 7 * 7',
      'i DIV j',
      'd DIV j',
      'i MOD j',
      'd % j',
      '-i',
      '-d',
    ],
    ...[
      'ROUND(d)',
      'ROUND(d, 1)',
      'ROUND(d, -1)',
      'ROUND(i, -2)',
      'TRUNCATE(d, 1)',
      'TRUNCATE(d, -1)',
      'CEIL(d)',
      'FLOOR(d)',
      'ABS(d)',
      'ABS(i)',
      'SIGN(d)',
      'SIGN(i)',
    ],
    ...[
      'SQRT(d)',
      'LN(d)',
      'LOG(2, i)',
      'LOG10(d)',
      'LOG2(i)',
      'MOD(d, 3)',
      'POW(i % 10, 2)',
      'EXP(i % 5)',
      'ATAN(d)',
      'RADIANS(i)',
    ],
    ...[
      'i & j',
      'ABS(i) | ABS(j)',
      'ABS(i) ^ 5',
      '1 << (ABS(i) % 20)',
      'ABS(i) >> 2',
      'BIT_COUNT(i)',
      '~i',
      'BIN(i)',
      'CONV(i, 10, 16)',
    ],
    ...[
      'CAST(d AS SIGNED)',
      'CAST(d AS DECIMAL(12,1))',
      'CAST(i AS UNSIGNED)',
      'FORMAT(d, 2)',
      'FORMAT(i, 0)',
      'i + d > 10',
      'd = 0',
    ],
  ],
  double: [
    ...[
      'ROUND(x)',
      'ROUND(x, 2)',
      'ROUND(x, 1)',
      'ROUND(x, -2)',
      'ROUND(x, -1)',
      'ROUND(x, i % 4)',
      'ROUND(x * 1.15, 2)',
    ],
    ...['TRUNCATE(x, 2)', 'TRUNCATE(x * 100, 0)', 'TRUNCATE(x, -1)', 'TRUNCATE(x, i % 3)', 'ROUND(x / 7, 4)'],
    ...['FORMAT(x, 2)', 'FORMAT(x, 0)', 'FORMAT(x * 1.15, 1)', 'CEIL(x)', 'FLOOR(x)', 'CAST(x AS SIGNED)'],
    ...['CAST(x AS DECIMAL(20,2))', 'CAST(x * 1.15 AS DECIMAL(20,2))', 'CAST(x AS DECIMAL(20,0))', 'x DIV 3'],
  ],
  date: [
    ...[
      'YEAR(a)',
      'MONTH(m)',
      'DAY(a)',
      'HOUR(m)',
      'MINUTE(m)',
      'SECOND(m)',
      'QUARTER(a)',
      'DAYOFYEAR(a)',
      'DAYOFWEEK(a)',
      'WEEKDAY(m)',
    ],
    ...[
      'WEEK(a)',
      'WEEK(a, 1)',
      'WEEK(a, 2)',
      'WEEK(a, 3)',
      'WEEK(a, 4)',
      'WEEK(a, 5)',
      'WEEK(a, 6)',
      'WEEK(a, 7)',
      'WEEKOFYEAR(m)',
      'YEARWEEK(a)',
      'YEARWEEK(a, 1)',
      'YEARWEEK(a, 3)',
    ],
    ...[
      'DAYNAME(a)',
      'MONTHNAME(m)',
      'LAST_DAY(a)',
      'LAST_DAY(m)',
      'TO_DAYS(a)',
      'FROM_DAYS(TO_DAYS(a))',
      'TO_SECONDS(m)',
      'DATEDIFF(a, b)',
      'DATEDIFF(m, n)',
      'DATE(m)',
      'TIME(m)',
    ],
    ...[
      'a + INTERVAL 1 MONTH',
      'a - INTERVAL 1 YEAR',
      'a + INTERVAL 1 QUARTER',
      'm + INTERVAL 1 DAY',
      'm - INTERVAL 90 SECOND',
      'a + INTERVAL 3 HOUR',
      'a + INTERVAL (i % 100) DAY',
      'a + INTERVAL (i % 100) MONTH',
      'm + INTERVAL (i % 1000) MINUTE',
      "m + INTERVAL '1:30' HOUR_MINUTE",
      "a - INTERVAL '1 2' DAY_HOUR",
      "a + INTERVAL '1-2' YEAR_MONTH",
    ],
    ...[
      'TIMESTAMPDIFF(YEAR, a, b)',
      'TIMESTAMPDIFF(QUARTER, m, n)',
      'TIMESTAMPDIFF(MONTH, m, n)',
      'TIMESTAMPDIFF(MONTH, a, b)',
      'TIMESTAMPDIFF(WEEK, a, n)',
      'TIMESTAMPDIFF(DAY, m, n)',
      'TIMESTAMPDIFF(HOUR, m, n)',
      'TIMESTAMPDIFF(MINUTE, m, b)',
      'TIMESTAMPDIFF(SECOND, m, n)',
    ],
    ...[
      "DATE_FORMAT(m, '%Y-%m-%d %H:%i:%s')",
      "DATE_FORMAT(m, '%a %b %c %D %d %e %f %H %h %I %i %j %k %l %M %m %p %r %S %T %W %w %Y %y %%')",
      "DATE_FORMAT(a, '%U %u %V %v %X %x')",
      'DATE_FORMAT(a, \'Q "x" %d\')',
    ],
    ...[
      'EXTRACT(YEAR_MONTH FROM a)',
      'EXTRACT(DAY_HOUR FROM m)',
      'EXTRACT(HOUR_MINUTE FROM m)',
      'EXTRACT(WEEK FROM a)',
      'EXTRACT(DAY_SECOND FROM m)',
    ],
    ...[
      'UNIX_TIMESTAMP(m)',
      'FROM_UNIXTIME(ABS(i))',
      "CONVERT_TZ(m, '+00:00', '+05:30')",
      'MAKEDATE(2020, i % 400)',
      'SEC_TO_TIME(i % 100000)',
      "TIMEDIFF(m, '2020-01-01 00:00:00')",
      "ADDTIME(m, '01:02:03')",
      "SUBTIME(m, '10:00:00')",
    ],
    ...[
      'PERIOD_ADD(202001, i % 50)',
      'PERIOD_DIFF(202001, 201905 + ABS(i) % 5)',
      'a + 0',
      'm + 0',
      "a = '2020-02-29'",
      "m >= '2020-01-01'",
      'CONCAT(a, m)',
      'CAST(m AS DATE)',
      'TIMESTAMP(a)',
    ],
  ],
};
