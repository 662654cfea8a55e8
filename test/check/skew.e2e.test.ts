import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCheck } from '../../src/check/check.ts';
import type { Config } from '../../src/config/config.ts';
import { type Line, openLine } from '../e2e/line.ts';
import { onSource, onTarget } from '../e2e/statement.ts';

let line: Line;

beforeAll(async () => {
  line = await openLine({ source: 'mysql', log: 'embedded', target: ', ddl: existing', yaml: '' });
});

afterAll(() => line.close());

/** What check says of the target's tables, a line each. */
async function skew(target: Partial<Config['target']> = {}, tables: Partial<Config['tables']> = {}) {
  const config = { ...line.config, target: { ...line.config.target, ...target } };
  const { findings } = await runCheck(
    { ...config, tables: { ...config.tables, ...tables } },
    { depth: 'quick', signal: new AbortController().signal, onStep: () => {} },
  );
  return findings
    .filter(({ code }) => code.startsWith('TARGET_'))
    .map(({ severity, code, object, message }) => `${severity} ${code} ${object}: ${message}`);
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
        code char(3), photo longblob, must int, twice int, kind enum('short', 'longer') NOT NULL)`,
      'CREATE TABLE b (id int PRIMARY KEY)',
    ],
    [
      `CREATE TABLE a (id int, name varchar(50), price numeric(10,2) NOT NULL, at timestamptz(3), code date, photo integer,
        must int NOT NULL, twice int GENERATED ALWAYS AS (id * 2) STORED, kind varchar(5) NOT NULL, obligatory int NOT NULL,
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

const emptyRule = {
  rename: null,
  columns: new Map<string, string>(),
  exclude: [],
  mask: new Map(),
  cast: new Map<string, string>(),
  zeroDate: new Map<string, string>(),
  nul: new Map(),
};
