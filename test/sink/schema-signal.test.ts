import { expect, test } from 'vitest';
import type { TableVersion } from '../../src/contract/table.ts';
import { decideSchemaChange, type SchemaStep } from '../../src/sink/schema-signal.ts';
import { ddl } from './ddl.ts';
import { table } from './source.ts';

const ITEM = table('item', ['id int', 'name text?']);

/** `add n`, `drop name`, ... of a DDL that is followed; the kind of any other decision. */
function decide(
  after: TableVersion | null,
  statement: string,
  { before = ITEM, isEmpty = false }: { before?: TableVersion; isEmpty?: boolean } = {},
): string {
  const decision = decideSchemaChange(ddl(before, after, statement), { isEmpty });
  if (decision.kind !== 'follow') return decision.kind;
  return decision.steps.map(shown).join(', ');
}

function shown(step: SchemaStep): string {
  switch (step.kind) {
    case 'add':
    case 'drop':
      return `${step.kind} ${step.column.name}`;
    case 'rename':
      return `${step.column}>${step.to}`;
    case 'retype':
      return `retype ${step.to.name}`;
    case 'drop-default':
      return `drop-default ${step.column}`;
    case 'drop-unique':
      return `drop-unique ${step.columns.join()}`;
  }
}

const BIGGER = table('item', ['id bigint', 'name text?']);

test.each([
  ['ALTER TABLE item ADD n int FIRST', table('item', ['n int?', 'id int', 'name text?'], { key: [1] }), 'add n'],
  ['ALTER TABLE item ADD n int NOT NULL DEFAULT 5', table('item', ['id int', 'name text?', 'n int']), 'add n'],
  ['ALTER TABLE item DROP name', table('item', ['id int']), 'drop name'],
  ['ALTER TABLE item RENAME COLUMN name TO title', table('item', ['id int', 'title text?']), 'name>title'],
  ['ALTER TABLE item CHANGE NAME title text', table('item', ['id int', 'title text?']), 'name>title, retype title'],
  ['ALTER TABLE item MODIFY id bigint', BIGGER, 'retype id'],
  ['ALTER TABLE item MODIFY name varchar(99)', ITEM, 'retype name'],
  ['ALTER TABLE item DROP name, ADD name text', ITEM, 'drop name, add name'],
  ['ALTER TABLE item ADD name text, DROP name', ITEM, 'drop name, add name'],
  ['ALTER TABLE item ADD UNIQUE (name)', table('item', ['id int', 'name text?'], { uniques: [[1]] }), ''],
  ['ALTER TABLE item ALTER name DROP DEFAULT', ITEM, 'drop-default name'],
  ['ALTER TABLE item ADD PARTITION (PARTITION p9 VALUES LESS THAN (9))', ITEM, ''],
  ['CREATE TABLE IF NOT EXISTS item (id int)', ITEM, ''],
])('%s is followed', (statement, after, steps) => {
  expect(decide(after, statement)).toBe(steps);
});

test('a unique key that is gone takes its index with it', () => {
  const unique = table('item', ['id int', 'name text?'], { uniques: [[1]] });
  expect(decide(ITEM, 'DROP INDEX u ON item', { before: unique })).toBe('drop-unique name');
});

test.each([
  ['ALTER TABLE item MODIFY name int', table('item', ['id int', 'name int?'])],
  ['ALTER TABLE item MODIFY id int', ITEM, BIGGER],
  ['ALTER TABLE item ADD n int DEFAULT (rand())', table('item', ['id int', 'name text?', 'n int?'])],
  ['ALTER TABLE item ADD n int AUTO_INCREMENT UNIQUE', table('item', ['id int', 'name text?', 'n int'])],
  ['ALTER TABLE item DROP PRIMARY KEY', table('item', ['id int', 'name text?'], { key: [] })],
  ['ALTER TABLE item RENAME COLUMN id TO name, RENAME COLUMN name TO id', table('item', ['name int', 'id text?'])],
  ['ALTER TABLE item TRUNCATE PARTITION p0', ITEM],
  ['ALTER TABLE item DROP PARTITION p0', ITEM],
  ['ALTER TABLE x EXCHANGE PARTITION p0 WITH TABLE item', ITEM],
  ['CREATE OR REPLACE TABLE item (id int PRIMARY KEY, name text)', ITEM],
  ['ALTER IGNORE TABLE item ADD UNIQUE (name)', ITEM],
  ['ALTER TABLE item IMPORT TABLESPACE', ITEM],
  ['SOMETHING NEW ON item', table('item', ['id int'])],
])('%s pauses the table', (statement, after, before = ITEM) => {
  expect(decide(after, statement, { before })).toBe('pause');
});

test('where no row stands nothing can be unknown about rows', () => {
  const after = table('item', ['id int', 'name int?', 'n int']);
  const statement = 'ALTER TABLE item MODIFY name int, ADD n int DEFAULT (rand())';
  expect(decide(after, statement)).toBe('pause');
  expect(decide(after, statement, { isEmpty: true })).toBe('drop name, add name, add n');
});

test('only what the statement names is followed: the catalogue may know already what is to come', () => {
  const later = table('item', ['id bigint', 'n int?', 'm int']);
  expect(decide(later, 'ALTER TABLE item ADD n int')).toBe('add n');
  const decision = decideSchemaChange(ddl(ITEM, later, 'ALTER TABLE item ADD n int'), { isEmpty: false });
  const shape = decision.kind === 'follow' ? decision.version.columns.map(({ name }) => name) : [];
  expect(shape).toEqual(['id', 'n', 'name']);
});

test('a table that is gone is dropped, one that was not known is new', () => {
  expect(decide(null, 'DROP TABLE item')).toBe('drop');
  expect(decideSchemaChange(ddl(null, ITEM, 'CREATE TABLE item ...'), { isEmpty: true }).kind).toBe('new-table');
});

test('a DDL that may have changed values without row events pauses, however alike the columns are', () => {
  const rewrites = 'may have cut what is longer in column name';
  const change = ddl(ITEM, ITEM, 'ALTER TABLE item MODIFY name tinytext', { rewrites });
  expect(decideSchemaChange(change, { isEmpty: false })).toMatchObject({
    kind: 'pause',
    pause: { kind: 'rows', advice: expect.stringContaining(`shop.item ${rewrites}`) },
  });
  expect(decideSchemaChange(change, { isEmpty: true }).kind).toBe('follow');
});
