import { flagNumber, toValue } from '../coerce.ts';
import type { Context } from '../context.ts';
import type { OrderItem } from '../expression.ts';
import { type Fragment, quoteLiteral } from '../fragment.ts';
import { isMember } from '../member.ts';
import { ordered } from '../text-fold.ts';
import { orderOf, reportOrder } from '../text-order.ts';
import { asCharacters } from '../value-type.ts';

/** ORDER BY with NULLs where MySQL has them: first when ascending, last when descending. '' without items. */
export function orderBy(items: readonly OrderItem[], context: Context): string {
  if (items.length === 0) return '';
  const parts = items.map((item) => {
    const value = context.fragment(item.expression);
    if (value.type.kind === 'text' && !isMember(value))
      reportOrder(orderOf([value.type], context), item, 'rows are ordered by a text', context);
    return orderItem(item, flagNumber(value)?.sql ?? orderedBy(toValue(value), context));
  });
  return `ORDER BY ${parts.join(', ')}`;
}

/** What a value is ordered by: an ENUM by the place of its member, a text without regard to case where it has none. */
export function orderedBy(value: Fragment, context: Context): string {
  const { sql, type } = value;
  if (type.kind !== 'text' || type.members === undefined || !isMember(value))
    return ordered({ ...value, type: asCharacters(type) }, context).sql;
  return `array_position(ARRAY[${type.members.map(quoteLiteral).join(', ')}], ${sql}::text)`;
}

/** One item of ORDER BY whose expression is printed. */
export function orderItem(item: OrderItem, sql: string): string {
  return `${sql}${item.isDescending ? ' DESC NULLS LAST' : ' NULLS FIRST'}`;
}
