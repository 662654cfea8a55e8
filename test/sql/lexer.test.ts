import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dialect } from '../../src/sql/dialect.ts';
import { lex } from '../../src/sql/lexer.ts';

const MYSQL = dialect('mysql', 90_704);
const MARIADB = dialect('mariadb', 101_118);

function tokens(text: string, of = MYSQL): string[] {
  return lex(text, of)
    .tokens.slice(0, -1)
    .map(({ kind, value }) => `${kind}:${value}`);
}

describe('the lexer', () => {
  test.each([
    ['\'it\'\'s\' "a""b"', ["string:it's", 'string:a"b']],
    ["'a\\'b\\n\\%\\_\\x'", ["string:a'b\n\\%\\_x"]],
    ['`a``b`.`c d`', ['quoted:a`b', 'operator:.', 'quoted:c d']],
    ["x'4142' X'' b'101' 0xAf 0b11", ['hex:4142', 'hex:', 'bit:101', 'hex:Af', 'bit:11']],
    ['0XAF 0xG 0b2', ['word:0XAF', 'word:0xG', 'word:0b2']],
    ["N'x' n'y'", ['national:x', 'national:y']],
    [
      '1 1.5 .5 1. 1e5 1.5E-3 1e+',
      ['integer:1', 'decimal:1.5', 'decimal:.5', 'decimal:1.', 'float:1e5', 'float:1.5E-3', 'word:1e', 'operator:+'],
    ],
    ['12ab 1ea $x é日本', ['word:12ab', 'word:1ea', 'word:$x', 'word:é日本']],
    ['t.1 t.5a t .5', ['word:t', 'operator:.', 'word:1', 'word:t', 'operator:.', 'word:5a', 'word:t', 'decimal:.5']],
    [
      "@a @`x y` @'z' @@global.b @a.b",
      ['variable:a', 'variable:x y', 'variable:z', 'system:@@', 'word:global', 'operator:.', 'word:b', 'variable:a.b'],
    ],
    [
      'a->>b<=>c:=d||e&&f',
      [
        'word:a',
        'operator:->>',
        'word:b',
        'operator:<=>',
        'word:c',
        'operator::=',
        'word:d',
        'operator:||',
        'word:e',
        'operator:&&',
        'word:f',
      ],
    ],
    ['1--1 -- x\n2 --', ['integer:1', 'operator:-', 'operator:-', 'integer:1', 'integer:2']],
    ['1 # x\n? /* y */ 2', ['integer:1', 'placeholder:?', 'integer:2']],
    ["'open", ['broken:a string has no end']],
    ['`open', ['broken:a quoted name has no end']],
    ['/* open', ['broken:a comment has no end']],
    ["x'4'", ['broken:a literal of wrong digits']],
  ])('reads %s', (text, expected) => {
    expect(tokens(text)).toEqual(expected);
  });

  test('reads a version comment as code when the server is new enough, and leaves it out when not', () => {
    expect(tokens('a /*!50001 b */ c')).toEqual(['word:a', 'word:b', 'word:c']);
    expect(tokens('a /*! b */ c')).toEqual(['word:a', 'word:b', 'word:c']);
    expect(tokens('a /*!99999 b */ c')).toEqual(['word:a', 'word:c']);
    expect(tokens('a /*!99999 b /* d */ e */ c')).toEqual(['word:a', 'word:c']);
    expect(tokens('a /*!50001 b')).toEqual(['word:a', 'word:b', 'broken:a version comment has no end']);
  });

  test('reads /*M! on MariaDB alone, and there not what is for MySQL 5.7 and later', () => {
    expect(tokens('a /*M! b */ c')).toEqual(['word:a', 'word:c']);
    expect(tokens('a /*M! b */ c', MARIADB)).toEqual(['word:a', 'word:b', 'word:c']);
    expect(tokens('a /*M!110000 b */ c', MARIADB)).toEqual(['word:a', 'word:c']);
    expect(tokens('a /*!50706 b */ c', MARIADB)).toEqual(['word:a', 'word:c']);
    expect(tokens('a /*!50001 b */ c', MARIADB)).toEqual(['word:a', 'word:b', 'word:c']);
  });

  test('follows sql_mode in what a double quote and a backslash are', () => {
    expect(tokens('"a"', dialect('mysql', 90_704, 'ANSI_QUOTES'))).toEqual(['quoted:a']);
    expect(tokens('"a"', dialect('mysql', 90_704, 'ANSI'))).toEqual(['quoted:a']);
    expect(tokens("'a\\' 'b'", dialect('mysql', 90_704, 'NO_BACKSLASH_ESCAPES'))).toEqual(['string:a\\', 'string:b']);
  });

  test('keeps comments and hints as trivia with their spans', () => {
    const text = 'SELECT /*+ NO_INDEX(t) */ 1 /* one */ -- end';
    const { trivia } = lex(text, MYSQL);
    expect(trivia.map(({ kind, start, end }) => `${kind}:${text.slice(start, end)}`)).toEqual([
      'hint:/*+ NO_INDEX(t) */',
      'comment:/* one */',
      'comment:-- end',
    ]);
  });

  test('accounts for every character of any text: what lies between tokens and trivia is blank', () => {
    const piece = fc.constantFrom(
      "'",
      '"',
      '`',
      '\\',
      '/*',
      '*/',
      '/*!',
      '--',
      '#',
      '\n',
      '@',
      '0x',
      '1e',
      '.',
      'é',
      '\0',
    );
    const text = fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 5 }))).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.constantFrom(MYSQL, MARIADB), (input, of) => {
        const { tokens: found, trivia } = lex(input, of);
        const spans = [...found, ...trivia].sort((a, b) => a.start - b.start || a.end - b.end);
        let at = 0;
        for (const { start, end } of spans) {
          expect(input.slice(at, start).replace(/[\0- ]/g, '')).toBe('');
          expect(start).toBeGreaterThanOrEqual(at);
          at = end;
        }
        expect(at).toBe(input.length);
      }),
      { numRuns: 2000 },
    );
  });
});
