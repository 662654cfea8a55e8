import type { CastType, Expression } from '../expression.ts';
import type { TokenCursor } from '../token-cursor.ts';

/** Reads `CAST(x AS type)`, `CAST(x AS type ARRAY)` and `CAST(x AT TIME ZONE z AS DATETIME)`. */
export function readCast(cursor: TokenCursor): Expression {
  const { start } = cursor.next();
  cursor.expectOperator('(');
  const operand = atTimeZone(cursor, cursor.expression());
  cursor.expectWord('AS');
  const type = readCastType(cursor);
  const isArray = cursor.takeWords('ARRAY');
  cursor.expectOperator(')');
  return { tag: 'cast', operand, type, isArray, ...cursor.since(start) };
}

/** A zone stays a call by name, so that what prints it decides. */
function atTimeZone(cursor: TokenCursor, operand: Expression): Expression {
  if (!cursor.takeWords('AT', 'TIME', 'ZONE')) return operand;
  cursor.takeWords('INTERVAL');
  const zone = cursor.expression();
  const span = cursor.since(operand.start);
  const name = { text: 'AT TIME ZONE', isQuoted: false, ...span };
  return { tag: 'call', parts: [name], upper: 'AT TIME ZONE', args: [operand, zone], keyword: undefined, ...span };
}

/** Reads `CONVERT(x, type)` and `CONVERT(x USING charset)`. */
export function readConvert(cursor: TokenCursor): Expression {
  const { start } = cursor.next();
  cursor.expectOperator('(');
  const operand = cursor.expression();
  if (cursor.takeWords('USING')) {
    const charset = cursor.next().value.toLowerCase();
    cursor.expectOperator(')');
    return { tag: 'convert-charset', operand, charset, ...cursor.since(start) };
  }
  cursor.expectOperator(',');
  const type = readCastType(cursor);
  cursor.expectOperator(')');
  return { tag: 'cast', operand, type, isArray: false, ...cursor.since(start) };
}

/** Names with several spellings. */
const ALIASES: Readonly<Record<string, string>> = {
  NCHAR: 'CHAR',
  CHARACTER: 'CHAR',
  DEC: 'DECIMAL',
  NUMERIC: 'DECIMAL',
  FIXED: 'DECIMAL',
  INT: 'SIGNED',
  INTEGER: 'SIGNED',
};

/**
 * Reads a type as CAST, JSON_TABLE and RETURNING write it. Also takes the types of columns (`VARCHAR(20)`), which
 * JSON_TABLE and MariaDB's CAST allow.
 */
export function readCastType(cursor: TokenCursor): CastType {
  const word = cursor.peek();
  if (word.kind !== 'word') throw cursor.failure('a type is expected');
  cursor.next();
  cursor.takeOneOf(['PRECISION', 'VARYING', 'INTEGER', 'INT']);
  let name = ALIASES[word.upper] ?? word.upper;
  const sizes = cursor.isOperator('(') ? cursor.inParentheses(() => cursor.list(() => size(cursor))) : [];
  const isUnsigned = name === 'UNSIGNED' || cursor.takeOneOf(['UNSIGNED', 'SIGNED']) === 'UNSIGNED';
  if (name === 'SIGNED' && isUnsigned) name = 'UNSIGNED';
  const charset = readCharset(cursor);
  const collation = cursor.takeWords('COLLATE') ? cursor.next().value : undefined;
  return { name, sizes, isUnsigned, charset, collation, ...cursor.since(word.start) };
}

function size(cursor: TokenCursor): number {
  const token = cursor.next();
  if (token.kind !== 'integer') throw cursor.failure('a size is expected');
  return Number(token.value);
}

function readCharset(cursor: TokenCursor): string | undefined {
  if (cursor.takeWords('CHARACTER', 'SET') || cursor.takeWords('CHARSET') || cursor.takeWords('CHAR', 'SET')) {
    return cursor.next().value.toLowerCase();
  }
  const word = cursor.takeOneOf(['ASCII', 'UNICODE', 'BINARY', 'BYTE']);
  return word?.toLowerCase();
}
