import { toValue } from '../coerce.ts';
import type { Context } from '../context.ts';
import type { Frame, FrameBound, Name, WindowSpec } from '../expression.ts';
import { quoteName } from '../fragment.ts';
import { folded } from '../text-fold.ts';
import { orderBy } from './order.ts';

/** What stands behind OVER: a name, or a specification in parentheses. */
export function printOver(over: WindowSpec | Name, context: Context): string {
  return 'text' in over ? quoteName(over.text) : printWindow(over, context);
}

/** A window specification in parentheses. */
export function printWindow(spec: WindowSpec, context: Context): string {
  const parts = [
    spec.base === undefined ? '' : quoteName(spec.base.text),
    spec.partitionBy.length === 0
      ? ''
      : `PARTITION BY ${spec.partitionBy.map((by) => folded(toValue(context.fragment(by)), context).sql).join(', ')}`,
    orderBy(spec.orderBy, context),
    spec.frame === undefined ? '' : printFrame(spec.frame, context),
  ];
  return `(${parts.filter((part) => part !== '').join(' ')})`;
}

function printFrame({ unit, from, to }: Frame, context: Context): string {
  const first = printBound(from, context);
  const range = to === undefined ? first : `BETWEEN ${first} AND ${printBound(to, context)}`;
  return `${unit.toUpperCase()} ${range}`;
}

const FIXED: Readonly<Record<string, string>> = {
  current: 'CURRENT ROW',
  'unbounded-preceding': 'UNBOUNDED PRECEDING',
  'unbounded-following': 'UNBOUNDED FOLLOWING',
};

function printBound(bound: FrameBound, context: Context): string {
  const fixed = FIXED[bound.kind];
  if (fixed !== undefined || bound.amount === undefined) return fixed ?? 'CURRENT ROW';
  const amount = context.fragment(bound.amount).sql;
  const sql = bound.unit === undefined ? amount : `${amount} * INTERVAL '1 ${bound.unit.toLowerCase()}'`;
  return `${sql} ${bound.kind.toUpperCase()}`;
}
