import type { Frame, FrameBound, WindowSpec } from '../expression.ts';
import type { TokenCursor } from '../token-cursor.ts';
import { readOrderBy } from './order.ts';
import { readUnit } from './unit.ts';

/** Reads `(base PARTITION BY .. ORDER BY .. frame)`. */
export function readWindowSpec(cursor: TokenCursor): WindowSpec {
  const { start } = cursor.peek();
  cursor.expectOperator('(');
  const base = cursor.isName() && !isFrameStart(cursor) ? cursor.name() : undefined;
  const partitionBy = cursor.takeWords('PARTITION', 'BY') ? cursor.list(() => cursor.expression()) : [];
  const orderBy = readOrderBy(cursor);
  const frame = readFrame(cursor);
  cursor.expectOperator(')');
  return { base, partitionBy, orderBy, frame, ...cursor.since(start) };
}

const UNITS = { ROWS: 'rows', RANGE: 'range', GROUPS: 'groups' } as const;

function isFrameStart(cursor: TokenCursor): boolean {
  return cursor.peek().upper in UNITS;
}

function readFrame(cursor: TokenCursor): Frame | undefined {
  const { start } = cursor.peek();
  const word = cursor.takeOneOf(Object.keys(UNITS));
  if (word === undefined) return undefined;
  const unit = UNITS[word as keyof typeof UNITS];
  if (!cursor.takeWords('BETWEEN')) {
    return { unit, from: readBound(cursor), to: undefined, ...cursor.since(start) };
  }
  const from = readBound(cursor);
  cursor.expectWord('AND');
  return { unit, from, to: readBound(cursor), ...cursor.since(start) };
}

function readBound(cursor: TokenCursor): FrameBound {
  const { start } = cursor.peek();
  const none = { amount: undefined, unit: undefined };
  if (cursor.takeWords('CURRENT', 'ROW')) return { kind: 'current', ...none, ...cursor.since(start) };
  if (cursor.takeWords('UNBOUNDED')) {
    const kind = side(cursor) === 'PRECEDING' ? 'unbounded-preceding' : 'unbounded-following';
    return { kind, ...none, ...cursor.since(start) };
  }
  const hasUnit = cursor.takeWords('INTERVAL');
  const amount = cursor.expression();
  const unit = hasUnit ? readUnit(cursor) : undefined;
  const kind = side(cursor) === 'PRECEDING' ? 'preceding' : 'following';
  return { kind, amount, unit, ...cursor.since(start) };
}

function side(cursor: TokenCursor): string {
  const word = cursor.takeOneOf(['PRECEDING', 'FOLLOWING']);
  if (word === undefined) throw cursor.failure('PRECEDING or FOLLOWING is expected');
  return word;
}
