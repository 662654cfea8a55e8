import { afterEach, expect, test } from 'vitest';
import { caughtUpSince } from '../e2e/line.ts';
import { untilProcess } from '../e2e/line-process.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { cleanUpAll, lineOf, started, verify } from './session.ts';

afterEach(cleanUpAll);

/** Types of the source and of a target that the application made, a value, and SQL of the target that changes the column `c`. */
const CASTS: readonly (readonly [source: string, target: string, value: string, corrupt: string])[] = [
  ['int', 'text', '1', "'1.0'"],
  ['int', 'numeric(10,2)', '1', 'c + 0.01'],
  ['int', 'double precision', '5', 'c + 1e-9'],
  ['smallint', 'bigint', '-1', '-c'],
  ['tinyint(1)', 'boolean', '1', 'NOT c'],
  ['bigint', 'double precision', '1000000000000000', 'c + 0.125'],
  ['bigint', 'numeric', '9007199254740993', 'c + 0.5'],
  ['bigint', 'interval', '90061000001', "c + interval '1 microsecond'"],
  ['bigint unsigned', 'text', '18446744073709551615', "c || '.0'"],
  ['decimal(10,2)', 'text', '1.50', "'1.5'"],
  ['decimal(20,10)', 'numeric', '1.5', 'c + 0.00000000001'],
  ['float', 'double precision', '0.1', '0.1'],
  ['double', 'numeric', '0.1', '0.100000000000000001'],
  ['bit(9)', 'bit varying', "b'100000001'", "c || B'0'"],
  ['bit(9)', 'bytea', "b'100000001'", "'\\x0100'"],
  ['char(32)', 'uuid', "'5C2AC9A521D14B7EB3A30123456789AB'", "'5c2ac9a5-21d1-4b7e-b3a3-0123456789ac'"],
  ['varchar(39)', 'inet', "'10.0.0.1'", "'10.0.0.1/24'"],
  ['longtext', 'jsonb', `'{"n": 9007199254740993}'`, `'{"n": 9007199254740992}'`],
  ['varchar(20)', 'character(20)', "'a'", "'A'"],
  ['binary(16)', 'uuid', "x'5c2ac9a521d14b7eb3a30123456789ab'", "'5c2ac9a5-21d1-4b7e-b3a3-0123456789ac'"],
  ["set('x','y','z')", 'text', "'x,z'", "'z,x'"],
  ["set('x','y','z')", 'text[]', "'x,z'", `'{"x,z"}'`],
  ["enum('a','b')", 'character varying(5)', "'b'", "'B'"],
  ['json', 'text', `'{"a": 1}'`, `'{"a":1}'`],
  ['date', 'timestamp(6) without time zone', "'2024-02-29'", "c + interval '1 microsecond'"],
  ['date', 'text', "'2024-02-29'", "'2024-02-29 '"],
  ['datetime', 'date', "'2024-02-29 00:00:00'", 'c + 1'],
  ['datetime(6)', 'timestamp(6) with time zone', "'2024-02-29 01:02:03.000004'", "c + interval '1 microsecond'"],
  ['timestamp(6) NULL', 'timestamp(6) without time zone', "'2024-02-29 01:02:03.1'", "c + interval '1 hour'"],
  ['time(6)', 'text', "'-01:02:03.000004'", "replace(c, '-', '')"],
  ['year', 'integer', '2024', 'c + 1'],
];

const NAMED = CASTS.map(([source, target, value, corrupt], i) => {
  const name = `c${String(i).padStart(2, '0')}`;
  return { name, source, target, value, corrupt: corrupt.replaceAll(/\bc\b/g, name) };
});

test.each(['mysql', 'mariadb'] as const)(
  'a cell of %s in a column of each other type that an application may have for it is found, named and repaired',
  async (source) => {
    const yaml = 'verify: { throttle: 100% }';
    const line = await lineOf({ source, log: 'embedded', yaml, target: ', ddl: existing' });
    const columns = (of: 'source' | 'target') => NAMED.map((one) => `${one.name} ${one[of]}`).join(', ');
    const values = NAMED.map(({ value }) => value).join(', ');
    await onTarget(line, `CREATE TABLE casts (id int PRIMARY KEY, ${columns('target')})`);
    await onSource(
      line,
      `CREATE TABLE casts (id int PRIMARY KEY, ${columns('source')})`,
      `INSERT INTO casts VALUES (1, ${values}), (2, ${values})`,
    );
    const child = started(line);
    await untilProcess(line, caughtUpSince(Date.now()), { processes: [child] });
    const anew = (mode: string) => verify(line, '--table', 'casts', '--restart', '--mode', mode);
    for (const mode of ['stream', 'pushdown']) {
      const clean = await anew(mode);
      expect(clean, JSON.stringify(clean.data.tables)).toMatchObject({ exit: 0, data: { tables: [{ equal: 2 }] } });
    }
    const cells = NAMED.map(({ name, corrupt }) => `${name} = ${corrupt}`).join(', ');
    await onTarget(line, `UPDATE casts SET ${cells} WHERE id = 2`);
    for (const mode of ['stream', 'pushdown']) {
      const { data } = await anew(mode);
      const told = data.tables.flatMap(({ differences }) =>
        differences.map(({ key, column }) => `${key['id']} ${column}`),
      );
      expect(told.sort(), mode).toEqual(NAMED.map(({ name }) => `2 ${name}`));
    }
    const repair = ['--repair', '--confirm', line.config.pipeline];
    expect(await verify(line, '--table', 'casts', ...repair)).toMatchObject({
      exit: 0,
      data: { tables: [{ repaired: 1 }] },
    });
    expect(await child.stop(), child.log).toBe(0);
  },
  300_000,
);
