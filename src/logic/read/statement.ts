import type { Name } from '../../sql/expression.ts';
import { readStatementAt } from '../../sql/parse.ts';
import type { TokenCursor } from '../../sql/token-cursor.ts';
import type { BodyStatement, Transaction } from '../body.ts';
import type { BodyReader } from '../body-reader.ts';
import { readBlock } from './block.ts';
import { readCommand } from './command.ts';
import { readGetDiagnostics, readSignal, readTarget } from './condition.ts';
import { readDeallocate, readExecute, readPrepare } from './dynamic.ts';
import { isLoopWord, readCase, readIf, readLoop } from './flow.ts';
import { readSet } from './set.ts';
import { readTableDefinition } from './table-definition.ts';

/** Reads one statement of a body, without its `;`. Throws SyntaxFailure. */
export function readBodyStatement(reader: BodyReader): BodyStatement {
  const { cursor } = reader;
  const { start } = cursor.peek();
  const label = readLabel(cursor);
  const { upper } = cursor.peek();
  if (upper === 'BEGIN') return readBlock(reader, start, label);
  if (isLoopWord(upper, cursor.dialect.flavor === 'mariadb')) return readLoop(reader, start, label);
  if (label !== undefined) throw cursor.failure('BEGIN or a loop is expected');
  if (upper === 'IF') return readIf(reader);
  if (upper === 'CASE') return readCase(reader);
  return (READERS[upper] ?? readRest)(cursor);
}

function readLabel(cursor: TokenCursor): Name | undefined {
  if (!cursor.isName() || !cursor.isOperator(':', 1)) return undefined;
  const name = cursor.name();
  cursor.next();
  return name;
}

const DATA_WORDS = new Set(['SELECT', 'INSERT', 'REPLACE', 'UPDATE', 'DELETE', 'WITH', 'VALUES', 'TABLE']);

function readRest(cursor: TokenCursor): BodyStatement {
  if (cursor.isOperator('(') || DATA_WORDS.has(cursor.peek().upper)) return readStatementAt(cursor);
  return readCommand(cursor);
}

const READERS: Readonly<Record<string, (cursor: TokenCursor) => BodyStatement>> = {
  LEAVE: (cursor) => readJump(cursor, 'leave'),
  ITERATE: (cursor) => readJump(cursor, 'iterate'),
  RETURN: (cursor) => {
    const { start } = cursor.next();
    return { tag: 'return', value: cursor.expression(), ...cursor.since(start) };
  },
  SIGNAL: readSignal,
  RESIGNAL: readSignal,
  GET: readGetDiagnostics,
  OPEN: (cursor) => {
    const { start } = cursor.next();
    const name = cursor.name();
    const isMariadb = cursor.dialect.flavor === 'mariadb';
    return { tag: 'open', cursor: name, args: isMariadb ? readArguments(cursor) : [], ...cursor.since(start) };
  },
  FETCH: readFetch,
  CLOSE: (cursor) => {
    const { start } = cursor.next();
    return { tag: 'close', cursor: cursor.name(), ...cursor.since(start) };
  },
  SET: readSet,
  CALL: (cursor) => {
    const { start } = cursor.next();
    const from = cursor.peek().start;
    const procedure = { parts: cursor.path(), ...cursor.since(from) };
    return { tag: 'call-procedure', procedure, args: readArguments(cursor), ...cursor.since(start) };
  },
  DO: (cursor) => {
    const { start } = cursor.next();
    return { tag: 'do', values: cursor.list(() => cursor.expression()), ...cursor.since(start) };
  },
  PREPARE: readPrepare,
  EXECUTE: readExecute,
  DEALLOCATE: readDeallocate,
  START: readStart,
  COMMIT: (cursor) => readEnd(cursor, 'commit'),
  ROLLBACK: readRollback,
  SAVEPOINT: (cursor) => {
    const { start } = cursor.next();
    return { tag: 'transaction', act: 'savepoint', savepoint: cursor.name(), options: [], ...cursor.since(start) };
  },
  RELEASE: (cursor) => {
    const { start } = cursor.next();
    cursor.expectWord('SAVEPOINT');
    return { tag: 'transaction', act: 'release', savepoint: cursor.name(), options: [], ...cursor.since(start) };
  },
  CREATE: (cursor) => (isTable(cursor) ? readTableDefinition(cursor) : readCommand(cursor)),
  DROP: readDrop,
  TRUNCATE: (cursor) => {
    const { start } = cursor.next();
    cursor.takeWords('TABLE');
    const from = cursor.peek().start;
    const table = { parts: cursor.path(), ...cursor.since(from) };
    return { tag: 'truncate', table, ...cursor.since(start) };
  },
};

function readJump(cursor: TokenCursor, tag: 'leave' | 'iterate'): BodyStatement {
  const { start } = cursor.next();
  return { tag, label: cursor.name(), ...cursor.since(start) };
}

function readArguments(cursor: TokenCursor): Extract<BodyStatement, { tag: 'call-procedure' }>['args'] {
  if (!cursor.isOperator('(')) return [];
  return cursor.inParentheses(() => (cursor.isOperator(')') ? [] : cursor.list(() => cursor.expression())));
}

function readFetch(cursor: TokenCursor): BodyStatement {
  const { start } = cursor.next();
  if (cursor.dialect.flavor === 'mariadb' && cursor.takeWords('GROUP', 'NEXT', 'ROW')) {
    return { tag: 'fetch', cursor: undefined, targets: [], ...cursor.since(start) };
  }
  if (cursor.isWord('NEXT') && cursor.isWord('FROM', 1)) cursor.next();
  cursor.takeWords('FROM');
  const name = cursor.name();
  cursor.expectWord('INTO');
  const targets = cursor.list(() => readTarget(cursor));
  return { tag: 'fetch', cursor: name, targets, ...cursor.since(start) };
}

function readStart(cursor: TokenCursor): BodyStatement {
  if (!cursor.isWord('TRANSACTION', 1)) return readCommand(cursor);
  const { start } = cursor.next();
  cursor.next();
  const options: string[] = [];
  while (cursor.peek().kind === 'word' || cursor.isOperator(',')) options.push(cursor.next().value.toUpperCase());
  return { tag: 'transaction', act: 'start', savepoint: undefined, options, ...cursor.since(start) };
}

function readEnd(cursor: TokenCursor, act: Transaction['act']): BodyStatement {
  const { start } = cursor.next();
  cursor.takeWords('WORK');
  const options: string[] = [];
  if (cursor.takeWords('AND')) options.push('AND', ...(cursor.takeWords('NO') ? ['NO'] : []), chain(cursor));
  if (cursor.isWord('RELEASE') || cursor.isWord('NO')) {
    options.push(...(cursor.takeWords('NO') ? ['NO'] : []), 'RELEASE');
    cursor.expectWord('RELEASE');
  }
  return { tag: 'transaction', act, savepoint: undefined, options, ...cursor.since(start) };
}

function chain(cursor: TokenCursor): string {
  cursor.expectWord('CHAIN');
  return 'CHAIN';
}

function readRollback(cursor: TokenCursor): BodyStatement {
  const { start } = cursor.peek();
  const ahead = cursor.isWord('WORK', 1) ? 2 : 1;
  if (!cursor.isWord('TO', ahead)) return readEnd(cursor, 'rollback');
  cursor.moveTo(cursor.index + ahead + 1);
  if (cursor.isName(1)) cursor.takeWords('SAVEPOINT');
  const savepoint = cursor.name();
  return { tag: 'transaction', act: 'rollback-to', savepoint, options: [], ...cursor.since(start) };
}

function isTable(cursor: TokenCursor): boolean {
  const isReplace = cursor.isWord('OR', 1) && cursor.isWord('REPLACE', 2);
  const ahead = isReplace ? 3 : 1;
  return cursor.isWord('TABLE', ahead) || (cursor.isWord('TEMPORARY', ahead) && cursor.isWord('TABLE', ahead + 1));
}

function readDrop(cursor: TokenCursor): BodyStatement {
  if (cursor.isWord('PREPARE', 1)) return readDeallocate(cursor);
  const isTemporary = cursor.isWord('TEMPORARY', 1);
  const word = cursor.peek(isTemporary ? 2 : 1).upper;
  if (word !== 'TABLE' && word !== 'TABLES') return readCommand(cursor);
  const { start } = cursor.peek();
  cursor.moveTo(cursor.index + (isTemporary ? 3 : 2));
  const isIfExists = cursor.takeWords('IF', 'EXISTS');
  const tables = cursor.list(() => {
    const from = cursor.peek().start;
    return { parts: cursor.path(), ...cursor.since(from) };
  });
  cursor.takeOneOf(['RESTRICT', 'CASCADE']);
  return { tag: 'drop-table', isTemporary, isIfExists, tables, ...cursor.since(start) };
}
