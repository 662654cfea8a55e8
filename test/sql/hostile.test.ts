import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dialect } from '../../src/sql/dialect.ts';
import { heightOf, MAX_HEIGHT } from '../../src/sql/height.ts';
import { parseExpression, parseStatement } from '../../src/sql/parse.ts';
import { mutationsOf } from './mutation.ts';
import { sampleOf } from './statement-sample.ts';

const MYSQL = dialect('mysql', 90_704);
const MARIADB = dialect('mariadb', 101_118);
const DIALECTS = [MYSQL, MARIADB, dialect('mysql', 80_000, 'ANSI,NO_BACKSLASH_ESCAPES,HIGH_NOT_PRECEDENCE')];

/** What opens a level and may stand in itself. */
const OPENERS = [
  ...['(', 'NOT ', '- ', '!', 'f(', 'CASE WHEN ', 'CASE ', 'INTERVAL ', 'INTERVAL (', 'a IN (', 'a BETWEEN ', 'TRIM('],
  ...['EXISTS (SELECT ', '(SELECT ', 'CAST(', '{d ', '@a := ', 'a = ANY (SELECT ', 'GROUP_CONCAT(', 'BINARY ', 'a + ('],
];
const QUERY_OPENERS = [
  ...[
    '(SELECT 1 FROM (',
    'SELECT * FROM (',
    'SELECT * FROM ((',
    'SELECT * FROM {oj ',
    'WITH a AS (',
    '(((SELECT 1) UNION ',
  ],
  ...['INSERT INTO t (SELECT * FROM (', 'DELETE FROM t WHERE a IN (SELECT ', 'SELECT * FROM LATERAL ('],
];

describe('a text of many levels is an opaque node that says so, never the end of the stack', () => {
  test.each(OPENERS)('%s', (opener) => {
    const found = parseExpression(opener.repeat(100_000), MYSQL);
    expect(found).toMatchObject({
      tag: 'opaque',
      reason: expect.stringMatching(/levels stand in each other|is expected/),
    });
  });

  test.each(QUERY_OPENERS)('%s', (opener) => {
    for (const of of DIALECTS) expect(parseStatement(opener.repeat(50_000), of)).toMatchObject({ tag: 'opaque' });
  });

  test.each(['1 + ', '1 - ', "'a' LIKE 1 = ", 'a = ', 'a COLLATE x = '])('%s, chained', (link) => {
    expect(parseExpression(`${link.repeat(100_000)}1`, MYSQL)).toMatchObject({ tag: 'opaque' });
  });

  test('a tree that is given is never higher than the bound', () => {
    for (const levels of [100, 240, 400]) {
      const found = parseExpression(`${'('.repeat(200)}1${'+1)'.repeat(200)}${'+ 1'.repeat(levels)}`, MYSQL);
      expect(found.tag === 'opaque' || heightOf(found) <= MAX_HEIGHT).toBe(true);
    }
  });
});

test('long and flat texts are read: a chain of AND, a list of IN, many rows, a long UNION', () => {
  expect(parseExpression(`a${' AND a'.repeat(50_000)}`, MYSQL).tag).toBe('logical');
  expect(parseExpression(`a IN (1${',1'.repeat(50_000)})`, MYSQL).tag).toBe('in');
  expect(parseStatement(`INSERT INTO t VALUES (1)${',(1)'.repeat(50_000)}`, MYSQL).tag).toBe('insert');
  expect(parseStatement(`SELECT 1${' UNION SELECT 1'.repeat(20_000)}`, MYSQL).tag).toBe('query');
});

test('any text gives a tree or an opaque node with a span inside the text', () => {
  const words = fc.constantFrom(
    ...['SELECT', 'FROM', 'a', '.', '(', ')', ',', "'x'", '1', 'AND', 'NOT', 'IN', 'INTERVAL', 'DAY', 'CASE', 'WHEN'],
    ...[
      'THEN',
      'END',
      '*',
      '+',
      '-',
      ':=',
      '@a',
      '?',
      'JOIN',
      'ON',
      'VALUES',
      'ROW',
      'INSERT',
      'INTO',
      'OVER',
      '/*!',
      '*/',
    ],
    ...[
      '->',
      'COLLATE',
      'LIKE',
      'BETWEEN',
      'UNION',
      'ALL',
      'LIMIT',
      'WITH',
      'AS',
      'COUNT',
      'TRIM',
      '{',
      '}',
      ';',
      '`b`',
    ],
  );
  const text = fc.oneof(
    fc.array(words, { maxLength: 40 }).map((parts) => parts.join(' ')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );
  fc.assert(
    fc.property(text, fc.constantFrom(...DIALECTS), (input, of) => {
      for (const found of [parseExpression(input, of), parseStatement(input, of)]) {
        expect(found.start).toBeGreaterThanOrEqual(0);
        expect(found.end).toBeLessThanOrEqual(input.length);
        if (found.tag === 'opaque') expect(found.at.end).toBeLessThanOrEqual(input.length);
      }
    }),
    { numRuns: 3000 },
  );
});

test('real statements cut off, and with a token left out or doubled, never make the parser fail', () => {
  for (const statement of sampleOf('mysql')) {
    for (const text of mutationsOf(statement, MYSQL)) expect(parseStatement(text, MYSQL).tag).toBeTypeOf('string');
  }
});
