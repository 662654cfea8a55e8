import type { Expression } from '../../sql/expression.ts';
import type { TokenCursor } from '../../sql/token-cursor.ts';
import type { BodyStatement } from '../body.ts';

/** Reads `PREPARE name FROM source`; MySQL takes a string or a user variable, MariaDB any expression. */
export function readPrepare(cursor: TokenCursor): BodyStatement {
  const { start } = cursor.next();
  const name = cursor.name();
  cursor.expectWord('FROM');
  const source = readSource(cursor);
  return { tag: 'prepare', name, source, ...cursor.since(start) };
}

function readSource(cursor: TokenCursor): Expression {
  const { kind } = cursor.peek();
  const isPlain = kind === 'variable' || kind === 'string';
  if (cursor.dialect.flavor === 'mysql' && !isPlain) throw cursor.failure('a string or a user variable is expected');
  return cursor.expression();
}

/** Reads `EXECUTE name USING ...` and MariaDB's `EXECUTE IMMEDIATE source USING ...`. */
export function readExecute(cursor: TokenCursor): BodyStatement {
  const { start } = cursor.next();
  const isName = cursor.isWord('USING', 1) || cursor.isOperator(';', 1);
  if (cursor.dialect.flavor === 'mariadb' && !isName && cursor.takeWords('IMMEDIATE')) {
    const source = cursor.expression();
    return { tag: 'execute-immediate', source, using: readUsing(cursor), ...cursor.since(start) };
  }
  const name = cursor.name();
  return { tag: 'execute', name, using: readUsing(cursor), ...cursor.since(start) };
}

function readUsing(cursor: TokenCursor): readonly Expression[] {
  if (!cursor.takeWords('USING')) return [];
  return cursor.list(() => {
    if (cursor.dialect.flavor === 'mysql' && cursor.peek().kind !== 'variable') {
      throw cursor.failure('a user variable is expected');
    }
    return cursor.expression();
  });
}

/** Reads `DEALLOCATE PREPARE name` and `DROP PREPARE name`. */
export function readDeallocate(cursor: TokenCursor): BodyStatement {
  const { start } = cursor.next();
  cursor.expectWord('PREPARE');
  return { tag: 'deallocate', name: cursor.name(), ...cursor.since(start) };
}
