import type { Context } from './context.ts';
import type { Expression, OrderItem } from './expression.ts';
import { hasAggregate } from './grouping.ts';
import { isMember } from './member.ts';
import type { Select } from './query.ts';
import { type Source, variableOf } from './query-scope.ts';
import { spelledOut } from './star.ts';
import { isFolded } from './text-fold.ts';

/** What a SELECT stands on. */
export interface Standing {
  readonly sources: readonly Source[];
  readonly plain: Context;
  readonly orderBy: readonly OrderItem[];
}

/**
 * DISTINCT over texts as GROUP BY of the same items, in which texts that differ in case alone fall together, and which
 * may be ordered by the place of a member. The SELECT itself where neither is asked, and where it cannot be written so:
 * it has groups of its own, or more than values.
 */
export function groupedDistinct(node: Select, { sources, plain, orderBy }: Standing): Select {
  const isOwn = node.groupBy.length > 0 || node.having !== undefined || hasAggregate(node, orderBy);
  if (!node.isDistinct || isOwn) return node;
  const items = node.items.flatMap((item) => spelledOut(item, sources));
  const values = items.flatMap((item) => (item.tag === 'item' ? [item.expression] : []));
  if (values.length < items.length || values.some(holdsMore)) return node;
  const isOrdered = orderBy.length > 0 && values.some((value) => isMember(plain.silently(value)));
  if (!isOrdered && !values.some((value) => isFolded(plain.silently(value).type, plain))) return node;
  const groups = values.filter((value) => !isConstant(value, plain));
  if (groups.length === 0) return node;
  const groupBy = groups.map((expression): OrderItem => {
    const { start, end } = expression;
    return { expression, isDescending: false, start, end };
  });
  return { ...node, isDistinct: false, items, groupBy };
}

const MORE = new Set(['subquery', 'exists', 'aggregate']);

/** Looks for a query or a window inside, without recursion. */
function holdsMore(root: object): boolean {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node !== 'object' || node === null) continue;
    if ('tag' in node && MORE.has(String(node.tag))) return true;
    open.push(...Object.values(node));
  }
  return false;
}

const LITERALS = new Set(['string', 'number', 'null', 'boolean', 'hex', 'bit', 'temporal']);

/** GROUP BY takes no literal, and a variable is the same in every row. */
function isConstant(value: Expression, { scope }: Context): boolean {
  return LITERALS.has(value.tag) || (value.tag === 'column' && variableOf(value.parts, scope) !== undefined);
}
