import fc from 'fast-check';
import { loadModule, parseSync } from 'libpg-query';
import { beforeAll, expect, test } from 'vitest';
import { dialect } from '../../src/sql/dialect.ts';
import { layOut } from '../../src/sql/layout.ts';
import { breakLines } from '../../src/sql/line-layout.ts';
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
    /location$|^stmt_len$|^rexpr_list_/.test(name) ? undefined : value,
  );
}

test('every query of the sample means to PostgreSQL on several lines what it means on one', () => {
  expect(translated.length).toBe(QUERIES.length);
  for (const sql of translated) expect(tree(layOut(sql))).toBe(tree(sql));
});

test('a query that is laid out stays as it is when it is laid out again', () => {
  for (const sql of translated) expect(layOut(layOut(sql))).toBe(layOut(sql));
});

test('every query of the sample means the same broken into lines of any width', () => {
  for (const sql of translated) for (const width of [20, 60, 100]) expect(tree(breakLines(sql, width))).toBe(tree(sql));
});

test('a long statement of a program has its clauses, conditions and arms on lines of their own', () => {
  const sql =
    "OPEN c FOR SELECT a.x AS x, CASE WHEN a.y BETWEEN 1 AND 2 THEN 'between  one and two' WHEN a.y > 2 THEN 'more' ELSE 'less' END AS y FROM a JOIN b ON b.id = a.id WHERE a.x = 5 AND (b.y IS NULL OR EXISTS (SELECT 1 FROM d WHERE d.id = b.id)) ORDER BY a.x;";
  expect(breakLines(sql, 60)).toBe(`OPEN c FOR SELECT a.x AS x,
    CASE
      WHEN a.y BETWEEN 1 AND 2 THEN 'between  one and two'
      WHEN a.y > 2 THEN 'more'
      ELSE 'less'
    END AS y
  FROM a
    JOIN b ON b.id = a.id
  WHERE a.x = 5
    AND (
      b.y IS NULL
      OR EXISTS (SELECT 1 FROM d WHERE d.id = b.id)
    )
  ORDER BY a.x;`);
  for (const kept of ['x := 1;', `-- ${sql}`, `${sql} -- told`, "RAISE EXCEPTION 'it'';"])
    expect(breakLines(kept, 5)).toBe(kept);
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
      for (const laid of [layOut(text), breakLines(text, 12)])
        expect(laid.replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
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
