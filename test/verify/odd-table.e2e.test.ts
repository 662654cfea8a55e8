import { afterEach, expect, test } from 'vitest';
import { scopeOf } from '../../src/pipeline/scope.ts';
import { quoteIdent } from '../../src/postgres/quote.ts';
import { caughtUpSince } from '../e2e/line.ts';
import { untilProcess } from '../e2e/line-process.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { cleanUpAll, lineOf, started, type Verified, verify } from './session.ts';

afterEach(cleanUpAll);

/** A table whose names, key or size are unusual, and rows of it that are changed, deleted and added at the target. */
interface OddTable {
  readonly name: string;
  readonly key: string;
  readonly primary?: string;
  /** SQL of the source, `key, n` of each row. */
  readonly rows: readonly string[];
  /** SQL of the target: conditions of the rows that are changed and deleted, and a row that is added. */
  readonly changed: string | null;
  readonly deleted: string | null;
  readonly added: string;
  /** No row is found by the key on both sides, so that what differs is told and not repaired. */
  readonly isUnfit?: true;
  readonly only?: 'mysql' | 'mariadb';
}

const LONG = 'x'.repeat(63);
const INT = { key: 'id int', rows: ['1, 1', '2, 2', '3, 3'], changed: 'id = 1', deleted: 'id = 2', added: '9, 9' };
const COLLATED = 'CHARACTER SET utf8mb4 COLLATE';

const TABLES: readonly OddTable[] = [
  { ...INT, name: 'empty', rows: [], changed: null, deleted: null },
  { ...INT, name: 'one', rows: ['1, 1'], deleted: null },
  { ...INT, name: 'gone', rows: ['1, 1'], changed: null, deleted: 'id = 1' },
  { ...INT, name: 'empty_bag', primary: '', rows: [], changed: null, deleted: null },
  { ...INT, name: 'one_bag', primary: '', rows: ['1, 1'], deleted: null },
  { ...INT, name: `quote"d 'apo\`tick; --` },
  { ...INT, name: 'MixedCase' },
  { ...INT, name: 'select' },
  { ...INT, name: '%s $1 :n ?' },
  { ...INT, name: `${LONG}a` },
  {
    ...{
      name: 'mixed',
      key: `a varchar(9) ${COLLATED} utf8mb4_unicode_ci, b int unsigned, c binary(3), d datetime(3)`,
    },
    ...{ primary: 'a, b, c, d' },
    rows: [
      `'\u00e4', 4294967295, x'610000', '2024-01-01 00:00:00.001', 1`,
      `'b', 4294967295, x'610000', '2024-01-01 00:00:00.001', 2`,
      `'b', 0, x'610000', '2024-01-01 00:00:00.001', 3`,
      `'b', 0, x'610001', '2024-01-01 00:00:00.001', 4`,
      `'b', 0, x'610001', '2024-01-01 00:00:00.002', 5`,
      `'', 0, x'000000', '1000-01-01', 6`,
    ],
    ...{ changed: 'n = 1', deleted: 'n = 5', added: `'B', 0, '\\x610001', '2024-01-01 00:00:00.001', 9` },
  },
  {
    ...{ name: 'collated', key: `k varchar(20) ${COLLATED} utf8mb4_general_ci` },
    rows: [`'a', 1`, `'\u00e9clair', 2`, `'\ud83d\ude00', 3`, `'z\\\\ %_', 4`, `'', 5`],
    ...{ changed: 'n = 3', deleted: 'n = 2', added: "'A', 9" },
  },
  {
    ...{ name: 'bytewise', key: `k varchar(20) ${COLLATED} utf8mb4_bin` },
    rows: [`'a', 1`, `'A', 2`, `'\u00e4', 3`, `'a\u0301', 4`, `'\ud83d\ude00', 5`],
    ...{ changed: 'n = 2', deleted: 'n = 4', added: "'\u00c4', 9" },
  },
  {
    ...{ name: 'decimals', key: 'k decimal(20,5)' },
    ...{ rows: ['-1.5, 1', '0, 2', '99999999999.99999, 3', '1.50000, 4'], changed: 'n = 1', deleted: 'n = 3' },
    added: '-1.50001, 9',
  },
  {
    ...{ name: 'unsigned', key: 'k bigint unsigned' },
    rows: ['0, 1', '9007199254740993, 2', '9223372036854775808, 3', '18446744073709551615, 4'],
    ...{ changed: 'n = 4', deleted: 'n = 2', added: '18446744073709551614, 9' },
  },
  {
    ...{ name: 'day_and_letter', key: "k date, e enum('z','a'), primary key (e, k)" },
    ...{ primary: '', rows: ["'2024-01-01', 'z', 1", "'2024-01-01', 'a', 2", "'2024-01-02', 'z', 3"] },
    ...{ changed: 'n = 2', deleted: 'n = 3', added: "'2024-01-02', 'a', 9" },
  },
  {
    ...{ name: 'addresses', key: 'k inet6, u uuid', primary: 'k, u', isUnfit: true, only: 'mariadb' },
    rows: [
      `'::1', '5c2ac9a5-21d1-4b7e-b3a3-0123456789ab', 1`,
      `'::ffff:1.2.3.4', '5c2ac9a5-21d1-4b7e-b3a3-0123456789ab', 2`,
      `'::ffff:1.2.3.4', '00000000-0000-0000-0000-000000000000', 3`,
    ],
    ...{ changed: 'n = 2', deleted: 'n = 3', added: `'1.2.3.4', '5c2ac9a5-21d1-4b7e-b3a3-0123456789ab', 9` },
  },
];

const mysqlName = (name: string) => `\`${name.replaceAll('`', '``')}\``;

function create({ name, key, primary, rows }: OddTable): readonly string[] {
  const index = primary === '' ? '' : `, PRIMARY KEY (${primary ?? key.split(' ')[0]})`;
  const [columns, own = ''] = key.split(', primary key');
  const table = `CREATE TABLE ${mysqlName(name)} (${columns}, n int${own === '' ? index : `, PRIMARY KEY${own}`})`;
  return [table, ...rows.map((row) => `INSERT INTO ${mysqlName(name)} VALUES (${row})`)];
}

/** What is told of a table: kinds, without keys. A row of a table without a key has no other. */
function kindsOf({ data }: Verified): Readonly<Record<string, readonly string[]>> {
  const told = data.tables.map(({ table, differences }) => [
    table,
    differences.map(({ kind, column }) => `${kind} ${column ?? ''}`.trim()).sort(),
  ]);
  return Object.fromEntries(told);
}

function expected({ name, key, primary, changed, deleted }: OddTable): readonly [string, readonly string[]] {
  const isBag = primary === '' && !key.includes('primary key');
  const change = changed === null ? [] : isBag ? ['extra', 'missing'] : ['different n'];
  return [name, [...change, 'extra', ...(deleted === null ? [] : ['missing'])].sort()];
}

test.each(['mysql', 'mariadb'] as const)(
  'tables of %s with odd names and keys, of no row and of one: what differs is told by row and repaired, read or hashed',
  async (source) => {
    const tables = TABLES.filter(({ only }) => only === undefined || only === source);
    const line = await lineOf({ source, log: 'embedded', yaml: 'verify: { throttle: 100% }' });
    await onSource(line, ...tables.flatMap(create));
    const child = started(line);
    await untilProcess(line, caughtUpSince(Date.now()), { processes: [child] });
    const anew = (mode: string, ...words: readonly string[]) => verify(line, '--restart', '--mode', mode, ...words);
    for (const mode of ['stream', 'pushdown']) {
      const clean = await anew(mode, '--table', '*');
      expect(clean, JSON.stringify(clean.data?.tables)).toMatchObject({ exit: 0 });
      expect(clean.data.tables.map(({ equal }) => equal).sort()).toEqual(tables.map(({ rows }) => rows.length).sort());
    }
    const scope = scopeOf(line.config);
    for (const { name, changed, deleted, added } of tables) {
      const quoted = quoteIdent(scope.targetOf(line.source.name, name)?.table ?? '');
      if (changed !== null) await onTarget(line, `UPDATE ${quoted} SET n = -n - 1 WHERE ${changed}`);
      if (deleted !== null) await onTarget(line, `DELETE FROM ${quoted} WHERE ${deleted}`);
      await onTarget(line, `INSERT INTO ${quoted} VALUES (${added})`);
    }
    for (const mode of ['stream', 'pushdown'])
      expect(kindsOf(await anew(mode, '--table', '*')), mode).toEqual(Object.fromEntries(tables.map(expected)));
    const states = tables.map(({ name, isUnfit }) => ({ table: name, state: isUnfit ? 'different' : 'equal' }));
    const statesOf = ({ data }: Verified) => data.tables.map(({ table, state }) => ({ table, state }));
    const repaired = await anew('stream', '--table', '*', '--repair', '--confirm', line.config.pipeline);
    for (const one of [repaired, await anew('stream', '--table', '*'), await anew('pushdown', '--table', '*')])
      expect(new Set(statesOf(one)), JSON.stringify(one.data.tables)).toEqual(new Set(states));
    for (const { table, advice } of repaired.data.tables)
      if (tables.find(({ name }) => name === table)?.isUnfit) expect(advice).toContain('REPAIR_UNFIT');
    expect(await child.stop(), child.log).toBe(0);
  },
  300_000,
);

test('a second row of one key, which only a target without its primary key has, is told as one too many', async () => {
  const line = await lineOf({ source: 'mysql', log: 'embedded', yaml: 'verify: { throttle: 100% }' });
  const rows = Array.from({ length: 9 }, (_, i) => `(${i + 1}, ${i + 1})`);
  await onSource(line, 'CREATE TABLE t (id int PRIMARY KEY, n int)', `INSERT INTO t VALUES ${rows.join(', ')}`);
  await onSource(line, 'CREATE TABLE w (k varchar(9) PRIMARY KEY, n int)', 'INSERT INTO w SELECT id, n FROM t');
  const child = started(line);
  await untilProcess(line, caughtUpSince(Date.now()), { processes: [child] });
  for (const [table, key] of [
    ['t', 'id'],
    ['w', 'k'],
  ] as const)
    await onTarget(
      line,
      `ALTER TABLE ${table} DROP CONSTRAINT ${table}_pkey; INSERT INTO ${table} SELECT * FROM ${table} WHERE ${key}::int = 5;
        UPDATE ${table} SET n = 0 WHERE ${key}::int IN (4, 6)`,
    );
  for (const mode of ['stream', 'pushdown']) {
    const found = await verify(line, '--table', '*', '--restart', '--mode', mode);
    expect(kindsOf(found), mode).toEqual({
      t: ['different n', 'different n', 'extra'],
      w: ['different n', 'different n', 'extra'],
    });
  }
  expect(await child.stop(), child.log).toBe(0);
});
