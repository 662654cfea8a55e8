import { expect, test } from 'vitest';
import type { SchemaChange } from '../../src/contract/change.ts';
import type { TableVersion } from '../../src/contract/table.ts';
import { create, EpochSeries, remove, stream, table, update } from './source.ts';
import { NEVER, Target } from './target.ts';

const ITEM = table('item', ['id int', 'name text?']);
const WIDER = table('item', ['id int', 'note text?', 'name text?', 'n int?']);
const ITEM_DDL = 'CREATE TABLE item (id integer PRIMARY KEY, name text)';

function ddl(
  before: TableVersion | null,
  after: TableVersion | null,
  statement = 'ALTER TABLE item ...',
): SchemaChange {
  const { database, table: name } = before ?? after ?? ITEM;
  return { tag: 'schema', database, table: name, statement, before, after };
}

test('a new nullable column arrives in stream order, between the rows around it', async () => {
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  const changes = [create(ITEM, [1, 'a']), ddl(ITEM, WIDER), create(WIDER, [2, 'note', 'b', 7])];
  await sink.apply(stream(log.next([...changes, update(WIDER, [1, null, 'a', null], [1, 'x', 'a', 1])])), NEVER);
  const { rows } = await target.session.query('SELECT id, name, note, n FROM item ORDER BY id');
  expect(rows.map((row) => Object.values(row))).toEqual([
    ['1', 'a', 'x', '1'],
    ['2', 'b', 'note', '7'],
  ]);
  expect(sink.pausedTables).toEqual([]);
});

test('any other change pauses that table alone, its changes are kept in order and go on when the target fits', async () => {
  const other = table('other', ['id int']);
  const renamed = table('item', ['id int', 'title text?']);
  await using target = await Target.open(ITEM_DDL, 'CREATE TABLE other (id integer PRIMARY KEY)');
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  const before = [create(ITEM, [1, 'a']), create(ITEM, [2, 'b']), ddl(ITEM, renamed)];
  await sink.apply(stream(log.next([...before, create(renamed, [3, 'c']), create(other, [1])])), NEVER);
  await sink.apply(stream(log.next([update(renamed, [1, 'a'], [1, 'A']), remove(renamed, [2, 'b'])])), NEVER);
  expect(await target.rows('item')).toEqual(['1|a', '2|b']);
  expect(await target.rows('other')).toEqual(['1']);
  await sink.close();
  await sink.start();
  expect(sink.pausedTables).toMatchObject([{ database: 'shop', table: 'item' }]);
  expect(sink.pausedTables[0]?.advice).toContain('sluice quarantine retry all');
  expect(await sink.quarantine.retry('all')).toEqual({ applied: 0, remaining: 3 });
  await target.session.query('ALTER TABLE item RENAME name TO title');
  expect(await sink.quarantine.retry('all')).toEqual({ applied: 3, remaining: 0 });
  expect(await target.rows('item')).toEqual(['1|A', '3|c']);
  expect(sink.pausedTables).toEqual([]);
  await sink.apply(stream(log.next([remove(renamed, [3, 'c'])])), NEVER);
  expect(await target.rows('item')).toEqual(['1|A']);
});

test('a column whose old rows may hold a default is not added blindly; dropped tables and unfit new ones wait', async () => {
  await using target = await Target.open(ITEM_DDL, 'CREATE TABLE made (id integer PRIMARY KEY)');
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  const made = table('made', ['id int']);
  const unmade = table('unmade', ['id int']);
  const changes = [
    ddl(ITEM, WIDER, 'alter table item add n int default 5, add note text'),
    ddl(null, made),
    ddl(null, unmade),
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
  await sink.apply(stream(log.next([create(ITEM, [1, 'a']), ddl(ITEM, renamed), create(renamed, [2, 'b'])])), NEVER);
  await target.session.query('ALTER TABLE item RENAME name TO title');
  await sink.apply(stream(log.next([{ tag: 'truncate', table: renamed }, create(renamed, [3, 'c'])])), NEVER);
  expect(sink.pausedTables).toEqual([]);
  expect(await target.rows('item')).toEqual(['3|c']);
});

test('a DDL is judged by the version that the target holds when the reader has met no row since its start', async () => {
  const other = table('other', ['id int', 'gone int?']);
  const fewer = table('other', ['id int']);
  await using target = await Target.open(ITEM_DDL, 'CREATE TABLE other (id integer PRIMARY KEY, gone integer)');
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  await sink.apply(stream(log.next([create(ITEM, [1, 'a']), create(other, [1, 1])])), NEVER);
  await sink.close();
  await sink.start();
  const changes = [ddl(null, WIDER), create(WIDER, [2, 'note', 'b', 7]), ddl(null, fewer), create(fewer, [2])];
  await sink.apply(stream(log.next(changes)), NEVER);
  expect(await target.rows('item')).toEqual(['1|a|NULL|NULL', '2|b|note|7']);
  expect(sink.pausedTables.map((paused) => paused.table)).toEqual(['other']);
  expect(await target.rows('other')).toEqual(['1|1']);
});
