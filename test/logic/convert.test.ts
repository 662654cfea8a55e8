import { loadModule, parsePlPgSQLSync, parseSync } from 'libpg-query';
import { beforeAll, describe, expect, test } from 'vitest';
import { catalogueOfScript } from '../../src/logic/catalogue.ts';
import { type Converted, convertPrograms } from '../../src/logic/convert.ts';
import { parseScript } from '../../src/logic/parse-script.ts';
import { EVENTS, FUNCTIONS, PROCEDURES } from '../../src/shop/schema/program.ts';
import { TRIGGERS } from '../../src/shop/schema/trigger.ts';
import { TABLE_DEFINITIONS } from '../../src/shop/table.ts';
import type { Token } from '../../src/sql/token.ts';
import { BUSINESS_PROGRAMS, BUSINESS_TABLES } from './business-program.ts';
import { guideFiles, guidePrograms, guideTables } from './guide.ts';
import { programSampleOf } from './program-sample.ts';

const MODE = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO';
const TABLE = 'CREATE TABLE t (a INT PRIMARY KEY, b INT, s VARCHAR(20));';

beforeAll(() => loadModule());

function convert(text: string, flavor: 'mysql' | 'mariadb' = 'mysql'): readonly Converted[] {
  const version = flavor === 'mysql' ? 90_704 : 101_118;
  const script = parseScript(text, { flavor, version, sqlMode: MODE });
  return convertPrograms(script.programs, { catalogue: catalogueOfScript(script.tables) });
}

function one(body: string): { readonly sql: string; readonly codes: readonly string[] } {
  const [found] = convert(`DELIMITER //\n${TABLE.slice(0, -1)}//\nCREATE PROCEDURE p(IN n INT, OUT o INT) ${body}//`);
  return {
    sql: found?.statements.join('\n') ?? '',
    codes: found?.items.filter(({ severity }) => severity === 'stands').map(({ code }) => code) ?? [],
  };
}

/** Every program that the tests know, on the tables that they know. */
function everything(): readonly Converted[] {
  const shop = [
    ...Object.values(TABLE_DEFINITIONS).map(({ create }) => create),
    ...FUNCTIONS,
    ...PROCEDURES,
    ...TRIGGERS,
    ...EVENTS,
  ];
  const business = [...BUSINESS_TABLES, ...BUSINESS_PROGRAMS.map(({ create }) => create)];
  const script = (statements: readonly string[]): string => `DELIMITER //\n${statements.join('//\n')}//`;
  const guide = guideFiles().flatMap((file) => guidePrograms(file).map(({ create }) => create));
  const mariadb = guidePrograms('mariadb.sql').map(({ create }) => create);
  return [
    ...convert(script([...shop, ...business])),
    ...convert(script([...guideTables(), ...guide])),
    ...convert(script([...guideTables(), ...mariadb]), 'mariadb'),
    ...convert(script([TABLE.slice(0, -1), ...programSampleOf('mysql')])),
    ...convert(script([TABLE.slice(0, -1), ...programSampleOf('mariadb')]), 'mariadb'),
  ];
}

/** Words that divide statements and say nothing themselves. */
const FRAME = new Set(
  'BEGIN NOT ATOMIC END IF THEN ELSEIF ELSE CASE WHEN LOOP WHILE DO REPEAT UNTIL FOR IN REVERSE'.split(' '),
);

test('INV-110 every token of the source is accounted for by the output or by an action item', () => {
  for (const { program, accounted, items, name } of everything()) {
    const spans = [...accounted, ...items.filter(({ severity }) => severity === 'stands').map(({ span }) => span)];
    const { tokens } = program.lexed;
    const isLabel = (at: number): boolean => tokens[at + 1]?.value === ':' || FRAME.has(tokens[at - 1]?.upper ?? '');
    const lost = tokens.filter((token: Token, at) => {
      if (
        token.kind === 'end' ||
        FRAME.has(token.upper) ||
        [';', ':', '..', '(', ')'].includes(token.value) ||
        isLabel(at)
      )
        return false;
      return !spans.some(({ start, end }) => start <= token.start && token.end <= end);
    });
    expect({ name, lost: lost.map(({ value }) => value) }).toEqual({ name, lost: [] });
  }
});

test('INV-111 everything that is written is PostgreSQL, whatever the source held', () => {
  for (const { statements } of everything()) {
    for (const statement of statements) {
      expect(() => parseSync(statement)).not.toThrow();
      if (/LANGUAGE plpgsql/.test(statement)) expect(() => parsePlPgSQLSync(statement), statement).not.toThrow();
    }
  }
});

describe('what is not converted', () => {
  test('stands as text at its place and raises when it is reached, and the rest is converted', () => {
    const { sql, codes } = one('BEGIN SET o = 1; KILL 5; SET o = 2; END');
    expect(sql).toContain(
      'o := 1;\n  -- NOT CONVERTED (STATEMENT): KILL has no counterpart\n  --   KILL 5\n  RAISE EXCEPTION',
    );
    expect(sql).toContain('o := 2;');
    expect(codes).toEqual(['STATEMENT']);
  });

  test('a comment in it cannot end the comment it stands in', () => {
    const { sql } = one('BEGIN KILL /* one\n*/ 5; -- x\n END');
    expect(() => parseSync(sql)).not.toThrow();
  });

  test.each([
    ['a key that is not certain', 'INSERT INTO u (a, b) VALUES (1, 2) ON DUPLICATE KEY UPDATE b = 3', 'UNKNOWN_TABLE'],
    ['text made at run time', 'EXECUTE st', 'DYNAMIC_SQL'],
    ['going back to a savepoint of the caller', 'ROLLBACK TO SAVEPOINT x', 'SAVEPOINT'],
    [
      'a COMMIT while a cursor is open',
      'DECLARE c CURSOR FOR SELECT a FROM t; OPEN c; FETCH c INTO o; COMMIT; CLOSE c',
      'COMMIT_IN_LOOP',
    ],
    ['a file', "SELECT 1 INTO OUTFILE '/tmp/x'", 'FILE'],
    ['a variable that another program sets', 'SET o = @other', 'CONSTRUCT'],
    ['full-text search', "SELECT COUNT(*) INTO o FROM t WHERE MATCH (s) AGAINST ('x')", 'CONSTRUCT'],
  ])('%s', (_, statement, code) => {
    expect(one(`BEGIN ${statement}; END`).codes).toEqual([code]);
  });
});

describe('what PostgreSQL does otherwise', () => {
  test('SELECT INTO without a row keeps the variable', () => {
    expect(one('SELECT b INTO o FROM t WHERE a = n').sql).toContain(
      'INTO _o;\n  IF FOUND THEN\n    o := _o;\n  END IF;',
    );
  });

  test('an aggregate always has a row', () => {
    expect(one('SELECT MAX(b) INTO o FROM t').sql).toContain('INTO o;\nEND;');
  });

  test('assignments of UPDATE see those before them', () => {
    expect(one('UPDATE t SET a = b, b = a').sql).toContain('UPDATE t SET a = b, b = b;');
  });

  test('a variable of the name of a column gets another name', () => {
    const { sql } = one('BEGIN DECLARE b INT; SET b = 1; UPDATE t SET b = b + 1 WHERE a = n; END');
    expect(sql).toContain('b_ integer;');
    expect(sql).toContain('b = b_::bigint + 1');
  });

  test('statements that may fail are guarded one by one where a handler goes on', () => {
    const { sql } = one(
      'BEGIN DECLARE CONTINUE HANDLER FOR 1062 SET o = 9; INSERT INTO t VALUES (1, 2, NULL); SET o = 1; END',
    );
    expect(sql).toMatch(
      /BEGIN\n\s+INSERT INTO t [^;]+;\n\s+EXCEPTION\n\s+WHEN SQLSTATE '23505' THEN\n\s+o := 9;\n\s+END;\n\s+o := 1;/,
    );
  });

  test('a handler that rolls back is one block, and the transaction is the caller’s', () => {
    const { sql } = one(
      'BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; SET o = -1; END; START TRANSACTION; DELETE FROM t; UPDATE t SET b = 1; COMMIT; END',
    );
    expect(sql).toContain('EXCEPTION\n  WHEN OTHERS THEN');
    expect(sql).not.toMatch(/^\s*(?:COMMIT|ROLLBACK);/m);
  });

  test('a procedure that ends transactions itself ends them on the target', () => {
    const { sql } = one('BEGIN START TRANSACTION; DELETE FROM t; COMMIT; END');
    expect(sql).toMatch(/^\s*COMMIT;/m);
    expect(sql).not.toContain('SECURITY DEFINER');
  });

  test('rows of a query go to the caller by a cursor', () => {
    expect(one('SELECT a FROM t').sql).toContain('OPEN _result FOR SELECT a FROM t;');
  });

  test('comments stay where they stood', () => {
    expect(one('BEGIN /* why */ SET o = 1; # and\n SET o = 2; END').sql).toContain(
      '-- why\n  o := 1;\n  -- and\n  o := 2;',
    );
  });
});
