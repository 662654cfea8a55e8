import type { Name } from '../../sql/expression.ts';
import { readQueryAt } from '../../sql/parse.ts';
import type { TokenCursor } from '../../sql/token-cursor.ts';
import type { Block, CursorDeclaration, Declaration, HandlerDeclaration, VariableDeclaration } from '../body.ts';
import type { BodyReader } from '../body-reader.ts';
import { readCondition, readHandlerCondition } from './condition.ts';
import { readDataType } from './data-type.ts';

/** Reads `BEGIN ... END [label]`; the label before it was read already. */
export function readBlock(reader: BodyReader, start: number, label: Name | undefined): Block {
  const { cursor } = reader;
  cursor.expectWord('BEGIN');
  if (cursor.dialect.flavor === 'mariadb' && cursor.takeWords('NOT')) cursor.expectWord('ATOMIC');
  const declarations: Declaration[] = [];
  while (cursor.isWord('DECLARE')) {
    declarations.push(
      reader.tolerant([], () => {
        const found = readDeclaration(reader);
        if (!cursor.isOperator(';')) throw cursor.failure('";" is expected');
        return found;
      }),
    );
    cursor.takeOperator(';');
  }
  const statements = reader.statements();
  cursor.expectWord('END');
  readEndLabel(cursor, label);
  return { tag: 'block', label, declarations, statements, ...cursor.since(start) };
}

/** The label behind END must be the one before BEGIN, which may stand alone. */
export function readEndLabel(cursor: TokenCursor, label: Name | undefined): void {
  if (!cursor.isName() || label === undefined) return;
  const { value } = cursor.peek();
  if (value.toLowerCase() === label.text.toLowerCase()) cursor.next();
}

function readDeclaration(reader: BodyReader): Declaration {
  const { cursor } = reader;
  const { start } = cursor.peek();
  cursor.expectWord('DECLARE');
  const action = handlerAction(cursor);
  if (action !== undefined) return readHandler(reader, start, action);
  if (cursor.isWord('CONDITION', 1)) {
    const name = cursor.name();
    cursor.next();
    cursor.expectWord('FOR');
    return { tag: 'condition', name, condition: readCondition(cursor), ...cursor.since(start) };
  }
  return cursor.isWord('CURSOR', 1) ? readCursor(reader, start) : readVariable(cursor, start);
}

function handlerAction(cursor: TokenCursor): HandlerDeclaration['action'] | undefined {
  if (!cursor.isWord('HANDLER', 1)) return undefined;
  const word = cursor.takeOneOf(['CONTINUE', 'EXIT']);
  if (word === undefined) return undefined;
  cursor.next();
  return word === 'CONTINUE' ? 'continue' : 'exit';
}

function readHandler(reader: BodyReader, start: number, action: HandlerDeclaration['action']): HandlerDeclaration {
  const { cursor } = reader;
  cursor.expectWord('FOR');
  const conditions = cursor.list(() => readHandlerCondition(cursor));
  const body = reader.statement();
  return { tag: 'handler', action, conditions, body, ...cursor.since(start) };
}

function readCursor(reader: BodyReader, start: number): CursorDeclaration {
  const { cursor } = reader;
  const name = cursor.name();
  cursor.expectWord('CURSOR');
  const hasParameters = cursor.dialect.flavor === 'mariadb' && cursor.isOperator('(');
  const parameters = hasParameters ? readCursorParameters(cursor) : [];
  cursor.expectWord('FOR');
  const query = reader.tolerant([], () => readQueryAt(cursor));
  return { tag: 'cursor', name, parameters, query, ...cursor.since(start) };
}

function readCursorParameters(cursor: TokenCursor): CursorDeclaration['parameters'] {
  return cursor.inParentheses(() =>
    cursor.list(() => {
      const name = cursor.name();
      cursor.takeWords('IN');
      return { name, type: readDataType(cursor) };
    }),
  );
}

function readVariable(cursor: TokenCursor, start: number): VariableDeclaration {
  const names = cursor.list(() => cursor.name());
  const type = readDataType(cursor);
  const hasInitial = cursor.takeWords('DEFAULT') || (cursor.dialect.flavor === 'mariadb' && cursor.takeOperator(':='));
  const initial = hasInitial ? cursor.expression() : undefined;
  return { tag: 'variable', names, type, initial, ...cursor.since(start) };
}
