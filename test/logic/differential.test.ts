import { expect, test } from 'vitest';
import { argumentLists } from '../../src/logic/differential/argument.ts';
import { readCalls } from '../../src/logic/differential/call-file.ts';
import { callOf } from '../../src/logic/differential/call-of.ts';
import { cellText } from '../../src/logic/differential/cell.ts';
import { resultLines, shownCell } from '../../src/logic/differential/result-lines.ts';
import { resultOrders } from '../../src/logic/differential/result-order.ts';
import type { SampledTable } from '../../src/logic/differential/scratch.ts';
import { triggerCases } from '../../src/logic/differential/trigger-case.ts';
import { parseScript } from '../../src/logic/parse-script.ts';
import type { Program } from '../../src/logic/program.ts';
import { hasResultSets } from '../../src/logic/result-set.ts';

function programOf(create: string): Program {
  const script = parseScript(`DELIMITER //\n${create}//`, { flavor: 'mysql', version: 90_704, sqlMode: '' });
  const [program] = script.programs;
  if (program === undefined) throw new Error('no program');
  return program;
}

function linesOf(query: string, names: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const columns = names.map((name) => ({ name, isDecimal: name === 'price' }));
  return resultLines({ columns, rows }, resultOrders(programOf(`CREATE PROCEDURE p() ${query}`)));
}

const KIND = [
  ['toy', '2'],
  ['book', '1'],
] as const;
const SWAPPED = KIND.toReversed();

test.each([
  'SELECT kind, n FROM t ORDER BY kind',
  'SELECT k.kind, n FROM t AS k ORDER BY k.kind DESC, RAND()',
  'SELECT x AS kind, n FROM t ORDER BY kind',
  'SELECT kind, n FROM t ORDER BY 2',
  'SELECT * FROM t ORDER BY n',
  'SELECT kind, n FROM t UNION SELECT kind, n FROM u ORDER BY n',
  'BEGIN IF EXISTS (SELECT 1 FROM t) THEN SELECT kind, n FROM t ORDER BY n; END IF; END',
])('rows in another order differ where the query orders them by a column that it gives: %s', (query) => {
  expect(linesOf(query, ['kind', 'n'], KIND)).not.toEqual(linesOf(query, ['kind', 'n'], SWAPPED));
});

test.each([
  'SELECT kind, n FROM t',
  'SELECT kind, n FROM t ORDER BY other',
  'SELECT kind, n FROM t ORDER BY other, kind',
  'BEGIN SELECT kind, n FROM t ORDER BY kind; SELECT kind, n FROM u; END',
])('rows in another order are the same where the query says none that is seen: %s', (query) => {
  expect(linesOf(query, ['kind', 'n'], KIND)).toEqual(linesOf(query, ['kind', 'n'], SWAPPED));
});

test('rows that the order does not tell apart may come as they like', () => {
  const query = 'SELECT kind, n FROM t ORDER BY kind';
  const one = linesOf(
    query,
    ['kind', 'n'],
    [
      ['Toy', '1'],
      ['toy', '2'],
    ],
  );
  const other = linesOf(
    query,
    ['kind', 'n'],
    [
      ['toy', '2'],
      ['Toy', '1'],
    ],
  );
  expect(one).toEqual(other);
});

test('names of columns and digits of decimals count', () => {
  const lines = linesOf('SELECT price FROM t', ['price'], [['5']]);
  expect(lines).not.toEqual(linesOf('SELECT price FROM t', ['price'], [['5.00']]));
  expect(linesOf('SELECT n FROM t', ['n'], [['5']])).not.toEqual(linesOf('SELECT n FROM t', ['m'], [['5']]));
  const call = callOf(programOf('CREATE FUNCTION f() RETURNS decimal(8,2) RETURN 5'), [], {
    hasResultSets: false,
    commits: false,
  });
  expect(call).toMatchObject({ tag: 'function', isDecimal: true });
});

test('a moment at midnight is no day where the query alone says what a column is', () => {
  const shown = (value: string) => linesOf('SELECT d FROM t', ['d'], [[value]]);
  expect(shown('2024-02-01 00:00:00')).not.toEqual(shown('2024-02-01'));
  expect(shown('2024-02-01 00:00:00.000')).toEqual(shown('2024-02-01 00:00:00+00'));
});

test('every character of a text counts, but for the blanks of JSON', () => {
  const call = callOf(programOf('CREATE PROCEDURE p(OUT a varchar(30), OUT b datetime) SET a = 1'), [], {
    hasResultSets: false,
    commits: false,
  });
  expect(call).toMatchObject({ tag: 'procedure', texts: [0] });
  const shown = (value: string) => shownCell(value, { isText: true });
  expect(shown('2024-01-01 10:00:00.000')).not.toBe(shown('2024-01-01 10:00:00'));
  expect(shown('1.50')).not.toBe(shown('1.5'));
  expect(shown('{"a": 1}')).toBe(shown('{"a":1}'));
  expect(shownCell('2024-01-01 10:00:00.000', {})).toBe(shownCell('2024-01-01 10:00:00', {}));
});

test('doubles are called with what has no half in binary, texts with a blank at the end', () => {
  const pool = (type: string) =>
    argumentLists(programOf(`CREATE FUNCTION f(a ${type}) RETURNS int RETURN 1`), [], { cases: 20 }).flat();
  expect(pool('double')).toEqual(expect.arrayContaining(["'1.005'", "'0.5'", "'2.5'", "'50'"]));
  expect(pool('varchar(20)')).toContain("'a '");
});

test.each([
  ["PREPARE s FROM 'SELECT 1'; EXECUTE s;", true],
  ["SET @q = CONCAT('SELECT * FROM ', t); PREPARE s FROM @q; EXECUTE s;", true],
  ["PREPARE s FROM 'SELECT 1 INTO @x'; EXECUTE s;", false],
  ["PREPARE s FROM 'UPDATE t SET a = ''SELECT'''; EXECUTE s;", false],
  ['PREPARE s FROM @other; EXECUTE s;', false],
])('a prepared text that gives rows is a result set: %s', (body, gives) => {
  const program = programOf(`CREATE PROCEDURE p(t varchar(20)) BEGIN ${body} END`);
  expect(hasResultSets([program]).has('p')).toBe(gives);
});

test('every member of an ENUM is called with, however few cases there are, and TIMEs below zero', () => {
  const members = argumentLists(programOf("CREATE FUNCTION f(k enum('a','b','c'), n int) RETURNS int RETURN n"), [], {
    cases: 2,
  });
  expect(new Set(members.map(([kind]) => kind))).toEqual(new Set(["'a'", "'b'", "'c'", 'NULL']));
  const times = argumentLists(programOf('CREATE FUNCTION f(t time) RETURNS int RETURN 1'), [], { cases: 10 });
  expect(times.flat()).toContain("'-03:30:10'");
});

test('a SET is written to the target as the list that it is there', () => {
  const table: SampledTable = {
    name: 'reader',
    columns: [
      { name: 'id', type: 'int', isNullable: false },
      { name: 'tags', type: "set('news','vip')", isNullable: false, isList: true },
    ],
    rows: [['1', 'news,vip']],
    key: ['id'],
    isPart: false,
  };
  const { definition } = programOf('CREATE TRIGGER r BEFORE INSERT ON reader FOR EACH ROW SET NEW.id = NEW.id');
  if (definition.tag !== 'trigger') throw new Error('no trigger');
  expect(triggerCases(definition, table, 1)).toEqual([
    {
      tag: 'statements',
      statements: ["INSERT INTO reader (id, tags) VALUES ('2', 'news,vip')"],
      onTarget: ["INSERT INTO reader (id, tags) VALUES ('2', string_to_array('news,vip', ','))"],
    },
  ]);
});

test('names that a server would read otherwise are quoted in what sets a trigger off', () => {
  const columns = ['Id', 'desc', 'rank'].map((name) => ({ name, type: 'int', isNullable: true }));
  const table: SampledTable = { name: 'OrderItem', columns, rows: [['1', '2', '3']], key: ['Id'], isPart: false };
  const { definition } = programOf('CREATE TRIGGER r BEFORE DELETE ON OrderItem FOR EACH ROW DO 1');
  if (definition.tag !== 'trigger') throw new Error('no trigger');
  const [gone] = triggerCases(definition, table, 1);
  expect(gone).toMatchObject({
    statements: ["DELETE FROM `OrderItem` WHERE `Id` = '1'"],
    onTarget: [`DELETE FROM "OrderItem" WHERE "Id" = '1'`],
  });
  const [set] = triggerCases({ ...definition, events: ['update'] }, table, 3).slice(-1);
  expect(set).toMatchObject({
    statements: ["UPDATE `OrderItem` SET `desc` = NULL WHERE `Id` = '1'"],
    onTarget: [`UPDATE "OrderItem" SET "desc" = NULL WHERE "Id" = '1'`],
  });
  const last = triggerCases({ ...definition, events: ['update'] }, table, 8).at(-1);
  expect(last).toMatchObject({ statements: ['UPDATE `OrderItem` SET `rank` = `rank`'] });
});

test('noughts behind the fraction of a TIME say nothing, those of a text do', () => {
  const shown = (text: string, isTime: boolean) => shownCell(text, { isTime, isText: !isTime });
  expect(shown('01:00:00.000000', true)).toBe('01:00:00');
  expect(shown('01:20:10.500000', true)).toBe('01:20:10.5');
  expect(shown('-10:00:00', true)).toBe('-10:00:00');
  expect(shown('01:00:00.000000', false)).toBe('01:00:00.000000');
});

test('noughts behind the fraction of a moment and of a TIME in a table say nothing', () => {
  expect(cellText('2024-02-29 23:59:59.500')).toBe(cellText('2024-02-29 23:59:59.5'));
  expect(cellText('23:59:59.120')).toBe(cellText('23:59:59.12'));
  expect(cellText('2024-02-29 23:59:59.050')).not.toBe(cellText('2024-02-29 23:59:59.5'));
});

test('a recorded call gives the same texts to both servers', () => {
  const [call, ...others] = readCalls(String.raw`CALL take('a;b\n#\'x', 1, @told)
CALL take('C:\\temp', 1, @told)
SELECT name('it''s')`);
  expect(call).toEqual({ name: 'take', args: ["'a;b\n#''x'", '1', 'NULL'] });
  expect(others).toEqual([{ name: 'name', args: ["'it''s'"] }]);
});
