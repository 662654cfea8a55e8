import { commonType, toNumber, toText, toValue, unify } from '../coerce.ts';
import type { Context } from '../context.ts';
import type { Aggregate, Expression, Name, WindowSpec } from '../expression.ts';
import { atom, compound, type Fragment, operand } from '../fragment.ts';
import { computed, isOwn } from '../own-digits.ts';
import { orderBy, orderedBy } from '../print/order.ts';
import { printOver } from '../print/window.ts';
import { variableOf } from '../query-scope.ts';
import type { Scope } from '../scope.ts';
import { folded, isFolded, ordered } from '../text-fold.ts';
import { orderOf, reportOrder } from '../text-order.ts';
import {
  BIGINT,
  decimal,
  FLOAT,
  INTEGER,
  JSON_TYPE,
  NUMERIC,
  plainText,
  scaleOf,
  TEXT,
  type ValueType,
} from '../value-type.ts';
import { ignoresBlanks, ruleOf, underRule } from './comparison.ts';
import { jsonPart } from './json.ts';

type Written = (node: Aggregate, args: readonly Fragment[], context: Context) => Fragment;

/** Aggregates and window functions by name. */
const RULES: Readonly<Record<string, Written>> = {
  COUNT: count,
  SUM: (node, args, context) => numeric('sum', node, args, context, sumType),
  AVG: (node, args, context) => numeric('avg', node, args, context, averageType),
  MIN: (node, args, context) => extreme('min', node, args, context),
  MAX: (node, args, context) => extreme('max', node, args, context),
  STDDEV_POP: (node, args, context) => numeric('stddev_pop', node, args, context, () => FLOAT),
  STDDEV_SAMP: (node, args, context) => numeric('stddev_samp', node, args, context, () => FLOAT),
  VAR_POP: (node, args, context) => numeric('var_pop', node, args, context, () => FLOAT),
  VAR_SAMP: (node, args, context) => numeric('var_samp', node, args, context, () => FLOAT),
  BIT_OR: (node, args, context) => bits('bit_or', '0', node, args, context),
  BIT_XOR: (node, args, context) => bits('bit_xor', '0', node, args, context),
  BIT_AND: (node, args, context) => bits('bit_and', '18446744073709551615', node, args, context),
  GROUP_CONCAT: groupConcat,
  JSON_ARRAYAGG: (node, _, context) =>
    over(node, `jsonb_agg(${node.args.map((arg) => jsonPart(arg, context)).join(', ')})`, JSON_TYPE),
  JSON_OBJECTAGG: (node, args, context) => {
    const [key] = args;
    const value = node.args[1] === undefined ? 'NULL' : jsonPart(node.args[1], context);
    const sql = `jsonb_object_agg(${key === undefined ? 'NULL' : toText(key, context, node).sql}, ${value})`;
    return over(node, sql, JSON_TYPE);
  },
  ROW_NUMBER: plain('row_number', () => BIGINT),
  RANK: plain('rank', () => BIGINT),
  DENSE_RANK: plain('dense_rank', () => BIGINT),
  PERCENT_RANK: plain('percent_rank', () => FLOAT),
  CUME_DIST: plain('cume_dist', () => FLOAT),
  NTILE: plain('ntile', () => INTEGER),
  FIRST_VALUE: plain('first_value', first),
  LAST_VALUE: plain('last_value', first),
  NTH_VALUE: plain('nth_value', first),
  LAG: neighbour('lag'),
  LEAD: neighbour('lead'),
};

function first(args: readonly Fragment[]): ValueType {
  return args[0]?.type ?? { kind: 'unknown' };
}

/** An aggregate, with OVER a window function. */
export function aggregate(node: Aggregate, context: Context): Fragment {
  const rule = RULES[node.upper];
  const isRefused = node.isIgnoreNulls || node.isFromLast || node.limit !== undefined;
  if (rule === undefined || isRefused) {
    context.report('FUNCTION', node, `${node.upper} in this form`);
    return atom('NULL', { kind: 'null' });
  }
  const found = rule(
    node,
    node.args.map((arg) => context.fragment(arg)),
    context,
  );
  if (node.over === undefined) return found;
  return found.sql.includes('\u0000') ? withOver(found, node.over, context) : found;
}

/** Where OVER goes when the call is not the whole text. */
const MARK = '\u0000';

function withOver(found: Fragment, spec: NonNullable<Aggregate['over']>, context: Context): Fragment {
  return { ...found, sql: found.sql.replace(MARK, ` OVER ${printOver(spec, context)}`) };
}

function over(node: Aggregate, call: string, type: ValueType): Fragment {
  return atom(node.over === undefined ? call : `${call}${MARK}`, type);
}

function mark(node: Aggregate): string {
  return node.over === undefined ? '' : MARK;
}

function plain(name: string, type: (args: readonly Fragment[]) => ValueType): Written {
  return (node, args) => over(node, `${name}(${args.map((arg) => toValue(arg).sql).join(', ')})`, type(args));
}

/** LAG and LEAD: the value and its substitute have one type. */
function neighbour(name: string): Written {
  return (node, args, context) => {
    const [value, distance, substitute] = args;
    if (value === undefined) return over(node, 'NULL', { kind: 'null' });
    const values = unify(substitute === undefined ? [toValue(value)] : [toValue(value), substitute], context, node);
    const parts = [values[0]?.sql ?? 'NULL', ...(distance === undefined ? [] : [`${operand(distance)}::int`])];
    const last = values[1];
    return over(
      node,
      `${name}(${[...parts, ...(last === undefined ? [] : [last.sql])].join(', ')})`,
      commonType(values),
    );
  };
}

function count(node: Aggregate, args: readonly Fragment[], context: Context): Fragment {
  const [value] = args;
  if (node.isStar || value === undefined) return over(node, 'count(*)', BIGINT);
  if (!node.isDistinct) return over(node, `count(${value.sql})`, BIGINT);
  const parts = args.map((arg) => comparable(arg, context, node));
  if (parts.length === 1) return over(node, `count(DISTINCT ${parts[0]?.sql})`, BIGINT);
  const known = parts.map((part) => `${operand(part)} IS NOT NULL`).join(' AND ');
  return over(node, `count(DISTINCT (${parts.map(({ sql }) => sql).join(', ')})) FILTER (WHERE ${known})`, BIGINT);
}

/** A text as DISTINCT sees it. */
function comparable(value: Fragment, context: Context, node: Aggregate): Fragment {
  if (value.type.kind !== 'text') return value;
  const rule = ruleOf([value], context);
  if (rule === 'lower') context.report('TEXT_CASE', node, 'distinct texts are told apart without regard to case');
  return underRule(value, rule, ignoresBlanks([value], context));
}

function sumType(type: ValueType): ValueType {
  if (type.kind === 'float' || type.kind === 'text') return FLOAT;
  const scale = scaleOf(type);
  if (isOwn(type)) return computed(type);
  if (type.kind === 'decimal' && type.isRaw === true) return { ...type, isUnsigned: false };
  return scale === undefined ? NUMERIC : decimal(scale);
}

function averageType(type: ValueType): ValueType {
  if (type.kind === 'float' || type.kind === 'text') return FLOAT;
  const scale = scaleOf(type);
  return scale === undefined ? NUMERIC : { kind: 'decimal', scale: scale + 4, isUnsigned: false, isRaw: true };
}

function numeric(
  name: string,
  node: Aggregate,
  args: readonly Fragment[],
  context: Context,
  typeOf: (type: ValueType) => ValueType,
): Fragment {
  const value = toNumber(args[0] ?? atom('NULL', { kind: 'null' }), context, node);
  const call = `${name}(${node.isDistinct ? 'DISTINCT ' : ''}${value.sql})${mark(node)}`;
  const type = typeOf(value.type);
  const isCast = type.kind === 'float' && value.type.kind !== 'float' && name !== 'sum' && name !== 'avg';
  return atom(isCast ? `${node.over === undefined ? call : `(${call})`}::float8` : call, type);
}

/** The least and the greatest text depend on the order of texts. */
function extreme(name: string, node: Aggregate, args: readonly Fragment[], context: Context): Fragment {
  const value = toValue(args[0] ?? atom('NULL', { kind: 'null' }));
  const { type } = value;
  const isOrdered = (node.over === undefined || isWholeWindow(node.over)) && isFolded(type, context);
  if (type.kind === 'text') {
    const order = isOrdered ? orderOf([type], context) : undefined;
    reportOrder(order, node, 'the least or greatest text depends on the order of texts', context);
  }
  if (isOrdered && node.over !== undefined) return endOfWindow(name, node.over, value, context);
  if (isOrdered) {
    const order = `${ordered(value, context).sql}${name === 'max' ? ' DESC NULLS LAST' : ''}`;
    return atom(`(array_agg(${value.sql} ORDER BY ${order}))[1]`, type);
  }
  // Of an ENUM too it is the least of the texts, and is a text.
  return over(node, `${name}(${value.sql})`, type.kind === 'text' ? plainText(type) : type);
}

/** Whether a window is all rows of its part. */
function isWholeWindow(spec: WindowSpec | Name): spec is WindowSpec {
  return !('text' in spec) && spec.base === undefined && spec.orderBy.length === 0 && spec.frame === undefined;
}

/** The first row of the part in the order of the texts: PostgreSQL's aggregates take no order in a window. */
function endOfWindow(name: string, spec: WindowSpec | Name, value: Fragment, context: Context): Fragment {
  const around = printOver(spec, context).slice(1, -1);
  const order = `ORDER BY ${ordered(value, context).sql}${name === 'max' ? ' DESC' : ''} NULLS LAST`;
  const frame = 'ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING';
  const window = [around, order, frame].filter((part) => part !== '').join(' ');
  return atom(`first_value(${value.sql}) OVER (${window})`, value.type);
}

/** Of no rows at all the answer is a number too. */
function bits(name: string, empty: string, node: Aggregate, args: readonly Fragment[], context: Context): Fragment {
  const value = toNumber(args[0] ?? atom('NULL', { kind: 'null' }), context, node);
  const call = `${name}(${operand(value)}::bigint)${mark(node)}`;
  const found = name === 'bit_and' ? `${node.over === undefined ? call : `(${call})`}::numeric` : call;
  return atom(`COALESCE(${found}, ${empty})`, BIGINT);
}

/** string_agg; with DISTINCT the values are made distinct as they are, and ordered by their own type. */
function groupConcat(node: Aggregate, args: readonly Fragment[], context: Context): Fragment {
  context.report('TRUNCATED_LIST', node, 'the list is not cut at a length');
  const mark = node.separator === undefined ? "','" : context.fragment(node.separator).sql;
  const parts = args.map((arg) => toText(arg, context, node));
  const text = parts.length === 1 ? (parts[0] ?? atom("''", TEXT)) : compound(parts.map(operand).join(' || '), TEXT);
  const order = orderBy(node.orderBy, context);
  if (node.isDistinct && node.over === undefined && node.args.every((arg) => isOfNoRow(arg, context.scope)))
    return atom(`CASE WHEN count(*) > 0 THEN ${text.sql} END`, TEXT);
  if (!node.isDistinct) return over(node, `string_agg(${text.sql}, ${mark}${order === '' ? '' : ` ${order}`})`, TEXT);
  const [only] = args;
  const [item] = node.orderBy;
  const isSame = args.length === 1 && only !== undefined && node.orderBy.length <= 1;
  const ownOrder = item === undefined ? only?.sql : orderedBy(context.fragment(item.expression), context);
  if (isSame && !isFolded(only.type, context) && ownOrder === only.sql && only.type.kind !== 'boolean') {
    const list = `array_agg(DISTINCT ${only.sql}${order === '' ? '' : ` ${order}`}) FILTER (WHERE ${operand(only)} IS NOT NULL)`;
    return atom(`array_to_string(${list}, ${mark})`, TEXT);
  }
  return distinctByOther(node, { text, args, mark }, context);
}

const OF_ROWS = new Set(['subquery', 'exists', 'aggregate', 'assign', 'match']);
const CHANGING = new Set(['RAND', 'UUID', 'UUID_SHORT', 'SYSDATE']);

/** Whether a value is the same for all rows: one of literals and variables. */
function isOfNoRow(root: unknown, scope: Scope): boolean {
  if (typeof root !== 'object' || root === null) return true;
  const node = root as Expression;
  if (OF_ROWS.has(node.tag) || (node.tag === 'call' && CHANGING.has(node.upper))) return false;
  if (node.tag === 'column') return variableOf(node.parts, scope) !== undefined;
  return Object.values(node).every((part) => isOfNoRow(part, scope));
}

/** DISTINCT with another order: PostgreSQL wants the order among the arguments, so that the list is made in two steps. */
function distinctByOther(
  node: Aggregate,
  { text, args, mark }: { readonly text: Fragment; readonly args: readonly Fragment[]; readonly mark: string },
  context: Context,
): Fragment {
  const low = args.find(({ type }) => isFolded(type, context));
  const isOne = low !== undefined;
  const same = folded(atom('e.v', low?.type ?? text.type), context).sql;
  const keys = node.orderBy.map((item) => orderedBy(context.fragment(item.expression), context));
  const lists = [text.sql, ...keys].map((sql) => `array_agg(${sql})`).join(', ');
  const names = keys.map((_, at) => `k${at + 1}`);
  const mins = names.map((name) => `, min(e.${name}) AS ${name}`).join('');
  const order = node.orderBy.map(
    (item, at) => `u.k${at + 1}${item.isDescending ? ' DESC NULLS LAST' : ' NULLS FIRST'}`,
  );
  const value = isOne ? '(array_agg(e.v ORDER BY e.n))[1] AS v, min(e.n) AS n' : 'e.v';
  const columns = ['v', ...names, ...(isOne ? ['n'] : [])].join(', ');
  const list = `unnest(${lists})${isOne ? ' WITH ORDINALITY' : ''}`;
  const rows = `SELECT ${value}${mins} FROM ${list} AS e(${columns}) WHERE e.v IS NOT NULL GROUP BY ${isOne ? same : 'e.v'}`;
  // Without an order of its own the list is in that in which the texts came.
  const last = order.length === 0 && isOne ? ['u.n'] : order;
  const by = last.length === 0 ? '' : ` ORDER BY ${last.join(', ')}`;
  return atom(`(SELECT string_agg(u.v, ${mark}${by}) FROM (${rows}) AS u)`, TEXT);
}
