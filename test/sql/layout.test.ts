import fc from 'fast-check';
import { loadModule, parseSync } from 'libpg-query';
import { beforeAll, expect, test } from 'vitest';
import { dialect } from '../../src/sql/dialect.ts';
import { layOut } from '../../src/sql/layout.ts';
import { parseQuery } from '../../src/sql/parse.ts';
import { translateQuery } from '../../src/sql/translate.ts';
import { QUERIES } from './query-sample.ts';
import { sampleScope } from './sample-table.ts';

beforeAll(async () => await loadModule());

const translated = QUERIES.flatMap(
  (query) => translateQuery(parseQuery(query, dialect('mysql', 90_704)), sampleScope(), query).sql ?? [],
);

/** The tree of PostgreSQL's own parser, without the places of words in the text. */
function tree(sql: string): string {
  return JSON.stringify(parseSync(sql), (name, value) =>
    name.endsWith('location') || name === 'stmt_len' ? undefined : value,
  );
}

test('every query of the sample means to PostgreSQL on several lines what it means on one', () => {
  expect(translated.length).toBe(QUERIES.length);
  for (const sql of translated) expect(tree(layOut(sql))).toBe(tree(sql));
});

test('a query that is laid out stays as it is when it is laid out again', () => {
  for (const sql of translated) expect(layOut(layOut(sql))).toBe(layOut(sql));
});

test('any text keeps all that is no blank, in its order', () => {
  const piece = fc.constantFrom(
    'SELECT',
    'FROM',
    '(',
    ')',
    ',',
    "'a  b'",
    '"x ""y"',
    "'",
    'CASE',
    'AND',
    'é',
    '\n',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join(' ');
      expect(layOut(text).replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
    }),
  );
});

test('clauses, joins and items stand on lines of their own, a subquery further in', () => {
  const sql =
    "SELECT a.x AS x, (SELECT max(y) FROM b WHERE b.id = a.id) AS y FROM a LEFT JOIN c ON c.id = a.id WHERE a.x BETWEEN 1 AND 2 AND a.t IS DISTINCT FROM 'FROM  here' GROUP BY a.x ORDER BY a.x";
  expect(layOut(sql)).toBe(`SELECT
  a.x AS x,
  (
    SELECT max(y)
    FROM b
    WHERE b.id = a.id
  ) AS y
FROM a
  LEFT JOIN c ON c.id = a.id
WHERE a.x BETWEEN 1 AND 2
  AND a.t IS DISTINCT FROM 'FROM  here'
GROUP BY a.x
ORDER BY a.x`);
});
