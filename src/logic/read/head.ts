import type { TableName } from '../../sql/query.ts';
import type { TokenCursor } from '../../sql/token-cursor.ts';
import type { ProgramKind } from '../program.ts';

/** What stands between CREATE and the kind of a program. */
export interface Head {
  readonly start: number;
  readonly isReplace: boolean;
  readonly isAggregate: boolean;
  readonly definer: string | undefined;
  readonly algorithm: string | undefined;
  readonly isInvoker: boolean;
  readonly kind: ProgramKind;
}

const KINDS: Readonly<Record<string, ProgramKind>> = {
  PROCEDURE: 'procedure',
  FUNCTION: 'function',
  TRIGGER: 'trigger',
  EVENT: 'event',
  VIEW: 'view',
};

/** Reads up to the kind; undefined when the statement makes no stored program. The cursor is moved either way. */
export function readHead(cursor: TokenCursor): Head | undefined {
  const { start } = cursor.peek();
  if (!cursor.takeWords('CREATE')) return undefined;
  const isReplace = cursor.takeWords('OR', 'REPLACE');
  const said = { definer: undefined, algorithm: undefined, isInvoker: false } as Said;
  while (readOption(cursor, said));
  const isAggregate = cursor.takeWords('AGGREGATE');
  const kind = KINDS[cursor.peek().upper];
  if (kind === undefined) return undefined;
  cursor.next();
  return { start, isReplace, isAggregate, ...said, kind };
}

interface Said {
  definer: string | undefined;
  algorithm: string | undefined;
  isInvoker: boolean;
}

function readOption(cursor: TokenCursor, said: Said): boolean {
  if (cursor.isWord('DEFINER') && cursor.isOperator('=', 1)) {
    cursor.moveTo(cursor.index + 2);
    said.definer = readAccount(cursor);
    return true;
  }
  if (cursor.isWord('ALGORITHM') && cursor.isOperator('=', 1)) {
    cursor.moveTo(cursor.index + 2);
    said.algorithm = cursor.next().upper;
    return true;
  }
  if (!cursor.takeWords('SQL', 'SECURITY')) return false;
  said.isInvoker = readSecurity(cursor);
  return true;
}

/** Behind SQL SECURITY. */
export function readSecurity(cursor: TokenCursor): boolean {
  const word = cursor.takeOneOf(['INVOKER', 'DEFINER']);
  if (word === undefined) throw cursor.failure('DEFINER or INVOKER is expected');
  return word === 'INVOKER';
}

/** `root`@`localhost`, 'root'@'%', root@localhost, root; undefined for CURRENT_USER. */
function readAccount(cursor: TokenCursor): string | undefined {
  if (cursor.takeOneOf(['CURRENT_USER', 'CURRENT_ROLE']) !== undefined) {
    if (cursor.takeOperator('(')) cursor.expectOperator(')');
    return undefined;
  }
  const { kind } = cursor.peek();
  if (kind !== 'word' && kind !== 'quoted' && kind !== 'string') throw cursor.failure('an account is expected');
  const user = cursor.next().value;
  if (cursor.peek().kind !== 'variable') return user;
  const host = cursor.next().value;
  const isApart = host === '' && ['string', 'quoted', 'word'].includes(cursor.peek().kind);
  return `${user}@${isApart ? cursor.next().value : host}`;
}

/** The name of a program, behind IF NOT EXISTS if that is there. */
export function readProgramName(cursor: TokenCursor): { name: TableName; isIfNotExists: boolean } {
  const isIfNotExists = cursor.takeWords('IF', 'NOT', 'EXISTS');
  const { start } = cursor.peek();
  return { isIfNotExists, name: { parts: cursor.path(), ...cursor.since(start) } };
}
