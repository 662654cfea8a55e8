import type { Name, OrderItem } from '../expression.ts';
import type { Select, SelectItem } from '../query.ts';
import type { TokenCursor } from '../token-cursor.ts';
import { readGroupItem } from './order.ts';
import { readTables } from './table.ts';
import { readWindowSpec } from './window.ts';

const OPTIONS = [
  ...['ALL', 'DISTINCT', 'DISTINCTROW', 'HIGH_PRIORITY', 'STRAIGHT_JOIN', 'SQL_SMALL_RESULT', 'SQL_BIG_RESULT'],
  ...['SQL_BUFFER_RESULT', 'SQL_NO_CACHE', 'SQL_CACHE', 'SQL_CALC_FOUND_ROWS'],
];

/** Reads a SELECT behind its word up to its WINDOW clause; `into` is called where INTO may stand inside it. */
export function readSelect(cursor: TokenCursor, start: number, into: () => void): Select {
  const options = readOptions(cursor);
  const items = readSelectItems(cursor);
  into();
  const from = cursor.takeWords('FROM') ? readFrom(cursor) : [];
  const where = cursor.takeWords('WHERE') ? cursor.expression() : undefined;
  const { groupBy, isRollup } = readGroupBy(cursor);
  const having = cursor.takeWords('HAVING') ? cursor.expression() : undefined;
  const windows = cursor.takeWords('WINDOW') ? cursor.list(() => readNamedWindow(cursor)) : [];
  const isDistinct = options.includes('DISTINCT') || options.includes('DISTINCTROW');
  const clauses = { from, where, groupBy, isRollup, having, windows };
  return { tag: 'select', isDistinct, options, items, ...clauses, ...cursor.since(start) };
}

function readOptions(cursor: TokenCursor): readonly string[] {
  const options: string[] = [];
  for (;;) {
    const word = cursor.takeOneOf(OPTIONS);
    if (word === undefined) return options;
    options.push(word);
  }
}

function readFrom(cursor: TokenCursor): Select['from'] {
  return cursor.takeWords('DUAL') ? [] : readTables(cursor);
}

function readGroupBy(cursor: TokenCursor): { groupBy: readonly OrderItem[]; isRollup: boolean } {
  if (!cursor.takeWords('GROUP', 'BY')) return { groupBy: [], isRollup: false };
  if (cursor.isWord('ROLLUP') && cursor.isOperator('(', 1)) {
    cursor.next();
    return { groupBy: cursor.inParentheses(() => cursor.list(() => readGroupItem(cursor))), isRollup: true };
  }
  const groupBy = cursor.list(() => readGroupItem(cursor));
  return { groupBy, isRollup: cursor.takeWords('WITH', 'ROLLUP') };
}

function readNamedWindow(cursor: TokenCursor): Select['windows'][number] {
  const name = cursor.name();
  cursor.expectWord('AS');
  return { name, spec: readWindowSpec(cursor), ...cursor.since(name.start) };
}

/** Reads what is selected or returned. */
export function readSelectItems(cursor: TokenCursor): readonly SelectItem[] {
  return cursor.list(() => readItem(cursor));
}

function readItem(cursor: TokenCursor): SelectItem {
  const { start } = cursor.peek();
  if (cursor.takeOperator('*')) return { tag: 'star', qualifier: [], ...cursor.since(start) };
  const qualifier = readStarQualifier(cursor);
  if (qualifier !== undefined) return { tag: 'star', qualifier, ...cursor.since(start) };
  const expression = cursor.expression();
  const alias = readAlias(cursor);
  return { tag: 'item', expression, alias, ...cursor.since(start) };
}

/** `t.*` and `s.t.*`, told by looking at most five tokens ahead. */
function readStarQualifier(cursor: TokenCursor): readonly Name[] | undefined {
  const isShort = cursor.isOperator('.', 1) && cursor.isOperator('*', 2);
  const isLong = cursor.isOperator('.', 1) && cursor.isOperator('.', 3) && cursor.isOperator('*', 4);
  if (!cursor.isName() || !(isShort || isLong)) return undefined;
  const parts = cursor.path();
  cursor.expectOperator('.');
  cursor.expectOperator('*');
  return parts;
}

/** `AS name`, `name`, and a string in either place. */
function readAlias(cursor: TokenCursor): Name | undefined {
  const hasAs = cursor.takeWords('AS');
  const token = cursor.peek();
  if (token.kind === 'string') {
    cursor.next();
    return { text: token.value, isQuoted: true, start: token.start, end: token.end };
  }
  return hasAs || cursor.isName() ? cursor.name() : undefined;
}
