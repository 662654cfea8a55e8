import { expect, test } from 'vitest';
import { dialect } from '../../src/sql/dialect.ts';
import { parseQuery } from '../../src/sql/parse.ts';
import { translateQuery } from '../../src/sql/translate.ts';
import { sampleScope } from './sample-table.ts';

const translated = (query: string) => translateQuery(parseQuery(query, dialect('mysql', 90_704)), sampleScope(), query);

test('a column that a chain of equal keys settles is grouped by with the key of its table', () => {
  const { sql, findings } = translated(
    'SELECT c.name FROM visit v JOIN orders o ON v.order_id = o.id JOIN customer c ON o.customer_id = c.id GROUP BY v.order_id',
  );
  expect(findings).toEqual([]);
  expect(sql).toMatch(/GROUP BY v\.order_id, c\.id$/);
});

test.each([
  ['an outer join', 'SELECT c.name FROM orders o LEFT JOIN customer c ON o.customer_id = c.id GROUP BY o.customer_id'],
  ['one side of OR', 'SELECT c.name FROM orders o JOIN customer c ON o.customer_id = c.id OR c.id = 1 GROUP BY o.id'],
  ['an equal text', 'SELECT c.code, c.name FROM orders o JOIN customer c ON o.status = c.code GROUP BY o.status'],
  ['no condition', 'SELECT c.name FROM orders o, customer c GROUP BY o.id'],
])('%s settles nothing: the column stays a finding', (_, query) => {
  expect(translated(query).findings).toContainEqual(expect.objectContaining({ code: 'GROUP_BY' }));
});

test('an aggregate that the rows are ordered by under its alias is no column outside of the groups', () => {
  const { sql, findings } = translated(
    'SELECT o.customer_id, sum(o.price) AS sales FROM orders o GROUP BY o.customer_id ORDER BY sales DESC',
  );
  expect(findings).toEqual([]);
  expect(sql).toMatch(/ORDER BY sales DESC/);
});
