import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Language, parseProgram } from '../../src/logic/parse-program.ts';
import { parseScript } from '../../src/logic/parse-script.ts';
import type { Program } from '../../src/logic/program.ts';
import { dialect } from '../../src/sql/dialect.ts';
import { mutationsOf } from '../sql/mutation.ts';
import { programSampleOf } from './program-sample.ts';

const MYSQL: Language = { flavor: 'mysql', version: 90_704, sqlMode: '' };
const MARIADB: Language = { flavor: 'mariadb', version: 101_118, sqlMode: '' };

function bodyOf(program: Program | undefined): string[] {
  if (program === undefined || !('body' in program.definition) || program.definition.body.tag !== 'block') return [];
  return program.definition.body.statements.map(({ tag }) => tag);
}

describe('a statement that is not understood is opaque, and the rest of the routine is read', () => {
  test('in the middle of a block', () => {
    const text = "CREATE PROCEDURE p() BEGIN SET @a = 1; FROBNICATE the (x, y) 'z;'; SET @b = 2; END";
    const found = parseProgram(text, MYSQL);
    expect(bodyOf(found)).toEqual(['set-variables', 'opaque', 'set-variables']);
    expect(found?.failures).toHaveLength(1);
    const [failure] = found?.failures ?? [];
    expect(text.slice(failure?.start, failure?.end)).toBe("FROBNICATE the (x, y) 'z;'");
  });

  test('as the condition of an IF, whose branches are read', () => {
    const found = parseProgram('CREATE PROCEDURE p() BEGIN IF a b c THEN SET @a = 1; END IF; SELECT 1; END', MYSQL);
    expect(bodyOf(found)).toEqual(['if', 'query']);
    expect(found?.failures.map(({ reason }) => reason)).toEqual(['THEN is expected, found "b"']);
  });

  test('as a declaration', () => {
    const found = parseProgram('CREATE PROCEDURE p() BEGIN DECLARE x WONDER; DECLARE y INT; SET y = 1; END', MYSQL);
    expect(bodyOf(found)).toEqual(['set-variables']);
    expect(found?.failures).toHaveLength(1);
  });

  test('as the head: kind and name are told', () => {
    const found = parseProgram('CREATE PROCEDURE shop.p(IN a WONDER) SELECT 1', MYSQL);
    expect(found?.definition).toMatchObject({ tag: 'unread', kind: 'procedure' });
    expect(found?.definition.name?.parts.map(({ text }) => text)).toEqual(['shop', 'p']);
  });
});

describe('a script is cut into its programs', () => {
  test('by DELIMITER lines, whatever the delimiter, with the place of each in the file', () => {
    const text =
      "-- head\nDELIMITER $$\nCREATE PROCEDURE a() BEGIN SELECT '$$;'; END$$\ndelimiter //\nCREATE VIEW v AS SELECT 1//\nDELIMITER ;\nSELECT 1;";
    const { programs } = parseScript(text, MYSQL);
    expect(programs.map(({ definition }) => definition.tag)).toEqual(['procedure', 'view']);
    for (const { offset, lexed } of programs) expect(text.slice(offset, offset + lexed.text.length)).toBe(lexed.text);
  });

  test('without DELIMITER, by the END of each, as SHOW CREATE gives it', () => {
    const bodies = [
      'BEGIN IF a THEN SET @x = IF(a, 1, 2); ELSEIF b THEN SET @y = 1; ELSE IF c THEN DO 1; END IF; END IF; END',
      'BEGIN SET @a = CASE WHEN a THEN IF(a, 1, 2) ELSE REPEAT(b, 3) END; WHILE a DO SET @b = 1; END WHILE; END',
      'l: LOOP CASE a WHEN 1 THEN BEGIN END; END CASE; REPEAT SET @c = 1; UNTIL a END REPEAT; LEAVE l; END LOOP',
      'SELECT 1',
      "COMMENT 'x' IF a THEN SELECT 1; END IF",
      'READS SQL DATA IF (a) THEN SELECT CASE WHEN IF(a, b, c) THEN 1 END; END IF',
    ];
    const text = bodies.map((body, at) => `CREATE PROCEDURE p${at}(a INT, b INT, c INT) ${body};`).join('\n');
    const { programs } = parseScript(`${text}\nINSERT INTO t VALUES (1);`, MYSQL);
    expect(programs.map(({ failures }) => failures)).toEqual(bodies.map(() => []));
  });

  test('under the sql_mode that the script sets before each', () => {
    const text = `/*!50003 SET sql_mode = 'ANSI_QUOTES' */ ;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=\`root\`@\`%\`*/ /*!50003 PROCEDURE \`p\`() SELECT "a" */;;
DELIMITER ;
/*!50003 SET sql_mode = @saved_sql_mode */ ;
CREATE VIEW v AS SELECT "a";`;
    const { programs } = parseScript(text, MYSQL);
    expect(programs.map(({ sqlMode, failures }) => [sqlMode, failures.length])).toEqual([
      ['ANSI_QUOTES', 0],
      ['', 0],
    ]);
    expect(programs[0]?.definition).toMatchObject({ tag: 'procedure', definer: 'root@%' });
    expect(JSON.stringify(programs[0]?.definition)).toContain('"tag":"column"');
    expect(JSON.stringify(programs[1]?.definition)).toContain('"tag":"string"');
  });

  test('with the permanent tables it makes', () => {
    const { tables } = parseScript(
      'CREATE TABLE a (id INT UNSIGNED NOT NULL PRIMARY KEY, UNIQUE (b), b VARCHAR(20));',
      MYSQL,
    );
    expect(tables[0]?.definition.columns.map(({ name, type }) => [name.text, type.name, type.isUnsigned])).toEqual([
      ['id', 'INT', true],
      ['b', 'VARCHAR', false],
    ]);
  });
});

test('every program of the samples is read, each of its statements inside the span of the whole', () => {
  for (const language of [MYSQL, MARIADB]) {
    for (const text of programSampleOf(language.flavor)) {
      const found = parseProgram(text, language);
      expect({ text, failures: found?.failures }).toEqual({ text, failures: [] });
    }
  }
});

test('programs cut off, and with a token left out or doubled, never make the parser fail, and lose no text', () => {
  for (const language of [MYSQL, MARIADB]) {
    for (const sample of programSampleOf(language.flavor)) {
      for (const text of mutationsOf(sample, dialect(language.flavor, language.version))) {
        const found = parseProgram(text, language);
        for (const { start, end } of found?.failures ?? []) {
          expect(start).toBeLessThanOrEqual(end);
          expect(end).toBeLessThanOrEqual(text.length);
        }
      }
    }
  }
});

test('any run of words gives a program or none, and never an exception', () => {
  const word = fc.constantFrom(
    ...`BEGIN END IF THEN ELSE ELSEIF CASE WHEN LOOP REPEAT UNTIL WHILE DO FOR IN DECLARE HANDLER CURSOR CONTINUE EXIT
        CONDITION NOT FOUND SQLEXCEPTION SET = := ; ; ; ( ) , . x y @z 1 'a' SELECT FROM INTO INSERT VALUES CALL OPEN
        FETCH CLOSE RETURN SIGNAL SQLSTATE GET DIAGNOSTICS LEAVE ITERATE : CREATE TEMPORARY TABLE INT DEFAULT /*! */ --
        DELIMITER`.split(/\s+/),
  );
  const head = fc.constantFrom('CREATE PROCEDURE p()', 'CREATE FUNCTION f(a INT) RETURNS INT', 'CREATE TRIGGER t', '');
  fc.assert(
    fc.property(head, fc.array(word, { maxLength: 60 }), fc.constantFrom(MYSQL, MARIADB), (start, words, language) => {
      const text = `${start} ${words.join(' ')}`;
      expect(() => parseScript(text, language)).not.toThrow();
      expect(() => parseProgram(text, language)).not.toThrow();
    }),
    { numRuns: 3000 },
  );
});

test('blocks in blocks without end are opaque, never the end of the stack', () => {
  for (const opener of ['BEGIN ', 'IF a THEN ', 'LOOP ', 'CASE a WHEN 1 THEN ', 'DECLARE EXIT HANDLER FOR 1 ']) {
    const found = parseProgram(`CREATE PROCEDURE p() BEGIN ${opener.repeat(20_000)}`, MYSQL);
    expect(found?.failures.length).toBeGreaterThan(0);
  }
});
