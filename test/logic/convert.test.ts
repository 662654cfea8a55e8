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

interface One extends Pick<Converted, 'items' | 'outcome'> {
  readonly sql: string;
  readonly codes: readonly string[];
}

function one(body: string): One {
  const [found] = convert(`DELIMITER //\n${TABLE.slice(0, -1)}//\nCREATE PROCEDURE p(IN n INT, OUT o INT) ${body}//`);
  return {
    sql: found?.statements.join('\n') ?? '',
    items: found?.items ?? [],
    outcome: found?.outcome ?? 'none',
    codes: found?.items.filter(({ severity }) => severity === 'stands').map(({ code }) => code) ?? [],
  };
}

test('a parameter that goes into a text of a foreign key is told: the target finds the row by its very characters', () => {
  const tables = `CREATE TABLE plan (code varchar(9) NOT NULL PRIMARY KEY);
CREATE TABLE sold (id int NOT NULL PRIMARY KEY, code varchar(9), note varchar(9), FOREIGN KEY (code) REFERENCES plan (code));
`;
  const codesOf = (body: string) =>
    convert(`${tables}CREATE PROCEDURE p(IN c varchar(9)) ${body};`).flatMap(({ items }) =>
      items.filter(({ severity }) => severity === 'review').map(({ code }) => code),
    );
  expect(codesOf('UPDATE sold SET code = c WHERE id = 1')).toEqual(['KEY_CASE']);
  expect(codesOf('INSERT INTO sold VALUES (1, c, NULL)')).toEqual(['KEY_CASE']);
  expect(codesOf("UPDATE sold SET code = 'a', note = c WHERE id = 1")).toEqual([]);
});

test('a running total of decimals is told, of which the source shows a 0 without digits', () => {
  const text = (column: string) =>
    convert(`CREATE TABLE paid (id int NOT NULL PRIMARY KEY, n int NOT NULL, amount decimal(9,2) NOT NULL);
CREATE PROCEDURE p() BEGIN SET @s = 0; SELECT id, @s := @s + ${column} AS total FROM paid ORDER BY id; END;`);
  expect(text('n').map(({ outcome }) => outcome)).toEqual(['automatic']);
  expect(text('amount').map(({ outcome }) => outcome)).toEqual(['review']);
});

test('a view that is made on the target is known to the programs that read it; none writes to it', () => {
  const views = `CREATE VIEW upper_one (n, top) AS SELECT b, MAX(a) FROM t GROUP BY b;
CREATE VIEW on_it AS SELECT n, top + 1 AS more FROM upper_one WHERE top > 1;
CREATE VIEW not_made AS SELECT a FROM t WHERE STR_TO_DATE(s, '%d.%m.%Y') > '2024-01-01';
`;
  const told = (body: string) =>
    convert(`${TABLE}\n${views}CREATE PROCEDURE p(IN c INT, OUT o INT) ${body};`)
      .filter(({ name }) => name === 'p')
      .map(({ outcome }) => outcome);
  expect(told('SELECT more + c INTO o FROM on_it WHERE n = c')).toEqual(['automatic']);
  expect(told('SELECT a INTO o FROM not_made WHERE a = c')).toEqual(['review']);
  expect(told('UPDATE on_it SET n = c')).toEqual(['skeleton']);
});

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
    expect(sql).toMatch(/n := n::integer;\n\s+<<block_1>>\n\s+BEGIN\n[\s\S]*EXCEPTION\n\s+WHEN OTHERS THEN/);
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

  test('a state that ends in 000 is itself alone, not its class', () => {
    const { sql } = one(
      "BEGIN DECLARE CONTINUE HANDLER FOR SQLSTATE '45000' SET o = 1; DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET o = 2; DELETE FROM t; SET o = 3; END",
    );
    expect(sql).toMatch(
      /WHEN SQLSTATE '45000' THEN\n\s+IF SQLSTATE NOT LIKE '45%' OR SQLSTATE IN \('45000'\) THEN\n\s+o := 1;\n\s+ELSE\n\s+o := 2;\n\s+END IF;\n\s+WHEN OTHERS THEN\n\s+o := 2;/,
    );
  });

  test('a literal that strict mode refuses where it is stored is an error there, and none in a condition', () => {
    const { sql } = one(
      "BEGIN SET o = CAST('1x' AS SIGNED); SET o = MONTH('2024-13-10'); IF CAST('1x' AS SIGNED) = 1 THEN SET o = 2; END IF; END",
    );
    expect(sql).toContain("'1x'::bigint");
    expect(sql).toContain("'2024-13-10'::date");
    expect(sql).toContain('IF 1 = 1 THEN');
  });

  test('a CHAR that the source reads with blanks is told', () => {
    const text =
      'DELIMITER //\nCREATE FUNCTION f(s VARCHAR(5)) RETURNS INT DETERMINISTIC BEGIN DECLARE c CHAR(5); SET c = s; RETURN LENGTH(c); END//';
    const told = ['', ',PAD_CHAR_TO_FULL_LENGTH'].map((mode) => {
      const { programs } = parseScript(text, { flavor: 'mysql', version: 90_704, sqlMode: `${MODE}${mode}` });
      return convertPrograms(programs, { catalogue: catalogueOfScript([]) })[0]?.outcome;
    });
    expect(told).toEqual(['automatic', 'review']);
  });

  test('rows that a handler writes before an error are told where they cannot stay', () => {
    const [inner, outer] = convert(`DELIMITER //
CREATE TABLE t (a INT PRIMARY KEY)//
CREATE PROCEDURE inner_one() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; INSERT INTO t VALUES (1); RESIGNAL; END; START TRANSACTION; DELETE FROM t; COMMIT; END//
CREATE PROCEDURE outer_one() CALL inner_one()//`);
    expect(inner?.items.map(({ code, severity }) => [code, severity])).toContainEqual(['HANDLER_ROWS', 'review']);
    expect(inner?.statements.join()).not.toContain('COMMIT;');
    expect(outer?.outcome).toBe('automatic');
  });

  const UNDOING = 'DECLARE EXIT HANDLER FOR SQLEXCEPTION ROLLBACK;';
  test.each([
    [`WHILE n > 0 DO START TRANSACTION; DELETE FROM t; IF n = 1 THEN ROLLBACK; ELSE COMMIT; END IF; END WHILE;`],
    [`START TRANSACTION; DELETE FROM t; COMMIT; START TRANSACTION; DELETE FROM t; ROLLBACK;`],
    [`START TRANSACTION; DELETE FROM t; SELECT a FROM t; IF n = 1 THEN ROLLBACK; END IF;`],
    [`START TRANSACTION; BEGIN DECLARE i INT; DELETE FROM t; IF n = 1 THEN ROLLBACK; SET o = i; END IF; END;`],
    [`START TRANSACTION; BEGIN DECLARE EXIT HANDLER FOR 1062 SET o = 1; DELETE FROM t; ROLLBACK; END;`],
    [`START TRANSACTION; CREATE TEMPORARY TABLE u (a INT); IF n = 1 THEN ROLLBACK; END IF;`],
    [`START TRANSACTION; ROLLBACK; START TRANSACTION; DELETE FROM t; COMMIT;`],
    [
      `START TRANSACTION; main: BEGIN BEGIN DECLARE EXIT HANDLER FOR 1062 SET o = 1; DELETE FROM t; ROLLBACK; SET o = 2; LEAVE main; END; END;`,
    ],
    [
      `START TRANSACTION; main: BEGIN BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND SET o = 1; DELETE FROM t; ROLLBACK; SELECT a INTO o FROM t WHERE a = 1; LEAVE main; END; END;`,
    ],
    [
      `BEGIN DECLARE EXIT HANDLER FOR NOT FOUND, SQLEXCEPTION ROLLBACK; START TRANSACTION; DELETE FROM t; COMMIT; SELECT a INTO o FROM t WHERE a = 1; END;`,
    ],
    [
      `BEGIN DECLARE EXIT HANDLER FOR NOT FOUND, SQLEXCEPTION ROLLBACK; START TRANSACTION; DELETE FROM t; SELECT a FROM t; SELECT a INTO o FROM t WHERE a = 1; END;`,
    ],
    [`START TRANSACTION; DELETE FROM t; TRUNCATE t; DELETE FROM t; ROLLBACK;`],
    [`START TRANSACTION; BEGIN DECLARE CONTINUE HANDLER FOR 1062 ROLLBACK; DELETE FROM t; END;`],
  ])('a ROLLBACK that would undo more than the source does stands as text: %s', (body) => {
    const { codes, sql } = one(body.startsWith('BEGIN') ? body.slice(0, -1) : `BEGIN ${UNDOING} ${body} END`);
    expect(codes).toEqual(['TRANSACTION']);
    expect(sql).toContain('NOT_CONVERTED: TRANSACTION');
  });

  test.each([
    ['DELETE FROM t; START TRANSACTION; UPDATE t SET b = 1; COMMIT;', 'what is written before the transaction'],
    ['START TRANSACTION; DELETE FROM t; COMMIT; UPDATE t SET b = 1;', 'an error behind COMMIT'],
    ['DELETE FROM t; UPDATE t SET b = 1;', 'an error undoes the block'],
    [
      'START TRANSACTION; DELETE FROM t; IF n = 1 THEN ROLLBACK; DELETE FROM t; UPDATE t SET b = 1; END IF;',
      'what is written behind ROLLBACK',
    ],
    [
      'BEGIN DECLARE EXIT HANDLER FOR 1062 COMMIT; DECLARE EXIT HANDLER FOR SQLEXCEPTION ROLLBACK; START TRANSACTION; DELETE FROM t; COMMIT; END;',
      'the block is undone before the handler runs',
    ],
  ])('rows that the source keeps behind an error of another transaction are told: %s', (body, reason) => {
    const { items } = one(`BEGIN ${UNDOING} ${body} END`);
    expect(items.map((item) => `${item.severity} ${item.reason}`).join()).toContain(`review ${reason}`);
  });

  test('a ROLLBACK where nothing failed undoes the block, and what stands behind it runs where that is caught', () => {
    const { sql, outcome } = one(
      `BEGIN ${UNDOING} START TRANSACTION; DELETE FROM t; IF n = 1 THEN ROLLBACK; SET o = 1; ELSE COMMIT; SET o = 2; END IF; END`,
    );
    expect(outcome).toBe('automatic');
    expect(sql).toMatch(
      /RAISE EXCEPTION USING ERRCODE = 'RB002'[^;]*;\n\s+ELSE[\s\S]*EXCEPTION\n\s+WHEN SQLSTATE 'RB002' THEN\n\s+o := 1;\n\s+WHEN OTHERS THEN/,
    );
  });

  test.each([
    ['DELETE FROM t; SIGNAL SQLSTATE "45000"', 'review'],
    ['DELETE FROM t; CALL other()', 'review'],
    ['DELETE FROM t', 'automatic'],
    ['SIGNAL SQLSTATE "45000"; SET @a = 1', 'automatic'],
    ['DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END; DELETE FROM t; DELETE FROM t', undefined],
  ])('rows of a called procedure that a handler of the caller would keep on the source are told: %s', (body, told) => {
    const [, caller] = convert(`DELIMITER //
CREATE TABLE t (a INT PRIMARY KEY)//
CREATE PROCEDURE called() BEGIN ${body.replaceAll('"', "'")}; END//
CREATE PROCEDURE caller(OUT o INT) BEGIN DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET o = 1; CALL called(); END//
CREATE PROCEDURE other() DELETE FROM t//`);
    expect(caller?.outcome).toBe(told ?? 'automatic');
    if (told === 'review') expect(caller?.items).toMatchObject([{ code: 'HANDLER_ROWS', severity: 'review' }]);
  });

  test('a THEN inside a condition does not end it', () => {
    const { sql } = one("BEGIN DECLARE s VARCHAR(9) DEFAULT 'x'; IF s > 5 THEN SET o = 1; END IF; END");
    expect(sql).toMatch(/IF \(\s*CASE\s+WHEN s /);
  });
});

test.each([
  { declared: 'DECLARE EXIT HANDLER FOR 1062 SET n = 1;', codes: ['KEY_CASE'] },
  { declared: "DECLARE CONTINUE HANDLER FOR SQLSTATE '23000' SET n = 1;", codes: ['KEY_CASE'] },
  { declared: 'DECLARE twice CONDITION FOR 1062; DECLARE EXIT HANDLER FOR twice SET n = 1;', codes: ['KEY_CASE'] },
  { declared: 'DECLARE EXIT HANDLER FOR 1452 SET n = 1;', codes: [] },
])('a handler for duplicates by a text key is told: $declared', ({ declared, codes }) => {
  const tables = [
    'CREATE TABLE c (name VARCHAR(20) COLLATE utf8mb4_general_ci PRIMARY KEY, n INT)',
    'CREATE TABLE e (name VARCHAR(20) COLLATE utf8mb4_bin PRIMARY KEY, n INT)',
  ];
  const told = (statement: string): readonly string[] => {
    const body = `CREATE PROCEDURE p(k VARCHAR(20)) BEGIN DECLARE n INT; BEGIN ${declared} ${statement}; END; END`;
    const [found] = convert(`DELIMITER //\n${[...tables, body].join('//\n')}//`);
    return (found?.items ?? []).flatMap(({ code, severity }) => (severity === 'review' ? [code] : []));
  };
  expect(told('INSERT INTO c VALUES (k, 1)')).toEqual(codes);
  expect(told('UPDATE c SET name = k LIMIT 1')).toEqual(codes);
  expect(told("INSERT INTO c VALUES ('1', 1)")).toEqual([]);
  expect(told('INSERT INTO e VALUES (k, 1)')).toEqual([]);
});

test.each([
  ['SELECT GROUP_CONCAT(DISTINCT s) INTO @list FROM t', 'LIST_ORDER'],
  ['INSERT INTO numbered (s) SELECT s FROM t GROUP BY s', 'ROW_ORDER'],
  ['INSERT INTO numbered (s) SELECT DISTINCT s FROM t', 'ROW_ORDER'],
  ['SELECT s INTO @seen FROM t WHERE a = 1', 'USER_VARIABLE'],
  [
    'BEGIN DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET @n = 1; INSERT INTO worded (w) SELECT s FROM t; END',
    'KEY_CASE',
  ],
] as const)('what the source does without saying it is told: %s', (body, code) => {
  const tables = `${TABLE}
CREATE TABLE numbered (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, s VARCHAR(20));
CREATE TABLE worded (w VARCHAR(20) NOT NULL PRIMARY KEY);`;
  const script = `DELIMITER //\n${tables.replaceAll(';', '//')}\nCREATE PROCEDURE p() ${body}//`;
  const codes = (flavor: 'mysql' | 'mariadb') =>
    convert(script, flavor).flatMap(({ items }) => items.map((item) => item.code));
  expect(codes('mariadb')).toContain(code);
  expect(codes('mysql')).toContain(code);
});

test('what says its order and sets its variable is not told', () => {
  const told = [
    'SELECT GROUP_CONCAT(DISTINCT s ORDER BY s) FROM t',
    "BEGIN SET @seen = ''; SELECT s INTO @seen FROM t WHERE a = 1; END",
    'SELECT COUNT(*) INTO @many FROM t',
  ].flatMap((body) =>
    convert(`DELIMITER //\n${TABLE.slice(0, -1)}//\nCREATE PROCEDURE p() ${body}//`, 'mariadb').flatMap(({ items }) =>
      items.map(({ code }) => code),
    ),
  );
  for (const code of ['LIST_ORDER', 'USER_VARIABLE']) expect(told).not.toContain(code);
});

test.each([
  ['', 'ORDER BY lower(s) COLLATE "und-x-icu" NULLS FIRST', []],
  ['COLLATE=utf8mb4_bin', 'ORDER BY s COLLATE "C" NULLS FIRST', []],
  [
    'DEFAULT CHARSET=utf8mb4 COLLATE utf8mb4_general_ci',
    `ORDER BY upper(lower(rtrim(s, ' '))) COLLATE "C" NULLS FIRST`,
    [],
  ],
  ['COLLATE=utf8mb4_de_pb_0900_ai_ci', 'ORDER BY lower(s) NULLS FIRST', ['TEXT_ORDER']],
])('a text of a table with %s is put in the order of its collation', (collation, order, told) => {
  const table = `CREATE TABLE t (a INT PRIMARY KEY, s VARCHAR(20)) ${collation}`;
  const query = "SELECT a FROM t WHERE s > 'm' ORDER BY s";
  const [found] = convert(`DELIMITER //\n${table}//\nCREATE PROCEDURE p() ${query}//`);
  expect(found?.statements.join()).toContain(order);
  const codes = found?.items.filter(({ severity }) => severity === 'review').map(({ code }) => code);
  expect([...new Set(codes)]).toEqual(told);
});

test('a number that a routine takes as bits is told', () => {
  const [found] = convert('CREATE FUNCTION f(b BIT(8)) RETURNS INT DETERMINISTIC RETURN b + 0');
  expect(found?.items.map(({ code }) => code)).toContain('BIT_PARAMETER');
});

test('triggers that see the order of a DELETE with LIMIT meet the rows one by one', () => {
  const trigger = 'CREATE TRIGGER gone AFTER DELETE ON t FOR EACH ROW SET @last = OLD.a';
  const body = 'DELETE FROM t ORDER BY b LIMIT 3';
  const sqlOf = (more: string) =>
    convert(`DELIMITER //\n${TABLE.slice(0, -1)}//\n${more}CREATE PROCEDURE p() ${body}//`)
      .at(-1)
      ?.statements.at(-1);
  expect(sqlOf(`${trigger}//\n`)).toMatch(
    /FOR _row_1 IN[\s\S]*ORDER BY b[\s\S]*LIMIT 3[\s\S]*DELETE FROM t WHERE t.a = _row_1.k1;/,
  );
  expect(sqlOf('')).not.toContain('LOOP');
});

describe('a user variable that another program sets, or the application', () => {
  const told = (programs: string): readonly string[] => {
    const text = `DELIMITER //\n${TABLE.slice(0, -1)}//\nCREATE FUNCTION asks() RETURNS INT DETERMINISTIC RETURN @quiet + 1//\n${programs}`;
    const [asks] = convert(text);
    return asks?.items.map(({ severity, code }) => `${severity} ${code}`) ?? [];
  };

  test('is told to be set by the application where no program sets it', () => {
    expect(told('')).toContain('review SESSION');
  });

  test('is a note where programs put whole numbers into it, and told where they put in what is not known', () => {
    const whole = told('CREATE PROCEDURE p(a INT) BEGIN SET @quiet = 1; SET @quiet = a + 1, @quiet = NULL; END//');
    expect(whole).toEqual(['note SESSION']);
    expect(told('CREATE PROCEDURE p() SET @quiet = 1.5//')).toContain('review USER_VARIABLE');
    expect(told('CREATE PROCEDURE p() SELECT MAX(a) INTO @quiet FROM t//')).toContain('review USER_VARIABLE');
  });

  test('is kept by a function that is not STABLE', () => {
    const [, sets] = convert(`DELIMITER //
CREATE FUNCTION asks() RETURNS INT DETERMINISTIC RETURN @quiet//
CREATE FUNCTION sets() RETURNS INT DETERMINISTIC BEGIN SET @quiet = 1; RETURN 1; END//`);
    expect(sets?.statements.at(-1)).toMatch(
      /VOLATILE[\s\S]*set_config\('sluice.user_quiet', user_quiet::text, false\)/,
    );
  });
});

test('one DELETE of parent and child is told by the triggers of the child', () => {
  const tables = `CREATE TABLE parcel (id int PRIMARY KEY)//
CREATE TABLE leg (id int PRIMARY KEY, parcel int, CONSTRAINT fk FOREIGN KEY (parcel) REFERENCES parcel (id) ON DELETE CASCADE)//
CREATE PROCEDURE gone(n int) DELETE parcel, leg FROM parcel JOIN leg ON leg.parcel = parcel.id WHERE parcel.id = n//`;
  const reasons = (more: string): readonly string[] =>
    convert(`DELIMITER //\n${tables}${more}`)
      .find(({ name }) => name === 'gone')
      ?.items.filter(({ code }) => code === 'DELETE_JOIN')
      .map(({ reason }) => reason) ?? [];
  expect(reasons('')).toEqual(['several tables lose rows in one statement']);
  expect(reasons('\nCREATE TRIGGER leg_gone AFTER DELETE ON leg FOR EACH ROW SET @n = OLD.id//')).toEqual([
    'parent and child lose rows in one statement: which rows of the child set off its triggers depends on the server',
  ]);
});

describe('a text that is put together in several steps', () => {
  const run = 'PREPARE st FROM @s; EXECUTE st;';
  test('is known where every way to it is: each text it may be is a statement of its own', () => {
    const steps = "SET @s = 'UPDATE t SET b = 1'; IF o > 1 THEN SET @s = CONCAT(@s, ' WHERE a = ', o); END IF;";
    const { codes, sql } = one(`BEGIN SET o = 2; ${steps} ${run} END`);
    expect(codes).toEqual([]);
    expect(sql).toMatch(/IF _choice_1 = 1 THEN\s+UPDATE t SET b = 1\s+WHERE a = o;\s+ELSE\s+UPDATE t SET b = 1;/);
  });

  test.each([
    ['it grows in a loop', "SET @s = 'SELECT 1'; WHILE o < 3 DO SET @s = CONCAT(@s, ', 1'); SET o = o + 1; END WHILE;"],
    ['a handler sets it', "DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET @s = 'DO 1'; SET @s = 'DELETE FROM t';"],
    ['what is put in changes behind it', "SET @s = CONCAT('DELETE FROM t WHERE a = ', o); SET o = 5;"],
    ['one way to it is not known', "SET @s = 'DELETE FROM t'; IF o > 1 THEN SELECT s INTO @s FROM t LIMIT 1; END IF;"],
    ['a column of it is called as a variable', "SET @s = 'DELETE FROM t WHERE o = 1';"],
  ])('stands as text where %s', (_, steps) => {
    expect(one(`BEGIN ${steps} ${run} END`).codes).toContain('DYNAMIC_SQL');
  });

  test('is told where a text stands between quotes that the source reads, and not where QUOTE() puts it in', () => {
    const told = (value: string): readonly string[] =>
      convert(
        `${TABLE}\nDELIMITER //\nCREATE PROCEDURE p(x VARCHAR(9)) BEGIN SET @s = CONCAT('DELETE FROM t WHERE s = ', ${value}); ${run} END//`,
      ).flatMap(({ items }) => items.filter(({ severity }) => severity !== 'note').map(({ code }) => code));
    expect(told('QUOTE(x)')).toEqual([]);
    expect(told("'\\'', x, '\\''")).toEqual(['DYNAMIC_SQL']);
  });
});

test('ALTER TABLE and CREATE INDEX are converted of a temporary table of the program, and of no other, nor where rows get unsaid values', () => {
  const made = 'CREATE TEMPORARY TABLE own (a INT)';
  const { codes, sql } = one(
    `BEGIN ${made}; ALTER TABLE own ADD b INT NULL, ADD KEY (a); CREATE INDEX of_b ON own (b); SELECT b INTO o FROM own LIMIT 1; END`,
  );
  expect(codes).toEqual([]);
  expect(sql).toMatch(/ALTER TABLE pg_temp.own ADD COLUMN b integer;\s+-- CREATE INDEX of_b ON own \(b\)/);
  for (const change of [
    'ALTER TABLE t ADD b2 INT NULL',
    'CREATE INDEX of_b ON t (b)',
    'ALTER TABLE own ADD b INT NULL FIRST',
  ])
    expect(one(`BEGIN ${made}; ${change}; END`).codes).toEqual(['STATEMENT']);
  expect(one(`BEGIN ${made}; ALTER TABLE own ADD b INT NOT NULL; END`).codes).toEqual(['TEMPORARY']);
  const committing = one(`BEGIN START TRANSACTION; ${made}; ALTER TABLE own ADD b INT NULL; COMMIT; END`).items;
  expect(committing.map(({ severity, reason }) => `${severity}: ${reason}`)).toContain(
    'review: ALTER TABLE and CREATE INDEX commit on the source, also of a temporary table',
  );
});

test('what a column outside strict mode would take otherwise is told, and a text is cut', () => {
  const tables = `CREATE TABLE box (id int PRIMARY KEY, name varchar(5) NOT NULL, size tinyint, state enum('new','old') NOT NULL)`;
  const told = (statement: string): readonly string[] => {
    const text = `DELIMITER //\n${tables}//\nCREATE PROCEDURE p(n INT, t TEXT) ${statement}//`;
    const script = parseScript(text, { flavor: 'mysql', version: 90_704, sqlMode: '' });
    const [found] = convertPrograms(script.programs, { catalogue: catalogueOfScript(script.tables) });
    const reviews = found?.items.filter(({ code }) => code === 'NOT_STRICT').map(({ reason }) => reason) ?? [];
    return [...reviews, ...(/left\(t, 5\)/.test(found?.statements.join('\n') ?? '') ? ['cut'] : [])];
  };
  expect(told('UPDATE box SET size = n')).toEqual(['size takes the nearest number that it holds on the source']);
  expect(told('INSERT INTO box (id) VALUES (n)')).toEqual(['name gets an empty value on the source']);
  expect(told("INSERT INTO box (id, name, size) VALUES (n, 'a', 5)")).toEqual([]);
  expect(told('UPDATE box SET name = t, size = 7')).toEqual(['cut']);
});

test('a variable in ORDER BY is the same for all rows, also where an alias is called like it', () => {
  const { sql } = one('SELECT s, COUNT(*) AS n FROM t GROUP BY s ORDER BY n DESC, s');
  expect(sql).toMatch(/ORDER BY (?!n)/);
});
