import { describe, expect, test } from 'vitest';
import { dialect } from '../../src/sql/dialect.ts';
import { lex } from '../../src/sql/lexer.ts';
import { cursorAt, parseExpression, parseQuery, parseStatement, readExpressionAt } from '../../src/sql/parse.ts';
import { shape } from './shape.ts';

const MYSQL = dialect('mysql', 90_704);

function mode(words: string) {
  return dialect('mysql', 90_704, words);
}

describe('an expression binds as the server binds it', () => {
  test.each([
    ['a OR b AND c XOR d', '[a or [[b and c] xor d]]'],
    ['NOT a = b AND c', '[[not [a = b]] and c]'],
    ['! a = b', '[[not a] = b]'],
    ['a = b LIKE c', '[a = {like b c}]'],
    ['a = b IS NULL', '{is [a = b] null}'],
    ['a IS NOT TRUE OR b', '[{is a isNegated true} or b]'],
    ['a | b & c << d + e * f ^ g', '[a | [b & [c << [d + [e * [f ^ g]]]]]]'],
    ['a - b - c', '[[a - b] - c]'],
    ['- a ^ b', '[[- a] ^ b]'],
    ['- a COLLATE utf8mb4_bin', '[- {collate a utf8mb4_bin}]'],
    ['a DIV b MOD c % d', '[[[a div b] mod c] mod d]'],
    ['a BETWEEN b AND c AND d', '[{between a b c} and d]'],
    ['a NOT BETWEEN 1 AND 2 OR b NOT IN (1,2)', '[{between a 1 2 isNegated} or {in b 1 2 isNegated}]'],
    ["a LIKE 'x' ESCAPE '!' AND b", "[{like a 'x' '!'} and b]"],
    ['a REGEXP b = c', '[{regexp a b} = c]'],
    ['BINARY a = b', '[[binary a] = b]'],
    ['a + INTERVAL 1 DAY - INTERVAL b + 1 HOUR', '{date-shift {date-shift a 1 DAY} isNegative [b + 1] HOUR}'],
    ['INTERVAL 1 DAY + a', '{date-shift a 1 DAY}'],
    ['1 + INTERVAL(5, 1, 9) * 2', '[1 + [INTERVAL(5, 1, 9) * 2]]'],
    ['INTERVAL (1 + 1) * 2 DAY + a', '{date-shift a [[1 + 1] * 2] DAY}'],
    ['DATE_SUB(a, INTERVAL 1 SQL_TSI_DAY)', '{date-shift a isNegative 1 DAY}'],
    ['@a := @b := 1 + 2', '{assign a {assign b [1 + 2]}}'],
    ["a->'$.x' = b->>'$.y'", "[{json-path a '$.x'} = {json-path b '$.y' isUnquoted}]"],
    ['a || b', '[a or b]'],
    ['CASE a WHEN 1 THEN 2 ELSE 3 END', '{case a {1 2} 3}'],
    ["'a' 'b'", "'ab'"],
    ["_utf8mb4'x'", "'x'"],
    ['count', 'count'],
    ['t.select', 't.select'],
    ['(a, b) = (SELECT 1, 2)', '[{row a b} = {subquery <select>}]'],
    ['((SELECT 1) UNION (SELECT 2))', '{subquery <set-operation>}'],
    ['((SELECT 1) + 1)', '[{subquery <select>} + 1]'],
    ['a = ANY (SELECT 1)', '{quantified = a any <select>}'],
    ['TRIM(LEADING a FROM b)', '{trim leading a b}'],
    ['TRIM(a FROM b)', '{trim both a b}'],
    ['TRIM(b)', '{trim both b}'],
    ['SUBSTRING(a FROM 2 FOR 3)', 'SUBSTRING(a, 2, 3)'],
    ['POSITION(a IN b)', 'LOCATE(a, b)'],
    ['a MEMBER OF (b)', '{member-of a b}'],
    ["DATE '2020-01-01' + 1", '[{temporal date 2020-01-01} + 1]'],
    ["{d '2020-01-01'}", '{temporal date 2020-01-01}'],
    ['COUNT(DISTINCT a, b)', '{aggregate COUNT isDistinct a b}'],
    ['`COUNT`(a)', 'COUNT(a)'],
    [
      "GROUP_CONCAT(DISTINCT a ORDER BY b DESC SEPARATOR ';')",
      "{aggregate GROUP_CONCAT isDistinct a {b isDescending} ';'}",
    ],
    [
      'SUM(a) OVER (PARTITION BY b ORDER BY c ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)',
      '{aggregate SUM a {b {c} {rows {preceding 1} {current}}}}',
    ],
    ['CONVERT(a USING latin1)', '{convert-charset a latin1}'],
    ['CAST(a AS DECIMAL(10,2))', '{cast a {DECIMAL 10 2}}'],
    ['VALUES(a) + 1', '[{inserted-value a} + 1]'],
    ['DEFAULT(a)', '{default a}'],
    ['@@session.sql_mode', '{system-variable session sql_mode}'],
  ])('%s', (text, expected) => {
    expect(shape(parseExpression(text, MYSQL))).toBe(expected);
  });

  test('PIPES_AS_CONCAT joins strings, closer than `^`', () => {
    expect(shape(parseExpression('a || b ^ c', mode('PIPES_AS_CONCAT')))).toBe('[[a || b] ^ c]');
  });

  test('HIGH_NOT_PRECEDENCE binds NOT to its operand', () => {
    expect(shape(parseExpression('NOT a = b', mode('HIGH_NOT_PRECEDENCE')))).toBe('[[not a] = b]');
  });

  test('a blank before the parenthesis makes COUNT a stored function, unless IGNORE_SPACE is set', () => {
    expect(parseExpression('COUNT (a)', MYSQL).tag).toBe('call');
    expect(parseExpression('COUNT (a)', mode('IGNORE_SPACE')).tag).toBe('aggregate');
  });
});

describe('what does not parse', () => {
  test.each([
    ['1 +', 'an expression is expected, found the end of the text'],
    ['a NOT LIKE', 'an expression is expected, found the end of the text'],
    ['a = NOT b', 'NOT needs parentheses here, found "NOT"'],
    ['f(1', '")" is expected, found the end of the text'],
    ['a b', 'the end is expected, found "b"'],
    ["'open", 'a string has no end'],
    ['ROW_NUMBER()', 'OVER is expected, found the end of the text'],
  ])('%s is an opaque node that says why', (text, reason) => {
    expect(parseExpression(text, MYSQL)).toMatchObject({ tag: 'opaque', reason, start: 0, end: text.length });
  });
});

describe('a query', () => {
  test('keeps a join in the order that its ON clauses tell', () => {
    const query = parseQuery('SELECT 1 FROM a LEFT JOIN b JOIN c ON x ON y, d', MYSQL);
    expect(query).toMatchObject({
      body: {
        from: [
          { tag: 'join', kind: 'left', left: { name: {} }, right: { tag: 'join', kind: 'inner' } },
          { tag: 'base' },
        ],
      },
    });
  });

  test('puts a join without a condition to the left of what follows it', () => {
    const query = parseQuery('SELECT 1 FROM a JOIN b RIGHT JOIN c ON x', MYSQL);
    expect(query).toMatchObject({
      body: { from: [{ tag: 'join', kind: 'right', left: { tag: 'join', kind: 'inner' } }] },
    });
  });

  test('binds INTERSECT closer than UNION', () => {
    const query = parseQuery('SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 3', MYSQL);
    expect(query).toMatchObject({
      body: {
        rest: [{ operator: 'union', isAll: true, body: { tag: 'set-operation', rest: [{ operator: 'intersect' }] } }],
      },
    });
  });

  test('tells the spans of its parts exactly', () => {
    const text = 'SELECT a + 1 AS b FROM t WHERE c > 2 ORDER BY d';
    const query = parseQuery(text, MYSQL);
    if (query.tag !== 'query' || query.body.tag !== 'select') throw new Error('not parsed');
    const cut = (span: { start: number; end: number } | undefined) => text.slice(span?.start, span?.end);
    expect(query.body.items.map(cut)).toEqual(['a + 1 AS b']);
    expect(cut(query.body.where)).toBe('c > 2');
    expect(query.orderBy.map(cut)).toEqual(['d']);
  });
});

describe('a statement', () => {
  test.each([
    [
      'INSERT INTO t (a, b) VALUES (1, DEFAULT), (2, 3) ON DUPLICATE KEY UPDATE a = VALUES(a)',
      { tag: 'insert', source: { tag: 'rows', rows: [{}, {}] }, onDuplicate: [{}] },
    ],
    [
      'INSERT INTO t VALUES (1) AS new(x) ON DUPLICATE KEY UPDATE a = new.x',
      { rowAlias: { name: { text: 'new' }, columns: [{ text: 'x' }] } },
    ],
    ['REPLACE t SET a = 1', { tag: 'insert', isReplace: true, source: { tag: 'set' } }],
    ['INSERT IGNORE t (SELECT 1)', { isIgnore: true, columns: [], source: { tag: 'query' } }],
    ['UPDATE a JOIN b USING (id) SET a.x = b.y WHERE 1', { tag: 'update', tables: [{ tag: 'join' }] }],
    ['UPDATE t SET a = 1 ORDER BY b LIMIT 3', { orderBy: [{}], limit: { count: { value: '3' } } }],
    ['DELETE FROM t WHERE a LIMIT 1', { tag: 'delete', isMulti: false }],
    ['DELETE a, b.* FROM a JOIN b', { isMulti: true, targets: [{}, {}] }],
    ['DELETE FROM a USING a JOIN b', { isMulti: true }],
    ['DELETE FROM t AS x WHERE x.a', { tables: [{ alias: { text: 'x' } }] }],
    ['WITH c AS (SELECT 1) DELETE FROM t', { tag: 'delete', with: {} }],
    ['WITH c AS (SELECT 1) SELECT * FROM c', { tag: 'query', with: { tables: [{}] } }],
  ])('%s', (text, expected) => {
    expect(parseStatement(text, MYSQL)).toMatchObject(expected);
  });

  test('ends where another grammar goes on, with the cursor behind it', () => {
    const cursor = cursorAt(lex('a > 1 THEN b', MYSQL), MYSQL);
    expect(shape(readExpressionAt(cursor))).toBe('[a > 1]');
    expect(cursor.isWord('THEN')).toBe(true);
  });
});
