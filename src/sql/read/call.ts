import type { Expression, Name } from '../expression.ts';
import { POWER } from '../operator-table.ts';
import type { TokenCursor } from '../token-cursor.ts';
import { isAggregate, readAggregate } from './aggregate.ts';
import { readUnit } from './unit.ts';

type Reader = (cursor: TokenCursor, name: Name, upper: string) => Expression;

/** Reserved words that name functions too. */
const RESERVED_FUNCTIONS = new Set(
  `LEFT RIGHT REPLACE INSERT REPEAT IF MOD CHAR DATABASE SCHEMA GROUPING CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP
   LOCALTIME LOCALTIMESTAMP UTC_DATE UTC_TIME UTC_TIMESTAMP CURRENT_USER CURRENT_ROLE RANK DENSE_RANK ROW_NUMBER
   PERCENT_RANK CUME_DIST NTILE LAG LEAD FIRST_VALUE LAST_VALUE NTH_VALUE`.split(/\s+/),
);

/** Functions that need no parentheses. */
const BARE = new Set(
  `CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP LOCALTIME LOCALTIMESTAMP UTC_DATE UTC_TIME UTC_TIMESTAMP CURRENT_USER
   CURRENT_ROLE`.split(/\s+/),
);

/** Functions that are themselves only with the parenthesis at once behind the name, unless IGNORE_SPACE is set. */
const NO_BLANK = new Set(
  `ADDDATE BIT_AND BIT_OR BIT_XOR CAST COUNT CURDATE CURTIME DATE_ADD DATE_SUB EXTRACT GROUP_CONCAT JSON_ARRAYAGG
   JSON_OBJECTAGG MAX MID MIN NOW POSITION SESSION_USER STD STDDEV STDDEV_POP STDDEV_SAMP SUBDATE SUBSTR SUBSTRING SUM
   SYSDATE SYSTEM_USER TRIM VARIANCE VAR_POP VAR_SAMP`.split(/\s+/),
);

const SPECIAL: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['TRIM', readTrim],
  ['EXTRACT', readExtract],
  ['POSITION', readPosition],
  ['SUBSTRING', readSubstring],
  ['SUBSTR', readSubstring],
  ['MID', readSubstring],
  ['DATE_ADD', readDateShift],
  ['DATE_SUB', readDateShift],
  ['ADDDATE', readDateShift],
  ['SUBDATE', readDateShift],
  ['TIMESTAMPADD', readUnitCall],
  ['TIMESTAMPDIFF', readUnitCall],
  ['GET_FORMAT', readGetFormat],
]);

/** Reads a call, or undefined when no call comes next. */
export function readCall(cursor: TokenCursor): Expression | undefined {
  const token = cursor.peek();
  const hasParenthesis = cursor.isOperator('(', 1);
  if (!hasParenthesis) {
    if (BARE.has(token.upper)) return readBare(cursor);
    return readQualified(cursor);
  }
  if (token.kind !== 'quoted' && !cursor.isName() && !RESERVED_FUNCTIONS.has(token.upper)) return undefined;
  cursor.next();
  const name = { text: token.value, isQuoted: token.kind === 'quoted', start: token.start, end: token.end };
  const isBuiltIn = token.kind === 'word' && isAdjacent(cursor, token.upper, token.end);
  if (isBuiltIn && isAggregate(token.upper)) return readAggregate(cursor, name, token.upper);
  const special = isBuiltIn ? SPECIAL.get(token.upper) : undefined;
  return special === undefined ? readPlain(cursor, [name]) : special(cursor, name, token.upper);
}

function isAdjacent(cursor: TokenCursor, upper: string, end: number): boolean {
  return cursor.dialect.mode.hasIgnoreSpace || !NO_BLANK.has(upper) || cursor.peek().start === end;
}

function readBare(cursor: TokenCursor): Expression {
  const token = cursor.next();
  const name = { text: token.value, isQuoted: false, start: token.start, end: token.end };
  const span = { start: token.start, end: token.end };
  return { tag: 'call', parts: [name], upper: token.upper, args: [], keyword: undefined, ...span };
}

/** `schema.function(...)`, told from a column by the parenthesis. */
function readQualified(cursor: TokenCursor): Expression | undefined {
  if (!cursor.isName() || !cursor.isOperator('.', 1) || !cursor.isOperator('(', 3)) return undefined;
  return readPlain(cursor, cursor.path());
}

function readPlain(cursor: TokenCursor, parts: readonly Name[]): Expression {
  cursor.expectOperator('(');
  const args = cursor.isOperator(')') ? [] : cursor.list(() => cursor.expression());
  return close(cursor, parts, args);
}

/** Ends a call; words before its parenthesis (`USING utf8mb4`, `RETURNING DECIMAL(4,2) ON EMPTY ...`) are kept. */
function close(cursor: TokenCursor, parts: readonly Name[], args: readonly Expression[]): Expression {
  const from = cursor.peek().start;
  let depth = 0;
  while (depth > 0 || !cursor.isOperator(')')) {
    const token = cursor.peek();
    if (token.kind === 'end' || (token.start === from && token.kind !== 'word')) {
      throw cursor.failure('")" is expected');
    }
    if (cursor.isOperator('(')) depth += 1;
    if (cursor.isOperator(')')) depth -= 1;
    cursor.next();
  }
  const keyword = cursor.peek().start === from ? undefined : cursor.text.slice(from, cursor.lastEnd);
  if (keyword !== undefined && !/^(?:USING|RETURNING|AS|NULL|ERROR|DEFAULT|LEVEL)\b/i.test(keyword)) {
    throw cursor.failure(`"${keyword.slice(0, 40)}" is not expected in a call, and so`);
  }
  cursor.expectOperator(')');
  const upper = (parts.at(-1)?.text ?? '').toUpperCase();
  const start = parts[0]?.start ?? from;
  return { tag: 'call', parts, upper, args, keyword, ...cursor.since(start) };
}

const SIDES = { BOTH: 'both', LEADING: 'leading', TRAILING: 'trailing' } as const;

function readTrim(cursor: TokenCursor, name: Name): Expression {
  cursor.expectOperator('(');
  const word = cursor.takeOneOf(Object.keys(SIDES));
  const side = word === undefined ? 'both' : SIDES[word as keyof typeof SIDES];
  const first = cursor.takeWords('FROM') ? undefined : cursor.expression();
  const isFrom = first === undefined || cursor.takeWords('FROM');
  if (word !== undefined && !isFrom) throw cursor.failure('FROM is expected');
  const operand = isFrom ? cursor.expression() : first;
  cursor.expectOperator(')');
  return { tag: 'trim', side, removed: isFrom ? first : undefined, operand, ...cursor.since(name.start) };
}

function readExtract(cursor: TokenCursor, name: Name): Expression {
  cursor.expectOperator('(');
  const unit = readUnit(cursor);
  cursor.expectWord('FROM');
  const operand = cursor.expression();
  cursor.expectOperator(')');
  return { tag: 'extract', unit, operand, ...cursor.since(name.start) };
}

/** POSITION(x IN s) is LOCATE(x, s). */
function readPosition(cursor: TokenCursor, name: Name): Expression {
  cursor.expectOperator('(');
  const needle = cursor.expression(POWER.bitOr);
  cursor.expectWord('IN');
  const args = [needle, cursor.expression()];
  cursor.expectOperator(')');
  return { tag: 'call', parts: [name], upper: 'LOCATE', args, keyword: undefined, ...cursor.since(name.start) };
}

/** SUBSTRING(s FROM p FOR n) is SUBSTRING(s, p, n). */
function readSubstring(cursor: TokenCursor, name: Name): Expression {
  cursor.expectOperator('(');
  const args = [cursor.expression()];
  const isFrom = cursor.takeWords('FROM');
  if (!isFrom) cursor.expectOperator(',');
  args.push(cursor.expression());
  if (isFrom ? cursor.takeWords('FOR') : cursor.takeOperator(',')) args.push(cursor.expression());
  cursor.expectOperator(')');
  return { tag: 'call', parts: [name], upper: 'SUBSTRING', args, keyword: undefined, ...cursor.since(name.start) };
}

function readDateShift(cursor: TokenCursor, name: Name, upper: string): Expression {
  cursor.expectOperator('(');
  const operand = cursor.expression();
  cursor.expectOperator(',');
  const hasUnit = cursor.takeWords('INTERVAL');
  if (!hasUnit && upper.startsWith('DATE_')) throw cursor.failure('INTERVAL is expected');
  const amount = cursor.expression();
  const unit = hasUnit ? readUnit(cursor) : 'DAY';
  cursor.expectOperator(')');
  const isNegative = upper === 'DATE_SUB' || upper === 'SUBDATE';
  return { tag: 'date-shift', operand, isNegative, amount, unit, ...cursor.since(name.start) };
}

function readUnitCall(cursor: TokenCursor, name: Name, upper: string): Expression {
  cursor.expectOperator('(');
  const keyword = readUnit(cursor);
  cursor.expectOperator(',');
  const args = cursor.list(() => cursor.expression());
  if (args.length !== 2) throw cursor.failure('two values are expected');
  cursor.expectOperator(')');
  return { tag: 'call', parts: [name], upper, args, keyword, ...cursor.since(name.start) };
}

function readGetFormat(cursor: TokenCursor, name: Name, upper: string): Expression {
  cursor.expectOperator('(');
  const keyword = cursor.takeOneOf(['DATE', 'TIME', 'DATETIME', 'TIMESTAMP']);
  if (keyword === undefined) throw cursor.failure('DATE, TIME or DATETIME is expected');
  cursor.expectOperator(',');
  const args = [cursor.expression()];
  cursor.expectOperator(')');
  return { tag: 'call', parts: [name], upper, args, keyword, ...cursor.since(name.start) };
}
