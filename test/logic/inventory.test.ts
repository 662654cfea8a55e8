import { expect, test } from 'vitest';
import { catalogueOfScript } from '../../src/logic/catalogue.ts';
import { convertPrograms } from '../../src/logic/convert.ts';
import { creationOrder } from '../../src/logic/dependency.ts';
import { type Inventory, type InventoryItem, inventoryOf } from '../../src/logic/inventory.ts';
import { inventoryPage } from '../../src/logic/inventory-page.ts';
import { parseScript } from '../../src/logic/parse-script.ts';
import { lineAt } from '../../src/logic/walk.ts';
import { programSampleOf } from './program-sample.ts';

function inventory(text: string): Inventory {
  const script = parseScript(text, { flavor: 'mysql', version: 90_700, sqlMode: '' });
  const catalogue = catalogueOfScript(script.tables);
  return inventoryOf(script.programs, { catalogue, firstLineOf: ({ offset }) => lineAt(script.text, offset) });
}

function item(text: string): InventoryItem {
  const [found] = inventory(text).items;
  if (found === undefined) throw new TypeError('no item');
  return found;
}

test('tables read and written are told by name, through aliases, joins and common table expressions', () => {
  const found = item(`CREATE PROCEDURE p() BEGIN
    WITH c AS (SELECT id FROM a) SELECT * FROM c JOIN b ON b.id = c.id;
    UPDATE d AS x JOIN e AS y ON x.id = y.id SET x.n = y.n;
    DELETE z FROM f AS z JOIN g ON g.id = z.id;
    REPLACE INTO h SELECT * FROM (SELECT 1 FROM i) AS q;
    CREATE TEMPORARY TABLE t (n INT); INSERT INTO t VALUES (1);
    INSERT INTO j VALUES (1) ON DUPLICATE KEY UPDATE n = (SELECT MAX(n) FROM k);
    DELETE FROM l WHERE n = 1; UPDATE m SET n = 1;
  END`);
  expect(found.reads).toEqual(['a', 'b', 'd', 'e', 'f', 'g', 'i', 'k']);
  expect(Object.fromEntries(found.writes.map(({ table, changes }) => [table, changes.join()]))).toEqual({
    d: 'update',
    f: 'delete',
    h: 'insert,delete',
    j: 'insert,update',
    l: 'delete',
    m: 'update',
  });
  expect(found.temporaryTables).toEqual(['t']);
});

test('complexity counts branches, loops and handlers; nesting the depth of blocks', () => {
  const found = item(`CREATE PROCEDURE p(n INT) BEGIN
    DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN END;
    IF n = 1 THEN SELECT 1; ELSEIF n = 2 THEN WHILE n < 3 DO SET n = n + 1; END WHILE; END IF;
    SET @x = CASE WHEN n THEN 1 ELSE 2 END;
  END`);
  expect(found).toMatchObject({ complexity: 1 + 1 + 2 + 1 + 1, nesting: 3, lines: 5 });
});

test('result sets are the queries that a procedure gives to its caller', () => {
  const places = (body: string): unknown => item(`CREATE PROCEDURE p(n INT) BEGIN ${body} END`).resultSets;
  expect(places('SELECT 1 INTO @a; SET @b = (SELECT 2);')).toEqual({ places: 0, isConditional: false });
  expect(places('SELECT 1; BEGIN SELECT 2; END;')).toEqual({ places: 2, isConditional: false });
  expect(places('IF n THEN SELECT 1; END IF;')).toEqual({ places: 1, isConditional: true });
});

test('user variables that another program must have set are told from those set here', () => {
  const found = item('CREATE PROCEDURE p() BEGIN SET @a = 1; SET @b = @a + @c; SET @d = @d + 1; SELECT 1 INTO @e; END');
  expect(found.session).toEqual({ reads: ['c', 'd'], writes: ['a', 'b', 'd', 'e'], settings: [] });
});

test('features and actions have the lines of the file', () => {
  const text = `-- a file
DELIMITER //
CREATE PROCEDURE p(q TEXT)
BEGIN
  SELECT ROW_COUNT();
  PREPARE s FROM @q;
  LOAD wonders;
END//`;
  const found = item(text);
  expect(found.line).toBe(3);
  expect(found.features.map(({ code, lines }) => [code, lines])).toEqual([
    ['ROW_COUNT', [5]],
    ['DYNAMIC_SQL', [6]],
    ['FILE', [7]],
  ]);
  expect(found.actions.map(({ severity, line }) => [severity, line])).toEqual([
    ['stands', 6],
    ['stands', 7],
  ]);
  expect(found).toMatchObject({ class: 'skeleton', category: 'administration', home: 'nowhere' });
});

test('the effort is what its formula says, by what the conversion leaves to a person', () => {
  const found = item(`CREATE PROCEDURE p()
BEGIN
  DECLARE m TEXT;
  GET DIAGNOSTICS CONDITION 1 m = MESSAGE_TEXT;
END`);
  expect(found.effort).toEqual({
    minutes: 43,
    formula: '10 + 0.5 x 5 lines x 1 (review) + 30 (DIAGNOSTICS)',
    band: 'simple',
  });
});

test('INV-116 the class of every program is what logic convert makes of it', () => {
  const outcomes = { automatic: 'automatic', review: 'review', skeleton: 'skeleton', none: 'hand' };
  for (const flavor of ['mysql', 'mariadb'] as const) {
    const text = `DELIMITER //\nCREATE TABLE t (a INT PRIMARY KEY, b INT, s VARCHAR(20))//\n${programSampleOf(flavor).join('//\n')}//`;
    const script = parseScript(text, { flavor, version: 90_700, sqlMode: '' });
    const catalogue = catalogueOfScript(script.tables);
    const { items } = inventoryOf(script.programs, { catalogue, firstLineOf: () => 1 });
    const converted = convertPrograms(script.programs, { catalogue });
    const isRoutine = (_: unknown, at: number) => items[at]?.kind !== 'view';
    expect(items.filter(isRoutine).map((one) => one.class)).toEqual(
      converted.filter(isRoutine).map(({ outcome }) => outcomes[outcome]),
    );
  }
});

test('a view is told by whether its query can be translated whole, and one that stands on another is left to the plan', () => {
  const { items } = inventory(`CREATE TABLE t (a INT PRIMARY KEY, s TEXT);
    CREATE VIEW plain AS SELECT a, UPPER(s) AS s FROM t;
    CREATE VIEW searched AS SELECT a FROM t WHERE MATCH (s) AGAINST ('x');
    CREATE VIEW above AS SELECT a FROM plain;`);
  expect(items.map((one) => [one.name, one.class])).toEqual([
    ['plain', 'automatic'],
    ['searched', 'hand'],
    ['above', 'review'],
  ]);
});

test('programs that differ in names and literals alone count once, each further one a fifth', () => {
  const made = (name: string, table: string, value: number, call = 'UPPER') =>
    `CREATE PROCEDURE ${name}(n INT) BEGIN INSERT INTO ${table} (a, s) VALUES (n + ${value}, ${call}('${table}')); END;`;
  const { items, totals } = inventory(
    [
      ...['t', 'u', 'v'].map((name) => `CREATE TABLE ${name} (a INT, s TEXT);`),
      ...[made('p1', 't', 1), made('p2', 'u', 20), made('p3', 'v', 3), made('p4', 'v', 3, 'LOWER')],
    ].join('\n'),
  );
  expect(items.map(({ alike }) => alike)).toEqual([null, 'p1', 'p1', null]);
  expect(items.map(({ effort }) => effort.minutes)).toEqual([10, 2, 2, 10]);
  expect(items[1]?.effort.formula).toBe('(10 + 0.5 x 1 lines x 0.2 (automatic)) x 0.2 (like p1)');
  expect(totals.minutes).toBe(24);
});

test('what does not parse is listed with its line, and makes the object no automatic one', () => {
  const found = item('CREATE PROCEDURE p()\nBEGIN\n  WONDER;\nEND');
  expect(found.failures).toEqual([{ line: 3, reason: 'a statement is expected, found "WONDER"' }]);
  expect(found.class).toBe('skeleton');
});

test('categories and homes follow from what a program does', () => {
  const told = inventory(`
    CREATE TRIGGER a AFTER INSERT ON t FOR EACH ROW INSERT INTO audit VALUES (NEW.id);
    CREATE TRIGGER b BEFORE UPDATE ON t FOR EACH ROW SET NEW.total = NEW.a * 2;
    CREATE TRIGGER c BEFORE INSERT ON t FOR EACH ROW BEGIN IF NEW.a < 0 THEN SIGNAL SQLSTATE '45000'; END IF; END;
    CREATE FUNCTION d(n INT) RETURNS INT DETERMINISTIC RETURN n * 2;
    CREATE FUNCTION e(n INT) RETURNS INT READS SQL DATA RETURN (SELECT MAX(a) FROM t);
    CREATE EVENT f ON SCHEDULE EVERY 1 DAY DO DELETE FROM t WHERE a = 1;
    CREATE PROCEDURE g() SELECT t.a FROM t JOIN u ON t.id = u.id;
    CREATE PROCEDURE h() BEGIN START TRANSACTION; UPDATE t SET a = 1; UPDATE u SET a = 1; COMMIT; END;
    CREATE PROCEDURE i(n INT) UPDATE t SET a = n;
    CREATE VIEW j AS SELECT 1;
  `).items.map(({ name, category, home }) => [name, category, home]);
  expect(told).toEqual([
    ['a', 'audit trigger', 'database trigger'],
    ['b', 'derived column', 'database trigger'],
    ['c', 'validation', 'model method'],
    ['d', 'calculation', 'model method'],
    ['e', 'calculation', 'database function'],
    ['f', 'batch', 'management command'],
    ['g', 'reporting', 'Django service'],
    ['h', 'transaction script', 'Django service'],
    ['i', 'data access', 'Django service'],
    ['j', 'reporting', 'view'],
  ]);
});

test('callers are known, and what is called stands before its callers, cycles together', () => {
  const found = inventory(`
    CREATE PROCEDURE a() BEGIN CALL b(); CALL c(); END;
    CREATE PROCEDURE b() BEGIN DO f(1); CALL c(); END;
    CREATE PROCEDURE c() BEGIN CALL b(); END;
    CREATE FUNCTION f(n INT) RETURNS INT DETERMINISTIC RETURN n;
  `);
  expect(found.items.map(({ name, callers }) => [name, callers])).toEqual([
    ['a', []],
    ['b', ['a', 'c']],
    ['c', ['a', 'b']],
    ['f', ['b']],
  ]);
  expect(found.order.map((group) => [...group].sort())).toEqual([['f'], ['b', 'c'], ['a']]);
});

test('an order of ten thousand names that need each other in a row is found without recursion', () => {
  const needs = new Map(Array.from({ length: 10_000 }, (_, at) => [String(at), new Set([String(at + 1)])] as const));
  expect(creationOrder(needs).flat()[0]).toBe('9999');
});

test('the page names every object, and shows no markup that stands in a program', () => {
  const page = inventoryPage(inventory('CREATE PROCEDURE `<script>`() SELECT ROW_COUNT();'), 'Programs of <shop>');
  expect(page).toContain('&lt;script&gt;');
  expect(page).not.toContain('<script>');
  expect(page).toContain('Programs of &lt;shop&gt;');
});
