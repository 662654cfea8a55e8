import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCheck } from '../../src/check/check.ts';
import type { Config } from '../../src/config/config.ts';
import type { Finding } from '../../src/contract/finding.ts';
import { type Line, openLine } from '../e2e/line.ts';
import { onSource, onTarget } from '../e2e/statement.ts';

let line: Line;

beforeAll(async () => {
  line = await openLine({ source: 'mysql', log: 'embedded', target: ', ddl: existing', yaml: '' });
});

afterAll(() => line.close());

/** What check says of the target's tables, a line each. */
async function skew(target: Partial<Config['target']> = {}, tables: Partial<Config['tables']> = {}) {
  const findings = await findingsOf(target, tables, 'quick');
  return findings
    .filter(({ code }) => code.startsWith('TARGET_'))
    .map(({ severity, code, object, message }) => `${severity} ${code} ${object}: ${message}`);
}

async function findingsOf(
  target: Partial<Config['target']>,
  tables: Partial<Config['tables']>,
  depth: 'quick' | 'full',
): Promise<readonly Finding[]> {
  const config = { ...line.config, target: { ...line.config.target, ...target } };
  const { findings } = await runCheck(
    { ...config, tables: { ...config.tables, ...tables } },
    { depth, signal: new AbortController().signal, onStep: () => {} },
  );
  return findings;
}

async function tables(source: readonly string[], target: readonly string[]): Promise<void> {
  await onSource(line, 'DROP TABLE IF EXISTS a, b, c', ...source);
  await onTarget(line, ['DROP TABLE IF EXISTS a, b, c CASCADE', ...target].join(';'));
}

test('a schema of the same version has no finding, whatever the order of its columns', async () => {
  await tables(
    [
      'CREATE TABLE a (id int PRIMARY KEY, flag tinyint(1), name varchar(10) NOT NULL, price decimal(10,2), at datetime(6))',
    ],
    [
      'CREATE TABLE a (at timestamptz, price numeric(12,2), name varchar(20) NOT NULL, flag boolean, id int PRIMARY KEY, upper text GENERATED ALWAYS AS (upper(name)) STORED)',
    ],
  );
  expect(await skew()).toEqual([]);
});

test('every difference of version is told in one list, with what stands on either side', async () => {
  await tables(
    [
      `CREATE TABLE a (id int NOT NULL PRIMARY KEY, gone int, name varchar(100), price decimal(12,2) NOT NULL, at datetime(6),
        code char(3), photo longblob, must int, twice int, mood enum('a','c'), kind enum('short', 'longer') NOT NULL)`,
      'CREATE TABLE b (id int PRIMARY KEY)',
    ],
    [
      "DROP TYPE IF EXISTS mood; CREATE TYPE mood AS ENUM ('a', 'b')",
      `CREATE TABLE a (id int, name varchar(50), price numeric(10,2) NOT NULL, at timestamptz(3), code date, photo integer,
        must int NOT NULL, twice int GENERATED ALWAYS AS (id * 2) STORED, mood mood, kind varchar(5) NOT NULL, obligatory int NOT NULL,
        more text, UNIQUE (id) DEFERRABLE)`,
      'CREATE TABLE c (id int PRIMARY KEY)',
    ],
  );
  expect(await skew()).toEqual([
    'blocker TARGET_TABLE_EXTRA public.c: missing at the source: source nothing, target a table',
    'blocker TARGET_TABLE_MISFIT public.a.gone: missing on the target: source int, target nothing',
    'blocker TARGET_TABLE_MISFIT public.a.name: narrower on the target: source varchar(100), target character varying(50)',
    'blocker TARGET_TABLE_MISFIT public.a.price: narrower on the target: source decimal(12,2) NOT NULL, target numeric(10,2) NOT NULL',
    'blocker TARGET_TABLE_MISFIT public.a.at: narrower on the target: source datetime(6), target timestamp(3) with time zone',
    'blocker TARGET_TABLE_MISFIT public.a.code: the type cannot take the values: source char(3), target date',
    'blocker TARGET_TABLE_MISFIT public.a.photo: the type cannot take the values: source longblob, target integer',
    'blocker TARGET_TABLE_MISFIT public.a.must: takes NULL at the source and not on the target: source int, target integer NOT NULL',
    'blocker TARGET_TABLE_MISFIT public.a.twice: computed by the target, so that the values of the source have no place: source int, target integer GENERATED',
    "blocker TARGET_TABLE_MISFIT public.a.mood: lacks the values 'c': source enum('a','c'), target mood",
    "blocker TARGET_TABLE_MISFIT public.a.kind: narrower on the target: source enum('short','longer') NOT NULL, target character varying(5) NOT NULL",
    'blocker TARGET_TABLE_MISFIT public.a.obligatory: NOT NULL without a default, and the source has no such column: source nothing, target integer NOT NULL',
    'blocker TARGET_TABLE_MISFIT public.a.more: missing at the source: source nothing, target text',
    'blocker TARGET_TABLE_MISFIT public.a: no primary key and no unique index that is not deferrable: source key (id), target none',
    'blocker TARGET_TABLE_MISSING public.b: target.ddl is existing, and the target has no table for ' +
      `${line.source.name}.b`,
  ]);
});

test('what the configuration names may stand on the target alone, and what it leaves out is not asked about', async () => {
  await tables(
    ['CREATE TABLE a (id int PRIMARY KEY, gone int)', 'CREATE TABLE b (id int PRIMARY KEY)'],
    [
      'CREATE TABLE a (id int PRIMARY KEY, search text, more int DEFAULT 1)',
      'CREATE TABLE b (other int)',
      'CREATE TABLE c (id int)',
    ],
  );
  const rule = { ...emptyRule, exclude: ['gone'] };
  expect(await skew({ extra: ['c', 'a.*'] }, { exclude: ['b'], rules: new Map([['a', rule]]) })).toEqual([]);
});

test('tables that hold rows are refused, and those that may be emptied are told', async () => {
  await tables(
    ['CREATE TABLE a (id int PRIMARY KEY)', 'CREATE TABLE b (id int PRIMARY KEY)'],
    [
      'CREATE TABLE a (id int PRIMARY KEY)',
      'CREATE TABLE b (id int PRIMARY KEY)',
      'INSERT INTO a VALUES (1)',
      'INSERT INTO b VALUES (1)',
    ],
  );
  expect(await skew({ emptyFirst: ['b'] })).toEqual([
    expect.stringContaining('blocker TARGET_TABLE_NOT_EMPTY public.a: '),
    expect.stringContaining('information TARGET_TABLE_EMPTIED public.b: '),
  ]);
});

test('a constraint that rests while rows are written is a warning where the source has none like it', async () => {
  await tables(
    [
      'CREATE TABLE b (id int PRIMARY KEY, n int, m int, UNIQUE (n))',
      'CREATE TABLE a (id int PRIMARY KEY, one int, two int, FOREIGN KEY (one) REFERENCES b (id))',
    ],
    [
      `CREATE TABLE b (id int PRIMARY KEY, n int UNIQUE DEFERRABLE, m int CONSTRAINT late UNIQUE DEFERRABLE INITIALLY DEFERRED)`,
      'CREATE TABLE a (id int PRIMARY KEY, one int REFERENCES b, two int CONSTRAINT alone REFERENCES b)',
    ],
  );
  const found = [
    expect.stringMatching(/^warning TARGET_CONSTRAINT_ALONE public.a: .* alone \(FOREIGN KEY \(two\)/),
    expect.stringMatching(/^warning TARGET_CONSTRAINT_ALONE public.b: .* late \(UNIQUE \(m\)/),
  ];
  expect(await skew()).toEqual(found);
  expect(await skew({ dropForLoad: 'all' })).toEqual(found);
});

test('rows that a type of the target refuses are counted, and the cure shows exactly these', async () => {
  const columns = {
    flag: ['tinyint(1)', 'boolean', [0, 1, 2, null]],
    small: ['smallint unsigned', 'smallint', [0, 32767, 32768, 65535]],
    whole: ['int unsigned', 'integer', [2147483647, 2147483648]],
    wide: ['bigint unsigned', 'bigint', ['9223372036854775807', '9223372036854775808']],
    price: ['decimal(12,2)', 'integer', ['5.00', '5.10', '9999999999.00']],
    who: [
      'char(36)',
      'uuid',
      ["'12345678123456781234567812345678'", "'12345678-1234-5678-1234-567812345678'", "'x'", "''"],
    ],
    ip: ['char(39)', 'inet', ["'10.0.0.1'", "'::1'", "'10.0.0.0/8'", "'300.1.1.1'", 'NULL']],
    doc: ['longtext', 'jsonb', ["'{}'", "'{'", "'null'"]],
    raw: ['varbinary(20)', 'uuid', ["X'00112233445566778899aabbccddeeff'", "X'00'"]],
    clock: ['time', 'time', ["'00:00:00'", "'24:00:00'", "'-00:00:01'", "'24:00:01'"]],
    day: ['datetime', 'date', ["'2024-02-29 00:00:00'", "'2024-02-29 00:00:01'"]],
    kind: ["enum('a','B','')", 'mood', ["'a'", "'B'", "''"]],
    mood: ['varchar(9)', 'mood', ["'a'", "'A'", "'b'", "'B'"]],
    span: ['bigint', 'interval', ['7730941132799999999', '7730941132800000000', '-1']],
  } as const;
  const names = Object.keys(columns) as (keyof typeof columns)[];
  await tables(
    [
      `CREATE TABLE a (id int AUTO_INCREMENT PRIMARY KEY, ${names.map((name) => `${name} ${columns[name][0]}`).join(', ')})`,
      ...names.flatMap((name) => columns[name][2].map((value) => `INSERT INTO a (${name}) VALUES (${value})`)),
    ],
    [
      "DROP TYPE IF EXISTS mood; CREATE TYPE mood AS ENUM ('a', 'B')",
      `CREATE TABLE a (id int PRIMARY KEY, ${names.map((name) => `${name} ${columns[name][1]}`).join(', ')})`,
    ],
  );
  const found = await findingsOf({}, {}, 'full');
  const counted = found.filter(({ code }) => code.startsWith('COLUMN_'));
  expect(
    counted.map(({ code, object, message }) => `${code} ${object.split('.')[2]} ${message.split(' ')[0]}`),
  ).toEqual([
    'COLUMN_CAST flag 1',
    'COLUMN_CAST small 2',
    'COLUMN_CAST whole 1',
    'COLUMN_CAST wide 1',
    'COLUMN_CAST price 2',
    'COLUMN_CAST who 2',
    'COLUMN_CAST ip 1',
    'COLUMN_CAST doc 1',
    'COLUMN_CAST raw 1',
    'COLUMN_CAST clock 2',
    'COLUMN_CAST day 1',
    'COLUMN_CAST kind 1',
    'COLUMN_CAST mood 2',
    'COLUMN_CAST span 1',
  ]);
  for (const { cure, message } of counted) {
    const connection = await createConnection(line.source.url);
    const [rows] = await connection.query(cure[0] ?? '');
    await connection.end();
    expect(rows).toHaveLength(Number(message.split(' ')[0]));
  }
});

const emptyRule = {
  rename: null,
  columns: new Map<string, string>(),
  exclude: [],
  mask: new Map(),
  cast: new Map<string, string>(),
  case: new Map(),
  zeroDate: new Map<string, string>(),
  nul: new Map(),
};
