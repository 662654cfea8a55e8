import type { Expression } from '../sql/expression.ts';
import type { BodyStatement, SetStatement } from './body.ts';
import type { Emitter } from './emitter.ts';
import { key } from './table-access.ts';
import { nodesOf } from './walk.ts';

/**
 * A SET that fails leaves NULL in its variable (sp_instr_set of both servers), and the handler goes on with the next
 * assignment: each stands for itself where a handler waits.
 */
export function singleSets(statement: BodyStatement): readonly BodyStatement[] {
  if (statement.tag !== 'set-variables' || statement.assignments.length < 2) return [statement];
  return statement.assignments.map((one): SetStatement => ({ ...statement, assignments: [one] }));
}

/** The name of the local variable that a SET of one assignment gives a value. */
export function setName(statement: BodyStatement): string | undefined {
  const only = statement.tag === 'set-variables' ? statement.assignments[0] : undefined;
  return only?.target.tag === 'name' && only.target.parts.length === 1 ? only.target.parts[0]?.text : undefined;
}

/** Whether the variable is to be NULL before it is set, since a handler of the whole block reads it behind the error. */
export function isReadBehind(emitter: Emitter, statement: BodyStatement): boolean {
  const name = setName(statement);
  if (name === undefined || statement.tag !== 'set-variables') return false;
  const blocks = emitter.frames.filter(({ mode }) => mode === 'block');
  const reads = (root: object): boolean =>
    nodesOf(root, 'column').some(({ parts }: Extract<Expression, { tag: 'column' }>) => isOnly(parts, name));
  const isRead = blocks.some(({ handlers }) => handlers.some(({ body }) => reads(body)));
  return isRead && !statement.assignments.some(({ value }) => reads(value));
}

function isOnly(parts: readonly { readonly text: string }[], name: string): boolean {
  return parts.length === 1 && key(parts[0]?.text ?? '') === key(name);
}
