import type { Expression } from '../sql/expression.ts';
import type { BodyStatement, If, SetStatement } from './body.ts';
import type { Program } from './program.ts';
import { substitute } from './substitute.ts';
import { key } from './table-access.ts';
import { nodesOf } from './walk.ts';

/**
 * `SET @sql = CONCAT(..., IF(a, ' DESC', ''))`, or CASE, of a text that is prepared, as an IF statement with a SET in each branch:
 * which text it is, is asked there, so that each is a statement of its own.
 */
export function chosenTexts(program: Program): Program {
  const prepared = nodesOf(program.definition, 'prepare').flatMap(({ source }) => variableOf(source) ?? []);
  if (prepared.length === 0) return program;
  const definition = substitute(program.definition, (node) => {
    const statement = node as unknown as BodyStatement;
    if (statement.tag !== 'set-variables') return undefined;
    const found = chosen(statement, new Set(prepared));
    return found === statement ? undefined : (found as unknown as Expression);
  });
  return definition === program.definition ? program : { ...program, definition };
}

function variableOf(node: { readonly tag: string; readonly name?: unknown }): string | undefined {
  return node.tag === 'user-variable' ? key(String(node.name)) : undefined;
}

function chosen(statement: SetStatement, prepared: ReadonlySet<string>): BodyStatement {
  const [only] = statement.assignments;
  const name = only === undefined ? undefined : variableOf(only.target);
  if (only === undefined || statement.assignments.length > 1 || name === undefined || !prepared.has(name))
    return statement;
  const choice =
    only.value.tag === 'call' && only.value.upper === 'CONCAT' ? only.value.args.find(isChoice) : undefined;
  const parts = choice === undefined ? undefined : partsOf(choice);
  if (parts === undefined) return statement;
  const branch = (text: Expression): readonly BodyStatement[] => {
    const value = substitute(only.value, (part) => (part === choice ? text : undefined));
    return [chosen({ ...statement, assignments: [{ ...only, value }] }, prepared)];
  };
  const { start, end } = statement;
  const branches: If['branches'] = parts.taken.map(([when, text]) => ({ when, statements: branch(text), start, end }));
  return { tag: 'if', branches, otherwise: branch(parts.otherwise), start, end };
}

/** What IF() and CASE choose of: each value with its condition, and the one of none. */
interface Choice {
  readonly taken: readonly (readonly [when: Expression, value: Expression])[];
  readonly otherwise: Expression;
}

function partsOf(part: Expression): Choice | undefined {
  if (part.tag === 'call' && part.upper === 'IF') {
    const [when, value, otherwise] = part.args;
    return when && value && otherwise && { taken: [[when, value]], otherwise };
  }
  if (part.tag !== 'case' || part.otherwise === undefined) return undefined;
  const { subject, branches, otherwise } = part;
  const taken = branches.map(({ when, then: value, start, end }) => {
    const test: Expression =
      subject === undefined ? when : { tag: 'comparison', operator: '=', left: subject, right: when, start, end };
    return [test, value] as const;
  });
  return { taken, otherwise };
}

/** IF() and CASE of texts that are known, or of such choices again. */
function isChoice(part: Expression): boolean {
  const parts = partsOf(part);
  const isKnown = (value: Expression): boolean => value.tag === 'string' || isChoice(value);
  return parts !== undefined && [...parts.taken.map(([, value]) => value), parts.otherwise].every(isKnown);
}
