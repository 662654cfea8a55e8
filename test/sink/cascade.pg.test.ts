import { expect, test } from 'vitest';
import type { Cascade } from '../../src/contract/table.ts';
import { ddl } from './ddl.ts';
import { create, EpochSeries, remove, stream, table, update } from './source.ts';
import { NEVER, Target } from './target.ts';

function cascade(child: string, childColumn: string, parentColumn: string, rest: Partial<Cascade>): Cascade {
  return {
    childDatabase: 'shop',
    childTable: child,
    childColumns: [childColumn],
    parentColumns: [parentColumn],
    onDelete: null,
    onUpdate: null,
    ...rest,
  };
}

const both = { onDelete: 'cascade', onUpdate: 'cascade' } as const;
const PARENT = table('parent', ['id int', 'name text?'], {
  cascades: [
    cascade('child', 'parent_id', 'id', both),
    cascade('visit', 'parent_id', 'id', { onDelete: 'set-null', onUpdate: 'cascade' }),
    cascade('keeper', 'parent_id', 'id', {}),
    cascade('outside', 'parent_id', 'id', both),
  ],
});
const CHILD = table('child', ['id int', 'parent_id int?'], {
  cascades: [cascade('grandchild', 'child_id', 'id', both)],
});
const GRANDCHILD = table('grandchild', ['id int', 'child_id int?']);
const VISIT = table('visit', ['id int', 'parent_id int?']);
const TREE = table('tree', ['id int', 'up int?'], { cascades: [cascade('tree', 'up', 'id', { onDelete: 'cascade' })] });

const DDL = [
  'CREATE TABLE parent (id integer PRIMARY KEY, name text)',
  'CREATE TABLE child (id integer PRIMARY KEY, parent_id integer REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE)',
  'CREATE TABLE grandchild (id integer PRIMARY KEY, child_id integer)',
  'CREATE TABLE visit (id integer PRIMARY KEY, parent_id integer)',
  'CREATE TABLE keeper (id integer PRIMARY KEY, parent_id integer)',
  'CREATE TABLE outside (id integer PRIMARY KEY, parent_id integer)',
  'CREATE TABLE tree (id integer PRIMARY KEY, up integer)',
  'INSERT INTO outside VALUES (1, 1)',
];

async function loaded() {
  const target = await Target.open(...DDL);
  const sink = target.sink({
    mapping: { targetOf: (_, name) => (name === 'outside' ? null : { schema: 'public', table: name }) },
  });
  const log = new EpochSeries();
  await sink.start();
  const parents = [1, 2, 3].map((id) => create(PARENT, [id, 'p']));
  const children = [11, 12, 21, 31].map((id) => create(CHILD, [id, Math.floor(id / 10)]));
  const grandchildren = [111, 112, 211].map((id) => create(GRANDCHILD, [id, Math.floor(id / 10)]));
  const visits = [1, 2].map((id) => create(VISIT, [id, id]));
  await sink.apply(stream(log.next([...parents, ...children, ...grandchildren, ...visits])), NEVER);
  return { target, sink, log };
}

test('a parent that goes takes along, or lets go of, what its keys say, at any depth; tables outside are left alone', async () => {
  const { target, sink, log } = await loaded();
  await using _ = target;
  await sink.apply(stream(log.next([remove(PARENT, [1, 'p'], true)])), NEVER);
  expect(await target.rows('parent')).toEqual(['2|p', '3|p']);
  expect(await target.rows('child')).toEqual(['21|2', '31|3']);
  expect(await target.rows('grandchild')).toEqual(['211|21']);
  expect(await target.rows('visit')).toEqual(['1|NULL', '2|2']);
  expect(await target.rows('outside')).toEqual(['1|1']);
});

test('where the source logs the children itself nothing is done a second time, and the keys of the target never act', async () => {
  const { target, sink, log } = await loaded();
  await using _ = target;
  await sink.apply(stream(log.next([remove(PARENT, [1, 'p'], false), create(PARENT, [1, 'replaced'])])), NEVER);
  expect(await target.rows('child')).toEqual(['11|1', '12|1', '21|2', '31|3']);
});

test('a key that moves is followed by the children, and by theirs', async () => {
  const moving = table('child', ['id int', 'parent_id int?'], {
    cascades: [cascade('grandchild', 'child_id', 'parent_id', both)],
  });
  const { target, sink, log } = await loaded();
  await using _ = target;
  await target.session.query('UPDATE grandchild SET child_id = 2 WHERE id = 211');
  await sink.apply(
    stream(log.next([update(moving, [31, 3], [31, 3]), update(PARENT, [2, 'p'], [20, 'p'], true)])),
    NEVER,
  );
  expect(await target.rows('parent')).toEqual(['1|p', '20|p', '3|p']);
  expect(await target.rows('child')).toEqual(['11|1', '12|1', '21|20', '31|3']);
  expect(await target.rows('grandchild')).toEqual(['111|11', '112|11', '211|20']);
  expect(await target.rows('visit')).toEqual(['1|1', '2|20']);
});

test('cascades stand in source order between the rows of the children around them', async () => {
  const { target, sink, log } = await loaded();
  await using _ = target;
  const changes = [
    create(CHILD, [13, 1]),
    remove(PARENT, [1, 'p'], true),
    create(PARENT, [1, 'again']),
    create(CHILD, [14, 1]),
    update(PARENT, [3, 'p'], [1000, 'p'], true),
    update(CHILD, [31, 1000], [31, null]),
    remove(PARENT, [1000, 'p'], true),
    create(GRANDCHILD, [999, 14]),
  ];
  await sink.apply(stream(log.next(changes)), NEVER);
  expect(await target.rows('parent')).toEqual(['1|again', '2|p']);
  expect(await target.rows('child')).toEqual(['14|1', '21|2', '31|NULL']);
  expect(await target.rows('grandchild')).toEqual(['211|21', '999|14']);
});

test('a tree whose key leads back to itself goes with its root', async () => {
  const { target, sink, log } = await loaded();
  await using _ = target;
  const nodes = [create(TREE, [1, null]), create(TREE, [2, 1]), create(TREE, [3, 2]), create(TREE, [4, null])];
  await sink.apply(stream(log.next([...nodes, remove(TREE, [1, null], true), create(TREE, [5, 4])])), NEVER);
  expect(await target.rows('tree')).toEqual(['4|NULL', '5|4']);
});

test('after a restart a cascade still reaches the children of tables whose rows have not been seen since', async () => {
  const { target, sink, log } = await loaded();
  await using _ = target;
  await sink.close();
  await sink.start();
  await sink.apply(stream(log.next([remove(PARENT, [1, 'p'], true)])), NEVER);
  expect(await target.rows('grandchild')).toEqual(['211|21']);
});

test('a cascade waits behind a change of a child that waits, and both go on together', async () => {
  const { target, sink, log } = await loaded();
  await using _ = target;
  await target.session.query('ALTER TABLE child ADD CHECK (id < 1000)');
  await sink.apply(stream(log.next([create(CHILD, [2000, 1])])), NEVER);
  await sink.apply(stream(log.next([remove(PARENT, [1, 'p'], true), remove(PARENT, [3, 'p'], false)])), NEVER);
  expect(await target.rows('parent')).toEqual(['1|p', '2|p']);
  await target.session.query('ALTER TABLE child DROP CONSTRAINT child_id_check');
  expect(await sink.quarantine.retry('all')).toEqual({ applied: 2, remaining: 0 });
  expect(await target.rows('child')).toEqual(['21|2', '31|3']);
});

test('keys of several columns cascade by all of them, many parents at once', async () => {
  const pair = { childColumns: ['a', 'b'], parentColumns: ['id', 'b'], onDelete: 'cascade', onUpdate: null } as const;
  const parent = table('pair', ['id int', 'b text'], {
    key: [0, 1],
    cascades: [{ childDatabase: 'shop', childTable: 'leaf', ...pair }],
  });
  await using target = await Target.open(
    'CREATE TABLE pair (id integer, b text, PRIMARY KEY (id, b))',
    'CREATE TABLE leaf (id integer PRIMARY KEY, a integer, b text)',
  );
  const sink = target.sink();
  const log = new EpochSeries();
  const leaf = table('leaf', ['id int', 'a int?', 'b text?']);
  const odd = ['"', '\\', "it's", ',', '{}', ''];
  await sink.start();
  const rows = Array.from({ length: 600 }, (_, i) => [
    create(parent, [i, odd[i % 6] ?? '']),
    create(leaf, [i, i, odd[i % 6] ?? '']),
  ]);
  await sink.apply(stream(log.next(rows.flat())), NEVER);
  await sink.apply(
    stream(log.next(rows.slice(1).map((_, i) => remove(parent, [i + 1, odd[(i + 1) % 6] ?? ''], true)))),
    NEVER,
  );
  expect(await target.rows('leaf')).toEqual(['0|0|"']);
});

test('texts of every sort are found as the key of a child', async () => {
  const named = table('named', ['id text'], {
    cascades: [cascade('leaf', 'name', 'id', { onDelete: 'set-null', onUpdate: 'cascade' })],
  });
  const leaf = table('leaf', ['id int', 'name text?']);
  await using target = await Target.open(
    'CREATE TABLE named (id text PRIMARY KEY)',
    'CREATE TABLE leaf (id integer PRIMARY KEY, name text)',
  );
  const sink = target.sink();
  const log = new EpochSeries();
  const odd = ['"', '\\', "it's", ',', '{}', 'NULL', '\t\n', '\\N', 'ü€'];
  await sink.start();
  await sink.apply(
    stream(log.next(odd.flatMap((name, id) => [create(named, [name]), create(leaf, [id, name])]))),
    NEVER,
  );
  await sink.apply(stream(log.next([update(named, ['\\N'], ['\\n'], true)])), NEVER);
  expect(await target.rows('leaf')).toContain('7|\\n');
  await sink.apply(
    stream(log.next([...odd.filter((n) => n !== '\\N'), '\\n'].map((name) => remove(named, [name], true)))),
    NEVER,
  );
  expect(await target.rows('leaf')).toEqual(odd.map((_, id) => `${id}|NULL`));
});

test('rows of a child that come after a cascade that waits are not taken by it when it is done late', async () => {
  const { target, sink, log } = await loaded();
  await using _ = target;
  await target.session.query("ALTER TABLE parent ADD CHECK (name <> 'bad')");
  await sink.apply(stream(log.next([update(PARENT, [1, 'p'], [1, 'bad'])])), NEVER);
  const back = [remove(PARENT, [1, 'bad'], true), create(PARENT, [1, 'again']), create(CHILD, [19, 1])];
  await sink.apply(stream(log.next([...back, create(GRANDCHILD, [191, 19])])), NEVER);
  expect(await target.rows('child')).toEqual(['11|1', '12|1', '21|2', '31|3']);
  await sink.start();
  await sink.apply(stream(log.next([create(CHILD, [18, 1]), remove(PARENT, [2, 'p'], false)])), NEVER);
  expect(await target.rows('parent')).toEqual(['1|p', '3|p']);
  expect((await sink.quarantine.list()).map(({ behind }) => behind)).toEqual([null, '1', '1', '1', '1', '1']);
  await target.session.query('ALTER TABLE parent DROP CONSTRAINT parent_name_check');
  expect(await sink.quarantine.retry('1')).toEqual({ applied: 6, remaining: 0 });
  expect(await target.rows('parent')).toEqual(['1|again', '3|p']);
  expect(await target.rows('child')).toEqual(['18|1', '19|1', '21|2', '31|3']);
  expect(await target.rows('grandchild')).toEqual(['191|19', '211|21']);
});

test('when the parent of such a cascade is emptied, what waits behind it is free: later rows go on, earlier ones by a retry', async () => {
  const { target, sink, log } = await loaded();
  await using _ = target;
  await target.session.query("ALTER TABLE parent ADD CHECK (name <> 'bad')");
  await sink.apply(stream(log.next([update(PARENT, [1, 'p'], [1, 'bad'])])), NEVER);
  const back = [remove(PARENT, [1, 'bad'], true), create(PARENT, [1, 'again']), create(CHILD, [19, 1])];
  await sink.apply(stream(log.next([...back, create(GRANDCHILD, [191, 19])])), NEVER);
  const anew = [{ tag: 'truncate', table: PARENT } as const, create(PARENT, [1, 'again']), create(CHILD, [20, 1])];
  await sink.apply(stream(log.next(anew)), NEVER);
  expect(await target.rows('child')).toEqual(['11|1', '12|1', '20|1', '21|2', '31|3']);
  expect((await sink.quarantine.list()).map(({ table, behind }) => [table, behind])).toEqual([
    ['public.child', '1'],
    ['public.grandchild', '1'],
  ]);
  expect(await sink.quarantine.retryFreed()).toEqual({ applied: 2, remaining: 0 });
  expect(await target.rows('child')).toEqual(['11|1', '12|1', '19|1', '20|1', '21|2', '31|3']);
  expect(await sink.quarantine.retryFreed()).toEqual({ applied: 0, remaining: 0 });
});

test('the same when the parent is paused', async () => {
  const renamed = table('parent', ['id int', 'title text?'], { cascades: PARENT.cascades });
  const { target, sink, log } = await loaded();
  await using _ = target;
  // In the way of the rename, so that it is for the operator to do.
  await target.session.query('ALTER TABLE parent ADD title integer');
  const rename = ddl(PARENT, renamed, 'ALTER TABLE parent RENAME COLUMN name TO title');
  await sink.apply(stream(log.next([rename, remove(renamed, [1, 'p'], true), create(renamed, [1, 'q'])])), NEVER);
  await sink.apply(stream(log.next([create(CHILD, [19, 1])])), NEVER);
  expect(await sink.quarantine.retry('all')).toEqual({ applied: 0, remaining: 3 });
  await target.session.query('ALTER TABLE parent DROP title; ALTER TABLE parent RENAME name TO title');
  expect(await sink.quarantine.retry('all')).toEqual({ applied: 3, remaining: 0 });
  expect(await target.rows('parent')).toEqual(['1|q', '2|p', '3|p']);
  expect(await target.rows('child')).toEqual(['19|1', '21|2', '31|3']);
});
