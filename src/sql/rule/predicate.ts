import { commonType, toCondition, toText, toValue, unify } from '../coerce.ts';
import { textCalendar } from '../coerce-date.ts';
import type { Context } from '../context.ts';
import type { Expression } from '../expression.ts';
import { atom, compound, type Fragment, operand, quoteLiteral } from '../fragment.ts';
import { isOwn, wholeQuotient } from '../own-digits.ts';
import type { Query } from '../query.ts';
import { translatePattern } from '../regexp-pattern.ts';
import type { Span } from '../span.ts';
import { BOOLEAN, scaleOf, type ValueType } from '../value-type.ts';
import { comparedYears } from '../year.ts';
import { alike, compare, comparison, ignoresBlanks, isCaseless, ruleOf, underRule } from './comparison.ts';

type Node<Tag extends Expression['tag']> = Extract<Expression, { tag: Tag }>;

/** BETWEEN: as two comparisons where the bounds' types differ, else as BETWEEN. */
export function between(node: Node<'between'>, context: Context): Fragment {
  // MariaDB looks there at all the digits of a quotient.
  const side = (part: Expression): Fragment => wholeQuotient(context.fragment(part), context, part);
  const value = side(node.operand);
  const [low, high] = [node.low, node.high].map(
    (bound) => comparedYears(value, side(bound), { context, span: node })[1],
  );
  if (low === undefined || high === undefined) return value;
  const place = { context, span: node };
  const [a, from] = alike(value, low, place, true);
  const [b, to] = alike(value, high, place, true);
  const not = node.isNegated ? 'NOT ' : '';
  if (a.sql === b.sql) return compound(`${operand(a)} ${not}BETWEEN ${operand(from)} AND ${operand(to)}`, BOOLEAN);
  const both = `${operand(compare('>=', value, low, place))} AND ${operand(compare('<=', value, high, place))}`;
  return compound(node.isNegated ? `NOT (${both})` : both, BOOLEAN);
}

/** IN of a list: each item is compared as `=` compares it. */
export function within(node: Node<'in'>, context: Context): Fragment {
  if ('tag' in node.set) return inQuery(node, node.set, context);
  const { operand: left } = node;
  if (left.tag === 'row') return inRows(node, node.set, context);
  const value = context.fragment(left);
  // MariaDB compares there as by `=`, MySQL by the numbers as they stand.
  const isYear = context.scope.dialect.flavor === 'mariadb';
  const items = node.set
    .map((item) => context.fragment(item))
    .map((item) => (isYear ? comparedYears(value, item, { context, span: node })[1] : item));
  const pairs = items.map((item) => alike(value, item, { context, span: node }, false));
  const [first] = pairs;
  const isOne = first !== undefined && pairs.every(([side]) => side.sql === first[0].sql);
  const not = node.isNegated ? 'NOT ' : '';
  if (isOne) {
    const list = pairs.map(([, item]) => item.sql).join(', ');
    return compound(`${operand(first[0])} ${not}IN (${list})`, BOOLEAN);
  }
  const found = items.map((item) => operand(compare('=', value, item, { context, span: node }))).join(' OR ');
  return compound(node.isNegated ? `NOT (${found})` : found, BOOLEAN);
}

function inRows(node: Node<'in'>, set: readonly Expression[], context: Context): Fragment {
  const parts = set.map((right) =>
    comparison(
      { tag: 'comparison', operator: '=', left: node.operand, right, start: node.start, end: node.end },
      context,
    ),
  );
  const found = parts.map(operand).join(' OR ');
  return compound(node.isNegated ? `NOT (${found})` : found, BOOLEAN);
}

function inQuery(node: Node<'in'>, query: Query, context: Context): Fragment {
  const not = node.isNegated ? 'NOT ' : '';
  const isRow = node.operand.tag === 'row';
  const items = node.operand.tag === 'row' ? node.operand.items : [node.operand];
  const { left, set } = besideQuery(items, query, context, node);
  const values = isRow ? `(${left.map(({ sql }) => sql).join(', ')})` : left.map(operand).join('');
  return compound(`${values} ${not}IN ${set}`, BOOLEAN);
}

/** Values and the query that they are looked for in; texts of both are small where case does not count. */
function besideQuery(
  items: readonly Expression[],
  query: Query,
  context: Context,
  span: Span,
): { readonly left: readonly Fragment[]; readonly set: string } {
  const set = context.query(query);
  const left = items.map((item) => context.fragment(item));
  const isLow = left.map((value, at) => {
    const column = set.columns[at] ?? { type: set.type };
    const texts = [value, atom('', column.type)];
    return texts.every(({ type }) => type.kind === 'text') && ruleOf(texts, context) === 'lower';
  });
  if (!isLow.includes(true)) return { left, set: set.sql };
  context.report('TEXT_CASE', span, 'texts are looked for in a query without regard to case');
  const names = items.map((_, at) => `c${at + 1}`);
  const low = (value: Fragment, at: number): Fragment => {
    const column = set.columns[at] ?? { type: set.type };
    return isLow[at]
      ? underRule(value, 'lower', ignoresBlanks([left[at] ?? value, atom('', column.type)], context))
      : value;
  };
  const values = names.map((name, at) => low(atom(`q.${name}`, set.columns[at]?.type ?? set.type), at).sql).join(', ');
  return {
    left: left.map(low),
    set: `(SELECT ${values} FROM ${set.sql} AS q(${names.join(', ')}))`,
  };
}

/** `a = ANY (query)`. */
export function quantified(node: Node<'quantified'>, context: Context): Fragment {
  const { left, set } = besideQuery([node.left], node.query, context, node);
  if (node.operator === '<=>') context.report('CONSTRUCT', node, '<=> of a query');
  return compound(`${left.map(operand).join('')} ${node.operator} ${node.quantifier.toUpperCase()} ${set}`, BOOLEAN);
}

/** LIKE: ILIKE where case does not count. The default escape is a backslash on both sides. */
export function like(node: Node<'like'>, context: Context): Fragment {
  const value = toText(context.fragment(node.operand), context, node.operand);
  const pattern = toText(context.fragment(node.pattern), context, node.pattern);
  const rule = isCaseless(pattern) ? 'exact' : ruleOf([value, pattern], context);
  if (rule === 'lower') context.report('TEXT_CASE', node, 'a text is matched without regard to case');
  if (pattern.literal !== undefined && /(?:^|[^\\])(?:\\\\)*\\$/.test(pattern.literal)) {
    context.report('CONSTRUCT', node, 'the pattern of LIKE ends with its escape character');
  }
  const escapedBy = node.escape === undefined ? '' : ` ESCAPE ${operand(context.fragment(node.escape))}`;
  const word = `${node.isNegated ? 'NOT ' : ''}${rule === 'lower' ? 'ILIKE' : 'LIKE'}`;
  return compound(`${operand(value)} ${word} ${operand(pattern)}${escapedBy}`, BOOLEAN);
}

/** REGEXP: `~*` where case does not count, the pattern put into PostgreSQL's language. */
export function regexp(node: Node<'regexp'>, context: Context): Fragment {
  const value = toText(context.fragment(node.operand), context, node.operand);
  const pattern = toPattern(context.fragment(node.pattern), context, node.pattern);
  const rule = ruleOf([value, pattern], context);
  const operator = `${node.isNegated ? '!' : ''}~${rule === 'exact' ? '' : '*'}`;
  return compound(`${operand(value)} ${operator} ${operand(pattern)}`, BOOLEAN);
}

/** A pattern of the source as one of the target; only a literal can be proven. */
export function toPattern(value: Fragment, context: Context, span: Span): Fragment {
  const text = toText(value, context, span);
  if (text.literal === undefined) {
    if (text.type.kind !== 'null') context.report('REGEXP', span, 'the pattern is known at run time only');
    return text;
  }
  const found = translatePattern(text.literal);
  if (found.doubt !== undefined) context.report('REGEXP', span, found.doubt);
  if (found.isByLine) context.report('LINE_END', span, 'the point or the end of the pattern meets a line end');
  return { ...atom(quoteLiteral(found.pattern), text.type), literal: found.pattern };
}

/** CASE in both forms. */
export function choose(node: Node<'case'>, context: Context): Fragment {
  const { subject } = node;
  const value = subject === undefined ? undefined : context.fragment(subject);
  const conditions = node.branches.map(({ when }) => {
    const found = context.fragment(when);
    if (value === undefined) return toCondition(found, context, when).sql;
    return compare('=', value, found, { context, span: when }).sql;
  });
  const results = node.branches.map(({ then }) => context.fragment(then));
  const last = node.otherwise === undefined ? [] : [context.fragment(node.otherwise)];
  return caseOf(conditions, [...results, ...last], context, node);
}

/** `CASE WHEN .. THEN .. ELSE .. END` of conditions and one value more or as many. */
export function caseOf(
  conditions: readonly string[],
  values: readonly Fragment[],
  context: Context,
  span: Span,
): Fragment {
  const { parts, type } = oneType(values, context, span);
  const printed = (found: readonly string[]): string => {
    const branches = conditions.map((condition, at) => `WHEN ${condition} THEN ${found[at] ?? 'NULL'}`).join(' ');
    return `CASE ${branches}${found.length > conditions.length ? ` ELSE ${found.at(-1)}` : ''} END`;
  };
  const own = ownDigits(values, type, context);
  return {
    ...atom(printed(parts), type),
    ...(own && { shown: printed(own) }),
    ...keptDigits(values, type, printed),
    ...textCalendar(values, type),
  };
}

/** What a text keeps of one of several numbers: the digits of that one, not those of all. Nothing: they are the same. */
export function keptDigits(
  values: readonly Fragment[],
  type: ValueType,
  printed: (parts: readonly string[]) => string,
): Pick<Fragment, 'kept' | 'bare'> {
  if (type.kind !== 'decimal' || isOwn(type)) return {};
  const isShort = (one: Fragment): boolean => one.kept !== undefined || scaleOf(one.type) !== scaleOf(type);
  const kept = (one: Fragment): string => one.kept ?? toValue(one).sql;
  const isBare = values.some(({ bare }) => bare !== undefined);
  return {
    ...(values.some(isShort) && { kept: printed(values.map(kept)) }),
    ...(isBare && { bare: printed(values.map((one) => one.bare ?? kept(one))) }),
  };
}

/** MySQL shows the branch that is taken with the digits of that one alone, MariaDB with those of the type. */
function ownDigits(values: readonly Fragment[], type: ValueType, { scope }: Context): readonly string[] | undefined {
  const isShort = ({ type: own }: Fragment): boolean =>
    isOwn(own) || (scaleOf(own) ?? Number.POSITIVE_INFINITY) < (scaleOf(type) ?? 0);
  if (scope.dialect.flavor !== 'mysql' || type.kind !== 'decimal' || !values.some(isShort)) return undefined;
  return values.map((value) => value.shown ?? toValue(value).sql);
}

/** Values of one type, as a CASE or a COALESCE needs them. */
export function oneType(
  values: readonly Fragment[],
  context: Context,
  span: Span,
): { readonly parts: readonly string[]; readonly type: ValueType } {
  const unified = unify(values, context, span);
  return { parts: unified.map(({ sql }) => sql), type: commonType(unified) };
}

/** `x SOUNDS LIKE y` has no equal: the lengths of the codes differ. */
export function soundsLike(node: Node<'sounds-like'>, context: Context): Fragment {
  context.report('FUNCTION', node, 'SOUNDS LIKE compares codes that the target does not make');
  return atom('NULL::boolean', BOOLEAN);
}
