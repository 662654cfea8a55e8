import { toValue } from './coerce.ts';
import type { Context } from './context.ts';
import type { Call } from './expression.ts';
import { atom, type Fragment } from './fragment.ts';
import { applyTemplate, type Rule, type RuleTable } from './rule.ts';
import { CONDITION_RULES, wrongCount } from './rule-cond.ts';
import { DATE_RULES } from './rule-date.ts';
import { JSON_RULES } from './rule-json.ts';
import { NUMERIC_RULES } from './rule-numeric.ts';
import { SESSION_RULES } from './rule-session.ts';
import { STRING_RULES } from './rule-string.ts';

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
  const args = node.args.map((arg) => toValue(context.fragment(arg)).sql);
  if (routine !== undefined) return atom(`${routine.sql}(${args.join(', ')})`, routine.type);
  context.report('FUNCTION', node, `${node.parts.map(({ text }) => text).join('.')}() has no translation`);
  return atom('NULL', { kind: 'unknown' });
}
