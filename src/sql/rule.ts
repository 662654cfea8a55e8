import { toBytes, toCondition, toInteger, toNumber, toText, toValue } from './coerce.ts';
import { toCalendar, toClock, toDate, toMoment, toTime } from './coerce-date.ts';
import type { Context } from './context.ts';
import type { Call, Expression } from './expression.ts';
import { atom, type Fragment, operand } from './fragment.ts';
import type { Span } from './span.ts';
import type { ValueType } from './value-type.ts';

/** As what a rule takes an argument. `value`: as it is, a condition as 0 or 1. */
export type Taken = keyof typeof TAKERS;

/**
 * A function of MySQL as a text of PostgreSQL: `$1` is the first argument as it stands between commas, `%1` as it
 * stands beside an operator. One template for each number of arguments.
 */
export interface Template {
  readonly args: readonly Taken[];
  readonly sql: string;
  /** A number: that of the argument of this index. */
  readonly type: ValueType | number;
}

/** A rule that a text cannot say. */
export type Written = (call: Call, context: Context) => Fragment;

export type Rule = readonly Template[] | Written;

/** The functions of one class. */
export type RuleTable = Readonly<Record<string, Rule>>;

type Taker = (value: Fragment, context: Context, span: Span) => Fragment;

const TAKERS = {
  value: (value: Fragment) => toValue(value),
  text: toText,
  number: toNumber,
  integer: toInteger,
  float: (value: Fragment, context: Context, span: Span) => asFloat(toNumber(value, context, span)),
  numeric: (value: Fragment, context: Context, span: Span) => asNumeric(toNumber(value, context, span)),
  condition: toCondition,
  bytes: toBytes,
  date: toDate,
  calendar: toCalendar,
  moment: toMoment,
  clock: toClock,
  time: toTime,
} as const satisfies Readonly<Record<string, Taker>>;

function asFloat(value: Fragment): Fragment {
  return value.type.kind === 'float' ? value : atom(`${operand(value)}::float8`, { kind: 'float' });
}

function asNumeric(value: Fragment): Fragment {
  if (value.type.kind === 'decimal') return value;
  return atom(`${operand(value)}::numeric`, { kind: 'decimal', scale: undefined, isUnsigned: false });
}

/** An argument as a rule takes it. */
export function take(as: Taken, expression: Expression, context: Context): Fragment {
  return TAKERS[as](context.fragment(expression), context, expression);
}

/** A call of a function of ours, where the caller makes it on the target; else there is no translation. */
export function helper(name: string, taken: readonly Taken[], type: ValueType): Written {
  return (call, context) => {
    if (context.scope.hasHelpers !== true || call.args.length !== taken.length) {
      context.report(
        'FUNCTION',
        call,
        `${call.upper} takes a function of our own, which only a stored program may call`,
      );
      return atom('NULL', { kind: 'null' });
    }
    const args = call.args.map((arg, at) => take(taken[at] ?? 'value', arg, context).sql);
    return atom(`${name}(${args.join(', ')})`, type);
  };
}

/** Applies the template that fits the number of arguments; undefined when none does. */
export function applyTemplate(templates: readonly Template[], call: Call, context: Context): Fragment | undefined {
  const template = templates.find(({ args }) => args.length === call.args.length);
  if (template === undefined) return undefined;
  const args = call.args.map((arg, at) => take(template.args[at] ?? 'value', arg, context));
  const type = typeof template.type === 'number' ? (args[template.type]?.type ?? { kind: 'unknown' }) : template.type;
  const sql = fill(template.sql, args);
  return { sql, isAtom: isAtomText(template.sql), type };
}

function fill(sql: string, args: readonly Fragment[]): string {
  return sql.replace(/([$%])(\d)/g, (_, sign: string, digit: string) => {
    const arg = args[Number(digit) - 1];
    if (arg === undefined) return 'NULL';
    return sign === '$' ? arg.sql : operand(arg);
  });
}

/** A call, a cast of one, or a CASE: what has no operator outside parentheses. */
function isAtomText(sql: string): boolean {
  if (/^CASE .* END$/.test(sql)) return true;
  let depth = 0;
  for (const unit of sql.replace(/'[^']*'/g, "''")) {
    if (unit === '(' || unit === '[') depth += 1;
    else if (unit === ')' || unit === ']') depth -= 1;
    else if (depth === 0 && /[\s+\-*/|<>=]/.test(unit)) return false;
  }
  return true;
}
