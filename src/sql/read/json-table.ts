import type { JsonColumn, JsonFallback, JsonTable } from '../query.ts';
import type { TokenCursor } from '../token-cursor.ts';
import { readCastType } from './cast.ts';

/** Reads `JSON_TABLE(document, path COLUMNS (...)) AS t`. */
export function readJsonTable(cursor: TokenCursor): JsonTable {
  const { start } = cursor.next();
  cursor.expectOperator('(');
  const document = cursor.expression();
  cursor.expectOperator(',');
  const path = cursor.expression();
  const columns = readColumns(cursor);
  cursor.expectOperator(')');
  const hasAs = cursor.takeWords('AS');
  const alias = hasAs || cursor.isName() ? cursor.name() : undefined;
  return { tag: 'json-table', document, path, columns, alias, ...cursor.since(start) };
}

function readColumns(cursor: TokenCursor): readonly JsonColumn[] {
  cursor.expectWord('COLUMNS');
  return cursor.inParentheses(() => cursor.list(() => cursor.deeper(() => readColumn(cursor))));
}

function readColumn(cursor: TokenCursor): JsonColumn {
  const { start } = cursor.peek();
  if (cursor.isWord('NESTED') && (cursor.isWord('PATH', 1) || cursor.peek(1).kind === 'string')) {
    cursor.next();
    cursor.takeWords('PATH');
    const path = cursor.expression();
    return { tag: 'nested', path, columns: readColumns(cursor), ...cursor.since(start) };
  }
  const name = cursor.name();
  if (cursor.takeWords('FOR', 'ORDINALITY')) return { tag: 'ordinality', name, ...cursor.since(start) };
  const type = readCastType(cursor);
  const isExists = cursor.takeWords('EXISTS');
  cursor.expectWord('PATH');
  const path = cursor.expression();
  const onEmpty = readFallback(cursor, 'EMPTY');
  const onError = readFallback(cursor, 'ERROR');
  return { tag: 'path', name, type, path, isExists, onEmpty, onError, ...cursor.since(start) };
}

/** `NULL ON EMPTY`, `ERROR ON EMPTY`, `DEFAULT 'x' ON EMPTY`; what is for the other event is left. */
function readFallback(cursor: TokenCursor, event: 'EMPTY' | 'ERROR'): JsonFallback | undefined {
  const isDefault = cursor.isWord('DEFAULT');
  const ahead = isDefault ? 2 : 1;
  if (!cursor.isWord('ON', ahead) || !cursor.isWord(event, ahead + 1)) return undefined;
  const word = cursor.next().upper;
  const fallback = isDefault ? cursor.expression() : word === 'NULL' ? 'null' : 'error';
  cursor.takeWords('ON', event);
  return fallback;
}
