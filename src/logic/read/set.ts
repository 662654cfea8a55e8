import type { Expression } from '../../sql/expression.ts';
import type { TokenCursor } from '../../sql/token-cursor.ts';
import type { BodyStatement, SetAssignment, SetTarget } from '../body.ts';
import { readCommand } from './command.ts';

const SCOPES = ['GLOBAL', 'SESSION', 'LOCAL', 'PERSIST', 'PERSIST_ONLY'];
/** Behind SET they are no variables. */
const COMMANDS = new Set(['NAMES', 'CHARACTER', 'CHARSET', 'CHAR', 'PASSWORD', 'ROLE', 'RESOURCE', 'STATEMENT']);

/** Reads SET in all its forms; SET NAMES, SET TRANSACTION and the like are commands. */
export function readSet(cursor: TokenCursor): BodyStatement {
  const { start } = cursor.peek();
  if (isCommand(cursor)) return readCommand(cursor);
  cursor.expectWord('SET');
  const state = { scope: undefined };
  const assignments = cursor.list(() => readSetAssignment(cursor, state));
  return { tag: 'set-variables', assignments, ...cursor.since(start) };
}

function isCommand(cursor: TokenCursor): boolean {
  const isScoped = SCOPES.some((scope) => cursor.isWord(scope, 1));
  if (cursor.isWord('TRANSACTION', isScoped ? 2 : 1)) return !isEqual(cursor, isScoped ? 3 : 2);
  if (cursor.isWord('DEFAULT', 1) && cursor.isWord('ROLE', 2)) return true;
  return COMMANDS.has(cursor.peek(1).upper) && !isEqual(cursor, 2) && !cursor.isOperator('.', 2);
}

function isEqual(cursor: TokenCursor, ahead: number): boolean {
  return cursor.isOperator('=', ahead) || cursor.isOperator(':=', ahead);
}

/** A scope word holds for the assignments that follow it without one of their own. */
function readSetAssignment(cursor: TokenCursor, state: { scope: string | undefined }): SetAssignment {
  const { start } = cursor.peek();
  const target = readSetTarget(cursor, state);
  if (!cursor.takeOperator('=')) cursor.expectOperator(':=');
  return { target, value: readValue(cursor), ...cursor.since(start) };
}

function readSetTarget(cursor: TokenCursor, state: { scope: string | undefined }): SetTarget {
  const { start, kind } = cursor.peek();
  if (kind === 'variable') {
    return { tag: 'user-variable', name: cursor.next().value, ...cursor.since(start) };
  }
  if (kind === 'system') {
    cursor.next();
    const scope = cursor.isOperator('.', 1) ? cursor.takeOneOf(SCOPES) : undefined;
    if (scope !== undefined) cursor.next();
    return { tag: 'system-variable', scope, name: nameText(cursor), ...cursor.since(start) };
  }
  const scope = isEqual(cursor, 1) ? undefined : cursor.takeOneOf(SCOPES);
  if (scope !== undefined) state.scope = scope;
  if (scope !== undefined || (state.scope !== undefined && !isLocal(cursor))) {
    return { tag: 'system-variable', scope: state.scope, name: nameText(cursor), ...cursor.since(start) };
  }
  return { tag: 'name', parts: cursor.path(), ...cursor.since(start) };
}

function isLocal(cursor: TokenCursor): boolean {
  return cursor.isWord('NEW') || cursor.isWord('OLD');
}

function nameText(cursor: TokenCursor): string {
  return cursor
    .path()
    .map(({ text }) => text)
    .join('.');
}

/** Words that are values of system variables although they are reserved: `ON`, `ALL`, `BINARY`. */
const VALUE_WORDS = new Set(['ON', 'ALL', 'BINARY', 'ROW', 'SYSTEM']);

function readValue(cursor: TokenCursor): Expression {
  const { upper, start } = cursor.peek();
  const isAlone = cursor.isOperator(',', 1) || cursor.isOperator(';', 1) || cursor.peek(1).kind === 'end';
  if (!VALUE_WORDS.has(upper) || !isAlone) return cursor.expression();
  const { value, end } = cursor.next();
  return { tag: 'column', parts: [{ text: value, isQuoted: false, start, end }], start, end };
}
