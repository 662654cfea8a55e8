import { expect, test } from 'vitest';
import type { SchemaChange } from '../../src/contract/change.ts';
import type { TableVersion } from '../../src/contract/table.ts';
import { decideSchemaChange } from '../../src/sink/schema-signal.ts';
import { table } from './source.ts';

const ITEM = table('item', ['id int', 'name text?']);

function decide(
  after: TableVersion | null,
  statement = 'ALTER TABLE item ADD n int',
  before: TableVersion | null = ITEM,
) {
  const change: SchemaChange = { tag: 'schema', database: 'shop', table: 'item', statement, before, after };
  return decideSchemaChange(change).kind;
}

test('new nullable columns anywhere in the table are added, and what changes no column is let pass', () => {
  expect(decide(table('item', ['n int?', 'id int', 'name text?'], { key: [1] }))).toBe('add-columns');
  expect(decide(table('item', ['id int', 'name text?'], { uniques: [[1]] }))).toBe('nothing');
});

test.each([
  ['a column is dropped', table('item', ['id int'])],
  ['a column is renamed', table('item', ['id int', 'title text?'])],
  ['a column changes its type', table('item', ['id int', 'name int?'])],
  ['a column becomes nullable', table('item', ['id int?', 'name text?'])],
  ['a NOT NULL column is added', table('item', ['id int', 'name text?', 'n int'])],
  ['the key changes', table('item', ['id int', 'name text?'], { key: [] })],
  ['the table is dropped', null],
])('when %s the table is paused', (_, after) => {
  expect(decide(after)).toBe('pause');
});

test.each([
  ['ALTER TABLE item ADD n int DEFAULT 5', 'pause'],
  ['ALTER TABLE item ADD n int default(5)', 'pause'],
  ['ALTER TABLE item ADD n int DEFAULT NULL', 'add-columns'],
  ['ALTER TABLE item ADD n int default  null', 'add-columns'],
  ['ALTER TABLE item ADD n int DEFAULT (NULL)', 'add-columns'],
  ['ALTER TABLE item ADD n int DEFAULT NULL, ADD m int DEFAULT 1', 'pause'],
])('%s: %s', (statement, kind) => {
  expect(decide(table('item', ['id int', 'name text?', 'n int?']), statement)).toBe(kind);
});

test.each([
  ['ALTER TABLE item TRUNCATE PARTITION p0', 'pause'],
  ['ALTER TABLE item DROP PARTITION p0', 'pause'],
  ['ALTER TABLE x EXCHANGE PARTITION p0 WITH TABLE item', 'pause'],
  ['ALTER TABLE item DROP COLUMN name, ADD COLUMN name text', 'pause'],
  ['ALTER TABLE item DROP `name`, ADD name text', 'pause'],
  ['ALTER TABLE item RENAME COLUMN a TO b, RENAME COLUMN b TO a', 'pause'],
  ['ALTER TABLE item CHANGE a b text, CHANGE b a text', 'pause'],
  ['RENAME TABLE item TO _item_del, _item_gho TO item', 'pause'],
  ['CREATE OR REPLACE TABLE item (id int PRIMARY KEY, name text)', 'pause'],
  ['ALTER IGNORE TABLE item ADD UNIQUE (name)', 'pause'],
  ['ALTER TABLE item IMPORT TABLESPACE', 'pause'],
  ['ALTER TABLE item ADD PARTITION (PARTITION p9 VALUES LESS THAN (9))', 'nothing'],
  ['ALTER TABLE item DROP INDEX i, ADD INDEX i (name), RENAME INDEX j TO k', 'nothing'],
  ['DROP INDEX i ON item', 'nothing'],
  ['CREATE TABLE IF NOT EXISTS item (id int)', 'nothing'],
  ["ALTER TABLE item CHANGE name name text COMMENT 'said'", 'nothing'],
])('of columns that look the same, %s: %s', (statement, kind) => {
  expect(decide(ITEM, statement)).toBe(kind);
});

test('a DDL that may have changed values without row events pauses, however alike the columns are', () => {
  const rewrites = 'may have cut what is longer in column name';
  const statement = 'ALTER TABLE item MODIFY name tinytext';
  const decision = decideSchemaChange({
    tag: 'schema',
    database: 'shop',
    table: 'item',
    statement,
    before: ITEM,
    after: ITEM,
    rewrites,
  });
  expect(decision).toMatchObject({ kind: 'pause', advice: expect.stringContaining(`shop.item ${rewrites}`) });
});
