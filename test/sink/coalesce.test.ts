import { expect, test } from 'vitest';
import { coalesceBag, coalesceKeyed } from '../../src/sink/coalesce.ts';
import { create, image, read, remove, table, update } from './source.ts';

const ITEM = table('item', ['id int', 'n int?']);
const BAG = table('bag', ['n int?'], { key: [] });

test('the last image of each key stands, whatever came before; a key that was left is gone', () => {
  const set = coalesceKeyed([
    create(ITEM, [1, 1]),
    update(ITEM, [1, 1], [1, 2]),
    update(ITEM, [2, 1], [3, 1]),
    remove(ITEM, [4, 1]),
    create(ITEM, [4, 2]),
    create(ITEM, [5, 1]),
    remove(ITEM, [5, 1]),
  ]);
  expect(set.fresh).toEqual([image(ITEM, [1, 2])]);
  expect(set.standing).toEqual([image(ITEM, [3, 1]), image(ITEM, [4, 2])]);
  // A key that was created and removed is removed all the same: a snapshot read may have met a row that is there.
  expect(set.gone).toEqual([image(table('k', ['id int']), [2]), image(table('k', ['id int']), [5])]);
});

test('a snapshot read that is changed in the same run is still likely to be new', () => {
  const set = coalesceKeyed([read(ITEM, [1, 1]), update(ITEM, [1, 1], [1, 9])]);
  expect(set.fresh).toEqual([image(ITEM, [1, 9])]);
});

test('equal rows without a key are only counted', () => {
  const bag = coalesceBag([
    create(BAG, [1]),
    create(BAG, [1]),
    remove(BAG, [1]),
    update(BAG, [2], [3]),
    remove(BAG, [2]),
    create(BAG, [4]),
    remove(BAG, [4]),
  ]);
  expect(bag.standing).toEqual([image(BAG, [1]), image(BAG, [3])]);
  expect(bag.gone).toEqual([image(BAG, [2]), image(BAG, [2])]);
});
