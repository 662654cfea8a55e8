import { toNumber } from '../coerce.ts';
import type { Context } from '../context.ts';
import type { Call, Expression } from '../expression.ts';
import { atom, type Fragment, operand } from '../fragment.ts';
import { computed, isOwn, keptOf, wholeQuotient } from '../own-digits.ts';
import { roundedDouble } from '../round-double.ts';
import { applyTemplate, type RuleTable, take } from '../rule.ts';
import { BIGINT, decimal, FLOAT, INTEGER, NUMERIC, scaleOf, TEXT, type ValueType } from '../value-type.ts';
import { wrongCount } from './cond.ts';

const BINARY = "COALESCE(NULLIF(ltrim(%1::bigint::bit(64)::text, '0'), ''), '0')";

/** Three bits each, the highest one alone. */
const OCTAL =
  "COALESCE(NULLIF(ltrim((SELECT string_agg(((%1::bigint >> (3 * i)) & CASE i WHEN 21 THEN 1 ELSE 7 END)::text, '' ORDER BY i DESC) FROM generate_series(0, 21) AS i), '0'), ''), '0')";

/** Numbers. What MySQL answers with NULL and PostgreSQL with an error is guarded. */
export const NUMERIC_RULES: RuleTable = {
  ROUND: (call, context) => rounded('round', call, context),
  TRUNCATE: (call, context) => rounded('trunc', call, context),
  CEIL: (call, context) => whole('ceil', call, context),
  CEILING: (call, context) => whole('ceil', call, context),
  FLOOR: (call, context) => whole('floor', call, context),
  ABS: (call, context) => {
    const [arg] = call.args;
    if (arg === undefined) return wrongCount(call, context);
    const value = toNumber(context.fragment(arg), context, arg);
    const isNarrow = value.type.kind === 'integer' && !value.type.isWide;
    if (isNarrow) return atom(`abs(${operand(value)}::bigint)`, BIGINT);
    return { ...atom(`abs(${value.sql})`, computed(value.type)), ...keptOf(value, (sql) => `abs(${sql})`) };
  },
  SIGN: [{ args: ['number'], sql: 'sign($1)::int', type: INTEGER }],
  MOD: (call, context) => {
    const [left, right] = call.args;
    if (left === undefined || right === undefined) return wrongCount(call, context);
    return context.fragment({ tag: 'arithmetic', operator: 'mod', left, right, start: call.start, end: call.end });
  },
  POW: [{ args: ['float', 'float'], sql: 'power($1, $2)', type: FLOAT }],
  POWER: [{ args: ['float', 'float'], sql: 'power($1, $2)', type: FLOAT }],
  SQRT: [{ args: ['float'], sql: 'CASE WHEN %1 >= 0 THEN sqrt($1) END', type: FLOAT }],
  EXP: [{ args: ['float'], sql: 'exp($1)', type: FLOAT }],
  LN: logarithm,
  LOG: logarithm,
  LOG2: logarithm,
  LOG10: logarithm,
  PI: () => atom('pi()', { kind: 'float', digits: 6 }),
  SIN: [{ args: ['float'], sql: 'sin($1)', type: FLOAT }],
  COS: [{ args: ['float'], sql: 'cos($1)', type: FLOAT }],
  TAN: [{ args: ['float'], sql: 'tan($1)', type: FLOAT }],
  ASIN: [{ args: ['float'], sql: 'CASE WHEN abs($1) <= 1 THEN asin($1) END', type: FLOAT }],
  ACOS: [{ args: ['float'], sql: 'CASE WHEN abs($1) <= 1 THEN acos($1) END', type: FLOAT }],
  ATAN: [
    { args: ['float'], sql: 'atan($1)', type: FLOAT },
    { args: ['float', 'float'], sql: 'atan2($1, $2)', type: FLOAT },
  ],
  ATAN2: [
    { args: ['float'], sql: 'atan($1)', type: FLOAT },
    { args: ['float', 'float'], sql: 'atan2($1, $2)', type: FLOAT },
  ],
  COT: [{ args: ['float'], sql: 'cot($1)', type: FLOAT }],
  DEGREES: [{ args: ['float'], sql: 'degrees($1)', type: FLOAT }],
  RADIANS: [{ args: ['float'], sql: 'radians($1)', type: FLOAT }],
  RAND: (call, context) => {
    if (call.args.length > 0) context.report('SESSION', call, 'a seeded RAND gives other numbers on the target');
    return atom('random()', FLOAT);
  },
  BIT_COUNT: [{ args: ['integer'], sql: "length(replace(%1::bigint::bit(64)::text, '0', ''))", type: INTEGER }],
  CONV: conv,
  BIN: [{ args: ['integer'], sql: `CASE WHEN %1 IS NOT NULL THEN ${BINARY} END`, type: TEXT }],
  OCT: [{ args: ['integer'], sql: `CASE WHEN %1 IS NOT NULL THEN ${OCTAL} END`, type: TEXT }],
};

const LOGARITHMS: Readonly<Record<string, readonly [condition: string, sql: string]>> = {
  LN1: ['%1 > 0', 'ln($1)'],
  LOG1: ['%1 > 0', 'ln($1)'],
  LOG2: ['%1 > 0 AND %1 <> 1 AND %2 > 0', 'log(%1::numeric, %2::numeric)::float8'],
  LOG21: ['%1 > 0', 'log(2, %1::numeric)::float8'],
  LOG101: ['%1 > 0', 'log($1)'],
};

/** Of what has no logarithm it is NULL; MySQL fails where it is stored under the mode that checks divisions. */
function logarithm(call: Call, context: Context): Fragment {
  const [condition, sql] = LOGARITHMS[`${call.upper}${call.args.length}`] ?? [];
  if (condition === undefined || sql === undefined) return wrongCount(call, context);
  const { scope } = context;
  const isChecked = scope.isDivisionChecked === true && scope.dialect.flavor === 'mysql';
  const text = isChecked ? sql : `CASE WHEN ${condition} THEN ${sql} END`;
  const args = call.args.map(() => 'float' as const);
  return applyTemplate([{ args, sql: text, type: FLOAT }], call, context) ?? wrongCount(call, context);
}

function literalDigits(value: Fragment | undefined): number | undefined {
  return value !== undefined && /^-?\d{1,2}$/.test(value.sql) ? Number(value.sql) : undefined;
}

/** A number that is rounded, with all digits of a quotient where they can be had. */
function wholeNumber(arg: Expression, context: Context): Fragment {
  const number = toNumber(context.fragment(arg), context, arg);
  return number.whole === 'lost' ? number : wholeQuotient(number, context, arg);
}

/** Exact numbers round half away from 0, floating ones half to even. */
function rounded(name: 'round' | 'trunc', call: Call, context: Context): Fragment {
  const [value, digits] = call.args.map((arg) => wholeNumber(arg, context));
  if (value === undefined || call.args.length > 2) return wrongCount(call, context);
  const { kind } = value.type;
  if (digits === undefined)
    return kind === 'integer' ? value : atom(`${name}(${value.sql})`, wholeType(value.type, context));
  const count = digits.type.kind === 'integer' ? `${operand(digits)}::int` : `round(${digits.sql})::int`;
  const places = /^-?\d+$/.test(digits.sql) ? digits.sql : count;
  if (kind === 'float') {
    const known = literalDigits(digits);
    const type = known === undefined ? FLOAT : printedWith(Math.max(0, known), context);
    return { ...roundedDouble(name, value, { known, sql: places }), type };
  }
  return exactly(name, value, { known: literalDigits(digits), places }, context);
}

/** A whole number has no digits behind the point, however many are asked for. */
function wholeDigits(name: string, value: Fragment, { known, places }: Digits): Fragment {
  if (known !== undefined && known >= 0) return value;
  const most = known === undefined ? `CASE WHEN ${places} > 0 THEN 0 ELSE ${places} END` : places;
  return atom(`${name}(${value.sql}, ${most})`, NUMERIC_WHOLE);
}

interface Digits {
  readonly known: number | undefined;
  /** As PostgreSQL takes them. */
  readonly places: string;
}

/** MySQL gives no more digits than the value has, and shows as many as it has where they are known at run time only. */
function exactly(name: string, value: Fragment, { known, places }: Digits, { scope }: Context): Fragment {
  const scale = scaleOf(value.type);
  if (value.type.kind === 'integer') return wholeDigits(name, value, { known, places });
  const isRaw = value.type.kind === 'decimal' && value.type.isRaw === true;
  if (scale === undefined || (isRaw && scope.dialect.flavor === 'mysql') || isOwn(value.type)) {
    const type = known === undefined || scale === undefined ? NUMERIC : decimal(Math.max(0, Math.min(known, scale)));
    return atom(`${name}(${value.sql}, ${places})`, type);
  }
  if (scope.dialect.flavor === 'mariadb') {
    const found = atom(`${name}(${value.sql}, ${places})`, NUMERIC);
    return known === undefined ? found : { ...found, type: decimal(Math.max(0, known)) };
  }
  if (known !== undefined)
    return atom(`${name}(${value.sql}, ${Math.min(known, scale)})`, decimal(Math.max(0, Math.min(known, scale))));
  // least() passes NULL over, and the answer is NULL then.
  const least = `CASE WHEN ${places} > ${scale} THEN ${scale} ELSE ${places} END`;
  const kept = `${name}(${value.sql}, ${least})`;
  return { ...atom(`round(${kept}, ${scale})`, decimal(scale)), kept };
}

const NUMERIC_WHOLE = decimal(0);

function whole(name: 'ceil' | 'floor', call: Call, context: Context): Fragment {
  const [value] = call.args.map((arg) => wholeNumber(arg, context));
  if (value === undefined) return wrongCount(call, context);
  if (value.type.kind === 'integer') return value;
  return atom(`${name}(${value.sql})`, wholeType(value.type, context));
}

/** Of a number without digits behind the point. */
function wholeType(type: ValueType, context: Context): ValueType {
  return type.kind === 'float' ? printedWith(0, context) : decimal(0);
}

/** MariaDB prints a rounded double with the digits that were asked for, MySQL with those that it has. */
function printedWith(digits: number, { scope }: Context): ValueType {
  return scope.dialect.flavor === 'mariadb' ? { kind: 'float', digits } : FLOAT;
}

/** Any two bases by a function of ours; without it those that PostgreSQL knows: 2, 10, 16. */
function conv(call: Call, context: Context): Fragment {
  const [value, from, to] = call.args;
  if (value === undefined || from === undefined || to === undefined) return wrongCount(call, context);
  if (context.scope.hasHelpers === true) {
    const bases = [from, to].map((base) => take('integer', base, context));
    const numbers = bases.map((base) => (/^-?\d{1,9}$/.test(base.sql) ? base.sql : `${operand(base)}::int`));
    const { isNumberChecked, dialect } = context.scope;
    const isChecked = isNumberChecked === true && dialect.flavor === 'mysql';
    const rest = dialect.flavor === 'mariadb' ? ['false', 'true'] : isChecked ? ['true'] : [];
    return atom(`sluice_conv(${[take('text', value, context).sql, ...numbers, ...rest].join(', ')})`, TEXT);
  }
  const [a, b] = [context.fragment(from).sql, context.fragment(to).sql];
  const read = toInteger64(context.fragment(value), a);
  const written: Readonly<Record<string, string>> = {
    '10': `(${read})::text`,
    '16': `upper(to_hex(${read}))`,
    '2': `CASE WHEN ${read} = 0 THEN '0' ELSE ltrim((${read})::bit(64)::text, '0') END`,
  };
  const found = written[b];
  if (found === undefined || read === '') {
    context.report('FUNCTION', call, `CONV from base ${a} to base ${b}`);
    return atom('NULL::text', TEXT);
  }
  return atom(found, TEXT);
}

function toInteger64(value: Fragment, base: string): string {
  const text = value.type.kind === 'text' ? value.sql : `${operand(value)}::text`;
  if (base === '16') return `('x' || lpad(${text}, 16, '0'))::bit(64)::bigint`;
  if (base === '2') return `lpad(${text}, 64, '0')::bit(64)::bigint`;
  if (base !== '10') return '';
  return value.type.kind === 'text' ? `(${value.sql})::bigint` : `${operand(value)}::bigint`;
}
