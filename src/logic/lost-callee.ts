import type { BodyStatement } from './body.ts';
import { handlersOf } from './emit/guard.ts';
import { isTransaction } from './emit/rollback.ts';
import type { Emitter } from './emitter.ts';
import { key } from './table-access.ts';

/**
 * Tells of rows that a called procedure writes before it fails. The source keeps them where a handler of the caller
 * waits; on the target they are undone with the error, whoever waits for it.
 */
export function noteCallee(emitter: Emitter, node: Extract<BodyStatement, { tag: 'call-procedure' }>): void {
  const name = node.procedure.parts.at(-1)?.text ?? '';
  const frame = emitter.frames.find((one) => handlersOf(one).length > 0);
  if (frame === undefined || isTransaction(frame) || !emitter.context.keeping.has(key(name))) return;
  emitter.note('review', node, [
    'HANDLER_ROWS',
    `what ${name} writes before an error of it is undone with the error; the source keeps it`,
    'Let the procedure tell by an OUT parameter that it failed, or check that nothing of it is to stay.',
  ]);
}
