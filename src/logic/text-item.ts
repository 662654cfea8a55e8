import type { CastType, Expression } from '../sql/expression.ts';
import type { Query, SelectItem } from '../sql/query.ts';
import type { ValueType } from '../sql/value-type.ts';
import type { Emitter } from './emitter.ts';
import { typesOfItems } from './item-type.ts';

/** What is selected into texts is made a text as MySQL makes it, where PL/pgSQL would do it otherwise. */
export function textItems(emitter: Emitter, query: Query, targets: readonly (ValueType | undefined)[]): Query {
  const { body } = query;
  if (body.tag !== 'select' || body.items.some(({ tag }) => tag === 'star')) return query;
  const types = typesOfItems(emitter, query);
  const items = body.items.map((item, at) =>
    targets[at]?.kind === 'text' && isPrintedOtherwise(types[at]) ? asText(item) : item,
  );
  return items.every((item, at) => item === body.items[at]) ? query : { ...query, body: { ...body, items } };
}

/** Floating-point numbers, and a SET, which is a list on the target. */
function isPrintedOtherwise(type: ValueType | undefined): boolean {
  return type?.kind === 'float' || (type?.kind === 'other' && type.flags !== undefined);
}

function asText(item: SelectItem): SelectItem {
  if (item.tag !== 'item') return item;
  const { expression } = item;
  const { start, end } = expression;
  const type: CastType = {
    ...{ name: 'CHAR', sizes: [], isUnsigned: false },
    charset: undefined,
    collation: undefined,
    start,
    end,
  };
  const cast: Expression = { tag: 'cast', operand: expression, type, isArray: false, start, end };
  return { ...item, expression: cast };
}
