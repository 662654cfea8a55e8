import type { Span } from '../../sql/span.ts';
import type { Block, BodyStatement } from '../body.ts';
import type { EmitStatement, Emitter } from '../emitter.ts';
import type { Frame } from '../handler-frame.ts';
import { countWrites, isSafe, losesNothing, rollsBack } from '../lost-row.ts';
import { planRollbacks, type RollbackPlan, rollbacksIn } from '../rollback-plan.ts';
import { pathsOf } from '../transaction-path.ts';
import { nodesOf } from '../walk.ts';
import { handlerBody, handlersOf, writeHandlers } from './guard.ts';
import { emitStatements } from './savepoint.ts';

/** Whether the block of a frame stands for a transaction: one EXCEPTION undoes it, and a handler says ROLLBACK. */
export function isTransaction(frame: Frame | undefined): frame is Frame {
  return frame?.mode === 'block' && handlersOf(frame).length > 0 && rollsBack(frame.handlers);
}

/** Plans the ROLLBACKs of a block that stands for a transaction, and tells where the two are not the same. */
export function enterTransaction(emitter: Emitter, block: Block, frame: Frame): RollbackPlan {
  const isInner = emitter.isInTransactionBlock;
  if (isInner) noteInner(emitter, frame);
  else noteBounds(emitter, block);
  noteKeepers(emitter, block, frame);
  const plan = isInner ? innerPlan(frame) : planRollbacks(block, frame, () => stateOf(emitter.next()));
  emitter.undo = new Map([...emitter.undo, ...plan.undo]);
  return plan;
}

function stateOf(number: number): string {
  return `RB${String(number).padStart(3, '0')}`;
}

/** What the block around planned holds; the handlers stand behind the end of their own block. */
function innerPlan({ handlers }: Frame): RollbackPlan {
  return { undo: done(handlers), rests: [], handlers: [] };
}

function done(root: object): RollbackPlan['undo'] {
  return new Map(rollbacksIn(root).map((node) => [node, { tag: 'done' }]));
}

/** Behind the end of the block its ROLLBACKs have nothing to undo; `outer` is the plan round it. */
export function leaveTransaction(emitter: Emitter, block: Block, outer: RollbackPlan['undo']): void {
  emitter.undo = new Map([...outer, ...done(block)]);
}

/** What stands behind a ROLLBACK is under the handlers of its block; rows that it writes are no transaction any more. */
export function noteRest(emitter: Emitter, rest: readonly BodyStatement[]): void {
  const [first] = rest;
  if (first === undefined || losesNothing(rest)) return;
  emitter.note('review', first, [
    'HANDLER_ROWS',
    'what is written behind ROLLBACK is undone with an error that follows; the source keeps it',
    'Write it where the error does not reach: by the application behind the call, or over a connection of its own.',
  ]);
}

/** EXCEPTION of a block with handlers: first what is undone without an error. */
export function emitExceptions(
  emitter: Emitter,
  frame: Frame,
  { plan, from }: { readonly plan: RollbackPlan | undefined; readonly from: number },
  emit: EmitStatement,
): void {
  const handlers = handlersOf(frame).map((handler) => ({ frame, ...handler }));
  if (handlers.length === 0) return;
  const first = (): void => {
    for (const { state, rest } of plan?.rests ?? []) branch(emitter, state, () => emitRest(emitter, frame, rest, emit));
    for (const { state, index } of plan?.handlers ?? [])
      branch(emitter, state, () => handlerBody(emitter, emit, frame, index));
  };
  writeHandlers(emitter, emit, handlers, { from, first });
}

function branch(emitter: Emitter, state: string, write: () => void): void {
  emitter.out.line(`WHEN SQLSTATE '${state}' THEN`);
  emitter.out.deeper(write);
}

function emitRest(emitter: Emitter, frame: Frame, rest: readonly BodyStatement[], emit: EmitStatement): void {
  noteRest(emitter, rest);
  const { frames } = emitter;
  emitter.frames = [frame, ...frame.outer];
  const isPlain = rest.every(isSafe);
  const from = emitter.out.lines.length;
  if (!isPlain) emitter.out.line('BEGIN');
  const write = (): void => emitStatements(emitter, rest, emit);
  if (isPlain) write();
  else emitter.out.deeper(write);
  emitter.frames = frames;
  if (isPlain) return;
  emitExceptions(emitter, frame, { plan: undefined, from }, emit);
  emitter.out.line('END;');
}

/** Handlers that keep what the block wrote before the error, beside one that does not: EXCEPTION undoes it for all. */
function noteKeepers(emitter: Emitter, { statements }: Block, frame: Frame): void {
  if (countWrites(statements) === 0) return;
  for (const { index } of handlersOf(frame)) {
    const handler = frame.handlers[index];
    if (handler === undefined || rollsBack([handler])) continue;
    emitter.note('review', handler, [
      'HANDLER_ROWS',
      'the block is undone before the handler runs; the source keeps what it wrote, since the handler does not roll back',
      'Let every handler of the block roll back, or write the block as one of its own inside another.',
    ]);
  }
}

/** A transaction inside one: the source has but one. */
function noteInner(emitter: Emitter, { handlers }: Frame): void {
  for (const node of rollbacksIn(handlers)) {
    note(emitter, node, 'ROLLBACK undoes the inner block alone; the source undoes the transaction round it');
  }
}

/** Rows that the source keeps because they stand in another transaction than the one that fails. */
function noteBounds(emitter: Emitter, { statements, end }: Block): void {
  const starts = pathsOf(statements, 'start');
  const [first] = statements;
  if (first !== undefined && starts.length === 0 && !setsAutocommit(statements) && !losesNothing(statements))
    note(
      emitter,
      { start: first.start, end },
      'an error undoes the block; the source does where a transaction is open',
    );
  for (const { node, before } of starts) {
    if (countWrites(before.filter(({ end: behind }) => behind <= node.start)) > 0)
      note(emitter, node, 'what is written before the transaction is undone with it');
  }
  for (const { node, rest } of pathsOf(statements, 'commit')) {
    const goesOn = typeof rest === 'string' || countWrites(rest) > 0;
    const raises = typeof rest !== 'string' && rest.some((one) => nodesOf(one, 'signal').length > 0);
    if (goesOn || raises) note(emitter, node, 'an error behind COMMIT undoes what it kept');
  }
}

function setsAutocommit(statements: readonly BodyStatement[]): boolean {
  return statements.some((one) =>
    nodesOf(one, 'set-variables').some(({ assignments }) =>
      assignments.some(({ target }) =>
        /^autocommit$/i.test(target.tag === 'name' ? (target.parts.at(-1)?.text ?? '') : target.name),
      ),
    ),
  );
}

function note(emitter: Emitter, at: Span, reason: string): void {
  emitter.note('review', at, [
    'TRANSACTION',
    reason,
    'Write it as procedures of one transaction each, or check that nothing of it is to stay behind an error.',
  ]);
}
