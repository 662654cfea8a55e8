import type { Name } from '../expression.ts';
import type { CommonTable, Into, IntoTarget, Lock, Query, QueryBody, SetOperand, With } from '../query.ts';
import type { TokenCursor } from '../token-cursor.ts';
import { readLimit, readOrderBy } from './order.ts';
import { readSelect } from './select.ts';

/** Reads a query with everything round it. `first` is a parenthesised query that was read before. */
export function readQuery(cursor: TokenCursor, first?: Query): Query {
  const start = first?.start ?? cursor.peek().start;
  const before = first === undefined ? readWith(cursor) : undefined;
  const own: { into?: Into } = {};
  const body = readBody(cursor, first, own);
  const orderBy = readOrderBy(cursor);
  const limit = readLimit(cursor);
  const early = own.into ?? readInto(cursor);
  const locks = readLocks(cursor);
  const into = early ?? readInto(cursor);
  return { tag: 'query', with: before, body, orderBy, limit, locks, into, ...cursor.since(start) };
}

/** Reads `WITH [RECURSIVE] a (x) AS (query), ...`, or nothing. */
export function readWith(cursor: TokenCursor): With | undefined {
  const { start } = cursor.peek();
  if (!cursor.takeWords('WITH')) return undefined;
  const isRecursive = cursor.takeWords('RECURSIVE');
  const tables = cursor.list(() => readCommonTable(cursor));
  return { isRecursive, tables, ...cursor.since(start) };
}

function readCommonTable(cursor: TokenCursor): CommonTable {
  const name = cursor.name();
  const columns = cursor.isOperator('(') ? readNames(cursor) : [];
  cursor.expectWord('AS');
  const query = cursor.inParentheses(() => cursor.query());
  return { name, columns, query, ...cursor.since(name.start) };
}

/** `(a, b, c)`. */
export function readNames(cursor: TokenCursor): readonly Name[] {
  return cursor.inParentheses(() => cursor.list(() => cursor.name()));
}

const OPERATORS = { UNION: 'union', INTERSECT: 'intersect', EXCEPT: 'except', MINUS: 'except' } as const;

function readBody(cursor: TokenCursor, first: Query | undefined, own: { into?: Into }): QueryBody {
  const start = first?.start ?? cursor.peek().start;
  const head = readIntersections(cursor, first ?? readOperand(cursor, own), own);
  const rest: SetOperand[] = [];
  for (;;) {
    const word = cursor.takeOneOf(setWords(cursor));
    if (word === undefined) break;
    const operator = OPERATORS[word as keyof typeof OPERATORS];
    const from = cursor.lastEnd;
    const isAll = readQuantifier(cursor);
    const body = readIntersections(cursor, readOperand(cursor, own), own);
    rest.push({ operator, isAll, body, ...cursor.since(from) });
  }
  return rest.length === 0 ? head : { tag: 'set-operation', first: head, rest, ...cursor.since(start) };
}

/** MINUS is EXCEPT on MariaDB in ORACLE mode alone, and no reserved word. */
function setWords(cursor: TokenCursor): readonly string[] {
  return cursor.dialect.flavor === 'mariadb' ? ['UNION', 'EXCEPT', 'MINUS'] : ['UNION', 'EXCEPT'];
}

function readQuantifier(cursor: TokenCursor): boolean {
  const isAll = cursor.takeWords('ALL');
  if (!isAll) cursor.takeWords('DISTINCT');
  return isAll;
}

function readIntersections(cursor: TokenCursor, first: QueryBody, own: { into?: Into }): QueryBody {
  const rest: SetOperand[] = [];
  while (cursor.takeWords('INTERSECT')) {
    const from = cursor.lastEnd;
    const isAll = readQuantifier(cursor);
    rest.push({ operator: 'intersect', isAll, body: readOperand(cursor, own), ...cursor.since(from) });
  }
  return rest.length === 0 ? first : { tag: 'set-operation', first, rest, ...cursor.since(first.start) };
}

function readOperand(cursor: TokenCursor, own: { into?: Into }): QueryBody {
  const { start, upper } = cursor.peek();
  if (cursor.isOperator('(')) return cursor.inParentheses(() => cursor.query());
  if (upper === 'VALUES') return readValues(cursor, start);
  if (upper === 'TABLE') {
    cursor.next();
    const from = cursor.peek().start;
    const name = { parts: cursor.path(), ...cursor.since(from) };
    return { tag: 'table', name, ...cursor.since(start) };
  }
  cursor.expectWord('SELECT');
  return readSelect(cursor, start, () => {
    const into = readInto(cursor);
    if (into !== undefined) own.into = into;
  });
}

function readValues(cursor: TokenCursor, start: number): QueryBody {
  cursor.next();
  const rows = cursor.list(() => {
    cursor.takeWords('ROW');
    return cursor.inParentheses(() => (cursor.isOperator(')') ? [] : cursor.list(() => cursor.expression())));
  });
  return { tag: 'values', rows, ...cursor.since(start) };
}

function readInto(cursor: TokenCursor): Into | undefined {
  const { start } = cursor.peek();
  if (!cursor.takeWords('INTO')) return undefined;
  if (cursor.isWord('OUTFILE') || cursor.isWord('DUMPFILE')) return readFile(cursor, start);
  return { targets: cursor.list(() => readTarget(cursor)), file: undefined, ...cursor.since(start) };
}

function readTarget(cursor: TokenCursor): IntoTarget {
  const token = cursor.peek();
  if (token.kind === 'variable') {
    cursor.next();
    return { tag: 'user-variable', name: token.value, start: token.start, end: token.end };
  }
  return { tag: 'local', parts: cursor.path(), ...cursor.since(token.start) };
}

const FILE_WORDS = new Set(
  `OUTFILE DUMPFILE CHARACTER SET CHARSET FIELDS COLUMNS TERMINATED OPTIONALLY ENCLOSED ESCAPED BY LINES STARTING
   BINARY UTF8 UTF8MB4 LATIN1`.split(/\s+/),
);

function readFile(cursor: TokenCursor, start: number): Into {
  while (cursor.peek().kind === 'string' || FILE_WORDS.has(cursor.peek().upper)) cursor.next();
  const span = cursor.since(start);
  return { targets: [], file: span, ...span };
}

function readLocks(cursor: TokenCursor): readonly Lock[] {
  const locks: Lock[] = [];
  for (;;) {
    const { start } = cursor.peek();
    if (cursor.takeWords('LOCK', 'IN', 'SHARE', 'MODE')) {
      locks.push({ strength: 'share', tables: [], wait: readWait(cursor), ...cursor.since(start) });
    } else if (cursor.isWord('FOR') && (cursor.isWord('UPDATE', 1) || cursor.isWord('SHARE', 1))) {
      cursor.next();
      const strength = cursor.next().upper === 'UPDATE' ? 'update' : 'share';
      const tables = cursor.takeWords('OF') ? cursor.list(() => cursor.name()) : [];
      locks.push({ strength, tables, wait: readWait(cursor), ...cursor.since(start) });
    } else {
      return locks;
    }
  }
}

function readWait(cursor: TokenCursor): Lock['wait'] {
  if (cursor.takeWords('NOWAIT')) return 'nowait';
  if (cursor.takeWords('SKIP', 'LOCKED')) return 'skip-locked';
  if (cursor.dialect.flavor !== 'mariadb' || !cursor.takeWords('WAIT')) return undefined;
  cursor.next();
  return 'wait';
}
