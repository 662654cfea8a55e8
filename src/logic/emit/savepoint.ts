import type { BodyStatement, Transaction } from '../body.ts';
import { type EmitStatement, type Emitter, NotConverted } from '../emitter.ts';
import { key } from '../table-access.ts';
import { nodesOf } from '../walk.ts';

/**
 * Statements one after the other. What stands from a SAVEPOINT to the statement that goes back to it becomes a block of
 * its own, which an error of ours undoes: PL/pgSQL has no other savepoint.
 */
export function emitStatements(emitter: Emitter, list: readonly BodyStatement[], emit: EmitStatement): void {
  for (let at = 0; at < list.length; at += 1) {
    const statement = list[at];
    if (statement === undefined) continue;
    const end = isSavepoint(statement) ? endOf(statement, list, at) : undefined;
    if (end === undefined || !isSavepoint(statement)) {
      emit(emitter, statement);
      if (isCaughtBehind(emitter, list, at)) return;
    } else {
      emitRegion(emitter, statement, { inside: list.slice(at + 1, end + 1), emit });
      at = end;
    }
  }
}

/** Whether what stands behind a statement runs where the error is caught that it raises; a LEAVE there says no more. */
export function isCaughtBehind(emitter: Emitter, list: readonly BodyStatement[], at: number): boolean {
  const statement = list[at];
  if (statement === undefined || emitter.undo.get(statement)?.tag !== 'raised') return false;
  for (const one of list.slice(at + 1)) if (one.tag === 'leave') emitter.account(one);
  return true;
}

type Savepoint = Transaction & { readonly act: 'savepoint' };

function isSavepoint(statement: BodyStatement): statement is Savepoint {
  return statement.tag === 'transaction' && statement.act === 'savepoint';
}

function nameOf({ savepoint }: Transaction): string {
  return key(savepoint?.text ?? '');
}

/** The index of the last statement that names the savepoint; undefined when going back is more than leaving a block. */
function endOf(savepoint: Savepoint, list: readonly BodyStatement[], from: number): number | undefined {
  const name = nameOf(savepoint);
  const acts = list.map((one) =>
    nodesOf(one, 'transaction').filter((act) => act !== savepoint && nameOf(act) === name),
  );
  const last = acts.findLastIndex((found, at) => at > from && found.length > 0);
  if (last < 0) return from;
  const inside = list.slice(from + 1, last + 1);
  const hasHandler = inside.some((one) => nodesOf(one, 'handler').length > 0);
  const ends = inside.some((one) =>
    nodesOf(one, 'transaction').some(({ act }) => act === 'start' || act === 'commit' || act === 'rollback'),
  );
  const back = acts.findIndex((found, at) => at > from && found.some(({ act }) => act === 'rollback-to'));
  const rest = back < 0 ? [] : list.slice(back + 1, last + 1);
  const isLast = rest.every((one) => one.tag === 'transaction' && one.act === 'release');
  const one = list[back];
  const isTail = one === undefined || isTailOf(one, name);
  return hasHandler || ends || !isLast || !isTail ? undefined : last;
}

/** Whether nothing of the statement runs behind any going back to the savepoint. */
function isTailOf(statement: BodyStatement, name: string): boolean {
  const holds = (one: BodyStatement): boolean =>
    nodesOf(one, 'transaction').some((act) => act.act === 'rollback-to' && nameOf(act) === name);
  if (!holds(statement) || statement.tag === 'transaction') return true;
  const lists: readonly (readonly BodyStatement[])[] =
    statement.tag === 'if' || statement.tag === 'case-statement'
      ? [...statement.branches.map(({ statements }) => statements), statement.otherwise ?? []]
      : statement.tag === 'block'
        ? [statement.statements]
        : [];
  if (lists.length === 0) return false;
  return lists.every((list) => list.every((one, at) => !holds(one) || (at === list.length - 1 && isTailOf(one, name))));
}

function emitRegion(
  emitter: Emitter,
  savepoint: Savepoint,
  { inside, emit }: { readonly inside: readonly BodyStatement[]; readonly emit: EmitStatement },
): void {
  for (const line of emitter.comments.before(savepoint.end)) emitter.out.line(line);
  emitter.account(savepoint);
  emitter.out.line(`-- ${emitter.sourceText(savepoint)}`);
  if (inside.length === 0) return;
  const state = `SP${String(emitter.next()).padStart(3, '0')}`;
  emitter.savepoints.set(nameOf(savepoint), state);
  emitter.out.line('BEGIN');
  emitter.out.deeper(() => emitStatements(emitter, inside, emit));
  emitter.out.line('EXCEPTION');
  emitter.out.deeper(() => emitter.out.line(`WHEN SQLSTATE '${state}' THEN NULL;`));
  emitter.out.line('END;');
  emitter.savepoints.delete(nameOf(savepoint));
}

/** ROLLBACK TO and RELEASE inside the block that a savepoint became. */
export function emitSavepointAct(emitter: Emitter, node: Transaction): void {
  const state = emitter.savepoints.get(nameOf(node));
  if (state === undefined) {
    throw new NotConverted(
      'SAVEPOINT',
      'a savepoint that is no block: what runs behind ROLLBACK TO would be undone too',
      'Use a block with EXCEPTION.',
    );
  }
  const told = emitter.sourceText(node);
  if (node.act === 'release') emitter.out.line(`-- ${told}`);
  else emitter.out.line(`RAISE EXCEPTION USING ERRCODE = '${state}', MESSAGE = '${told.replaceAll("'", "''")}';`);
}
