import { toValue } from './coerce.ts';
import type { Context } from './context.ts';
import type { OrderItem } from './expression.ts';

/** ORDER BY with NULLs where MySQL has them: first when ascending, last when descending. '' without items. */
export function orderBy(items: readonly OrderItem[], context: Context): string {
  if (items.length === 0) return '';
  return `ORDER BY ${items.map((item) => orderItem(item, toValue(context.fragment(item.expression)).sql)).join(', ')}`;
}

/** One item of ORDER BY whose expression is printed. */
export function orderItem(item: OrderItem, sql: string): string {
  return `${sql}${item.isDescending ? ' DESC NULLS LAST' : ' NULLS FIRST'}`;
}
