import type { CastType, Expression } from '../sql/expression.ts';
import { hasAggregate } from '../sql/grouping.ts';
import type { Query, SelectItem } from '../sql/query.ts';
import type { Span } from '../sql/span.ts';
import type { ValueType } from '../sql/value-type.ts';
import type { Emitter } from './emitter.ts';
import { typesOfItems } from './item-type.ts';
import { nodesOf } from './walk.ts';

/** What is selected into texts and decimals is made one as MySQL makes it, where PL/pgSQL would do it otherwise. */
export function textItems(emitter: Emitter, query: Query, targets: readonly (ValueType | undefined)[]): Query {
  const { body } = query;
  if (body.tag !== 'select' || body.items.some(({ tag }) => tag === 'star')) return query;
  const types = typesOfItems(emitter, query);
  // What MariaDB computed of groups has the digits that are shown.
  const isGrouped = emitter.program.dialect.flavor === 'mariadb' && hasAggregate(body, query.orderBy);
  const isShown = (from: ValueType | undefined): boolean => isGrouped && from?.kind === 'decimal';
  const items = body.items.map((item, at) => {
    const [to, from] = [targets[at]?.kind, types[at]];
    if (query.into?.targets[at]?.tag === 'user-variable' && isAverage(item)) return cutAverage(item, from);
    if (to === 'text' && isAverage(item) && from?.kind === 'decimal') return cutAverage(item, from);
    if (to === 'text' && from?.kind === 'decimal' && isGroupedNought(item, isGrouped))
      noteDigits(emitter, item, 'what is computed of groups becomes a text');
    if (to === 'text' && (isPrintedOtherwise(from) || isShown(from))) return castTo(item, 'CHAR');
    if (to === 'decimal' && from?.kind === 'float') return castTo(item, 'DECIMAL', MOST_DIGITS);
    const isKept = to === 'text' || query.into?.targets[at]?.tag === 'user-variable';
    return isKept && from?.kind === 'decimal' ? { ...item, isKept } : item;
  });
  return items.every((item, at) => item === body.items[at]) ? query : { ...query, body: { ...body, items } };
}

/** Floating-point numbers, and a SET, which is a list on the target. */
function isPrintedOtherwise(type: ValueType | undefined): boolean {
  return type?.kind === 'float' || (type?.kind === 'other' && type.flags !== undefined);
}

/** A sum of what is computed, or what is computed of an average, on MariaDB of any group: a 0 may have lost its digits. */
function isGroupedNought(item: SelectItem, isGrouped: boolean): boolean {
  if (item.tag !== 'item') return false;
  const { expression } = item;
  if (expression.tag === 'aggregate') return expression.args.some(({ tag }) => tag === 'arithmetic');
  const hasAverage = nodesOf(expression, 'aggregate').some(({ upper }) => upper === 'AVG');
  return expression.tag === 'arithmetic' && (isGrouped || hasAverage);
}

/** Tells that a text may have other noughts behind the point than on the source. */
export function noteDigits(emitter: Emitter, at: Span, what: string): void {
  emitter.note('review', at, [
    'DECIMAL_TEXT',
    `${what}: it may have more or fewer noughts behind the point than on the source`,
    'Round to the digits that are meant by a literal, or compare numbers.',
  ]);
}

/** Averages that were cut so, by their place in the source. */
export function cutAverages({ body }: Query): readonly { readonly span: Span; readonly digits: string }[] {
  if (body.tag !== 'select') return [];
  return body.items.flatMap((item) => {
    const call = item.tag === 'item' && item.expression.tag === 'call' ? item.expression : undefined;
    const digits = call?.args[1];
    // What the source wrote itself stands behind its first argument.
    return call !== undefined && digits?.tag === 'number' && digits.start === call.start
      ? [{ span: call, digits: digits.value }]
      : [];
  });
}

function digitsKept(type: ValueType | undefined): number | undefined {
  return type?.kind === 'decimal' && type.scale !== undefined ? 9 * Math.ceil(type.scale / 9) : undefined;
}

function isAverage(item: SelectItem): boolean {
  return item.tag === 'item' && item.expression.tag === 'aggregate' && item.expression.upper === 'AVG';
}

/** A user variable keeps an average as it was computed: by nine digits behind the point, of which the rest is cut. */
function cutAverage(item: SelectItem, type: ValueType | undefined): SelectItem {
  const kept = digitsKept(type);
  if (item.tag !== 'item' || kept === undefined) return item;
  const { start, end } = item.expression;
  const digits: Expression = {
    tag: 'number',
    form: 'integer',
    value: String(kept),
    start,
    end,
  };
  const name = { text: 'TRUNCATE', isQuoted: false, start, end };
  const args = [item.expression, digits];
  return {
    ...item,
    expression: { tag: 'call', parts: [name], upper: 'TRUNCATE', args, keyword: undefined, start, end },
  };
}

/** A query that gives one value keeps its digits too, where that goes into a user variable or a text. */
export function keptValue(emitter: Emitter, value: Expression): Expression {
  if (value.tag !== 'subquery' || value.query.body.tag !== 'select') return value;
  const { body } = value.query;
  const [item] = body.items;
  if (item?.tag !== 'item' || body.items.length > 1) return value;
  const items = [isAverage(item) ? cutAverage(item, typesOfItems(emitter, value.query)[0]) : { ...item, isKept: true }];
  return { ...value, query: { ...value.query, body: { ...body, items } } };
}

/** The most digits of a DECIMAL, and those of them that stand behind the point. */
const MOST_DIGITS = [65, 30];

function castTo(item: SelectItem, name: string, sizes: readonly number[] = []): SelectItem {
  if (item.tag !== 'item') return item;
  const { expression } = item;
  const { start, end } = expression;
  const type: CastType = {
    ...{ name, sizes, isUnsigned: false },
    charset: undefined,
    collation: undefined,
    start,
    end,
  };
  const cast: Expression = { tag: 'cast', operand: expression, type, isArray: false, start, end };
  return { ...item, expression: cast };
}
