import { withBareNought } from '../bare-nought.ts';
import { toCondition, toNumber, toText } from '../coerce.ts';
import type { Context } from '../context.ts';
import type { Expression } from '../expression.ts';
import { atom, cast, compound, type Fragment, operand } from '../fragment.ts';
import { computed, keptOf, ofOwn, ownQuotient, wholeQuotient } from '../own-digits.ts';
import { exactDouble } from '../round-double.ts';
import type { Scope } from '../scope.ts';
import { isNatural, unsignedResult } from '../unsigned.ts';
import {
  asCharacters,
  BIGINT,
  BOOLEAN,
  FLOAT,
  INTEGER,
  isWholeNumber,
  scaleOf,
  TEXT,
  UNSIGNED,
  type ValueType,
} from '../value-type.ts';

type Node<Tag extends Expression['tag']> = Extract<Expression, { tag: Tag }>;

/** `+ - * / DIV MOD` and the operators of bits, on numbers. */
export function arithmetic(node: Node<'arithmetic'>, context: Context): Fragment {
  if (isBits(node)) return bits(node, context);
  const left = wholeQuotient(toNumber(context.fragment(node.left), context, node.left), context, node.left);
  const right = wholeQuotient(toNumber(context.fragment(node.right), context, node.right), context, node.right);
  const { operator } = node;
  switch (operator) {
    case '+':
    case '-':
    case '*':
      return unsignedResult(node, sum(operator, left, right, context), { left, right }, context);
    case '/':
      return quotient(left, divisor(right, context), context);
    case 'div':
      return unsignedResult(node, integerQuotient(left, divisor(right, context)), { left, right }, context);
    default:
      return remainder(node, left, divisor(right, context), context);
  }
}

/** MySQL computes whole numbers in 64 bits: a sum of narrow ones is widened first. */
function sum(operator: '+' | '-' | '*', left: Fragment, right: Fragment, { scope }: Context): Fragment {
  const type = sumType(operator, left.type, right.type);
  const first =
    type.kind === 'integer' && !isWide(left) && !isWide(right) && !areSmall(left, right) ? widen(left) : left;
  const found = compound(`${operand(first)} ${operator} ${operand(right)}`, type);
  return computedOf(found, operator, [left, right], scope);
}

/** Of a quotient that MariaDB computes on with, a text takes all digits, and of a 0 none. */
function computedOf(
  found: Fragment,
  operator: Parameters<typeof withBareNought>[1],
  parts: readonly [Fragment, Fragment],
  { dialect }: Scope,
): Fragment {
  const kept = parts.some(isWhole) ? { ...found, kept: found.sql } : found;
  return withBareNought(kept, operator, parts, dialect);
}

function isWhole({ sql }: Fragment): boolean {
  return sql.includes('sluice_quotient(');
}

function isWide({ type }: Fragment): boolean {
  return type.kind === 'integer' && type.isWide;
}

/** Two literals whose sum and product fit 32 bits. */
function areSmall(left: Fragment, right: Fragment): boolean {
  return /^-?\d{1,4}$/.test(left.sql) && /^-?\d{1,4}$/.test(right.sql);
}

function widen(value: Fragment): Fragment {
  return cast(value, 'bigint', BIGINT);
}

function sumType(operator: string, left: ValueType, right: ValueType): ValueType {
  const [a, b] = [scaleOf(left), scaleOf(right)];
  if (left.kind === 'float' || right.kind === 'float') return floatType(a, b);
  if (left.kind === 'integer' && right.kind === 'integer') return BIGINT;
  const own = ofOwn([left, right]);
  if (own !== undefined) return own;
  if (a === undefined || b === undefined) return { kind: 'decimal', scale: undefined, isUnsigned: false };
  const isRaw = (left.kind === 'decimal' && left.isRaw === true) || (right.kind === 'decimal' && right.isRaw === true);
  return { kind: 'decimal', scale: operator === '*' ? a + b : Math.max(a, b), isUnsigned: false, isRaw };
}

/** MySQL prints as many digits as the part with the most of them has, where each has a known number. */
function floatType(left: number | undefined, right: number | undefined): ValueType {
  return left === undefined || right === undefined ? FLOAT : { kind: 'float', digits: Math.max(left, right) };
}

/** div_precision_increment of the source, at its default. */
const MORE_DIGITS = 4;

function moreDigits(scale: number | undefined): number | undefined {
  return scale === undefined ? undefined : scale + MORE_DIGITS;
}

/** Division by 0 is NULL, where the scope does not say that it is an error. */
function divisor(value: Fragment, { scope }: Context): Fragment {
  return scope.isDivisionChecked === true ? value : atom(`NULLIF(${value.sql}, 0)`, value.type);
}

/** Of exact numbers the quotient has four digits more than the dividend; rounded at once. */
function quotient(left: Fragment, right: Fragment, { scope }: Context): Fragment {
  const own = ofOwn([left.type, right.type]);
  if (own !== undefined && left.type.kind !== 'float' && right.type.kind !== 'float')
    return compound(ownQuotient(left, right, scope.hasHelpers === true), own);
  if (left.type.kind === 'float' || right.type.kind === 'float') {
    const [a, b] = [left, right].map(({ type: of }) => moreDigits(scaleOf(of)));
    const type = floatType(a, b);
    return compound(`${operand(cast(left, 'float8', FLOAT))} / ${operand(right)}`, type);
  }
  // The sum of whole numbers is a DECIMAL to MySQL, and a bigint here, as what is not known may be: its quotient is whole.
  const isExact = left.type.kind === 'decimal' && left.type.scale !== 0 && left.type.scale !== undefined;
  const dividend = isExact ? left : cast(left, 'numeric', left.type);
  const exact = `${operand(dividend)} / ${operand(right)}`;
  const scale = scaleOf(left.type);
  if (scale === undefined) return compound(exact, { kind: 'decimal', scale: undefined, isUnsigned: false });
  const digits = Math.min(scale + MORE_DIGITS, 30);
  const rounded = atom(`round(${exact}, ${digits})`, { kind: 'decimal', scale: digits, isUnsigned: false });
  if (scope.dialect.flavor !== 'mariadb' || scope.hasHelpers === undefined)
    return withBareNought(rounded, '/', [left, right], scope.dialect);
  if (!scope.hasHelpers) return { ...rounded, whole: 'lost' };
  const whole = ownQuotient(left, right, true);
  return { ...rounded, whole, kept: whole };
}

function integerQuotient(left: Fragment, right: Fragment): Fragment {
  if (left.type.kind === 'integer' && right.type.kind === 'integer') {
    return compound(`${operand(left)} / ${operand(right)}`, BIGINT);
  }
  const [a, b] = [exactly(left), exactly(right)];
  return atom(`div(${a.sql}, ${b.sql})::bigint`, BIGINT);
}

/** numeric where PostgreSQL's function has no floating-point form. */
function exactly(value: Fragment): Fragment {
  return value.type.kind === 'float' ? { ...exactDouble(value), type: value.type } : value;
}

function remainder(node: Node<'arithmetic'>, left: Fragment, right: Fragment, context: Context): Fragment {
  const isFloat = left.type.kind === 'float' || right.type.kind === 'float';
  if (isFloat) return floatRemainder(node, left, right, context);
  const found = atom(`mod(${exactly(left).sql}, ${exactly(right).sql})`, remainderType(left.type, right.type));
  return computedOf(found, '%', [left, right], context.scope);
}

/** Of doubles MySQL's is that of their binary values (fmod of C), which PostgreSQL has no function for. */
function floatRemainder(node: Node<'arithmetic'>, left: Fragment, right: Fragment, context: Context): Fragment {
  const [a, b] = [left, right].map((value) => (value.type.kind === 'float' ? value : cast(value, 'float8', FLOAT)));
  if (context.scope.hasHelpers === true) {
    const found = `sluice_fmod(${a?.sql}, ${b?.sql})`;
    // To MariaDB 0 has no sign.
    return context.scope.dialect.flavor === 'mariadb' ? compound(`${found} + 0`, FLOAT) : atom(found, FLOAT);
  }
  context.report('FLOAT_MOD', node, 'the remainder of doubles is that of the decimals that they are printed as');
  return atom(`mod(${exactly(left).sql}, ${exactly(right).sql})::float8`, FLOAT);
}

/** It has the sign of the dividend, and none where that has none. */
function remainderType(left: ValueType, right: ValueType): ValueType {
  if (!isWholeNumber(left) || !isWholeNumber(right)) return sumType('%', left, right);
  if (left.kind === 'integer') return right.kind === 'integer' ? { ...left, isWide: true } : sumType('%', left, right);
  return left;
}

const BITS = { '&': '&', '|': '|', '^': '#', '<<': '<<', '>>': '>>' } as const;

/**
 * MySQL's bits are an unsigned 64-bit number; PostgreSQL's bigint has the same bits, and a sign. Where the sign may be
 * set, the number is made unsigned.
 */
function bits(node: Bits, context: Context): Fragment {
  const left = toNumber(context.fragment(node.left), context, node.left);
  const right = toNumber(context.fragment(node.right), context, node.right);
  const operator = BITS[node.operator];
  const isShift = operator === '<<' || operator === '>>';
  if (operator === '>>' && !isNatural(left)) context.report('UNSIGNED', node, 'bits of a signed number are shifted');
  if (isShift && !/^[1-4]?\d$/.test(right.sql))
    context.report('UNSIGNED', node, 'bits are shifted by an unknown number');
  const amount = /^\d+$/.test(right.sql) ? right : cast(whole(right), 'int', INTEGER);
  const other = isShift ? amount : word(node.right, right, context);
  const found = `${operand(word(node.left, left, context))} ${operator} ${operand(other)}`;
  if (isPositive(operator, left, right)) return compound(found, { kind: 'integer', isWide: true, isUnsigned: true });
  // 64 bits and more are shifted out, where PostgreSQL takes the number modulo 64.
  const isFar = isShift && !/^\d+$/.test(right.sql);
  const out = isFar ? `WHEN ${operand(amount)} NOT BETWEEN 0 AND 63 THEN 0 ` : '';
  return atom(`CASE ${out}WHEN (${found}) < 0 THEN (${found}) + 18446744073709551616 ELSE ${found} END`, UNSIGNED);
}

type Bits = Node<'arithmetic'> & { readonly operator: keyof typeof BITS };

function isBits(node: Node<'arithmetic'>): node is Bits {
  return node.operator in BITS;
}

/** The 64 bits of a number as a bigint, whose sign is the highest of them. */
function word(node: Expression, value: Fragment, context: Context): Fragment {
  if (node.tag === 'unary' && node.operator === '~') {
    const inner = toNumber(context.silently(node.operand), context, node.operand);
    return compound(`~${operand(word(node.operand, inner, context))}`, BIGINT);
  }
  const number = whole(value);
  if (number.type.kind !== 'decimal' || /^\d{1,18}$/.test(number.sql)) return widen(number);
  const { sql } = number;
  return atom(
    `(CASE WHEN ${sql} > 9223372036854775807 THEN ${sql} - 18446744073709551616 ELSE ${sql} END)::bigint`,
    BIGINT,
  );
}

/** Whether the highest bit of the result is 0 for certain. */
function isPositive(operator: string, left: Fragment, right: Fragment): boolean {
  if (operator === '&') return isNatural(left) || isNatural(right);
  if (operator === '>>') return true;
  if (operator === '<<') return /^\d{1,4}$/.test(left.sql) && /^[1-4]?\d$/.test(right.sql);
  return isNatural(left) && isNatural(right);
}

function whole(value: Fragment): Fragment {
  return value.type.kind === 'integer' ? value : atom(`round(${value.sql})`, value.type);
}

/** Unary operators. */
export function unary(node: Node<'unary'>, context: Context): Fragment {
  const value = context.fragment(node.operand);
  switch (node.operator) {
    case 'not':
      return compound(`NOT ${operand(toCondition(value, context, node.operand))}`, BOOLEAN);
    case 'binary':
      return { ...toText(value, context, node.operand), type: { kind: 'text', rule: 'exact', ignoresBlanks: false } };
    case '+':
      return value;
    case '-':
      return minus(toNumber(value, context, node.operand));
    default:
      return complement(toNumber(value, context, node.operand));
  }
}

/** The least number of 32 bits has no negative in them. */
function minus(number: Fragment): Fragment {
  const isNarrow = number.type.kind === 'integer' && !number.type.isWide && !/^-?\d+$/.test(number.sql);
  const from = isNarrow ? widen(number) : number;
  const found = compound(`-${from.sql.startsWith('-') ? `(${from.sql})` : operand(from)}`, negative(from.type));
  return { ...found, ...keptOf(number, (sql) => `-(${sql})`) };
}

/** All 64 bits turned round, read without a sign. */
function complement(number: Fragment): Fragment {
  const value = operand(number);
  if (isNatural(number)) return compound(`18446744073709551615 - ${value}`, UNSIGNED);
  return atom(`CASE WHEN ${value} < 0 THEN -1 - ${value} ELSE 18446744073709551615 - ${value} END`, UNSIGNED);
}

function negative(type: ValueType): ValueType {
  if (type.kind === 'decimal') return computed({ ...type, isUnsigned: false });
  return type.kind === 'integer' ? { ...type, isUnsigned: false } : type;
}

/** AND, OR, XOR of conditions. */
export function logical(node: Node<'logical'>, context: Context): Fragment {
  const parts = node.operands.map((part) => toCondition(context.fragment(part), context, part));
  if (node.operator !== 'xor') {
    return compound(parts.map(operand).join(node.operator === 'and' ? ' AND ' : ' OR '), BOOLEAN);
  }
  const [first, ...rest] = parts.map(operand);
  const found = rest.reduce((left, right, at) => `${at === 0 ? left : `(${left})`} <> ${right}`, first ?? '');
  return compound(found, BOOLEAN);
}

/** `||` under PIPES_AS_CONCAT, and CONCAT: NULL when one part is. */
export function concat(parts: readonly Expression[], context: Context): Fragment {
  const texts = parts.map((part) => toText(context.fragment(part), context, part));
  const [only] = texts;
  if (texts.length === 1 && only !== undefined) return { ...only, type: asCharacters(only.type) };
  return compound(texts.map(operand).join(' || '), asCharacters(texts.find(({ type }) => hasRule(type))?.type ?? TEXT));
}

function hasRule(type: ValueType): boolean {
  return type.kind === 'text' && type.rule !== undefined;
}

/** IS NULL, IS TRUE and the like. */
export function is(node: Node<'is'>, context: Context): Fragment {
  const value = context.fragment(node.operand);
  const not = node.isNegated ? 'NOT ' : '';
  if (node.test === 'null') return compound(`${operand(value)} IS ${not}NULL`, BOOLEAN);
  return compound(`${operand(toCondition(value, context, node))} IS ${not}${node.test.toUpperCase()}`, BOOLEAN);
}
