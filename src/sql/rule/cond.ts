import { localTime, toCondition, toNumber, toText, toValue } from '../coerce.ts';
import { textCalendar, toDate, toMoment } from '../coerce-date.ts';
import type { Context } from '../context.ts';
import type { Call } from '../expression.ts';
import { atom, compound, type Fragment, operand } from '../fragment.ts';
import { computed, keptOf } from '../own-digits.ts';
import type { RuleTable } from '../rule.ts';
import { BOOLEAN, INTEGER, isCalendar } from '../value-type.ts';
import { compare, ruleOf, underRule } from './comparison.ts';
import { caseOf, keptDigits, oneType } from './predicate.ts';

/** NULL and choice. */
export const CONDITION_RULES: RuleTable = {
  IF: (call, context) => {
    const [test, ...rest] = call.args;
    if (test === undefined || rest.length !== 2) return wrongCount(call, context);
    const condition = toCondition(context.fragment(test), context, test);
    return caseOf(
      [condition.sql],
      rest.map((arg) => context.fragment(arg)),
      context,
      call,
    );
  },
  IFNULL: coalesce,
  NVL: coalesce,
  NVL2: (call, context) => {
    const [value, ...rest] = call.args;
    if (value === undefined || rest.length !== 2) return wrongCount(call, context);
    const condition = `${operand(context.fragment(value))} IS NOT NULL`;
    return caseOf(
      [condition],
      rest.map((arg) => context.fragment(arg)),
      context,
      call,
    );
  },
  COALESCE: coalesce,
  NULLIF: nullIf,
  ISNULL: (call, context) => {
    const [value] = fragments(call, context);
    return value === undefined ? wrongCount(call, context) : compound(`${operand(value)} IS NULL`, BOOLEAN);
  },
  GREATEST: (call, context) => extreme('GREATEST', call, context),
  LEAST: (call, context) => extreme('LEAST', call, context),
  ELT: (call, context) => {
    const [index, ...rest] = call.args;
    if (index === undefined || rest.length === 0) return wrongCount(call, context);
    const given = rest.map((arg) => context.fragment(arg));
    // It gives texts: each number has digits of its own.
    const isExact = given.some(({ type: { kind } }) => kind === 'decimal');
    const { parts, type } = oneType(isExact ? given.map((one) => toText(one, context, call)) : given, context, call);
    const at = toNumber(context.fragment(index), context, index);
    const whole = at.type.kind === 'integer' ? at.sql : `round(${at.sql})::int`;
    const list = parts.every((part) => part === 'NULL')
      ? `ARRAY[${parts.join(', ')}]::text[]`
      : `ARRAY[${parts.join(', ')}]`;
    return atom(`(${list})[${whole}]`, type);
  },
  FIELD: (call, context) => {
    const [value, ...rest] = fragments(call, context);
    if (value === undefined || rest.length === 0) return wrongCount(call, context);
    const branches = rest.map((item, at) => {
      const test = compare('=', value, item, { context, span: call }).sql;
      return `WHEN ${test} THEN ${at + 1}`;
    });
    return atom(`CASE ${branches.join(' ')} ELSE 0 END`, INTEGER);
  },
  INTERVAL: (call, context) => {
    const [value, ...bounds] = call.args.map((arg) => toNumber(context.fragment(arg), context, arg));
    if (value === undefined || bounds.length === 0) return wrongCount(call, context);
    const list = bounds.map(({ sql }) => sql).join(', ');
    const found = `width_bucket(${operand(value)}::numeric, ARRAY[${list}]::numeric[])`;
    return atom(`COALESCE(${found}, -1)`, INTEGER);
  },
  FIND_IN_SET: findInSet,
};

function fragments(call: Call, context: Context): readonly Fragment[] {
  return call.args.map((arg) => context.fragment(arg));
}

/** A call with too few or too many arguments is none that the source would have taken. */
export function wrongCount(call: Call, context: Context): Fragment {
  context.report('FUNCTION', call, `${call.upper} with ${call.args.length} arguments`);
  return atom('NULL', { kind: 'null' });
}

function coalesce(call: Call, context: Context): Fragment {
  if (call.args.length === 0) return wrongCount(call, context);
  const values = fragments(call, context);
  const { parts, type } = oneType(values, context, call);
  const printed = (found: readonly string[]): string => `COALESCE(${found.join(', ')})`;
  return { ...atom(printed(parts), type), ...keptDigits(values, type, printed), ...textCalendar(values, type) };
}

/** The comparison is MySQL's, the value that of the first argument. */
function nullIf(call: Call, context: Context): Fragment {
  const [value, other] = fragments(call, context);
  if (value === undefined || other === undefined) return wrongCount(call, context);
  const test = compare('=', value, other, { context, span: call });
  // MySQL shows it with the digits of its value, MariaDB as what is computed.
  const isMariadb = context.scope.dialect.flavor === 'mariadb';
  const first = toValue(isMariadb ? { ...value, type: computed(value.type) } : value);
  const isPlain = test.sql === `${operand(first)} = ${operand(other)}`;
  const printed = (sql: string): string =>
    isPlain ? `NULLIF(${sql}, ${other.sql})` : `CASE WHEN ${test.sql} THEN NULL ELSE ${sql} END`;
  return { ...atom(printed(first.sql), first.type), ...keptOf(value, printed) };
}

/** NULL when any is: PostgreSQL passes NULLs over. Literals are never NULL and are not asked. */
function extreme(name: string, call: Call, context: Context): Fragment {
  const values = ofCalendar(fragments(call, context), context, call);
  if (values.length < 2) return wrongCount(call, context);
  const { parts, type } = oneType(values, context, call);
  if (values.some(({ type: { kind } }) => kind === 'null')) return atom('NULL', { kind: 'null' });
  if (type.kind === 'text') context.report('TEXT_ORDER', call, 'the greatest or least of texts depends on their order');
  const isText = type.kind === 'text' && ruleOf(values, context) === 'lower';
  if (isText) context.report('TEXT_CASE', call, 'texts are ordered without regard to case on the source');
  const printed = (found: readonly string[]): string => notNull(found, `${name}(${found.join(', ')})`);
  return { ...atom(printed(parts), type), ...keptDigits(values, type, printed) };
}

/** Beside a date or a moment texts are such; a text that is no literal has six digits on MySQL. */
function ofCalendar(values: readonly Fragment[], context: Context, span: Call): readonly Fragment[] {
  const types = values.map(({ type }) => type);
  const isMixed = types.every((type) => type.kind === 'text' || isCalendar(type)) && types.some(isCalendar);
  if (!isMixed || types.every(isCalendar)) return values;
  if (types.every(({ kind }) => kind === 'text' || kind === 'date'))
    return values.map((value) => toDate(value, context, span));
  const moments = values.map((value) => toMoment(localTime(value, context), context, span));
  const digits = Math.max(
    ...moments.map(({ type }, at) => {
      const isText = values[at]?.type.kind === 'text' && values[at].literal === undefined;
      if (isText && context.scope.dialect.flavor === 'mysql') return 6;
      return type.kind === 'datetime' ? (type.digits ?? 0) : 0;
    }),
  );
  return moments.map((moment) => ({ ...moment, type: { kind: 'datetime', digits } }));
}

/** NULL where one of the parts is. */
function notNull(parts: readonly string[], found: string): string {
  const asked = parts.filter((part) => !/^(?:-?[\d.]+|'[^']*')$/.test(part));
  if (asked.length === 0) return found;
  return `CASE WHEN ${asked.map((part) => `(${part}) IS NOT NULL`).join(' AND ')} THEN ${found} END`;
}

function findInSet(call: Call, context: Context): Fragment {
  const [value, list] = call.args;
  if (value === undefined || list === undefined) return wrongCount(call, context);
  const members = context.fragment(list);
  const what = toText(context.fragment(value), context, value);
  const text = toText(members, context, list);
  const rule = ruleOf([what, text], context);
  const [a, b] = [underRule(what, rule), underRule(text, rule)];
  const found = `COALESCE(array_position(string_to_array(${b.sql}, ','), ${operand(a)}::text), 0)`;
  return atom(whereKnown([a, b], found), INTEGER);
}

/** NULL where one of the values is. */
function whereKnown(values: readonly Fragment[], found: string): string {
  const asked = values.filter(({ literal }) => literal === undefined);
  if (asked.length === 0) return found;
  return `CASE WHEN ${asked.map((part) => `${operand(part)} IS NOT NULL`).join(' AND ')} THEN ${found} END`;
}
