import { toNumber } from './coerce.ts';
import type { Context } from './context.ts';
import type { Call } from './expression.ts';
import { atom, type Fragment, operand } from './fragment.ts';
import type { RuleTable } from './rule.ts';
import { wrongCount } from './rule-cond.ts';
import { BIGINT, decimal, FLOAT, INTEGER, NUMERIC, scaleOf, TEXT, type ValueType } from './value-type.ts';

const BINARY = "COALESCE(NULLIF(ltrim(%1::bigint::bit(64)::text, '0'), ''), '0')";

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
    return isNarrow ? atom(`abs(${operand(value)}::bigint)`, BIGINT) : atom(`abs(${value.sql})`, value.type);
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
  LN: [{ args: ['float'], sql: 'CASE WHEN %1 > 0 THEN ln($1) END', type: FLOAT }],
  LOG: [
    { args: ['float'], sql: 'CASE WHEN %1 > 0 THEN ln($1) END', type: FLOAT },
    {
      args: ['float', 'float'],
      sql: 'CASE WHEN %1 > 0 AND %1 <> 1 AND %2 > 0 THEN log(%1::numeric, %2::numeric)::float8 END',
      type: FLOAT,
    },
  ],
  LOG2: [{ args: ['float'], sql: 'CASE WHEN %1 > 0 THEN log(2, %1::numeric)::float8 END', type: FLOAT }],
  LOG10: [{ args: ['float'], sql: 'CASE WHEN %1 > 0 THEN log($1) END', type: FLOAT }],
  PI: (call, context) => {
    context.report('FLOAT_TEXT', call, 'MySQL writes PI() with six digits');
    return atom('pi()', FLOAT);
  },
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
  CRC32: (call, context) => {
    context.report('FUNCTION', call, 'CRC32 has no equal before PostgreSQL 18');
    return atom('NULL::bigint', BIGINT);
  },
};

function literalDigits(value: Fragment | undefined): number | undefined {
  return value !== undefined && /^-?\d{1,2}$/.test(value.sql) ? Number(value.sql) : undefined;
}

/** Exact numbers round half away from 0; floating ones half to even, on both sides without digits. */
function rounded(name: 'round' | 'trunc', call: Call, context: Context): Fragment {
  const [value, digits] = call.args.map((arg) => toNumber(context.fragment(arg), context, arg));
  if (value === undefined || call.args.length > 2) return wrongCount(call, context);
  const { kind } = value.type;
  if (digits === undefined) {
    const type = kind === 'decimal' ? decimal(0) : value.type;
    return kind === 'integer' ? value : atom(`${name}(${value.sql})`, type);
  }
  const count = digits.type.kind === 'integer' ? `${operand(digits)}::int` : `round(${digits.sql})::int`;
  const places = /^-?\d+$/.test(digits.sql) ? digits.sql : count;
  if (kind === 'float') {
    context.report('FLOAT_TEXT', call, 'a floating-point number is rounded to digits by its decimal text');
    return atom(`${name}(${operand(value)}::numeric, ${places})::float8`, value.type);
  }
  return atom(`${name}(${value.sql}, ${places})`, roundedType(value.type, literalDigits(digits)));
}

function roundedType(type: ValueType, digits: number | undefined): ValueType {
  const scale = scaleOf(type);
  if (type.kind === 'integer') return NUMERIC_WHOLE;
  return digits === undefined || scale === undefined ? NUMERIC : decimal(Math.max(0, Math.min(digits, scale)));
}

const NUMERIC_WHOLE = decimal(0);

function whole(name: 'ceil' | 'floor', call: Call, context: Context): Fragment {
  const [value] = call.args.map((arg) => toNumber(context.fragment(arg), context, arg));
  if (value === undefined) return wrongCount(call, context);
  if (value.type.kind === 'integer') return value;
  return atom(`${name}(${value.sql})`, value.type.kind === 'decimal' ? decimal(0) : value.type);
}

/** Of the bases that PostgreSQL knows: 2, 10, 16. */
function conv(call: Call, context: Context): Fragment {
  const [value, from, to] = call.args;
  if (value === undefined || from === undefined || to === undefined) return wrongCount(call, context);
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
