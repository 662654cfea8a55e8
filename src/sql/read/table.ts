import type { Name } from '../expression.ts';
import { POWER } from '../operator-table.ts';
import type { Join, Query, TableName, TableReference } from '../query.ts';
import type { Span } from '../span.ts';
import type { TokenCursor } from '../token-cursor.ts';
import { readJsonTable } from './json-table.ts';

/** Reads a list of tables and joins, as FROM has it. */
export function readTables(cursor: TokenCursor): readonly TableReference[] {
  return cursor.list(() => readJoined(cursor));
}

/** A table name alone. */
export function readTableName(cursor: TokenCursor): TableName {
  const { start } = cursor.peek();
  return { parts: cursor.path(), ...cursor.since(start) };
}

/** Reads a table and the joins behind it. An ON belongs to the innermost join that still lacks one. */
function readJoined(cursor: TokenCursor): TableReference {
  let left = readFactor(cursor);
  for (;;) {
    const found = readJoinWord(cursor);
    if (found === undefined) return left;
    left = readJoin(cursor, left, found);
  }
}

type JoinWord = Pick<Join, 'kind' | 'isNatural'>;

function readJoinWord(cursor: TokenCursor): JoinWord | undefined {
  const isNatural = cursor.takeWords('NATURAL');
  if (cursor.takeWords('STRAIGHT_JOIN')) return { kind: 'straight', isNatural };
  if (cursor.takeWords('JOIN') || cursor.takeWords('INNER', 'JOIN')) return { kind: 'inner', isNatural };
  if (cursor.takeWords('CROSS', 'JOIN')) return { kind: 'cross', isNatural };
  const side = cursor.isWord('JOIN', 1) || (cursor.isWord('OUTER', 1) && cursor.isWord('JOIN', 2));
  const word = side ? cursor.takeOneOf(['LEFT', 'RIGHT']) : undefined;
  if (word !== undefined) {
    cursor.takeWords('OUTER');
    cursor.expectWord('JOIN');
    return { kind: word === 'LEFT' ? 'left' : 'right', isNatural };
  }
  if (isNatural) throw cursor.failure('JOIN is expected');
  return undefined;
}

/**
 * As in the server's grammar the right side takes the joins that follow, so that in `a JOIN b JOIN c ON x ON y` each ON
 * finds its join; a join that stays without a condition then moves to the left end of its right side.
 */
function readJoin(cursor: TokenCursor, left: TableReference, word: JoinWord): TableReference {
  const none = { on: undefined, using: [] };
  if (word.isNatural) {
    return { tag: 'join', ...word, left, right: readFactor(cursor), ...none, ...cursor.since(left.start) };
  }
  const right = cursor.deeper(() => readJoined(cursor));
  const condition = readCondition(cursor);
  if (condition === undefined && mustHave(word)) throw cursor.failure('ON or USING is expected');
  if (condition === undefined) return leftmost(left, word, right);
  return { tag: 'join', ...word, left, right, ...condition, ...cursor.since(left.start) };
}

function leftmost(left: TableReference, word: JoinWord, right: TableReference): TableReference {
  if (right.tag === 'join') return { ...right, left: leftmost(left, word, right.left), start: left.start };
  return { tag: 'join', ...word, left, right, on: undefined, using: [], start: left.start, end: right.end };
}

function mustHave(word: JoinWord): boolean {
  return word.kind === 'left' || word.kind === 'right';
}

function readCondition(cursor: TokenCursor): Pick<Join, 'on' | 'using'> | undefined {
  if (cursor.takeWords('ON')) return { on: cursor.expression(), using: [] };
  if (cursor.takeWords('USING')) return { on: undefined, using: readColumns(cursor) };
  return undefined;
}

function readColumns(cursor: TokenCursor): readonly Name[] {
  return cursor.inParentheses(() => cursor.list(() => cursor.name()));
}

function readFactor(cursor: TokenCursor): TableReference {
  const { start } = cursor.peek();
  if (cursor.isWord('LATERAL') && cursor.isOperator('(', 1)) {
    cursor.next();
    return readDerived(cursor, start, true);
  }
  if (cursor.isWord('JSON_TABLE') && cursor.isOperator('(', 1)) return readJsonTable(cursor);
  if (cursor.isOperator('{')) return readOuterBraces(cursor);
  return cursor.isOperator('(') ? readParenthesised(cursor, start) : readBase(cursor);
}

/** `(query) AS t` or `(a JOIN b ...)`: the first word inside all parentheses tells. */
function readParenthesised(cursor: TokenCursor, start: number): TableReference {
  let ahead = 0;
  while (cursor.isOperator('(', ahead)) ahead += 1;
  const { upper } = cursor.peek(ahead);
  const isQuery = upper === 'SELECT' || upper === 'WITH' || upper === 'VALUES' || upper === 'TABLE';
  if (isQuery && ahead === 1) return readDerived(cursor, start, false);
  if (isQuery) return readNested(cursor, start);
  const tables = cursor.inParentheses(() => cursor.deeper(() => readTables(cursor)));
  return { tag: 'list', tables, ...cursor.since(start) };
}

/** `((SELECT ..) UNION (SELECT ..)) AS t`, or `((SELECT ..) AS t JOIN u)`: what follows the inner parentheses tells. */
function readNested(cursor: TokenCursor, start: number): TableReference {
  cursor.expectOperator('(');
  const first = cursor.deeper(() => readFactor(cursor));
  if (first.tag === 'derived' && first.alias === undefined && !first.isLateral) {
    const query = cursor.isOperator(')') ? first.query : cursor.query(first.query);
    cursor.expectOperator(')');
    return nameDerived(cursor, start, { query, isLateral: false });
  }
  let left = first;
  for (;;) {
    const word = readJoinWord(cursor);
    if (word === undefined) break;
    left = readJoin(cursor, left, word);
  }
  const tables = cursor.takeOperator(',') ? [left, ...readTables(cursor)] : [left];
  cursor.expectOperator(')');
  return { tag: 'list', tables, ...cursor.since(start) };
}

function readDerived(cursor: TokenCursor, start: number, isLateral: boolean): TableReference {
  const query = cursor.inParentheses(() => cursor.query());
  return nameDerived(cursor, start, { query, isLateral });
}

function nameDerived(
  cursor: TokenCursor,
  start: number,
  derived: { readonly query: Query; readonly isLateral: boolean },
): TableReference {
  const alias = readTableAlias(cursor);
  const columns = alias !== undefined && cursor.isOperator('(') ? readColumns(cursor) : [];
  return { tag: 'derived', ...derived, alias, columns, ...cursor.since(start) };
}

/** `AS t` or `t`. */
export function readTableAlias(cursor: TokenCursor): Name | undefined {
  if (cursor.takeWords('AS') || cursor.takeOperator('=')) return cursor.name();
  // MariaDB does not reserve WINDOW, but it is no alias here: the clause comes.
  return cursor.isName() && !cursor.isWord('WINDOW') ? cursor.name() : undefined;
}

/** ODBC's `{ OJ a LEFT JOIN b ON .. }`. */
function readOuterBraces(cursor: TokenCursor): TableReference {
  cursor.expectOperator('{');
  cursor.name();
  const found = cursor.deeper(() => readJoined(cursor));
  cursor.expectOperator('}');
  return found;
}

function readBase(cursor: TokenCursor): TableReference {
  const { start } = cursor.peek();
  const name = readTableName(cursor);
  const partitions = readPartitions(cursor);
  const systemTime = readSystemTime(cursor);
  const alias = readTableAlias(cursor);
  const hints = readHints(cursor);
  return { tag: 'base', name, alias, partitions, hints, systemTime, ...cursor.since(start) };
}

/** `PARTITION (p0, p1)`, or nothing. */
export function readPartitions(cursor: TokenCursor): readonly Name[] {
  return cursor.takeWords('PARTITION') ? readColumns(cursor) : [];
}

function readSystemTime(cursor: TokenCursor): Span | undefined {
  const { start } = cursor.peek();
  if (!cursor.takeWords('FOR', 'SYSTEM_TIME')) return undefined;
  if (cursor.takeWords('ALL')) return cursor.since(start);
  cursor.takeOneOf(['AS', 'FROM', 'BETWEEN']);
  cursor.takeWords('OF');
  cursor.takeOneOf(['TIMESTAMP', 'TRANSACTION']);
  cursor.expression(POWER.bitOr);
  if (cursor.takeOneOf(['TO', 'AND']) !== undefined) cursor.expression(POWER.bitOr);
  return cursor.since(start);
}

function readHints(cursor: TokenCursor): readonly Span[] {
  const hints: Span[] = [];
  for (;;) {
    const { start } = cursor.peek();
    const isHint = cursor.isWord('INDEX', 1) || cursor.isWord('KEY', 1);
    const word = isHint ? cursor.takeOneOf(['USE', 'FORCE', 'IGNORE']) : undefined;
    if (word === undefined) return hints;
    cursor.next();
    if (cursor.takeWords('FOR') && cursor.takeOneOf(['JOIN', 'ORDER', 'GROUP']) !== 'JOIN') cursor.expectWord('BY');
    cursor.inParentheses(() => {
      while (!cursor.isOperator(')') && cursor.peek().kind !== 'end') cursor.next();
    });
    cursor.takeOperator(',');
    hints.push(cursor.since(start));
  }
}
