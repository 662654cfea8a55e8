import type { Expression, Name } from '../../sql/expression.ts';
import type { TokenCursor } from '../../sql/token-cursor.ts';
import type { ColumnDefinition, KeyDefinition } from '../table-definition.ts';
import { readDataType } from './data-type.ts';

/** What a column definition says behind its type. */
type Attributes = {
  -readonly [Key in Exclude<keyof ColumnDefinition, 'name' | 'type' | 'start' | 'end'>]: ColumnDefinition[Key];
};

/** Reads one column of CREATE TABLE. Throws SyntaxFailure. */
export function readColumn(cursor: TokenCursor): ColumnDefinition {
  const name = cursor.name();
  const type = readDataType(cursor);
  const attributes: Attributes = {
    isNotNull: false,
    isAutoIncrement: false,
    key: undefined,
    initial: undefined,
    generated: undefined,
    check: undefined,
    onUpdate: undefined,
  };
  while (!cursor.isOperator(',') && !cursor.isOperator(')')) readAttribute(cursor, attributes);
  return { name, type, ...attributes, ...cursor.since(name.start) };
}

function readAttribute(cursor: TokenCursor, found: Attributes): void {
  if (cursor.takeWords('NOT', 'NULL')) found.isNotNull = true;
  else if (cursor.takeWords('NULL')) found.isNotNull = false;
  else if (cursor.takeWords('AUTO_INCREMENT')) found.isAutoIncrement = true;
  else if (cursor.takeWords('DEFAULT')) found.initial = cursor.expression(OPERAND);
  else if (cursor.takeWords('PRIMARY')) primary(cursor, found);
  else if (cursor.takeWords('KEY')) found.key = 'primary';
  else if (cursor.takeWords('UNIQUE')) unique(cursor, found);
  else if (cursor.takeWords('ON', 'UPDATE')) found.onUpdate = cursor.expression(OPERAND);
  else if (cursor.takeWords('CHECK')) found.check = cursor.inParentheses(() => cursor.expression());
  else if (cursor.isWord('GENERATED') || cursor.isWord('AS')) found.generated = readGenerated(cursor);
  else readUnusedAttribute(cursor);
}

/** Weaker operators than a sum do not stand bare in a default. */
const OPERAND = 8;

function primary(cursor: TokenCursor, found: Attributes): void {
  cursor.expectWord('KEY');
  found.key = 'primary';
}

function unique(cursor: TokenCursor, found: Attributes): void {
  cursor.takeWords('KEY');
  found.key ??= 'unique';
}

function readGenerated(cursor: TokenCursor): Expression {
  if (cursor.takeWords('GENERATED')) cursor.expectWord('ALWAYS');
  cursor.expectWord('AS');
  const found = cursor.inParentheses(() => cursor.expression());
  cursor.takeOneOf(['VIRTUAL', 'STORED', 'PERSISTENT']);
  return found;
}

function readUnusedAttribute(cursor: TokenCursor): void {
  if (cursor.takeOneOf(['COMMENT', 'COLLATE', 'COLUMN_FORMAT', 'STORAGE']) !== undefined) cursor.next();
  else if (cursor.takeOneOf(['INVISIBLE', 'VISIBLE', 'SERIAL']) === undefined) {
    throw cursor.failure('an attribute of a column is expected');
  }
}

/** Reads a key or a constraint, or undefined when a column comes. */
export function readKey(cursor: TokenCursor): KeyDefinition | undefined {
  const { start } = cursor.peek();
  const hasConstraint = cursor.takeWords('CONSTRAINT');
  const isNamed = hasConstraint && cursor.isName();
  const constraint = isNamed ? cursor.name() : undefined;
  const kind = readKind(cursor);
  if (kind === undefined) {
    if (hasConstraint) throw cursor.failure('a constraint is expected');
    return undefined;
  }
  if (kind === 'check') {
    const check = cursor.inParentheses(() => cursor.expression());
    return { kind, name: constraint, columns: [], isPlain: true, check, ...cursor.since(start) };
  }
  const name = cursor.isName() && !cursor.isWord('USING') ? cursor.name() : constraint;
  if (cursor.takeWords('USING')) cursor.next();
  const parts = cursor.inParentheses(() => cursor.list(() => readPart(cursor)));
  readTail(cursor, kind);
  const columns = parts.flatMap((part) => (part === undefined ? [] : [part.name]));
  const isPlain = parts.every((part) => part?.isWhole === true);
  return { kind, name, columns, isPlain, check: undefined, ...cursor.since(start) };
}

function readKind(cursor: TokenCursor): KeyDefinition['kind'] | undefined {
  if (cursor.takeWords('PRIMARY', 'KEY')) return 'primary';
  if (cursor.takeWords('FOREIGN', 'KEY')) return 'foreign';
  if (cursor.takeWords('CHECK')) return 'check';
  const word = cursor.takeOneOf(['UNIQUE', 'FULLTEXT', 'SPATIAL']);
  const isKey = cursor.takeOneOf(['KEY', 'INDEX']) !== undefined;
  if (word !== undefined) return word.toLowerCase() as 'unique' | 'fulltext' | 'spatial';
  return isKey ? 'index' : undefined;
}

function readPart(cursor: TokenCursor): { readonly name: Name; readonly isWhole: boolean } | undefined {
  if (cursor.isOperator('(')) {
    cursor.inParentheses(() => cursor.expression());
    cursor.takeOneOf(['ASC', 'DESC']);
    return undefined;
  }
  const name = cursor.name();
  const isWhole = !cursor.isOperator('(');
  if (!isWhole) cursor.inParentheses(() => cursor.next());
  cursor.takeOneOf(['ASC', 'DESC']);
  return { name, isWhole };
}

/** USING, COMMENT, and of a foreign key REFERENCES with its actions. */
function readTail(cursor: TokenCursor, kind: KeyDefinition['kind']): void {
  if (cursor.takeOneOf(['USING', 'COMMENT']) !== undefined) cursor.next();
  if (kind !== 'foreign') return;
  cursor.expectWord('REFERENCES');
  while (!cursor.isOperator(',') && !cursor.isOperator(')') && cursor.peek().kind !== 'end') {
    if (cursor.isOperator('(')) cursor.inParentheses(() => cursor.list(() => cursor.name()));
    else cursor.next();
  }
}
