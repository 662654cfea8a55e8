import { assigned, exact } from '../assign.ts';
import { toValue } from '../coerce.ts';
import type { Context } from '../context.ts';
import type { Call, Expression } from '../expression.ts';
import { atom, type Fragment } from '../fragment.ts';
import { applyTemplate, type Rule, type RuleTable } from '../rule.ts';
import { storing } from '../scope.ts';
import { NUMERIC, type ValueType } from '../value-type.ts';
import { CONDITION_RULES, wrongCount } from './cond.ts';
import { DATE_RULES } from './date.ts';
import { JSON_RULES } from './json.ts';
import { NUMERIC_RULES } from './numeric.ts';
import { SESSION_RULES } from './session.ts';
import { STRING_RULES } from './string.ts';

const TABLES: readonly RuleTable[] = [
  CONDITION_RULES,
  STRING_RULES,
  NUMERIC_RULES,
  DATE_RULES,
  JSON_RULES,
  SESSION_RULES,
];

const RULES: ReadonlyMap<string, Rule> = new Map(TABLES.flatMap((table) => Object.entries(table)));

/** A call: a stored function of the source where the scope knows one, else a built-in one by its rule. */
export function call(node: Call, context: Context): Fragment {
  const isQuoted = node.parts.some((part) => part.isQuoted) || node.parts.length > 1;
  const rule = isQuoted ? undefined : RULES.get(node.upper);
  if (rule === undefined) return stored(node, context);
  const found = typeof rule === 'function' ? rule(node, context) : applyTemplate(rule, node, context);
  return found ?? wrongCount(node, context);
}

function stored(node: Call, context: Context): Fragment {
  const routine = context.scope.routine(node.parts);
  if (routine !== undefined) {
    const args = node.args.map((arg, at) => argument(arg, routine.parameters[at], context).sql);
    return atom(`${routine.sql}(${args.join(', ')})`, routine.type);
  }
  context.report('FUNCTION', node, `${node.parts.map(({ text }) => text).join('.')}() has no translation`);
  return atom('NULL', { kind: 'unknown' });
}

/** A value as its parameter takes it: the source stores it there, PostgreSQL finds the function by the types. */
function argument(node: Expression, type: ValueType | undefined, context: Context): Fragment {
  const value = context.fragment(node);
  if (type === undefined || isTaken(value.type, type)) return toValue(value);
  const column = { name: '', sql: '', type };
  const given = assigned(value, column, context.within(storing(context.scope)), node);
  // The number of a text has its digits behind the point still.
  return exact(value.type.kind === 'text' && !/^\d+$/.test(given.sql) ? { ...given, type: NUMERIC } : given, column);
}

/** Whether PostgreSQL takes it for the parameter by itself, as the source does. */
function isTaken({ kind }: ValueType, { kind: to }: ValueType): boolean {
  return kind === to || kind === 'null' || (kind === 'integer' && (to === 'decimal' || to === 'float'));
}
