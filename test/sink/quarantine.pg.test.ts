import { expect, test } from 'vitest';
import { create, EpochSeries, read, remove, stream, table, update } from './source.ts';
import { NEVER, Target } from './target.ts';

const ITEM = table('item', ['id int', 'name text?', 'stock int']);
const ITEM_DDL =
  'CREATE TABLE item (id integer PRIMARY KEY, name varchar(5), stock smallint NOT NULL CHECK (stock < 1000))';

test('a change that the target cannot hold is set aside, whole; later ones of its key wait, all others go on', async () => {
  await using target = await Target.open(ITEM_DDL);
  const told: unknown[] = [];
  const sink = target.sink({ observer: { setAside: (counts) => told.push(...counts) } });
  const log = new EpochSeries();
  await sink.start();
  const many = Array.from({ length: 50 }, (_, i) => create(ITEM, [100 + i, 'ok', i]));
  many.splice(
    20,
    0,
    create(ITEM, [1, 'much too long', 5]),
    create(ITEM, [2, 'fine', 40_000]),
    create(ITEM, [3, 'x', 1000]),
  );
  await sink.apply(stream(log.next(many)), NEVER);
  expect(await target.rows('item')).toHaveLength(50);
  expect(told).toContainEqual({ table: 'shop.item', reason: 'sqlstate-23514', changes: 1 });
  const later = [update(ITEM, [1, 'much too long', 5], [1, 'short', 5]), update(ITEM, [100, 'ok', 0], [100, 'new', 0])];
  await sink.apply(stream(log.next([...later, update(ITEM, [3, 'x', 1000], [4, 'x', 7])])), NEVER);
  await sink.apply(stream(log.next([update(ITEM, [4, 'x', 7], [4, 'y', 7])])), NEVER);
  expect(await target.rows('item')).toContain('100|new|0');
  const list = await sink.quarantine.list();
  expect(list.map(({ id, key, op, reason, behind }) => [id, key, op, reason, behind])).toEqual([
    ['1', '{"id":1}', 'c', 'too-long', null],
    ['2', '{"id":2}', 'c', 'out-of-range', null],
    ['3', '{"id":3}', 'c', 'sqlstate-23514', null],
    ['4', '{"id":1}', 'u', 'behind', '1'],
    ['5', '{"id":4}', 'u', 'behind', '3'],
    ['6', '{"id":4}', 'u', 'behind', '3'],
  ]);
  expect(list[0]).toMatchObject({ table: 'public.item', position: 'p1' });
  expect(await sink.quarantine.show('4')).toMatchObject({
    before: '{"id":1,"name":"much too long","stock":5}',
    after: '{"id":1,"name":"short","stock":5}',
  });
  expect(await sink.quarantine.counts()).toContainEqual({ table: 'public.item', reason: 'behind', changes: 3 });
});

test('retry replays in order what can go by now and keeps the rest in its place; drop gives up with its followers', async () => {
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  const first = [create(ITEM, [1, 'too long', 1]), create(ITEM, [2, 'b', 5000]), create(ITEM, [3, 'c', 6000])];
  await sink.apply(stream(log.next(first)), NEVER);
  await sink.apply(stream(log.next([update(ITEM, [1, 'too long', 1], [9, 'moved', 1])])), NEVER);
  await sink.apply(stream(log.next([remove(ITEM, [3, 'c', 6000])])), NEVER);
  expect(await sink.quarantine.retry('2')).toEqual({ applied: 0, remaining: 1 });
  expect(await sink.quarantine.retry('4')).toEqual({ applied: 2, remaining: 0 });
  expect(await target.rows('item')).toEqual(['9|moved|1']);
  expect(await sink.quarantine.retry('all')).toEqual({ applied: 2, remaining: 1 });
  await target.session.query('ALTER TABLE item DROP CONSTRAINT item_stock_check');
  expect(await sink.quarantine.retry('all')).toEqual({ applied: 1, remaining: 0 });
  expect(await target.rows('item')).toEqual(['2|b|5000', '9|moved|1']);
  await sink.apply(stream(log.next([create(ITEM, [5, 'too long', 1])])), NEVER);
  await sink.apply(stream(log.next([update(ITEM, [5, 'too long', 1], [5, 'x', 1])])), NEVER);
  expect(await sink.quarantine.drop('6')).toEqual({ dropped: 2 });
  await expect(sink.quarantine.retry('77')).rejects.toMatchObject({ code: 'QUARANTINE_NO_SUCH_CHANGE' });
  await sink.apply(stream(log.next([create(ITEM, [5, 'y', 2])])), NEVER);
  expect(await target.rows('item')).toEqual(['2|b|5000', '5|y|2', '9|moved|1']);
  const kept = await target.session.query(`SELECT reason FROM sluice.quarantine WHERE state = 'dropped' ORDER BY id`);
  expect(kept.rows).toEqual([{ reason: 'too-long' }, { reason: 'behind' }]);
});

test('who waits is known again after a restart, and a truncate makes it moot', async () => {
  await using target = await Target.open(ITEM_DDL);
  const log = new EpochSeries();
  const first = target.sink();
  await first.start();
  await first.apply(stream(log.next([create(ITEM, [1, 'too long', 1])])), NEVER);
  await first.close();
  const second = target.sink();
  await second.start();
  await second.apply(stream(log.next([update(ITEM, [1, 'too long', 1], [1, 'ok', 1])])), NEVER);
  expect(await target.rows('item')).toEqual([]);
  await second.apply(stream(log.next([{ tag: 'truncate', table: ITEM }, create(ITEM, [1, 'anew', 1])])), NEVER);
  expect(await target.rows('item')).toEqual(['1|anew|1']);
  expect(await second.quarantine.list()).toEqual([]);
});

test('a row that takes a unique value which a waiting change would have freed waits behind it', async () => {
  const user = table('account', ['id int', 'mail text', 'n int'], { uniques: [[1]] });
  await using target = await Target.open(
    'CREATE TABLE account (id integer PRIMARY KEY, mail text NOT NULL UNIQUE, n smallint NOT NULL)',
  );
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  await sink.apply(stream(log.next([create(user, [1, 'a', 1])])), NEVER);
  const freed = update(user, [1, 'a', 1], [1, 'b', 99_999]);
  await sink.apply(stream(log.next([freed, create(user, [2, 'a', 2]), create(user, [3, 'c', 3])])), NEVER);
  expect(await target.rows('account')).toEqual(['1|a|1', '3|c|3']);
  expect((await sink.quarantine.list()).map(({ reason, behind }) => [reason, behind])).toEqual([
    ['out-of-range', null],
    ['behind', '1'],
  ]);
  await target.session.query('ALTER TABLE account ALTER n TYPE integer');
  expect(await sink.quarantine.retry('1')).toEqual({ applied: 2, remaining: 0 });
  expect(await target.rows('account')).toEqual(['1|b|99999', '2|a|2', '3|c|3']);
});

test('one bad row in a large snapshot costs that row, and only that row', async () => {
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink({ pieceBytes: 20_000 });
  const log = new EpochSeries();
  await sink.start();
  const rows = Array.from({ length: 3_000 }, (_, i) => read(ITEM, [i, i === 1234 ? 'too long' : 'ok', i % 1000]));
  await sink.apply(stream(log.next(rows), log.next([remove(ITEM, [7, 'ok', 7])])), NEVER);
  const { rows: counts } = await target.session.query(
    'SELECT count(*) AS n, count(*) FILTER (WHERE id = 1234) AS bad FROM item',
  );
  expect(counts).toEqual([{ n: '2998', bad: '0' }]);
  expect(await sink.quarantine.list()).toHaveLength(1);
});

test('in a table without a key the delete of a row that waits waits too', async () => {
  const note = table('note', ['text text', 'n int'], { key: [] });
  await using target = await Target.open('CREATE TABLE note (text varchar(3), n integer)');
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  await sink.apply(stream(log.next([create(note, ['long one', 1]), create(note, ['ok', 1])])), NEVER);
  await sink.apply(stream(log.next([remove(note, ['long one', 1]), remove(note, ['ok', 1])])), NEVER);
  expect(await target.rows('note')).toEqual([]);
  expect(await sink.quarantine.retry('all')).toEqual({ applied: 2, remaining: 0 });
});
