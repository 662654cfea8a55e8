import type { TokenCursor } from '../../sql/token-cursor.ts';
import type { BodyStatement } from '../body.ts';
import type { BodyReader } from '../body-reader.ts';
import type { Characteristics, Parameter, Routine } from '../program.ts';
import { readDataType } from './data-type.ts';
import { type Head, readProgramName, readSecurity } from './head.ts';

/** Reads a procedure or a function behind its kind. Throws SyntaxFailure where its head does not parse. */
export function readRoutine(reader: BodyReader, head: Head): Routine {
  const { cursor } = reader;
  const tag = head.kind === 'function' ? 'function' : 'procedure';
  const named = readProgramName(cursor);
  const parameters = cursor.inParentheses(() =>
    cursor.isOperator(')') ? [] : cursor.list(() => readParameter(cursor, tag)),
  );
  const returns = tag === 'function' ? readReturns(cursor) : undefined;
  const characteristics = readCharacteristics(cursor);
  const body = readBody(reader, characteristics.language);
  const { isReplace, isAggregate, definer } = head;
  const rest = { parameters, returns, characteristics, body, isAggregate };
  return { tag, ...named, isReplace, definer, ...rest, ...cursor.since(head.start) };
}

function readParameter(cursor: TokenCursor, tag: Routine['tag']): Parameter {
  const { start } = cursor.peek();
  const hasMode = tag === 'procedure' || cursor.dialect.flavor === 'mariadb';
  const word = hasMode ? cursor.takeOneOf(['IN', 'OUT', 'INOUT']) : undefined;
  const mode = word === 'OUT' ? 'out' : word === 'INOUT' ? 'inout' : 'in';
  const name = cursor.name();
  const type = readDataType(cursor);
  const initial = cursor.dialect.flavor === 'mariadb' && cursor.takeWords('DEFAULT') ? cursor.expression() : undefined;
  return { mode, name, type, initial, ...cursor.since(start) };
}

function readReturns(cursor: TokenCursor): Routine['returns'] {
  cursor.expectWord('RETURNS');
  return readDataType(cursor);
}

type Found = { -readonly [Key in keyof Characteristics]: Characteristics[Key] };

/** Reads COMMENT, LANGUAGE, DETERMINISTIC, data access and security, in any order. */
export function readCharacteristics(cursor: TokenCursor): Characteristics {
  const found: Found = {
    comment: undefined,
    isDeterministic: false,
    access: undefined,
    isInvoker: false,
    language: 'SQL',
  };
  while (readCharacteristic(cursor, found));
  return found;
}

function readCharacteristic(cursor: TokenCursor, found: Found): boolean {
  if (cursor.takeWords('COMMENT')) found.comment = readComment(cursor);
  else if (cursor.takeWords('LANGUAGE')) found.language = cursor.next().upper;
  else if (cursor.takeWords('NOT', 'DETERMINISTIC')) found.isDeterministic = false;
  else if (cursor.takeWords('DETERMINISTIC')) found.isDeterministic = true;
  else if (cursor.takeWords('CONTAINS', 'SQL')) found.access = 'contains';
  else if (cursor.takeWords('NO', 'SQL')) found.access = 'none';
  else if (cursor.takeWords('READS', 'SQL', 'DATA')) found.access = 'reads';
  else if (cursor.takeWords('MODIFIES', 'SQL', 'DATA')) found.access = 'modifies';
  else if (cursor.takeWords('SQL', 'SECURITY')) found.isInvoker = readSecurity(cursor);
  else return false;
  return true;
}

/** A string behind COMMENT. */
export function readComment(cursor: TokenCursor): string {
  if (cursor.peek().kind !== 'string') throw cursor.failure('a string is expected');
  return cursor.next().value;
}

/** A body in another language than SQL, or in a library, is kept as text. */
function readBody(reader: BodyReader, language: string): BodyStatement {
  const { cursor } = reader;
  const isForeign = language !== 'SQL' || cursor.isWord('SONAME');
  if (isForeign) return readForeign(cursor, language);
  return reader.tolerant([], () => reader.statement());
}

function readForeign(cursor: TokenCursor, language: string): BodyStatement {
  const { start } = cursor.peek();
  while (cursor.peek().kind !== 'end') cursor.moveTo(cursor.index + 1);
  return { tag: 'command', words: `LANGUAGE ${language}`, ...cursor.since(start) };
}
