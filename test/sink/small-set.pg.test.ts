import fc from 'fast-check';
import { expect, test } from 'vitest';
import { create, EpochSeries, remove, stream, table, update } from './source.ts';
import { NEVER, Target } from './target.ts';

const ITEM = table('item', ['id int', 'name text?']);
const ITEM_DDL = 'CREATE TABLE item (id integer PRIMARY KEY, name text)';

/** Writes rows over ones that stand, so that neither way is the COPY of new rows. */
async function written(names: readonly (string | null)[], perEpoch: number): Promise<string[]> {
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  await sink.apply(stream(log.next(names.map((_, id) => create(ITEM, [id, 'old'])))), NEVER);
  const updates = names.map((name, id) => update(ITEM, [id, 'old'], [id, name]));
  for (let at = 0; at < updates.length; at += perEpoch)
    await sink.apply(stream(log.next(updates.slice(at, at + perEpoch))), NEVER);
  const half = names.map((name, id) => remove(ITEM, [id, name])).filter((_, id) => id % 2 === 1);
  for (let at = 0; at < half.length; at += perEpoch)
    await sink.apply(stream(log.next(half.slice(at, at + perEpoch))), NEVER);
  return await target.rows('item');
}

test('a set is the same rows whether its values stand in the statement or go through staging', async () => {
  const odd = [
    "'",
    "''",
    '\\',
    "\\'",
    '\t',
    '\n',
    '\r',
    '\\N',
    '$1',
    ';',
    '--',
    '\u0001\u0008\u000b',
    'é😀',
    '',
    null,
    'NULL',
  ];
  const text = fc.string({ unit: 'binary' }).map((given) => given.replaceAll('\0', '').toWellFormed());
  const names = [...odd, ...fc.sample(text, { numRuns: 84, seed: 7 })];
  const expected = names.flatMap((name, id) => (id % 2 === 1 ? [] : [`${id}|${name ?? 'NULL'}`])).sort();
  expect(await written(names, 1)).toEqual(expected);
  expect(await written(names, 16)).toEqual(expected);
  expect(await written(names, 100)).toEqual(expected);
});

test.each([2, 3, 31, 33, 200])(
  'unique values that go round a ring of %i rows arrive, within an epoch and across',
  async (size) => {
    const unique = table('item', ['id int', 'name text'], { uniques: [[1]] });
    await using target = await Target.open('CREATE TABLE item (id integer PRIMARY KEY, name text NOT NULL UNIQUE)');
    const sink = target.sink();
    const log = new EpochSeries();
    await sink.start();
    const name = (id: number, turn: number) => `v${(id + turn) % size}`;
    const ids = Array.from({ length: size }, (_, id) => id);
    await sink.apply(stream(log.next(ids.map((id) => create(unique, [id, name(id, 0)])))), NEVER);
    // By a value in between for the first row, as a source must.
    const turn = (n: number) => [
      update(unique, [0, name(0, n)], [0, 'aside']),
      ...ids.slice(1).map((id) => update(unique, [size - id, name(size - id, n)], [size - id, name(size - id, n + 1)])),
      update(unique, [0, 'aside'], [0, name(0, n + 1)]),
    ];
    await sink.apply(stream(log.next(turn(0))), NEVER);
    const second = turn(1);
    await sink.apply(stream(log.next(second.slice(0, 1)), log.next(second.slice(1))), NEVER);
    expect(await target.rows('item')).toEqual(ids.map((id) => `${id}|${name(id, 2)}`).sort());
    expect(await sink.quarantine.list()).toEqual([]);
  },
);

test('insert, delete and insert of one key, and keys that rows exchange, within one transaction', async () => {
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  const again = [create(ITEM, [1, 'a']), remove(ITEM, [1, 'a']), create(ITEM, [1, 'b']), create(ITEM, [2, 'two'])];
  const exchanged = [
    update(ITEM, [1, 'b'], [0, 'b']),
    update(ITEM, [2, 'two'], [1, 'two']),
    update(ITEM, [0, 'b'], [2, 'b']),
    create(ITEM, [9, 'x']),
    remove(ITEM, [9, 'x']),
  ];
  await sink.apply(stream(log.next([...again, ...exchanged])), NEVER);
  expect(await target.rows('item')).toEqual(['1|two', '2|b']);
});
