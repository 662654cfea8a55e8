import { expect, test } from 'vitest';
import type { Column } from '../../src/contract/table.ts';
import { makeBookkeeping } from '../../src/sink/bookkeeping.ts';
import { PausedTables } from '../../src/sink/paused-table.ts';
import { SINK_STEPS } from '../../src/sink/sink.ts';
import { ddl } from './ddl.ts';
import { create, EpochSeries, remove, stream, table, update } from './source.ts';
import { NEVER, Target } from './target.ts';

const ITEM = table('item', ['id int', 'name text?']);
const WIDER = table('item', ['id int', 'note text?', 'name text?', 'n int?']);
const ADD_TWO = 'ALTER TABLE item ADD note text AFTER id, ADD n int';
const ITEM_DDL = 'CREATE TABLE item (id integer PRIMARY KEY, name text)';

test('a new nullable column arrives in stream order, between the rows around it', async () => {
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  const changes = [create(ITEM, [1, 'a']), ddl(ITEM, WIDER, ADD_TWO), create(WIDER, [2, 'note', 'b', 7])];
  await sink.apply(stream(log.next([...changes, update(WIDER, [1, null, 'a', null], [1, 'x', 'a', 1])])), NEVER);
  const { rows } = await target.session.query('SELECT id, name, note, n FROM item ORDER BY id');
  expect(rows.map((row) => Object.values(row))).toEqual([
    ['1', 'a', 'x', '1'],
    ['2', 'b', 'note', '7'],
  ]);
  expect(sink.pausedTables).toEqual([]);
});

test('a table whose target does not fit waits alone, its changes are kept in order and go on when it does', async () => {
  const other = table('other', ['id int']);
  const renamed = table('item', ['id int', 'title text?']);
  await using target = await Target.open(ITEM_DDL, 'CREATE TABLE other (id integer PRIMARY KEY)');
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  const made = ddl(null, renamed, 'CREATE TABLE item ...');
  await sink.apply(stream(log.next([made, create(renamed, [1, 'a']), create(other, [1])])), NEVER);
  await sink.apply(stream(log.next([update(renamed, [1, 'a'], [1, 'A']), create(renamed, [3, 'c'])])), NEVER);
  expect(await target.rows('item')).toEqual([]);
  expect(await target.rows('other')).toEqual(['1']);
  await sink.close();
  await sink.start();
  expect(sink.pausedTables).toMatchObject([{ database: 'shop', table: 'item', kind: 'shape' }]);
  expect(sink.pausedTables[0]?.advice).toContain('sluice quarantine retry all');
  expect(await sink.quarantine.retry('all')).toEqual({ applied: 0, remaining: 3 });
  await target.session.query('ALTER TABLE item RENAME name TO title');
  expect(await sink.quarantine.retry('all')).toEqual({ applied: 3, remaining: 0 });
  expect(await target.rows('item')).toEqual(['1|A', '3|c']);
  expect(sink.pausedTables).toEqual([]);
  await sink.apply(stream(log.next([remove(renamed, [3, 'c'])])), NEVER);
  expect(await target.rows('item')).toEqual(['1|A']);
});

test('INV-59: rows that DDL may have moved unseen are not believed because the columns fit; only being emptied ends the pause', async () => {
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  const moved = ddl(ITEM, ITEM, 'ALTER TABLE item TRUNCATE PARTITION p0');
  await sink.apply(stream(log.next([create(ITEM, [1, 'gone at the source']), moved, create(ITEM, [2, 'b'])])), NEVER);
  expect(await sink.quarantine.retry('all')).toEqual({ applied: 0, remaining: 1 });
  await sink.close();
  await sink.start();
  expect(await sink.quarantine.retry('all')).toEqual({ applied: 0, remaining: 1 });
  expect(sink.pausedTables).toMatchObject([
    { table: 'item', kind: 'rows', advice: expect.stringContaining('sluice tables reload shop.item') },
  ]);
  await target.session.query('ALTER TABLE item RENAME name TO title');
  await sink.apply(stream(log.next([{ tag: 'truncate', table: ITEM }, create(ITEM, [2, 'b'])])), NEVER);
  // Its rows are sound from here on, its columns are not.
  expect(sink.pausedTables).toMatchObject([{ table: 'item', kind: 'shape' }]);
  await target.session.query('ALTER TABLE item RENAME title TO name');
  expect(await sink.quarantine.retry('all')).toEqual({ applied: 1, remaining: 0 });
  expect(await target.rows('item')).toEqual(['2|b']);
  expect(sink.pausedTables).toEqual([]);
});

test('DDL that may have moved rows of a table that waits for its target to fit is not forgotten when it does', async () => {
  await using target = await Target.open();
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  const made = ddl(null, ITEM, 'CREATE TABLE item ...');
  const moved = ddl(ITEM, ITEM, 'ALTER TABLE item TRUNCATE PARTITION p0');
  await sink.apply(stream(log.next([made, create(ITEM, [1, 'gone at the source']), moved])), NEVER);
  await target.session.query(ITEM_DDL);
  expect(await sink.quarantine.retry('all')).toEqual({ applied: 0, remaining: 1 });
  expect(sink.pausedTables).toMatchObject([{ table: 'item', kind: 'rows' }]);
});

test('a pause of unfit columns becomes one of unsound rows when DDL moves rows meanwhile, never the other way round', async () => {
  await using target = await Target.open();
  const paused = new PausedTables(target.session, 'shop');
  await makeBookkeeping(target.session);
  const item = { database: 'shop', table: 'item' };
  for (const kind of ['shape', 'rows', 'shape'] as const) await paused.pause({ ...item, kind, advice: kind });
  expect(paused.all).toEqual([{ ...item, kind: 'rows', advice: 'rows' }]);
  await paused.load();
  expect(paused.all).toEqual([{ ...item, kind: 'rows', advice: 'rows' }]);
});

test('a column of unknown old values is not added blindly; tables that are not ours to make or drop wait', async () => {
  await using target = await Target.open(ITEM_DDL, 'CREATE TABLE made (id integer PRIMARY KEY)');
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  const made = table('made', ['id int']);
  const unmade = table('unmade', ['id int']);
  const changes = [
    create(ITEM, [1, 'a']),
    ddl(ITEM, WIDER, 'alter table item add n int default (5), add note text'),
    ddl(null, made, 'CREATE TABLE made ...'),
    ddl(null, unmade, 'CREATE TABLE unmade ...'),
  ];
  await sink.apply(stream(log.next([...changes, create(made, [1]), create(unmade, [1])])), NEVER);
  expect(sink.pausedTables.map((paused) => paused.table)).toEqual(['item', 'unmade']);
  expect(await target.rows('made')).toEqual(['1']);
  await sink.apply(stream(log.next([ddl(made, null, 'DROP TABLE made')])), NEVER);
  expect(sink.pausedTables).toHaveLength(3);
  await target.session.query('CREATE TABLE unmade (id integer PRIMARY KEY)');
  expect(await sink.quarantine.retry('all')).toEqual({ applied: 1, remaining: 0 });
  expect(await target.rows('unmade')).toEqual(['1']);
});

test('a paused table that is emptied at the source starts anew when the target fits', async () => {
  const renamed = table('item', ['id int', 'title text?']);
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  await sink.apply(
    stream(
      log.next([create(ITEM, [1, 'a']), ddl(ITEM, renamed, 'ALTER IGNORE TABLE item'), create(renamed, [2, 'b'])]),
    ),
    NEVER,
  );
  await target.session.query('ALTER TABLE item RENAME name TO title');
  await sink.apply(stream(log.next([{ tag: 'truncate', table: renamed }, create(renamed, [3, 'c'])])), NEVER);
  expect(sink.pausedTables).toEqual([]);
  expect(await target.rows('item')).toEqual(['3|c']);
});

test('a DDL is judged by the version that the target holds when the reader has met no row since its start', async () => {
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  await sink.apply(stream(log.next([create(ITEM, [1, 'a'])])), NEVER);
  await sink.close();
  await sink.start();
  await sink.apply(stream(log.next([ddl(null, WIDER, ADD_TWO), create(WIDER, [2, 'note', 'b', 7])])), NEVER);
  expect(await target.rows('item')).toEqual(['1|a|NULL|NULL', '2|b|note|7']);
  expect(sink.pausedTables).toEqual([]);
});

const column = (name: string, type: Column['type'], nullable = false): Column => ({ name, type, nullable });
const EVERY: readonly (readonly [string, Column, string])[] = [
  ["i int NOT NULL DEFAULT '-5'", column('i', { kind: 'integer', bytes: 4, unsigned: false }), '-5'],
  ['b bigint unsigned DEFAULT 7', column('b', { kind: 'integer', bytes: 8, unsigned: true }, true), '7'],
  ['d decimal(6,2) NOT NULL DEFAULT 1.5', column('d', { kind: 'decimal', precision: 6, scale: 2 }), '1.50'],
  ['f double NOT NULL DEFAULT 3', column('f', { kind: 'double' }), '3'],
  ["t varchar(9) DEFAULT 'it''s a \t'", column('t', { kind: 'text', charset: 'latin1' }, true), "it's a \t"],
  ["e enum('x','y') NOT NULL DEFAULT 'y'", column('e', { kind: 'enum', members: ['x', 'y'] }), 'y'],
  ["s set('x','y') DEFAULT 'x,y'", column('s', { kind: 'set', members: ['x', 'y'] }, true), '{x,y}'],
  [
    "w datetime(3) DEFAULT '2020-02-29 01:02:03.5'",
    column('w', { kind: 'datetime', fraction: 3 }),
    '2020-02-29 01:02:03.5',
  ],
  ["a date DEFAULT '2020-02-29'", column('a', { kind: 'date' }), '2020-02-29'],
  ["h time(2) DEFAULT '10:20:30'", column('h', { kind: 'time', fraction: 2 }), '10:20:30'],
  ['z int NOT NULL', column('z', { kind: 'integer', bytes: 4, unsigned: false }), '0'],
  ['y text NOT NULL', column('y', { kind: 'text', charset: 'utf8mb4' }), ''],
  ["x enum('p','q') NOT NULL", column('x', { kind: 'enum', members: ['p', 'q'] }), 'p'],
  ['v varbinary(3) NOT NULL', column('v', { kind: 'blob' }), '\\x'],
  ['u binary(2) NOT NULL', column('u', { kind: 'binary', bytes: 2 }), '\\x0000'],
  ['n int', column('n', { kind: 'integer', bytes: 4, unsigned: false }, true), 'NULL'],
];

test('rows of before hold in new columns what the source gave them there', async () => {
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  const after = table('item', [], { columns: [...ITEM.columns, ...EVERY.map(([, added]) => added)] });
  const statement = `ALTER TABLE item ${EVERY.map(([definition]) => `ADD ${definition}`).join(', ')}`;
  await sink.apply(stream(log.next([create(ITEM, [1, 'old']), ddl(ITEM, after, statement)])), NEVER);
  expect(sink.pausedTables).toEqual([]);
  expect(await target.rows('item')).toEqual([['1', 'old', ...EVERY.map(([, , value]) => value)].join('|')]);
});

test.each([
  ["ALTER TABLE item ADD x varchar(9) DEFAULT 'ends in a space '", column('x', { kind: 'text', charset: 'utf8mb4' })],
  ["ALTER TABLE item ADD x enum('a') DEFAULT 'A'", column('x', { kind: 'enum', members: ['a'] })],
  ["ALTER TABLE item ADD x timestamp DEFAULT '2020-01-01 00:00:00'", column('x', { kind: 'timestamp', fraction: 0 })],
  ['ALTER TABLE item ADD x decimal(4,1) DEFAULT 1.25', column('x', { kind: 'decimal', precision: 4, scale: 1 })],
  ['ALTER TABLE item ADD x date NOT NULL', column('x', { kind: 'date' })],
  ['ALTER TABLE item ADD x int DEFAULT 1e1', column('x', { kind: 'integer', bytes: 4, unsigned: false })],
])(
  'what old rows hold after %s is not surely known, so the table is paused, unless it has none',
  async (statement, added) => {
    await using target = await Target.open(ITEM_DDL);
    const sink = target.sink();
    const log = new EpochSeries();
    await sink.start();
    const after = table('item', [], { columns: [...ITEM.columns, added] });
    const once = [create(ITEM, [1, 'a']), ddl(ITEM, after, statement)];
    await sink.apply(stream(log.next(once)), NEVER);
    expect(sink.pausedTables[0]?.advice).toContain('sluice tables reload');
    expect(await target.rows('item')).toEqual(['1|a']);
  },
);

test('columns are dropped, renamed and widened, keys and rows stay, and the next rows fit', async () => {
  await using target = await Target.open(
    'CREATE TABLE item (id integer PRIMARY KEY, name varchar(3), gone text, kind text CHECK (kind IN ($$a$$, $$b$$)), n numeric(4,2))',
  );
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  const enumOf = (...members: string[]) => column('kind', { kind: 'enum', members }, true);
  const before = table('item', ['id int', 'name text?', 'gone text?'], {});
  const old = table('item', [], {
    columns: [...before.columns, enumOf('a', 'b'), column('n', { kind: 'decimal', precision: 4, scale: 2 }, true)],
  });
  const now = table('item', [], {
    columns: [
      column('id', { kind: 'integer', bytes: 8, unsigned: false }),
      column('title', { kind: 'text', charset: 'utf8mb4' }),
      enumOf('a', 'b', 'c'),
      column('n', { kind: 'decimal', precision: 8, scale: 3 }, true),
    ],
  });
  const statement =
    "ALTER TABLE item DROP gone, MODIFY id bigint, CHANGE name title varchar(9) NOT NULL, MODIFY kind enum('a','b','c'), MODIFY n decimal(8,3)";
  const types = { id: 'bigint', title: 'varchar(9)', kind: "enum('a','b','c')", n: 'decimal(8,3)' };
  await sink.apply(
    stream(
      log.next([
        create(old, [1, 'abc', 'x', 'a', '1.50']),
        ddl(old, now, statement, { columnTypes: types }),
        create(now, [2, 'abcdefghi', 'c', '12345.678']),
      ]),
    ),
    NEVER,
  );
  expect(sink.pausedTables).toEqual([]);
  expect(await target.rows('item')).toEqual(['1|abc|a|1.500', '2|abcdefghi|c|12345.678']);
  const { rows } = await target.session.query(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS required FROM pg_attribute
     WHERE attrelid = 'item'::regclass AND attnum > 0 AND NOT attisdropped`,
  );
  expect(rows.map((row) => Object.values(row).join(' '))).toEqual([
    'id bigint t',
    'title character varying(9) t',
    'kind text f',
    'n numeric(8,3) f',
  ]);
});

test('the range that a type kept goes when it is widened, that of the new type comes, and what people checked stays', async () => {
  await using target = await Target.open(
    `CREATE TABLE item (id integer PRIMARY KEY, a smallint CHECK (a >= 0 AND a <= 255) CHECK (a <> 13), b smallint,
       c integer CONSTRAINT by_hand CHECK (c >= 0 AND c <= 16777215), d boolean)`,
  );
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  type Bytes = 1 | 2 | 3 | 4;
  const shape = (a: Bytes, b: Bytes, c: Bytes, d: Bytes) =>
    table('item', ['id int'], {
      columns: [
        column('id', { kind: 'integer', bytes: 4, unsigned: false }),
        column('a', { kind: 'integer', bytes: a, unsigned: true }),
        column('b', { kind: 'integer', bytes: b, unsigned: false }),
        column('c', { kind: 'integer', bytes: c, unsigned: true }),
        column('d', { kind: 'integer', bytes: d, unsigned: false }),
      ],
    });
  const [old, now] = [shape(1, 2, 3, 1), shape(2, 3, 4, 3)];
  const statement =
    'ALTER TABLE item MODIFY a smallint unsigned, MODIFY b mediumint, MODIFY c int unsigned, MODIFY d mediumint';
  const types = { a: 'smallint unsigned', b: 'mediumint', c: 'int unsigned', d: 'mediumint' };
  const changes = [
    create(old, [1, 255, -32768, 16777215, 1]),
    ddl(old, now, statement, { columnTypes: types }),
    create(now, [2, 65535, 8388607, 4294967295, 1000]),
  ];
  await sink.apply(stream(log.next(changes)), NEVER);
  expect(sink.pausedTables).toEqual([]);
  expect(await target.rows('item')).toEqual(['1|255|-32768|16777215|1', '2|65535|8388607|4294967295|1000']);
  const { rows } = await target.session.query(
    `SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conrelid = 'item'::regclass AND contype = 'c'`,
  );
  expect(rows.map(({ text }) => text ?? '').sort()).toEqual([
    'CHECK (((a >= 0) AND (a <= 65535)))',
    "CHECK (((b >= '-8388608'::integer) AND (b <= 8388607)))",
    "CHECK (((c >= 0) AND (c <= '4294967295'::bigint)))",
    "CHECK (((d >= '-8388608'::integer) AND (d <= 8388607)))",
    'CHECK ((a <> 13))',
  ]);
});

test('a column whose NULLs the source turned into something else is not followed', async () => {
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  const strict = table('item', ['id int', 'name text']);
  const change = ddl(ITEM, strict, 'ALTER TABLE item MODIFY name text NOT NULL');
  await sink.apply(stream(log.next([create(ITEM, [1, null]), change, create(strict, [2, 'b'])])), NEVER);
  expect(sink.pausedTables[0]?.advice).toContain('23502');
  expect(await target.rows('item')).toEqual(['1|NULL']);
});

test('a column that a view shows is not dropped behind its back: the table waits with everything undone', async () => {
  await using target = await Target.open(ITEM_DDL, 'CREATE VIEW shown AS SELECT name FROM item');
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  const fewer = table('item', ['id int', 'n int?']);
  const change = ddl(ITEM, fewer, 'ALTER TABLE item ADD n int, DROP name');
  await sink.apply(stream(log.next([create(ITEM, [1, 'a']), change, create(fewer, [2, 5])])), NEVER);
  expect(sink.pausedTables[0]?.advice).toContain('2BP01');
  expect(await target.rows('item')).toEqual(['1|a']);
  await target.session.query('DROP VIEW shown; ALTER TABLE item DROP name, ADD n integer');
  expect(await sink.quarantine.retry('all')).toEqual({ applied: 1, remaining: 0 });
  expect(await target.rows('item')).toEqual(['1|NULL', '2|5']);
});

const OURS = { targetOf: (_: string, name: string) => ({ schema: 'public', table: name }), makesTables: true };

test('a table that the source makes is made, followed from its first row, and dropped with it', async () => {
  await using target = await Target.open();
  const sink = target.sink({ mapping: OURS });
  const log = new EpochSeries();
  await sink.start();
  const made = table('made', ['id int', 'name text?']);
  const late = table('late', ['id int']);
  const changes = [
    ddl(null, made, 'CREATE TABLE made ...', { columnTypes: { id: 'int', name: 'varchar(5)' } }),
    create(made, [1, 'a']),
    // The catalogue had lost it again by the time it was asked: the row brings its shape.
    ddl(null, table('late', [], { key: [] }), 'CREATE TABLE late ...'),
    create(late, [1]),
  ];
  await sink.apply(stream(log.next(changes)), NEVER);
  expect([await target.rows('made'), await target.rows('late')]).toEqual([['1|a'], ['1']]);
  await sink.apply(stream(log.next([ddl(made, null, 'DROP TABLE made, late'), ddl(late, null, 'DROP')])), NEVER);
  const { rows } = await target.session.query(
    "SELECT to_regclass('made') IS NULL AND to_regclass('late') IS NULL AS gone",
  );
  expect(rows).toEqual([{ gone: 't' }]);
  await sink.apply(stream(log.next([ddl(null, late, 'CREATE TABLE made'), create(late, [2])])), NEVER);
  expect(await target.rows('late')).toEqual(['2']);
});

test('names of tables are exchanged, handed on in a chain, and given up, as the source did', async () => {
  await using target = await Target.open(
    ...['a', 'b', 'c', 'd'].map((name) => `CREATE TABLE ${name} (id integer PRIMARY KEY)`),
  );
  const sink = target.sink({ mapping: OURS });
  const log = new EpochSeries();
  await sink.start();
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => table(name, ['id int']));
  if (!a || !b || !c || !d) throw new Error('four tables');
  const was = (name: string) => ({ database: 'shop', table: name });
  const swap = 'RENAME TABLE a TO x, b TO a, x TO b';
  const chain = 'RENAME TABLE c TO y, d TO c, y TO d';
  await sink.apply(
    stream(
      log.next([
        ...[a, b, c, d].map((version, i) => create(version, [i + 1])),
        ddl(b, a, swap, { acts: [], was: was('b'), to: was('b') }),
        ddl(a, b, swap, { acts: [], was: was('a'), to: was('a') }),
        create(a, [10]),
        ddl(d, c, chain, { acts: [], was: was('d'), to: was('d') }),
        ddl(c, d, chain, { acts: [], was: was('c'), to: was('c') }),
        ddl(d, table('e', ['id int']), 'ALTER TABLE d RENAME e', { acts: [], was: was('d') }),
        ddl(d, null, 'ALTER TABLE d RENAME e', { to: was('e') }),
        create(table('e', ['id int']), [50]),
      ]),
    ),
    NEVER,
  );
  expect(sink.pausedTables).toEqual([]);
  expect(await Promise.all(['a', 'b', 'c', 'e'].map((name) => target.rows(name)))).toEqual([
    ['10', '2'],
    ['1'],
    ['4'],
    ['3', '50'],
  ]);
  const { rows } = await target.session.query(
    "SELECT relname FROM pg_class WHERE relname ~ 'sluice_parked' OR relname = 'd'",
  );
  expect(rows).toEqual([]);
});

test('a copy that takes the place of its table brings its shape; foreign keys, index names and rows are whole', async () => {
  await using target = await Target.open(
    'CREATE TABLE item (id integer PRIMARY KEY, name text, of integer REFERENCES item)',
    'CREATE INDEX item_by_name ON item (name)',
    'CREATE TABLE child (id integer PRIMARY KEY, item integer REFERENCES item ON DELETE CASCADE)',
  );
  const targetOf = (_: string, name: string) => (name.endsWith('_del') ? null : { schema: 'public', table: name });
  const modelOf = (database: string, name: string) => (name === '_item_gho' ? { database, table: 'item' } : null);
  const sink = target.sink({ mapping: { targetOf, modelOf, makesTables: true } });
  const log = new EpochSeries();
  await sink.start();
  const item = table('item', ['id int', 'name text?', 'of int?']);
  const ghost = table('_item_gho', ['id int', 'name text?', 'of int?']);
  const wider = table('_item_gho', ['id bigint', 'name text?', 'of int?', 'n int']);
  const now = table('item', ['id bigint', 'name text?', 'of int?', 'n int']);
  const swap = 'RENAME TABLE item TO _item_del, _item_gho TO item';
  const shop = (name: string) => ({ database: 'shop', table: name });
  await sink.apply(
    stream(
      log.next([
        create(item, [1, 'a', null]),
        ddl(null, ghost, 'CREATE TABLE _item_gho LIKE item'),
        ddl(ghost, wider, 'ALTER TABLE _item_gho MODIFY id bigint, ADD n int NOT NULL DEFAULT (rand() * 9)'),
        create(wider, [1, 'a', null, 4]),
        create(item, [2, 'b', 1]),
        create(wider, [2, 'b', 1, 8]),
        ddl(wider, now, swap, { acts: [], was: shop('_item_gho'), to: shop('_item_del') }),
        ddl(wider, null, swap, { to: shop('item') }),
        create(now, [3, 'c', 2, 9]),
      ]),
    ),
    NEVER,
  );
  expect(sink.pausedTables).toEqual([]);
  expect(await target.rows('item')).toEqual(['1|a|NULL|4', '2|b|1|8', '3|c|2|9']);
  const { rows } = await target.session.query(
    `SELECT string_agg(indexrelid::regclass::text, ' ' ORDER BY 1) AS indexes,
       (SELECT string_agg(conrelid::regclass || ' ' || pg_get_constraintdef(oid), '; ' ORDER BY conname) FROM pg_constraint
        WHERE contype = 'f') AS keys FROM (SELECT indexrelid FROM pg_index WHERE indrelid = 'item'::regclass ORDER BY indexrelid::regclass::text) i`,
  );
  expect(rows).toEqual([
    {
      indexes: 'item_by_name item_pkey',
      keys: 'child FOREIGN KEY (item) REFERENCES item(id) ON DELETE CASCADE NOT VALID; item FOREIGN KEY (of) REFERENCES item(id) NOT VALID',
    },
  ]);
});

test('rows of a shape between two DDL, of which the catalogue knew the outcome alone, go on', async () => {
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  const between = table('item', ['id int', 'name text?', 'brief int?']);
  const changes = [
    create(ITEM, [1, 'a']),
    ddl(ITEM, ITEM, 'ALTER TABLE item ADD brief int'),
    create(between, [2, 'b', 5]),
    ddl(between, ITEM, 'ALTER TABLE item DROP brief'),
    create(ITEM, [3, 'c']),
  ];
  await sink.apply(stream(log.next(changes)), NEVER);
  expect(sink.pausedTables).toEqual([]);
  expect(await target.rows('item')).toEqual(['1|a', '2|b', '3|c']);
});

test.each(SINK_STEPS)('a sink that ends at "%s" with a DDL in hand does it once, with its rows', async (step) => {
  await using target = await Target.open(ITEM_DDL);
  const log = new EpochSeries();
  const first = log.next([create(ITEM, [1, 'a'])]);
  const second = log.next([ddl(ITEM, WIDER, ADD_TWO), create(WIDER, [2, 'note', 'b', 7])]);
  const sink = target.sink();
  await sink.start();
  await sink.apply(stream(first), NEVER);
  await sink.close();
  const dying = target.sink({
    onStep: (at) => {
      if (at === step) throw new Error('ended here');
    },
  });
  await dying.start();
  await expect(dying.apply(stream(second), NEVER)).rejects.toThrow('ended here');
  const next = target.sink();
  const checkpoint = await next.start();
  if (checkpoint?.epoch === 1) await next.apply(stream(second), NEVER);
  expect(await target.rows('item')).toEqual(['1|a|NULL|NULL', '2|b|note|7']);
});

test('a change that waited while a column was dropped is done without it, one whose column was renamed waits on', async () => {
  await using target = await Target.open('CREATE TABLE item (id integer PRIMARY KEY, name varchar(3), gone integer)');
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  const old = table('item', ['id int', 'name text?', 'gone int?']);
  const fewer = table('item', ['id int', 'name text?']);
  const renamed = table('item', ['id int', 'title text?']);
  const changes = [
    create(old, [1, 'long', 1]),
    create(old, [2, 'ok', 2]),
    ddl(old, fewer, 'ALTER TABLE item DROP gone'),
    create(fewer, [3, 'long']),
  ];
  await sink.apply(stream(log.next(changes)), NEVER);
  expect(await target.rows('item')).toEqual(['2|ok']);
  await target.session.query('ALTER TABLE item ALTER name TYPE text');
  expect(await sink.quarantine.retry('1')).toEqual({ applied: 1, remaining: 0 });
  expect(await target.rows('item')).toEqual(['1|long', '2|ok']);
  const rename = ddl(fewer, renamed, 'ALTER TABLE item RENAME COLUMN name TO title');
  await sink.apply(stream(log.next([rename, create(renamed, [4, 'd'])])), NEVER);
  expect(await target.rows('item')).toEqual(['1|long', '2|ok', '4|d']);
});

test('a wider type that only a row tells of is followed: the catalogue knew the column by a later name', async () => {
  await using target = await Target.open('CREATE TABLE item (id integer PRIMARY KEY, n integer, name varchar(2))');
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  const old = table('item', ['id int', 'n int?', 'name text?']);
  const later = table('item', ['id int', 'm bigint?', 'title text?']);
  const between = table('item', ['id int', 'n bigint?', 'name text?']);
  const statement = 'ALTER TABLE item MODIFY n bigint, MODIFY name varchar(9)';
  const changes = [
    create(old, [1, 1, 'a']),
    ddl(old, later, statement, { columnTypes: { id: 'int', m: 'bigint', title: 'varchar(9)' } }),
    create(between, [2, 9_000_000_000, 'longer']),
  ];
  await sink.apply(stream(log.next(changes)), NEVER);
  expect([sink.pausedTables, await sink.quarantine.list()]).toEqual([[], []]);
  expect(await target.rows('item')).toEqual(['1|1|a', '2|9000000000|longer']);
});

test('a row with a column that no DDL told of pauses its table, and nothing of the row is left out', async () => {
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  await sink.apply(stream(log.next([create(ITEM, [1, 'a']), create(WIDER, [2, 'note', 'b', 7])])), NEVER);
  expect(await target.rows('item')).toEqual(['1|a']);
  await target.session.query('ALTER TABLE item ADD note text, ADD n integer');
  expect(await sink.quarantine.retry('all')).toEqual({ applied: 1, remaining: 0 });
  expect(await target.rows('item')).toEqual(['1|a|NULL|NULL', '2|b|note|7']);
});

test('changes that waited of a table go with it when another takes its name, and are told where it stays', async () => {
  await using target = await Target.open(
    'CREATE TABLE a (id integer PRIMARY KEY CHECK (id < 5))',
    'CREATE TABLE b (id integer PRIMARY KEY)',
  );
  const sink = target.sink({ mapping: OURS });
  const log = new EpochSeries();
  await sink.start();
  const [a, b] = [table('a', ['id int']), table('b', ['id int'])];
  const was = (name: string) => ({ database: 'shop', table: name });
  const swap = 'RENAME TABLE a TO x, b TO a, x TO b';
  const changes = [
    create(a, [9]),
    create(b, [7]),
    ddl(b, a, swap, { acts: [], was: was('b'), to: was('b') }),
    ddl(a, b, swap, { acts: [], was: was('a'), to: was('a') }),
    create(a, [9]),
  ];
  await sink.apply(stream(log.next(changes)), NEVER);
  expect(await target.rows('a')).toEqual(['7', '9']);
  expect(sink.pausedTables).toMatchObject([{ table: 'b', advice: expect.stringContaining('sluice tables reload') }]);
});
