import type { OrderItem } from '../../sql/expression.ts';
import type { Query, SelectItem } from '../../sql/query.ts';
import type { Program } from '../program.ts';
import { key } from '../table-access.ts';
import { walk } from '../walk.ts';

/** What a query says of the order of its rows, as far as its own columns tell. */
export interface ResultOrder {
  /** Names of its columns in small letters; undefined where `*` stands for some. */
  readonly columns: readonly string[] | undefined;
  /** Names of those that order the rows, in turn: behind them another order may follow. */
  readonly keys: readonly string[];
}

/** The queries of a program that give rows to its caller. */
export function resultOrders({ definition, lexed: { text } }: Program): readonly ResultOrder[] {
  if (!('body' in definition)) return [];
  const found: ResultOrder[] = [];
  walk(definition.body, (node) => {
    if (node.tag !== 'query') return undefined;
    if (node.into === undefined) found.push(orderOf(node, text));
    return false;
  });
  return found;
}

function orderOf({ body, orderBy }: Query, text: string): ResultOrder {
  const first = body.tag === 'set-operation' ? body.first : body;
  const items = first.tag === 'select' ? first.items : [];
  const hasStar = items.length === 0 || items.some(({ tag }) => tag === 'star');
  const keys: string[] = [];
  for (const item of orderBy) {
    const name = keyName(item, items, text);
    if (name === undefined) break;
    keys.push(name);
  }
  return { columns: hasStar ? undefined : items.map((item) => itemName(item, text)), keys };
}

function itemName(item: SelectItem, text: string): string {
  if (item.tag === 'star') return '*';
  return key(item.alias?.text ?? ownName(item, text));
}

function ownName({ expression, start, end }: Extract<SelectItem, { tag: 'item' }>, text: string): string {
  if (expression.tag === 'column') return expression.parts.at(-1)?.text ?? '';
  return expression.tag === 'string' ? expression.value : text.slice(start, end);
}

/** The column of the result that an item of the order is; undefined where it is none of them. */
function keyName({ expression }: OrderItem, items: readonly SelectItem[], text: string): string | undefined {
  if (expression.tag === 'number') {
    const item = items[Number(expression.value) - 1];
    return item === undefined || items.some(({ tag }) => tag === 'star') ? undefined : itemName(item, text);
  }
  if (expression.tag !== 'column') return undefined;
  const name = key(expression.parts.at(-1)?.text ?? '');
  const isShort = expression.parts.length === 1;
  const found = items.find(
    (item) =>
      item.tag === 'star' ||
      (isShort && key(item.alias?.text ?? '') === name) ||
      (item.expression.tag === 'column' && key(item.expression.parts.at(-1)?.text ?? '') === name),
  );
  if (found === undefined) return undefined;
  return found.tag === 'star' ? name : itemName(found, text);
}

/** By which columns the rows of a result set are ordered for certain: what every query agrees on that it may be of. */
export function keysOf(columns: readonly string[], orders: readonly ResultOrder[]): readonly number[] {
  const names = columns.map(key);
  const own = orders.filter((one) =>
    one.columns === undefined
      ? one.keys.every((name) => names.includes(name))
      : one.columns.length === names.length && one.columns.every((name, at) => name === names[at]),
  );
  const [first, ...rest] = own;
  if (first === undefined) return [];
  const shared = first.keys.filter((_, at) =>
    rest.every(({ keys }) => first.keys.slice(0, at + 1).every((name, place) => keys[place] === name)),
  );
  return shared.map((name) => names.indexOf(name));
}
