import type { Expression } from '../sql/expression.ts';
import type { BodyStatement, If, SetStatement } from './body.ts';
import type { Program } from './program.ts';
import { substitute } from './substitute.ts';
import { key } from './table-access.ts';
import { nodesOf } from './walk.ts';

/**
 * `SET @sql = CONCAT(..., IF(a, ' DESC', ''))` of a text that is prepared, as an IF statement with a SET in each branch:
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
  const [when, ...texts] = choice?.tag === 'call' ? choice.args : [];
  if (choice === undefined || when === undefined) return statement;
  const [taken = [], otherwise = []] = texts.map((text) => {
    const value = substitute(only.value, (part) => (part === choice ? text : undefined));
    return [chosen({ ...statement, assignments: [{ ...only, value }] }, prepared)];
  });
  const { start, end } = statement;
  const branches: If['branches'] = [{ when, statements: taken, start, end }];
  return { tag: 'if', branches, otherwise, start, end };
}

/** IF() of two texts that are known. */
function isChoice(part: Expression): boolean {
  if (part.tag !== 'call' || part.upper !== 'IF' || part.args.length !== 3) return false;
  return part.args.slice(1).every(({ tag }) => tag === 'string');
}
