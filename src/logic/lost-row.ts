import type { Block, BodyStatement, HandlerDeclaration } from './body.ts';
import type { Program } from './program.ts';
import { key } from './table-access.ts';
import { nodesOf } from './walk.ts';

const WRITES = new Set(['insert', 'update', 'delete', 'call-procedure', 'truncate', 'execute', 'execute-immediate']);

/** Whether an error that undoes all of the statements undoes nothing that MySQL would keep: one writes, last, or none. */
export function losesNothing(statements: readonly BodyStatement[]): boolean {
  const writes = countWrites(statements);
  if (writes === 0) return true;
  const last = statements.filter((one) => !isSafe(one)).at(-1);
  return writes === 1 && last !== undefined && WRITES.has(last.tag);
}

export function countWrites(statements: readonly BodyStatement[]): number {
  return statements.reduce(
    (sum, one) => sum + [...WRITES].reduce((own, tag) => own + nodesOf(one, tag as 'insert').length, 0),
    0,
  );
}

/** Cannot fail. */
export function isSafe(statement: BodyStatement): boolean {
  if (statement.tag === 'leave' || statement.tag === 'close' || statement.tag === 'transaction') return true;
  return (
    statement.tag === 'set-variables' &&
    statement.assignments.every(({ value }) => ['number', 'string', 'null', 'boolean'].includes(value.tag))
  );
}

export function rollsBack(handlers: readonly HandlerDeclaration[]): boolean {
  return handlers.some(({ body }) => nodesOf(body, 'transaction').some(({ act }) => act === 'rollback'));
}

/** Procedures that may fail behind rows that they wrote and did not undo themselves, by name in small letters. */
export function keepingProcedures(programs: readonly Program[]): ReadonlySet<string> {
  const bodies = new Map<string, BodyStatement>();
  for (const { definition } of programs)
    if (definition.tag === 'procedure') bodies.set(key(definition.name.parts.at(-1)?.text ?? ''), definition.body);
  const found = new Set<string>();
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const [name, body] of bodies) if (keeps(body, found)) found.add(name);
  }
  return found;
}

function keeps(body: BodyStatement, known: ReadonlySet<string>): boolean {
  if (body.tag === 'block' && undoesItself(body)) return false;
  const calls = nodesOf(body, 'call-procedure');
  if (calls.some(({ procedure }) => known.has(key(procedure.parts.at(-1)?.text ?? '')))) return true;
  return !losesNothing(body.tag === 'block' ? body.statements : [body]);
}

/** Whether a handler for every error rolls back. */
function undoesItself({ declarations }: Block): boolean {
  const handlers = declarations.filter((one): one is HandlerDeclaration => one.tag === 'handler');
  return handlers.some((one) => rollsBack([one]) && one.conditions.some(({ tag }) => tag === 'sqlexception'));
}
