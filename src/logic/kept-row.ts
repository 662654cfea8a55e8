import type { Span } from '../sql/span.ts';
import type { HandlerDeclaration } from './body.ts';
import type { Emitter } from './emitter.ts';
import type { Frame } from './handler-frame.ts';
import { key } from './table-access.ts';
import { type Node, nodesOf, walk } from './walk.ts';

const WRITES = new Set<Node['tag']>(['insert', 'update', 'delete', 'call-procedure', 'execute', 'execute-immediate']);

/**
 * What becomes of rows that a handler writes and of the error that it raises behind them. On the source each statement
 * behind ROLLBACK is a transaction of its own, which no error undoes; on the target the error would.
 * `committed`: their transaction ends before the error; `lost`: it cannot; undefined: no error follows.
 */
export function keptRows(
  emitter: Emitter,
  frame: Pick<Frame, 'outer' | 'end'>,
  handler: HandlerDeclaration,
): 'committed' | 'lost' | undefined {
  const { definition } = emitter.program;
  if (definition.tag !== 'procedure' && definition.tag !== 'event') return undefined;
  const first = placeOf(handler.body, (tag) => WRITES.has(tag));
  if (first === undefined || isCaught(frame)) return undefined;
  const rollsBack = nodesOf(handler.body, 'transaction').some(({ act }) => act === 'rollback');
  const raises = placeOf(handler.body, (tag) => tag === 'signal' || tag === 'resignal', first) !== undefined;
  if (!raises) return rollsBack && emitter.lastSignal > frame.end ? 'lost' : undefined;
  const { signatures, called } = emitter.context;
  const name = key(definition.name.parts.at(-1)?.text ?? '');
  const isInside = frame.outer.length > 0 || emitter.savepoints.size > 0 || called.has(name);
  const isHeld = isInside || signatures.get(name)?.hasResultSets === true;
  return rollsBack && !isHeld ? 'committed' : 'lost';
}

/** Where the first node of a kind stands, from a place on. */
function placeOf(root: object, isIt: (tag: Node['tag']) => boolean, from = 0): number | undefined {
  let found: number | undefined;
  walk(root, (node) => {
    if (isIt(node.tag) && node.start >= from) found = Math.min(found ?? node.start, node.start);
    return undefined;
  });
  return found;
}

/** A block outside goes on behind the error. */
function isCaught({ outer }: Pick<Frame, 'outer'>): boolean {
  return outer.some(
    ({ mode, handlers }) =>
      mode === 'statement' && handlers.some(({ conditions }) => conditions.some(({ tag }) => tag === 'sqlexception')),
  );
}

/** Tells a person of rows that the target does not keep. */
export function noteLostRows(emitter: Emitter, at: Span): void {
  emitter.note('review', at, [
    'HANDLER_ROWS',
    'what the handler writes is undone with the error that follows; the source keeps it where no transaction is open',
    'Write it where the error does not reach: by the application behind the call, or over a connection of its own.',
  ]);
}

/** Names of the procedures that other programs call, in small letters. */
export function calledProcedures(roots: readonly object[]): ReadonlySet<string> {
  const calls = roots.flatMap((root) => nodesOf(root, 'call-procedure'));
  return new Set(calls.map(({ procedure }) => key(procedure.parts.at(-1)?.text ?? '')));
}
