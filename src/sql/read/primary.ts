import type { Expression } from '../expression.ts';
import { POWER } from '../operator-table.ts';
import type { Query } from '../query.ts';
import type { TokenCursor } from '../token-cursor.ts';
import { readCall } from './call.ts';
import { readCast, readConvert } from './cast.ts';
import { readLiteral } from './literal.ts';

/** Reads the innermost part of an expression: a literal, a name, a call, parentheses. */
export function readPrimary(cursor: TokenCursor): Expression {
  const token = cursor.peek();
  switch (token.kind) {
    case 'word':
      return readWord(cursor);
    case 'quoted':
      return readNamed(cursor);
    case 'variable':
      return readVariable(cursor);
    case 'system':
      return readSystemVariable(cursor);
    case 'placeholder':
      cursor.next();
      return { tag: 'placeholder', index: cursor.placeholder(), start: token.start, end: token.end };
    case 'operator':
      if (token.value === '(') return readParentheses(cursor);
      if (token.value === '{') return readBraces(cursor);
      if (token.value === '.') return readNamed(cursor);
      break;
    default:
      break;
  }
  const literal = readLiteral(cursor);
  if (literal === undefined) throw cursor.failure('an expression is expected');
  return literal;
}

function readWord(cursor: TokenCursor): Expression {
  const literal = readLiteral(cursor);
  if (literal !== undefined) return literal;
  const { start, upper } = cursor.peek();
  switch (upper) {
    case 'CASE':
      return readCase(cursor, start);
    case 'EXISTS':
      cursor.next();
      return { tag: 'exists', query: cursor.inParentheses(() => cursor.query()), ...cursor.since(start) };
    case 'CAST':
      if (cursor.isOperator('(', 1)) return readCast(cursor);
      break;
    case 'CONVERT':
      return readConvert(cursor);
    case 'MATCH':
      return readMatch(cursor, start);
    case 'DEFAULT':
      return readDefault(cursor, start);
    case 'VALUES':
      return readInsertedValue(cursor, start);
    case 'VALUE':
      if (cursor.isOperator('(', 1) && cursor.dialect.flavor === 'mariadb') return readInsertedValue(cursor, start);
      break;
    case 'ROW':
      if (cursor.isOperator('(', 1)) return readRow(cursor, start);
      break;
    case 'NEXT':
    case 'PREVIOUS':
      if (cursor.isWord('VALUE', 1) && cursor.isWord('FOR', 2)) return readSequence(cursor, start);
      break;
    default:
      break;
  }
  return readNamed(cursor);
}

function readNamed(cursor: TokenCursor): Expression {
  const call = readCall(cursor);
  if (call !== undefined) return call;
  const { start } = cursor.peek();
  const parts = cursor.path();
  return { tag: 'column', parts, ...cursor.since(start) };
}

function readVariable(cursor: TokenCursor): Expression {
  const token = cursor.next();
  if (!cursor.takeOperator(':=')) {
    return { tag: 'user-variable', name: token.value, start: token.start, end: token.end };
  }
  const value = cursor.expression();
  return { tag: 'assign', target: token.value, value, ...cursor.since(token.start) };
}

const SCOPES = ['GLOBAL', 'SESSION', 'LOCAL', 'PERSIST', 'PERSIST_ONLY'];

function readSystemVariable(cursor: TokenCursor): Expression {
  const { start } = cursor.next();
  const scope = cursor.isOperator('.', 1) ? cursor.takeOneOf(SCOPES)?.toLowerCase() : undefined;
  const parts = scope === undefined && cursor.isOperator('.') ? [] : cursor.path();
  if (parts.length === 0) throw cursor.failure('a variable is expected');
  return { tag: 'system-variable', scope, name: parts.map((part) => part.text).join('.'), ...cursor.since(start) };
}

/** Whether a query comes next. `VALUES(x)` in an expression is the inserted value, so VALUES needs ROW behind it. */
export function startsQuery(cursor: TokenCursor): boolean {
  const { upper } = cursor.peek();
  if (upper === 'VALUES') return cursor.isWord('ROW', 1);
  return upper === 'SELECT' || upper === 'WITH' || upper === 'TABLE';
}

/** Words behind a parenthesised query that make it the first operand of a larger one. */
const QUERY_GOES_ON = new Set(['UNION', 'INTERSECT', 'EXCEPT', 'MINUS', 'ORDER', 'LIMIT']);

function readParentheses(cursor: TokenCursor): Expression {
  const { start } = cursor.next();
  if (startsQuery(cursor)) return closeQuery(cursor, start, cursor.query());
  const first = cursor.expression();
  if (first.tag === 'subquery' && QUERY_GOES_ON.has(cursor.peek().upper)) {
    return closeQuery(cursor, start, cursor.query(first.query));
  }
  if (!cursor.isOperator(',')) {
    cursor.expectOperator(')');
    return first;
  }
  cursor.next();
  const items = [first, ...cursor.list(() => cursor.expression())];
  cursor.expectOperator(')');
  return { tag: 'row', items, ...cursor.since(start) };
}

function closeQuery(cursor: TokenCursor, start: number, query: Query): Expression {
  cursor.expectOperator(')');
  return { tag: 'subquery', query, ...cursor.since(start) };
}

/** The parentheses behind INTERVAL, or undefined when none come next. */
export function amountInParentheses(cursor: TokenCursor): Expression | undefined {
  return cursor.isOperator('(') ? readParentheses(cursor) : undefined;
}

function readRow(cursor: TokenCursor, start: number): Expression {
  cursor.next();
  const items = cursor.inParentheses(() => cursor.list(() => cursor.expression()));
  return { tag: 'row', items, ...cursor.since(start) };
}

function readCase(cursor: TokenCursor, start: number): Expression {
  cursor.next();
  const subject = cursor.isWord('WHEN') ? undefined : cursor.expression();
  const branches = [];
  while (cursor.isWord('WHEN')) {
    const from = cursor.next().start;
    const when = cursor.expression();
    cursor.expectWord('THEN');
    const then = cursor.expression();
    branches.push({ when, then, ...cursor.since(from) });
  }
  if (branches.length === 0) throw cursor.failure('WHEN is expected');
  const otherwise = cursor.takeWords('ELSE') ? cursor.expression() : undefined;
  cursor.expectWord('END');
  return { tag: 'case', subject, branches, otherwise, ...cursor.since(start) };
}

function readMatch(cursor: TokenCursor, start: number): Expression {
  cursor.next();
  const columns = cursor.isOperator('(')
    ? cursor.inParentheses(() => cursor.list(() => cursor.expression()))
    : cursor.list(() => cursor.expression());
  cursor.expectWord('AGAINST');
  cursor.expectOperator('(');
  // Weaker operators stay out: IN BOOLEAN MODE is no set.
  const against = cursor.expression(POWER.bitOr);
  const words: string[] = [];
  while (cursor.peek().kind === 'word') words.push(cursor.next().upper);
  cursor.expectOperator(')');
  return { tag: 'match', columns, against, modifier: words.join(' '), ...cursor.since(start) };
}

function readDefault(cursor: TokenCursor, start: number): Expression {
  cursor.next();
  const column = cursor.isOperator('(') ? cursor.inParentheses(() => cursor.expression()) : undefined;
  return { tag: 'default', column, ...cursor.since(start) };
}

function readInsertedValue(cursor: TokenCursor, start: number): Expression {
  cursor.next();
  const column = cursor.inParentheses(() => cursor.expression());
  return { tag: 'inserted-value', column, ...cursor.since(start) };
}

function readSequence(cursor: TokenCursor, start: number): Expression {
  const operation = cursor.next().upper === 'NEXT' ? 'next' : 'previous';
  cursor.takeWords('VALUE', 'FOR');
  return { tag: 'sequence', operation, parts: cursor.path(), ...cursor.since(start) };
}

const BRACED: Readonly<Record<string, 'date' | 'time' | 'timestamp'>> = { D: 'date', T: 'time', TS: 'timestamp' };

/** ODBC's `{d '2020-01-01'}`; any other word in braces leaves the expression as it is. */
function readBraces(cursor: TokenCursor): Expression {
  const { start } = cursor.next();
  const word = cursor.name();
  const content = cursor.expression();
  cursor.expectOperator('}');
  const kind = BRACED[word.text.toUpperCase()];
  if (kind === undefined || content.tag !== 'string') return content;
  return { tag: 'temporal', kind, value: content.value, ...cursor.since(start) };
}
