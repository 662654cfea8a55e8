import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SchemaChange } from '../../src/contract/change.ts';
import { readCatalogue } from '../../src/mysql/catalogue.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { Source } from './source.ts';

/** Types that an ALTER goes between, by family, each with values at its bounds. */
const FAMILIES: Readonly<Record<string, readonly (readonly [type: string, ...values: readonly string[]])[]>> = {
  number: [
    ['tinyint', '-128', '127'],
    ['tinyint unsigned', '255'],
    ['smallint', '-32768', '300'],
    ['int', '-2147483648', '2147483647'],
    ['int unsigned zerofill', '4294967295'],
    ['bigint', '-9223372036854775808'],
    ['bigint unsigned', '18446744073709551615'],
    ['decimal(6,2)', '-1234.56', '0.05'],
    ['decimal(8,4)', '1.2345'],
    ['decimal(9,2) unsigned', '1234567.89'],
    ['float', '1.2345678'],
    ['float(7,4)', '123.4567'],
    ['double', '1.23456789012345'],
    ['double(10,1)', '1.5'],
    ['bit(3)', "b'101'"],
    ['bit(9)', "b'101010101'"],
  ],
  text: [
    ['varchar(4)', "'ab  '", "'abcd'"],
    ['varchar(20)', "'a long text'", "'7'", "'é€'", "'blank     '"],
    ['varchar(20) character set latin1', "'é€'"],
    ['varchar(20) character set utf8mb3', "'é€語'"],
    ['char(8)', "'ab'"],
    ['char(20)', "'a long text'"],
    ['tinytext', "'blank  '"],
    ['text', "REPEAT('é', 300)"],
    ['text character set latin1', "REPEAT('é', 60000)"],
    ['mediumtext', "REPEAT('x', 70000)"],
    ['json', '\'{"b": 1, "a": 2.50}\''],
  ],
  bytes: [
    ['binary(3)', "'ab'"],
    ['binary(5)', "'abcd'"],
    ['varbinary(9)', "'abc  '", "X'FF00'"],
    ['varbinary(4)', "'abc '"],
    ['blob', "REPEAT('x', 300)", "X'FF'"],
    ['tinyblob', "'a  '"],
  ],
  member: [
    ["enum('a','b','c')", "'c'", "'a'"],
    ["enum('c','a','b','it''s')", "'b'", "'it\\'s'"],
    ["enum('A','B')", "'A'"],
    ["set('a','b')", "'a,b'"],
    ["set('b','c','a')", "'c'"],
  ],
  time: [
    ['date', "'2024-02-29'"],
    ['datetime', "'2024-02-29 23:59:59'"],
    ['datetime(6)', "'2024-02-29 23:59:59.999999'"],
    ['timestamp null', "'2024-02-29 23:59:59'"],
    ['timestamp(3) null', "'2024-02-29 23:59:59.999'"],
    ['time', "'-100:00:00'"],
    ['time(2)', "'10:00:00.99'"],
    ['year', '2024'],
  ],
};

const CASES = Object.values(FAMILIES).flatMap((family) =>
  family.map(([type, ...values]) => ({ type, values, targets: family.map(([to]) => to) })),
);

const MODES = { strict: 'STRICT_TRANS_TABLES', lenient: '' } as const;

/** What DDL may do to values of rows without row events is told, whatever it is, and not where it surely did nothing. */
export function rewriteContract(server: RunningServer): void {
  let source: Source;

  beforeAll(async () => {
    source = await Source.open(server);
  });
  afterAll(() => source?.close());
  beforeEach(async () => {
    await source.reset();
    await source.run('ALTER TABLE a CONVERT TO CHARACTER SET utf8mb4');
  });

  const schemas = async (from: Parameters<Source['read']>[0]) =>
    (await source.read(from)).filter((change): change is SchemaChange => change.tag === 'schema');

  /** The values of each column, one text a column, as numbers where they are numbers. */
  const columns = async (names: readonly string[]): Promise<readonly string[]> => {
    const types = await source.session.rows(
      "SELECT COLUMN_NAME AS name, DATA_TYPE AS type FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = 't'",
      [source.database],
    );
    // FLOAT prints fewer digits than it has, BIT prints bytes.
    const expressions = types.map(({ name, type }) =>
      /float|bit/.test(type ?? '') ? `${name} * 1e0 AS ${name}` : name,
    );
    const rows = await source.session.rows(`SELECT ${expressions.join()} FROM ${source.database}.t ORDER BY id`);
    return names.map((name) => rows.map((row) => plainNumber(row[name] ?? 'NULL')).join('|'));
  };

  describe.each(Object.keys(MODES) as (keyof typeof MODES)[])('in %s mode', (mode) => {
    test.each(CASES)(
      'no value of $type is changed by a MODIFY without being told',
      async ({ type, values, targets }) => {
        const names = targets.map((_, i) => `c${i}`);
        const row = (value: string) => `(${names.map(() => value).join()})`;
        await source.run(
          "SET sql_mode = ''",
          `CREATE TABLE t (id int PRIMARY KEY AUTO_INCREMENT, ${names.map((name) => `${name} ${type}`).join()})`,
        );
        const from = await source.head();
        await source.run(
          `INSERT INTO t (${names.join()}) VALUES ${[...values, 'NULL'].map(row).join()}`,
          `SET sql_mode = '${MODES[mode]}'`,
        );
        const before = await columns(names);
        for (const [i, to] of targets.entries()) {
          // What the server refuses changes nothing.
          await source.run(`ALTER TABLE t MODIFY c${i} ${to}`).catch(() => undefined);
        }
        const after = await columns(names);
        const told = (await schemas({ from })).map(({ rewrites = '' }) => rewrites.replace(/.* /, ''));
        const missed = targets.filter((_, i) => before[i] !== after[i] && !told.includes(`c${i}`));
        expect(missed).toEqual([]);
      },
    );
  });

  test.each([
    ['varchar(20)', 'varchar(40)'],
    ['varchar(20)', 'text NOT NULL'],
    ['char(3)', 'char(9)'],
    ['text', 'mediumtext'],
    ['int', 'bigint'],
    ['int', 'int NOT NULL DEFAULT 5'],
    ['decimal(5,2)', 'decimal(9,3)'],
    ["enum('a','b')", "enum('a','b','c')"],
    ['datetime', 'datetime(6)'],
    ['varbinary(5)', 'longblob'],
    ['blob', 'longblob'],
  ])('in strict mode the MODIFY of %s to %s passes, after a row or the start of the stream', async (type, to) => {
    await source.run("SET sql_mode = 'STRICT_TRANS_TABLES'", `CREATE TABLE w (id int PRIMARY KEY, c ${type})`);
    const known = await readCatalogue(source.session, { databases: [source.database] });
    const reading = source.batches({ from: null, known });
    expect((await reading.next()).value).toContainEqual(expect.objectContaining({ tag: 'idle' }));
    await source.run(`ALTER TABLE w MODIFY c ${to} COMMENT 'NOT NULL, DROP'`);
    for await (const batch of reading) {
      const told = batch.find((change): change is SchemaChange => change.tag === 'schema');
      expect(told?.rewrites).toBeUndefined();
      if (told) break;
    }
    await source.run(`DROP TABLE w; CREATE TABLE w (id int PRIMARY KEY, c ${type})`);
    const again = await source.head();
    const row =
      to.startsWith('int NOT') || type.startsWith('decimal') || type.startsWith('int')
        ? '7'
        : type.startsWith('datetime')
          ? 'now()'
          : "'a'";
    await source.run(`INSERT INTO w VALUES (1, ${row})`, `ALTER TABLE w CHANGE c c ${to}, ALGORITHM = COPY`);
    expect(await schemas({ from: again })).toEqual([expect.not.objectContaining({ rewrites: expect.anything() })]);
  });

  test('what a catalogue of later has cannot hide a change: a column cut and made wide again is told', async () => {
    await source.run("SET sql_mode = ''; INSERT INTO a VALUES (1, 'a long text', 1)");
    const from = await source.head();
    await source.run(
      "INSERT INTO a VALUES (2, 'a long text', 1)",
      'ALTER TABLE a MODIFY v varchar(3)',
      'ALTER TABLE a MODIFY v varchar(40)',
      'ALTER TABLE a ADD x int',
      'ALTER TABLE a ADD y int DEFAULT 5',
      'ALTER TABLE a DROP x',
    );
    const told = await schemas({ from });
    expect(told.map(({ rewrites }) => rewrites)).toEqual([
      'may have changed values of column v',
      ...Array(4).fill(undefined),
    ]);
    const names = told.map(({ after }) => after?.columns.map(({ name }) => name).join());
    expect(names.slice(2)).toEqual(['id,v,n', 'id,v,n,y', 'id,v,n,y']);
  });

  test.each([
    ['ALTER TABLE a DROP v, ADD v varchar(40)', 'made column v anew'],
    ['ALTER TABLE a ADD g int AS (n + 1) STORED', 'gave the new column g values in old rows'],
    [
      'ALTER TABLE a CONVERT TO CHARACTER SET latin1',
      'may have lost characters in the conversion to another character set',
    ],
    ['ALTER TABLE a MODIFY n int unsigned NOT NULL AUTO_INCREMENT, ADD KEY (n)', 'may have changed values of column n'],
    [
      'CREATE TABLE p LIKE a; ALTER TABLE p PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (9)); ALTER TABLE p EXCHANGE PARTITION p0 WITH TABLE a',
      'put another table with other rows under the name',
    ],
  ])('outside strict mode %s is told', async (statement, rewrites) => {
    await source.run("SET sql_mode = ''");
    const from = await source.head();
    await source.run("INSERT INTO a VALUES (1, '語', 0)", ...statement.split('; '));
    const told = (await schemas({ from })).filter(({ table }) => table === 'a');
    expect(told.map((change) => change.rewrites)).toEqual([rewrites]);
  });

  test.each([
    'ALTER TABLE a ADD INDEX i (v, n), DROP INDEX i2, RENAME INDEX i3 TO i4, ALGORITHM = INPLACE, LOCK = NONE',
    'ALTER TABLE a ENGINE = InnoDB ROW_FORMAT = DYNAMIC COMMENT = "MODIFY v int"',
    'ALTER TABLE a CONVERT TO CHARACTER SET utf8mb4, ALTER COLUMN v SET DEFAULT "x"',
    'ALTER TABLE a ADD CONSTRAINT positive CHECK (n >= 0), ADD COLUMN (p int, q varchar(3) NULL)',
    'ALTER TABLE a RENAME COLUMN v TO w',
    'ALTER TABLE a PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)',
  ])('outside strict mode %s passes', async (statement) => {
    await source.run('ALTER TABLE a ADD INDEX i2 (n), ADD INDEX i3 (n)', "SET sql_mode = ''");
    const from = await source.head();
    await source.run("INSERT INTO a VALUES (1, '語', 0)", statement);
    expect((await schemas({ from })).map(({ rewrites }) => rewrites)).toEqual([undefined]);
  });
}

/** Zeros that only the type prints are left out. */
function plainNumber(value: string): string {
  const [, sign, whole, fraction = ''] = /^(-?)0*(\d+)(?:\.(\d+))?$/.exec(value) ?? [];
  if (whole === undefined) return value.replace(/(:\d\d)\.?0*$/, '$1').replace(/(:\d\d\.\d*[1-9])0+$/, '$1');
  return `${sign}${whole}.${fraction.replace(/0+$/, '')}`;
}
