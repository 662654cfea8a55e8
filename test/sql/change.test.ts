import { describe, expect, test } from 'vitest';
import { parseStatement } from '../../src/sql/parse.ts';
import type { Scope } from '../../src/sql/scope.ts';
import { translateStatement, translateTruncate } from '../../src/sql/translate-statement.ts';
import { BIGINT, INTEGER, TEXT } from '../../src/sql/value-type.ts';
import { changeScope } from './change-table.ts';

/** As a converter of stored programs has it: variables, session names and what the last statement left. */
const PROGRAM: Scope = {
  ...changeScope(),
  variable: (name) => (name === 'qty' ? { sql: 'v_qty', type: INTEGER } : undefined),
  userVariable: (name) => (name === 'known' ? { sql: "current_setting('u.known')", type: TEXT } : undefined),
  systemVariable: (name, scope) => (name === 'pseudo' && scope === undefined ? { sql: '7', type: INTEGER } : undefined),
  diagnostic: (name) => (name === 'FOUND_ROWS' ? undefined : { sql: `v_${name.toLowerCase()}`, type: BIGINT }),
};

function translate(statement: string, scope: Scope) {
  return translateStatement(parseStatement(statement, scope.dialect), scope, statement);
}

describe('a variable of the program around', () => {
  test.each([
    ['SELECT id FROM item WHERE qty = id', 'SELECT id FROM item WHERE v_qty = id'],
    ['SELECT item.qty FROM item', 'SELECT item.qty FROM item'],
    ['UPDATE item SET qty = qty', 'UPDATE item SET qty = v_qty'],
    ['UPDATE item SET qty = 1, price = qty', 'UPDATE item SET qty = 1, price = v_qty'],
    ['INSERT INTO item (qty) VALUES (qty)', 'INSERT INTO item (qty) VALUES (v_qty)'],
    ['SELECT MAX(id) AS qty FROM item HAVING qty > 1', 'SELECT max(id) AS qty FROM item HAVING v_qty > 1'],
    ['SELECT SUM(id) AS n, qty FROM item', 'SELECT sum(id) AS n, v_qty AS qty FROM item'],
    [
      'INSERT INTO stock (item_id, amount) VALUES (1, qty) ON DUPLICATE KEY UPDATE amount = qty',
      'INSERT INTO stock (item_id, amount) VALUES (1, v_qty) ON CONFLICT (item_id) DO UPDATE SET amount = v_qty',
    ],
    [
      'DELETE FROM item ORDER BY id LIMIT qty',
      'DELETE FROM item WHERE item.id IN (WITH chosen AS MATERIALIZED (SELECT item.id FROM item ORDER BY id NULLS FIRST LIMIT CASE WHEN v_qty < 0 THEN NULL ELSE COALESCE(v_qty, 0) END FOR UPDATE) SELECT * FROM chosen)',
    ],
  ])('%s hides the column of its name', (statement, expected) => {
    expect(translate(statement, PROGRAM).sql).toBe(expected);
  });
});

describe('names that the caller keeps', () => {
  test.each([
    ['SELECT @known', 'SELECT current_setting(\'u.known\') AS "@known"'],
    ['SELECT @@pseudo AS a', 'SELECT 7 AS a'],
    ['SELECT LAST_INSERT_ID() AS a', 'SELECT v_last_insert_id AS a'],
    ['UPDATE item SET price = ROW_COUNT()', 'UPDATE item SET price = v_row_count'],
  ])('%s is printed as the caller says', (statement, expected) => {
    expect(translate(statement, PROGRAM).sql).toBe(expected);
  });

  test.each(['SELECT @other', 'SELECT @@global.pseudo', 'SELECT FOUND_ROWS()', 'SELECT LAST_INSERT_ID(3)'])(
    '%s is blocked where the caller knows nothing of it',
    (statement) => {
      expect(translate(statement, PROGRAM).sql).toBeUndefined();
    },
  );

  test.each(['SELECT @known', 'SELECT @@pseudo', 'SELECT ROW_COUNT()'])(
    '%s is blocked without a caller',
    (statement) => {
      expect(translate(statement, changeScope()).sql).toBeUndefined();
    },
  );
});

describe('what is not proven of a statement is told', () => {
  test.each([
    ['INSERT INTO item (id, sku) VALUES (1, 2) ON DUPLICATE KEY UPDATE qty = 1', 'CONFLICT_TARGET'],
    ['INSERT INTO stock (item_id) VALUES (1), (1) ON DUPLICATE KEY UPDATE amount = 1', 'CONFLICT_ROWS'],
    ['INSERT INTO stock (item_id) VALUES (1) ON DUPLICATE KEY UPDATE amount = 1', 'ROW_COUNT'],
    ['INSERT INTO entry (n) VALUES (1) ON DUPLICATE KEY UPDATE n = 1', 'NO_CONFLICT'],
    ['INSERT INTO item (id) VALUES (5)', 'AUTO_INCREMENT'],
    ['INSERT INTO item (is_on) VALUES (2)', 'FLAG'],
    ['INSERT IGNORE INTO item (qty) VALUES (1)', 'IGNORE'],
    ['REPLACE INTO stock (item_id) VALUES (1)', 'REPLACE'],
    ["INSERT IGNORE INTO item (sku) VALUES ('S1'), ('s1 ')", 'KEY_CASE'],
    ['INSERT IGNORE INTO item (sku) SELECT note FROM item', 'KEY_CASE'],
    ['REPLACE INTO item (sku) SELECT label FROM stock', 'KEY_CASE'],
    ["INSERT INTO item (sku) VALUES ('a') ON DUPLICATE KEY UPDATE qty = 1", 'KEY_CASE'],
    ['INSERT DELAYED INTO stock (item_id) VALUES (1)', 'HINT'],
    ['UPDATE item SET id = id + 1 ORDER BY id DESC', 'UNIQUE_ORDER'],
    ['UPDATE item i JOIN entry e ON e.item_id = i.id SET i.qty = e.n', 'SEVERAL_MATCHES'],
    ['UPDATE item i JOIN stock s ON s.item_id = i.id SET i.qty = 1, i.price = i.qty', 'ASSIGNMENT_ORDER'],
    ['UPDATE item SET qty = 1, price = (SELECT SUM(n) FROM entry WHERE n = item.qty)', 'ASSIGNMENT_ORDER'],
    ['UPDATE item SET none = 1', 'UNKNOWN_COLUMN'],
    ['UPDATE nowhere SET a = 1', 'UNKNOWN_COLUMN'],
  ])('%s: %s', (statement, code) => {
    const { sql, findings } = translate(statement, changeScope());
    expect(findings.map((finding) => finding.code)).toContain(code);
    expect(sql).toBeDefined();
  });

  test.each([
    'INSERT INTO nowhere (a) VALUES (1) ON DUPLICATE KEY UPDATE a = 2',
    'REPLACE INTO nowhere (a) VALUES (1)',
    'INSERT INTO item (qty, price) VALUES (price, 1)',
    'INSERT INTO item (qty) VALUES (1, 2)',
    'INSERT INTO item (made) VALUES (qty + 1)',
    'INSERT INTO item (kind) VALUES (9)',
    'INSERT INTO stock (item_id) SELECT id FROM item ON DUPLICATE KEY UPDATE amount = item.qty',
    'UPDATE IGNORE item SET id = 3',
    'UPDATE item SET qty = DEFAULT, price = qty',
    'DELETE x FROM item i JOIN stock s ON s.item_id = i.id',
    'UPDATE item PARTITION (p0) SET qty = 1',
    'INSERT INTO item PARTITION (p0) VALUES ()',
    'UPDATE item SET qty = @a := 1',
  ])('%s gives no SQL', (statement) => {
    const { sql, findings } = translate(statement, changeScope());
    expect(sql).toBeUndefined();
    expect(findings.some(({ severity }) => severity === 'blocked')).toBe(true);
  });
});

test('TRUNCATE begins the numbers anew, and says that it commits on MySQL', () => {
  const table = { parts: [{ text: 'item', isQuoted: false, start: 9, end: 13 }], start: 9, end: 13 };
  const { sql, findings } = translateTruncate(table, changeScope());
  expect(sql).toBe('TRUNCATE item RESTART IDENTITY');
  expect(findings.map(({ code }) => code)).toEqual(['TRANSACTION']);
});

test('0 stays 0 in an AUTO_INCREMENT column under NO_AUTO_VALUE_ON_ZERO', () => {
  const scope = changeScope('NO_AUTO_VALUE_ON_ZERO');
  expect(translate('INSERT INTO item (id) VALUES (0)', scope).sql).toBe('INSERT INTO item (id) VALUES (0)');
});

test('a division by 0 is NULL where the mode does not make it an error', () => {
  expect(translate('UPDATE item SET qty = 7 DIV qty', changeScope('')).sql).toContain('NULLIF(qty, 0)');
});

test.each([
  "INSERT IGNORE INTO stock (item_id, label) VALUES (1, 'a')",
  'INSERT IGNORE INTO item (sku) VALUES (NULL)',
  "REPLACE INTO item (sku) VALUES ('10-2')",
])('%s collides by no text with letters', (statement) => {
  expect(translate(statement, changeScope()).findings.map(({ code }) => code)).not.toContain('KEY_CASE');
});

test.each(['%Y-%m', '%d/%m', '%Y', '%M'])('STR_TO_DATE by %s, which makes no whole date, gives no SQL', (format) => {
  const { sql, findings } = translate(`SELECT STR_TO_DATE(note, '${format}') FROM item`, changeScope());
  expect(sql).toBeUndefined();
  expect(findings.map(({ code }) => code)).toContain('FORMAT');
});

describe('where the target tells apart what the source does not', () => {
  test.each([
    ['SELECT note FROM item UNION SELECT label FROM stock', 'TEXT_CASE'],
    ["SELECT id FROM item WHERE note REGEXP 'a.c'", 'LINE_END'],
    ["SELECT id FROM item WHERE note REGEXP 'c$'", 'LINE_END'],
  ])('%s: %s', (statement, code) => {
    expect(translate(statement, changeScope()).findings.map((finding) => finding.code)).toContain(code);
  });

  test.each([
    'SELECT id FROM item UNION SELECT amount FROM stock',
    'SELECT note FROM item UNION ALL SELECT label FROM stock',
    "SELECT id FROM item WHERE note REGEXP '^[.$]a\\\\.'",
    "SELECT id FROM item WHERE note LIKE '1%' OR note = '12'",
  ])('%s needs no finding', (statement) => {
    expect(translate(statement, changeScope()).findings).toEqual([]);
  });
});
