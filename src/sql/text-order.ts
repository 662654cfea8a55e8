import type { Context } from './context.ts';
import { compound, type Fragment, operand, quoteName } from './fragment.ts';
import type { Span } from './span.ts';
import type { TextOrder, ValueType } from './value-type.ts';

/** The order of texts that are compared; undefined: not known, not the same for all, or not to be had on the target. */
export function orderOf(types: readonly ValueType[], { scope }: Context): TextOrder | undefined {
  const texts = types.filter((type) => type.kind === 'text');
  if (texts.length < types.length) return undefined;
  const orders = new Set(texts.filter(({ rule }) => rule !== undefined).map(({ order }) => order));
  const order = orders.size === 0 ? scope.textOrder : [...orders][0];
  if (orders.size > 1 || (order === 'unicode' && scope.orderCollation === undefined)) return undefined;
  return order;
}

/** A text that is folded already, put in an order. */
export function inOrder(value: Fragment, order: TextOrder | undefined, { scope }: Context): Fragment {
  if (order === undefined) return value;
  const collation = order === 'unicode' ? quoteName(scope.orderCollation ?? '') : '"C"';
  const text = order === 'upper' ? `upper(${value.sql})` : operand(value);
  return compound(`${text} COLLATE ${collation}`, value.type);
}

/** Tells of texts that are ordered, or compared by their order. */
export function reportOrder(order: TextOrder | undefined, span: Span, what: string, context: Context): void {
  if (order !== 'bytes') context.report(order === undefined ? 'TEXT_ORDER' : 'TEXT_CASE', span, what);
}
