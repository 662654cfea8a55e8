import type { Block, BodyStatement, Transaction } from './body.ts';
import { isNotFound } from './condition-table.ts';
import type { Frame } from './handler-frame.ts';
import { GOES_ON, keptBeforeSearch, pathsOf } from './transaction-path.ts';
import { nodesOf } from './walk.ts';

/** What becomes of a ROLLBACK in a block that is a transaction by its handlers, or of a handler for NOT FOUND with one. */
export type Undo =
  /** An error of ours undoes the block; what stands behind runs where that is caught. */
  | { readonly tag: 'raised'; readonly state: string }
  | { readonly tag: 'refused'; readonly reason: string }
  /** The block is undone already, or no transaction is open. */
  | { readonly tag: 'done' };

/** The ways in which a block of statements is undone though nothing failed. */
export interface RollbackPlan {
  readonly undo: ReadonlyMap<object, Undo>;
  /** A ROLLBACK by its state, with what runs behind it to the end of the block. */
  readonly rests: readonly { readonly state: string; readonly rest: readonly BodyStatement[] }[];
  /** A handler for NOT FOUND by its state. */
  readonly handlers: readonly { readonly state: string; readonly index: number }[];
}

/** Plans every ROLLBACK of a block whose EXCEPTION is that of `frame`; `nextState` gives a state of ours. */
export function planRollbacks(block: Block, frame: Frame, nextState: () => string): RollbackPlan {
  const undo = new Map<object, Undo>(rollbacksIn(frame.handlers).map((node) => [node, { tag: 'done' }]));
  const rests: { readonly state: string; readonly rest: readonly BodyStatement[] }[] = [];
  const handlers: { readonly state: string; readonly index: number }[] = [];
  for (const { node, rest } of pathsOf(block.statements, 'rollback')) {
    if (typeof rest === 'string') undo.set(node, { tag: 'refused', reason: rest });
    else {
      const state = nextState();
      undo.set(node, { tag: 'raised', state });
      rests.push({ state, rest });
    }
  }
  for (const node of rollbacksIn(block.statements))
    if (!undo.has(node)) undo.set(node, { tag: 'refused', reason: IN_HANDLER });
  for (const [index, handler] of frame.handlers.entries()) {
    if (!handler.conditions.map(frame.resolve).some(isNotFound) || rollbacksIn(handler).length === 0) continue;
    const reason = handler.action === 'continue' ? GOES_ON : keptBeforeSearch(block.statements);
    if (reason !== undefined) undo.set(handler, { tag: 'refused', reason });
    else {
      const state = nextState();
      undo.set(handler, { tag: 'raised', state });
      handlers.push({ state, index });
    }
  }
  return { undo, rests, handlers };
}

export function rollbacksIn(root: object): readonly Transaction[] {
  return nodesOf(root, 'transaction').filter(({ act }) => act === 'rollback');
}

const IN_HANDLER = 'a ROLLBACK stands in a handler of an inner block';
