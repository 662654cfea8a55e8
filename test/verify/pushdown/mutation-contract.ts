/** The SQL of each canonical form broken on purpose, in one server and in both: what the hashes' suite must catch. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServerText } from '../../../src/column/server-text.ts';
import type { ColumnType } from '../../../src/contract/table.ts';
import { compareSums, sourceSums, targetSums } from '../../../src/verify/pushdown/chunk-sums.ts';
import { hashPlan, type PushedColumn } from '../../../src/verify/pushdown/hash-plan.ts';
import type { SourceKind } from '../../e2e/line.ts';
import { type BothSides, bothSides } from './both-sides.ts';

/** What a server's SQL makes of a value before its text is made, or of that text. */
interface Break {
  readonly of: 'value' | 'text';
  readonly source: (sql: string) => string;
  readonly target: (sql: string) => string;
}

const both = (of: Break['of'], sql: (expression: string) => string): Break => ({ of, source: sql, target: sql });

const forgetsSign = both('value', (sql) => `ABS(${sql})`);
const trims = both('value', (sql) => `RTRIM(${sql})`);
const ignoresCase = both('value', (sql) => `LOWER(${sql})`);
const nullIsEmpty = both('value', (sql) => `COALESCE(${sql}, '')`);
const firstLetter = both('value', (sql) => `LEFT(${sql}, 1)`);
const skips = both('text', () => "'x'");
const dropsMinus = both('text', (sql) => `REPLACE(${sql}, '-', '')`);
const cutsLastDigit: Break = {
  of: 'text',
  source: (sql) => `LEFT(${sql}, CHAR_LENGTH(${sql}) - 1)`,
  target: (sql) => `left(${sql}, -1)`,
};
const cutsFraction: Break = {
  of: 'text',
  source: (sql) => `SUBSTRING_INDEX(${sql}, '.', 1)`,
  target: (sql) => `split_part(${sql}, '.', 1)`,
};
const divides: Break = { of: 'value', source: (sql) => `${sql} DIV 10`, target: (sql) => `div(${sql}, 10)` };
const cutsDecimal: Break = { of: 'value', source: (sql) => `TRUNCATE(${sql}, 9)`, target: (sql) => `trunc(${sql}, 9)` };
const firstByte: Break = { of: 'value', source: (sql) => `LEFT(${sql}, 1)`, target: (sql) => `substr(${sql}, 1, 1)` };
const cutsBits: Break = { of: 'value', source: (sql) => `(${sql} >> 2)`, target: (sql) => `(${sql} >> 2)` };

interface Case {
  readonly kind: ColumnType['kind'];
  readonly type: string;
  /** SQL of the source; of the target what somebody made of it. */
  readonly good: string;
  readonly bad: string;
  readonly broken: Break;
  readonly only?: SourceKind;
}

const CASES: readonly Case[] = [
  { kind: 'integer', type: 'INT', good: '-7', bad: '7', broken: forgetsSign },
  { kind: 'integer', type: 'BIGINT', good: '9007199254740993', bad: '9007199254740992', broken: divides },
  {
    kind: 'integer',
    type: 'BIGINT UNSIGNED',
    good: '18446744073709551615',
    bad: '18446744073709551614',
    broken: divides,
  },
  { kind: 'integer', type: 'TINYINT(1)', good: '1', bad: 'false', broken: skips },
  { kind: 'decimal', type: 'DECIMAL(20,10)', good: '1.5000000001', bad: '1.5', broken: cutsDecimal },
  { kind: 'float', type: 'FLOAT', good: '0.1', bad: "'0.10000001'", broken: skips },
  { kind: 'double', type: 'DOUBLE', good: '-1.5', bad: '1.5', broken: forgetsSign },
  { kind: 'double', type: 'DOUBLE', good: '0.1', bad: '0.10000000000000002', broken: skips },
  { kind: 'bit', type: 'BIT(9)', good: "b'100000001'", bad: "B'100000011'", broken: cutsBits },
  { kind: 'bit', type: 'BIT(1)', good: "b'1'", bad: 'false', broken: skips },
  { kind: 'text', type: 'VARCHAR(9)', good: "'a '", bad: "'a'", broken: trims },
  { kind: 'text', type: 'VARCHAR(9)', good: "'A'", bad: "'a'", broken: ignoresCase },
  { kind: 'text', type: 'VARCHAR(9)', good: 'NULL', bad: "''", broken: nullIsEmpty },
  { kind: 'text', type: 'LONGTEXT CHARACTER SET latin1', good: "'\u00e9 '", bad: "'\u00e9'", broken: trims },
  { kind: 'binary', type: 'VARBINARY(9)', good: "x'6100'", bad: "'\\x61'", broken: firstByte },
  { kind: 'binary', type: 'BINARY(2)', good: "x'6100'", bad: "'\\x6101'", broken: firstByte },
  { kind: 'blob', type: 'BLOB', good: "x'ff00'", bad: "'\\xff'", broken: firstByte },
  { kind: 'enum', type: "ENUM('ab','ac')", good: "'ab'", bad: "'ac'", broken: firstLetter },
  { kind: 'set', type: "SET('x','y')", good: "'x,y'", bad: "'{x}'", broken: skips },
  { kind: 'date', type: 'DATE', good: "'2024-02-29'", bad: "'2024-02-28'", broken: cutsLastDigit },
  {
    kind: 'datetime',
    type: 'DATETIME(6)',
    good: "'2024-01-01 00:00:00.123456'",
    bad: "'2024-01-01 00:00:00.123457'",
    broken: cutsFraction,
  },
  {
    kind: 'timestamp',
    type: 'TIMESTAMP(3) NULL',
    good: "'2024-01-01 00:00:00.12'",
    bad: "'2024-01-01 00:00:00.121+00'",
    broken: cutsFraction,
  },
  { kind: 'time', type: 'TIME(6)', good: "'10:00:00.000001'", bad: "'10:00:00'", broken: cutsFraction },
  { kind: 'time', type: 'TIME', good: "'-01:00:00'", bad: "'01:00:00'", broken: dropsMinus },
  { kind: 'year', type: 'YEAR', good: '1901', bad: '1902', broken: cutsLastDigit },
  {
    kind: 'uuid',
    type: 'UUID',
    good: "'5c2ac9a5-21d1-4b7e-b3a3-0123456789ab'",
    bad: "'5c2ac9a5-21d1-4b7e-b3a3-0123456789ac'",
    broken: cutsLastDigit,
    only: 'mariadb',
  },
  { kind: 'inet6', type: 'INET6', good: "'2001:db8::1'", bad: "'2001:db8::2'", broken: skips, only: 'mariadb' },
  { kind: 'inet4', type: 'INET4', good: "'10.0.0.1'", bad: "'10.0.0.2'", broken: skips, only: 'mariadb' },
];

const nothing = (sql: string) => sql;

function brokenText(text: ServerText, { of, source, target }: Break): ServerText {
  const wrapped = (make: (sql: string) => string, by: (sql: string) => string) => (quoted: string) =>
    of === 'value' ? make(by(quoted)) : by(make(quoted));
  return { source: wrapped(text.source, source), target: wrapped(text.target, target) };
}

function brokenColumn(column: PushedColumn, by: Break): PushedColumn {
  const { codec } = column;
  const serverText: typeof codec.serverText = (type, policy) => {
    const text = codec.serverText(type, policy);
    return text && brokenText(text, by);
  };
  return { ...column, codec: { ...codec, serverText } };
}

export function mutationContract(kind: SourceKind): void {
  const cases = CASES.filter(({ only }) => only === undefined || only === kind).map((one, i) => ({
    ...one,
    name: `c${i}`,
  }));
  let sides: BothSides;

  beforeAll(async () => {
    sides = await bothSides(kind, {
      fill: async (_, source) => {
        await source.run(
          `CREATE TABLE m (id INT PRIMARY KEY, ${cases.map(({ name, type }) => `${name} ${type}`).join()})`,
        );
        await source.run(`INSERT INTO m VALUES (1, ${cases.map(({ good }) => good).join()})`);
      },
    });
  });
  afterAll(() => sides?.close());

  /** Whether the row is told as equal, this cell and the key hashed by SQL that is broken so. */
  async function isEqual(name: string, by: Break): Promise<boolean> {
    const table = await sides.table('m');
    const columns = table.columns.flatMap((column) =>
      column.name === 'id' ? [column] : column.name === name ? [brokenColumn(column, by)] : [],
    );
    const plan = hashPlan({ ...table, columns });
    expect(plan.cells.length).toBe(2);
    const chunk = { where: null, buckets: 4 };
    return compareSums(await sourceSums(sides.source, plan, chunk), await targetSums(sides.target, plan, chunk))
      .isEqual;
  }

  async function changed<T>(name: string, bad: string, look: () => Promise<T>): Promise<T> {
    await sides.target.query('BEGIN');
    try {
      await sides.target.query(`UPDATE m SET ${name} = ${bad}`);
      return await look();
    } finally {
      await sides.target.query('ROLLBACK');
    }
  }

  test.each(cases)('the hash of $type sees $good as equal, and $bad as another', async ({ name, bad }) => {
    const sound = both('text', nothing);
    expect(await isEqual(name, sound)).toBe(true);
    expect(await changed(name, bad, () => isEqual(name, sound))).toBe(false);
  });

  test.each(cases)('SQL broken in both servers for $type would be caught: it does not see $bad', async (one) => {
    expect(await changed(one.name, one.bad, () => isEqual(one.name, one.broken))).toBe(true);
  });

  test.each(cases)('SQL broken in one server for $type is caught: equal rows differ', async ({ name, broken }) => {
    expect(await isEqual(name, { ...broken, target: nothing })).toBe(false);
    expect(await isEqual(name, { ...broken, source: nothing })).toBe(false);
  });

  test('every kind of column that the servers hash has a case', async () => {
    const all = ['integer', 'decimal', 'float', 'double', 'bit', 'text', 'binary', 'blob', 'enum', 'set', 'date'];
    const rest = ['datetime', 'timestamp', 'time', 'year', ...(kind === 'mariadb' ? ['uuid', 'inet6', 'inet4'] : [])];
    expect([...new Set(cases.map((one) => one.kind))].sort()).toEqual([...all, ...rest].sort());
  });
}
