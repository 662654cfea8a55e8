import type { Dialect } from './dialect.ts';
import type { Expression, Opaque } from './expression.ts';
import { heightOf, MAX_HEIGHT } from './height.ts';
import { lex } from './lexer.ts';
import type { Query } from './query.ts';
import { readDelete, readUpdate } from './read/change.ts';
import { readExpression } from './read/expression.ts';
import { readInsert } from './read/insert.ts';
import { readQuery, readWith } from './read/query.ts';
import type { Span } from './span.ts';
import type { Statement } from './statement.ts';
import { SyntaxFailure } from './syntax-failure.ts';
import type { Lexed } from './token.ts';
import { type Grammar, TokenCursor } from './token-cursor.ts';

const GRAMMAR: Grammar = { expression: readExpression, query: readQuery };

/** A cursor over a lexed text, for a parser that goes on by itself (stored programs) and calls the readers below. */
export function cursorAt(lexed: Lexed, dialect: Dialect, index = 0): TokenCursor {
  return new TokenCursor(lexed, dialect, GRAMMAR, index);
}

/** Reads an expression from the cursor. Throws SyntaxFailure; the cursor is left where the text went wrong. */
export function readExpressionAt(cursor: TokenCursor): Expression {
  return bounded(cursor, () => cursor.expression());
}

/** Reads a query from the cursor. Throws SyntaxFailure. */
export function readQueryAt(cursor: TokenCursor): Query {
  return bounded(cursor, () => cursor.query());
}

/** Reads SELECT, VALUES, TABLE, INSERT, REPLACE, UPDATE or DELETE, up to what is no part of it. Throws SyntaxFailure. */
export function readStatementAt(cursor: TokenCursor): Statement {
  return bounded(cursor, () => readAny(cursor));
}

/** A whole text that is one expression, as in a default or a CHECK. What does not parse is an opaque node. */
export function parseExpression(text: string, dialect: Dialect): Expression {
  return whole(cursorAt(lex(text, dialect), dialect), readExpressionAt);
}

/** A whole text that is one query, as a view's; `;` may end it. What does not parse is an opaque node. */
export function parseQuery(text: string, dialect: Dialect): Query | Opaque {
  return whole(cursorAt(lex(text, dialect), dialect), readQueryAt);
}

/** A whole text that is one statement; `;` may end it. What does not parse is an opaque node. */
export function parseStatement(text: string, dialect: Dialect): Statement {
  return whole(cursorAt(lex(text, dialect), dialect), readStatementAt);
}

function whole<T>(cursor: TokenCursor, read: (cursor: TokenCursor) => T): T | Opaque {
  try {
    const found = read(cursor);
    cursor.takeOperator(';');
    if (cursor.peek().kind !== 'end') throw cursor.failure('the end is expected');
    return found;
  } catch (error) {
    if (!(error instanceof SyntaxFailure)) throw error;
    return opaque({ start: 0, end: cursor.text.length }, error);
  }
}

/** The node that stands for a text that did not parse. */
export function opaque(span: Span, failure: SyntaxFailure): Opaque {
  return { tag: 'opaque', reason: failure.message, at: failure.span, start: span.start, end: span.end };
}

function readAny(cursor: TokenCursor): Statement {
  const { start } = cursor.peek();
  const from = cursor.index;
  const before = cursor.isWord('WITH') ? readWith(cursor) : undefined;
  switch (cursor.peek().upper) {
    case 'INSERT':
    case 'REPLACE':
      return readInsert(cursor, start, before);
    case 'UPDATE':
      return readUpdate(cursor, start, before);
    case 'DELETE':
      return readDelete(cursor, start, before);
    default: {
      if (before === undefined) return cursor.query();
      const query = cursor.query();
      return query.with === undefined ? { ...query, with: before, start } : failTwice(cursor, from);
    }
  }
}

function failTwice(cursor: TokenCursor, from: number): never {
  cursor.moveTo(from);
  throw cursor.failure('one WITH is expected');
}

/** A tree can be deep without parentheses (`1+1+1+...`). INV-95: who walks a tree may recurse. */
function bounded<T extends object>(cursor: TokenCursor, read: () => T): T {
  const from = cursor.index;
  const { start } = cursor.peek();
  const found = read();
  if (cursor.index - from > MAX_HEIGHT && heightOf(found) > MAX_HEIGHT) {
    throw new SyntaxFailure(`more than ${MAX_HEIGHT} levels stand in each other`, cursor.since(start));
  }
  return found;
}
