import { withoutBlanks } from '../blank.ts';
import { localTime, toNumber, toText, toValue, unify } from '../coerce.ts';
import { toCalendar, toTime } from '../coerce-date.ts';
import type { Context } from '../context.ts';
import { isZeroDate } from '../date-literal.ts';
import type { ComparisonOperator, Expression } from '../expression.ts';
import { atom, compound, type Fragment, operand, quoteLiteral } from '../fragment.ts';
import type { Span } from '../span.ts';
import { inOrder, orderOf, reportOrder } from '../text-order.ts';
import { BOOLEAN, isCalendar, isNumeric, NUMERIC, type TextRule } from '../value-type.ts';
import { comparedYears } from '../year.ts';

type Node<Tag extends Expression['tag']> = Extract<Expression, { tag: Tag }>;

/** `= <=> <> < <= > >=`, of rows too. */
export function comparison(node: Node<'comparison'>, context: Context): Fragment {
  if (node.left.tag === 'row' && node.right.tag === 'row')
    return rows(node, node.left.items, node.right.items, context);
  // MariaDB compares what it computed with the digits that it shows: 10 / 3 * 3 is 10.
  const isShown = context.scope.dialect.flavor === 'mariadb';
  const side = (part: Expression): Fragment => {
    const value = context.fragment(part);
    return isShown && part.tag === 'arithmetic' ? toValue(value) : value;
  };
  return compare(node.operator, side(node.left), side(node.right), { context, span: node });
}

export interface Place {
  readonly context: Context;
  readonly span: Span;
}

function rows(
  node: Node<'comparison'>,
  left: readonly Expression[],
  right: readonly Expression[],
  context: Context,
): Fragment {
  const isEqual = node.operator === '=' || node.operator === '<=>' || node.operator === '<>';
  if (!isEqual || left.length !== right.length) {
    context.report('CONSTRUCT', node, 'rows are compared by order, or have different sizes');
    return atom('NULL::boolean', BOOLEAN);
  }
  const operator = node.operator === '<>' ? '=' : node.operator;
  const parts = left.map((item, at) => {
    const other = right[at] ?? item;
    return operand(compare(operator, context.fragment(item), context.fragment(other), { context, span: item }));
  });
  const all = compound(parts.join(' AND '), BOOLEAN);
  return node.operator === '<>' ? compound(`NOT ${operand(all)}`, BOOLEAN) : all;
}

/** Compares two values as MySQL does: by number, by text under a rule, or by date, as their types tell. */
export function compare(operator: ComparisonOperator, left: Fragment, right: Fragment, place: Place): Fragment {
  const special = zeroDate(operator, left, right, place) ?? flag(operator, left, right);
  if (special !== undefined) return special;
  const [a, b] = alike(...comparedYears(left, right, place), place, isOrder(operator));
  return compound(`${operand(a)} ${OPERATORS[operator]} ${operand(b)}`, BOOLEAN);
}

const OPERATORS: Readonly<Record<ComparisonOperator, string>> = {
  '=': '=',
  '<=>': 'IS NOT DISTINCT FROM',
  '<>': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

function isOrder(operator: ComparisonOperator): boolean {
  return operator !== '=' && operator !== '<=>' && operator !== '<>';
}

/** `d = '0000-00-00'`: the target has NULL where the source had the zero date. */
function zeroDate(operator: ComparisonOperator, left: Fragment, right: Fragment, place: Place): Fragment | undefined {
  if (!isCalendar(left.type) || right.literal === undefined || !isZeroDate(right.literal)) return undefined;
  const test = { '=': 'IS NULL', '<=>': 'IS NULL', '<>': 'IS NOT NULL', '>': 'IS NOT NULL' } as const;
  const found = operator in test ? test[operator as keyof typeof test] : undefined;
  if (found === undefined) return undefined;
  place.context.report('ZERO_DATE', place.span, 'a date is compared with the zero date');
  return compound(`${operand(left)} ${found}`, BOOLEAN);
}

/** A boolean column against 0 or 1 is the column or its negation. */
function flag(operator: ComparisonOperator, left: Fragment, right: Fragment): Fragment | undefined {
  if (left.type.kind !== 'boolean' || (operator !== '=' && operator !== '<>')) return undefined;
  if (right.sql !== '0' && right.sql !== '1' && right.sql !== 'true' && right.sql !== 'false') return undefined;
  const isTrue = (right.sql === '1' || right.sql === 'true') === (operator === '=');
  return isTrue ? left : compound(`NOT ${operand(left)}`, BOOLEAN);
}

/** Both sides brought to one type, by MySQL's order: NULL, texts, numbers, dates, JSON. */
export function alike(left: Fragment, right: Fragment, place: Place, byOrder: boolean): readonly [Fragment, Fragment] {
  const { context, span } = place;
  const [a, b] = [left.type.kind, right.type.kind];
  if (a === 'null' || b === 'null') return [toValue(left), toValue(right)];
  if (a === 'text' && b === 'text') return texts(left, right, place, byOrder);
  if (a === 'boolean' && b === 'boolean') return [left, right];
  if (byOrder && a === 'json' && isNumeric(right.type)) return [jsonBeside(left, place), right];
  if (byOrder && b === 'json' && isNumeric(left.type)) return [left, jsonBeside(right, place)];
  if (a === 'json' || b === 'json') return [asJson(left, byOrder, place), asJson(right, byOrder, place)];
  if (isList(left) || isList(right))
    return texts(toText(left, context, span), toText(right, context, span), place, byOrder);
  if (isCalendar(left.type) || isCalendar(right.type)) return calendars(left, right, place);
  if (a === 'time' || b === 'time') return [toTime(left, context, span), toTime(right, context, span)];
  if (isNumeric(left.type) || isNumeric(right.type)) {
    reportTextKey(left, right, place);
    return [toNumber(left, context, span), toNumber(right, context, span)];
  }
  if (a === 'other' && right.literal !== undefined) return [left, right];
  if (b === 'other' && left.literal !== undefined) return [left, right];
  if (a === 'bytes' || b === 'bytes') return bytes(left, right, place);
  if (a !== b || a === 'unknown')
    context.report('UNKNOWN_TYPE', span, 'values of unknown or different types are compared');
  const [x = left, y = right] = unify([left, right], context, span);
  return [x, y];
}

/** By an index MariaDB looks for a text as for a number that no row has, without one it refuses it under strict mode. */
function reportTextKey(left: Fragment, right: Fragment, { context, span }: Place): void {
  const { dialect, isNumberChecked } = context.scope;
  if (dialect.flavor !== 'mariadb' || isNumberChecked !== true) return;
  const isMet = (column: Fragment, text: Fragment): boolean =>
    column.isColumn === true && text.type.kind === 'text' && !/^\s*-?\d+(?:\.\d+)?\s*$/.test(text.literal ?? '');
  if (isMet(left, right) || isMet(right, left))
    context.report('TEXT_KEY', span, 'a column of numbers is compared with a text where rows are changed');
}

/** A SET as text[]: MySQL compares its members joined by commas. */
function isList({ type }: Fragment): boolean {
  return type.kind === 'other' && type.name === 'text[]';
}

/** A cell of JSON beside a number: MySQL has null below every number, and what is none above; MariaDB reads a number. */
function jsonBeside(value: Fragment, { context, span }: Place): Fragment {
  if (context.scope.dialect.flavor === 'mariadb') return toNumber(value, context, span);
  const number = `WHEN 'number' THEN (${operand(value)} #>> '{}')::numeric`;
  const others = `WHEN 'null' THEN '-Infinity' ELSE CASE WHEN ${operand(value)} IS NOT NULL THEN 'Infinity'::numeric END`;
  return atom(`CASE jsonb_typeof(${value.sql}) ${number} ${others} END`, NUMERIC);
}

/** Beside a JSON value any other is made one. */
function asJson(value: Fragment, byOrder: boolean, { context, span }: Place): Fragment {
  if (byOrder) context.report('UNKNOWN_TYPE', span, 'values of JSON are compared by order');
  if (value.type.kind === 'json') return value;
  return atom(`to_jsonb(${value.literal === undefined ? value.sql : `${value.sql}::text`})`, { kind: 'json' });
}

function bytes(left: Fragment, right: Fragment, { context, span }: Place): readonly [Fragment, Fragment] {
  const convert = (value: Fragment): Fragment =>
    value.type.kind === 'bytes'
      ? value
      : atom(`convert_to(${toText(value, context, span).sql}, 'UTF8')`, { kind: 'bytes' });
  return [convert(left), convert(right)];
}

function calendars(left: Fragment, right: Fragment, { context, span }: Place): readonly [Fragment, Fragment] {
  const bothInstants = left.type.kind === 'instant' && right.type.kind === 'instant';
  if (bothInstants) return [left, right];
  if (isNumeric(left.type) || isNumeric(right.type)) {
    const isLiteral = /^\d{8}(?:\d{6})?$/;
    if (!isLiteral.test(left.sql) && !isLiteral.test(right.sql)) {
      return [toNumber(left, context, span), toNumber(right, context, span)];
    }
  }
  return [localTime(toCalendar(left, context, span), context), localTime(toCalendar(right, context, span), context)];
}

function texts(left: Fragment, right: Fragment, place: Place, byOrder: boolean): readonly [Fragment, Fragment] {
  const rule = ruleOf([left, right], place.context);
  const isBlind = ignoresBlanks([left, right], place.context);
  if (byOrder) return orderedTexts([left, right], rule, isBlind, place);
  if (rule === 'exact') return exactTexts(left, right, place, isBlind);
  if (isCaseless(left) || isCaseless(right))
    return [underRule(left, 'exact', isBlind), underRule(right, 'exact', isBlind)];
  if (rule === 'lower') place.context.report('TEXT_CASE', place.span, 'texts are compared without regard to case');
  return [underRule(left, rule, isBlind), underRule(right, rule, isBlind)];
}

function orderedTexts(
  [left, right]: readonly [Fragment, Fragment],
  rule: TextRule,
  isBlind: boolean,
  place: Place,
): readonly [Fragment, Fragment] {
  const { context, span } = place;
  const order = orderOf([left.type, right.type], context);
  reportOrder(order, span, 'texts are compared by order', context);
  const [a, b] =
    rule === 'exact'
      ? exactTexts(left, right, place, isBlind)
      : [underRule(left, rule, isBlind), underRule(right, rule, isBlind)];
  return [inOrder(a, order, context), order === 'upper' ? inOrder(b, order, context) : b];
}

/** A column stays as it is, so that its index is found: blanks that are stored at its end count. */
function exactTexts(left: Fragment, right: Fragment, place: Place, isBlind: boolean): readonly [Fragment, Fragment] {
  if (!isBlind) return [left, right];
  if (left.isColumn === true || right.isColumn === true)
    place.context.report('TEXT_BLANK', place.span, 'a text is compared with a column whose blanks at the end count');
  const bare = (value: Fragment): Fragment => (value.isColumn === true ? value : withoutBlanks(value));
  return [bare(left), bare(right)];
}

/** A value without letters: only a text without letters equals it. */
export function isCaseless({ literal, isWithoutLetters }: Fragment): boolean {
  if (isWithoutLetters === true) return true;
  return literal !== undefined && /^[!-@[-`{-~]*$/.test(literal);
}

/** The rule under which texts are compared: exact wins, then that of a column, then the scope's. */
export function ruleOf(values: readonly Fragment[], context: Context): TextRule {
  const rules = values.map(({ type }) => (type.kind === 'text' ? type.rule : undefined));
  if (rules.includes('exact')) return 'exact';
  return rules.find((rule) => rule !== undefined) ?? context.scope.textRule;
}

/** Whether texts that differ in blanks at the end are equal: as a column's collation says, else that of the scope. */
export function ignoresBlanks(values: readonly Fragment[], { scope }: Context): boolean {
  const told = values.map(({ type }) => (type.kind === 'text' ? type.ignoresBlanks : undefined));
  return told.find((one) => one !== undefined) ?? scope.ignoresBlanks === true;
}

/** A text as it is compared under a rule; a literal of ASCII is made small here. */
export function underRule(given: Fragment, rule: TextRule, isBlind = false): Fragment {
  const value = isBlind && rule !== 'native' ? withoutBlanks(given) : given;
  if (rule !== 'lower') return value;
  const { literal } = value;
  if (literal !== undefined && /^[\x20-\x7e]*$/.test(literal)) {
    return { ...atom(quoteLiteral(literal.toLowerCase()), value.type), literal: literal.toLowerCase() };
  }
  return atom(`lower(${value.sql})`, value.type);
}
