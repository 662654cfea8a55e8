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
