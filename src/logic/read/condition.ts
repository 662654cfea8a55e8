import type { TokenCursor } from '../../sql/token-cursor.ts';
import type { Condition, GetDiagnostics, Signal, SignalItem } from '../body.ts';

/** `SQLSTATE [VALUE] 'x'`, an error number, as DECLARE CONDITION has it. */
export function readCondition(cursor: TokenCursor): Condition {
  const { start, kind } = cursor.peek();
  if (kind === 'integer') {
    const errno = Number(cursor.next().value);
    if (errno === 0) throw cursor.failure('an error number is expected');
    return { tag: 'errno', errno, ...cursor.since(start) };
  }
  cursor.expectWord('SQLSTATE');
  cursor.takeWords('VALUE');
  if (cursor.peek().kind !== 'string') throw cursor.failure('an SQLSTATE is expected');
  const sqlstate = cursor.next().value;
  return { tag: 'sqlstate', sqlstate, ...cursor.since(start) };
}

/** What a handler may wait for. */
export function readHandlerCondition(cursor: TokenCursor): Condition {
  const { start } = cursor.peek();
  if (cursor.takeWords('NOT')) {
    if (!cursor.takeWords('FOUND')) throw cursor.failure('FOUND is expected');
    return { tag: 'not-found', ...cursor.since(start) };
  }
  if (cursor.takeWords('SQLEXCEPTION')) return { tag: 'sqlexception', ...cursor.since(start) };
  if (cursor.takeWords('SQLWARNING')) return { tag: 'sqlwarning', ...cursor.since(start) };
  return readStateOrName(cursor);
}

function readStateOrName(cursor: TokenCursor): Condition {
  if (cursor.peek().kind === 'integer' || cursor.isWord('SQLSTATE')) return readCondition(cursor);
  const name = cursor.name();
  return { tag: 'named', name, start: name.start, end: name.end };
}

/** Reads SIGNAL and RESIGNAL. */
export function readSignal(cursor: TokenCursor): Signal {
  const { start } = cursor.peek();
  const tag = cursor.next().upper === 'SIGNAL' ? 'signal' : 'resignal';
  const isBare = tag === 'resignal' && (cursor.isWord('SET') || cursor.isOperator(';') || cursor.peek().kind === 'end');
  const isNumber = cursor.peek().kind === 'integer';
  if (isNumber) throw cursor.failure('SQLSTATE or a condition is expected');
  const condition = isBare || !startsCondition(cursor) ? undefined : readStateOrName(cursor);
  if (condition === undefined && tag === 'signal') throw cursor.failure('SQLSTATE or a condition is expected');
  const items = cursor.takeWords('SET') ? cursor.list(() => readSignalItem(cursor)) : [];
  return { tag, condition, items, ...cursor.since(start) };
}

function startsCondition(cursor: TokenCursor): boolean {
  return cursor.isWord('SQLSTATE') || cursor.isName();
}

const SIGNAL_ITEMS = [
  ...['CLASS_ORIGIN', 'SUBCLASS_ORIGIN', 'CONSTRAINT_CATALOG', 'CONSTRAINT_SCHEMA', 'CONSTRAINT_NAME'],
  ...['CATALOG_NAME', 'SCHEMA_NAME', 'TABLE_NAME', 'COLUMN_NAME', 'CURSOR_NAME', 'MESSAGE_TEXT', 'MYSQL_ERRNO'],
  'ROW_NUMBER',
];

function readSignalItem(cursor: TokenCursor): SignalItem {
  const { start } = cursor.peek();
  const item = cursor.takeOneOf(SIGNAL_ITEMS);
  if (item === undefined) throw cursor.failure('an item of the condition is expected');
  cursor.expectOperator('=');
  return { item, value: cursor.expression(), ...cursor.since(start) };
}

const STATEMENT_ITEMS = ['NUMBER', 'ROW_COUNT'];
const CONDITION_ITEMS = [...SIGNAL_ITEMS, 'RETURNED_SQLSTATE'];

/** Reads GET [CURRENT|STACKED] DIAGNOSTICS. */
export function readGetDiagnostics(cursor: TokenCursor): GetDiagnostics {
  const { start } = cursor.peek();
  cursor.expectWord('GET');
  const isStacked = cursor.takeWords('STACKED');
  if (!isStacked) cursor.takeWords('CURRENT');
  cursor.expectWord('DIAGNOSTICS');
  const condition = cursor.takeWords('CONDITION') ? cursor.expression() : undefined;
  const known = condition === undefined ? STATEMENT_ITEMS : CONDITION_ITEMS;
  const items = cursor.list(() => {
    const from = cursor.peek().start;
    const target = readTarget(cursor);
    cursor.expectOperator('=');
    const item = cursor.takeOneOf(known);
    if (item === undefined) throw cursor.failure('an item of the diagnostics is expected');
    return { target, item, ...cursor.since(from) };
  });
  return { tag: 'get-diagnostics', isStacked, condition, items, ...cursor.since(start) };
}

/** A variable that takes a value: a local name, `NEW.column`, `@name`. */
export function readTarget(cursor: TokenCursor): GetDiagnostics['items'][number]['target'] {
  const token = cursor.peek();
  if (token.kind === 'variable') {
    cursor.next();
    return { tag: 'user-variable', name: token.value, start: token.start, end: token.end };
  }
  return { tag: 'column', parts: cursor.path(), ...cursor.since(token.start) };
}
