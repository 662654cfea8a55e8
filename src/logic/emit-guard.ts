import type { BodyStatement, Condition } from './body.ts';
import { isNotFound, rankOf, whenOf } from './condition-table.ts';
import type { EmitStatement, Emitter } from './emitter.ts';
import type { Frame } from './handler-frame.ts';

/** Writes a statement so that the handlers that wait for its errors, one by one, run where it fails. */
export function guarded(emitter: Emitter, emit: EmitStatement, write: () => void): void {
  const frames = emitter.frames.filter(({ mode }) => mode === 'statement');
  const handlers = frames.flatMap((frame) => handlersOf(frame).map((handler) => ({ frame, ...handler })));
  if (handlers.length === 0) {
    write();
    return;
  }
  emitter.out.line('BEGIN');
  emitter.out.deeper(write);
  emitter.out.line('EXCEPTION');
  emitter.out.deeper(() => {
    for (const { frame, when, index } of handlers) {
      emitter.out.line(`WHEN ${when} THEN`);
      emitter.out.deeper(() => handlerBody(emitter, emit, frame, index));
    }
  });
  emitter.out.line('END;');
}

/** The handlers of a frame that wait for errors, the most specific first. */
export function handlersOf(frame: Frame): readonly { readonly when: string; readonly index: number }[] {
  return frame.handlers
    .map((handler, index) => ({ index, conditions: handler.conditions.map(frame.resolve) }))
    .map(({ index, conditions }) => ({ index, rank: Math.min(...conditions.map(rankOf)), when: whenText(conditions) }))
    .filter(({ when }) => when !== '')
    .sort((a, b) => a.rank - b.rank);
}

function whenText(conditions: readonly Condition[]): string {
  return conditions.flatMap((condition) => (isNotFound(condition) ? [] : (whenOf(condition) ?? []))).join(' OR ');
}

/** The body of a handler at the place where it runs, then what it does to the block. */
export function handlerBody(emitter: Emitter, emit: EmitStatement, frame: Frame, index: number): void {
  const handler = frame.handlers[index];
  if (handler === undefined) return;
  const { frames } = emitter;
  emitter.frames = frame.outer;
  emit(emitter, handler.body);
  emitter.frames = frames;
  if (handler.action === 'exit' && !endsFlow(handler.body)) emitter.out.line(`EXIT ${frame.label};`);
}

/** What runs when a SELECT INTO or a FETCH finds no row; false: nobody waits for it. */
export function onNotFound(emitter: Emitter, emit: EmitStatement): boolean {
  for (const frame of emitter.frames) {
    const index = frame.handlers.findIndex(({ conditions }) => conditions.map(frame.resolve).some(isNotFound));
    if (index < 0) continue;
    handlerBody(emitter, emit, frame, index);
    return true;
  }
  return false;
}

export function waitsForNotFound(emitter: Emitter): boolean {
  return emitter.frames.some((frame) =>
    frame.handlers.some(({ conditions }) => conditions.map(frame.resolve).some(isNotFound)),
  );
}

/** Whether nothing runs behind it. */
export function endsFlow(statement: BodyStatement): boolean {
  if (statement.tag === 'block') {
    const last = statement.statements.at(-1);
    return last !== undefined && endsFlow(last);
  }
  return ['return', 'signal', 'resignal', 'leave', 'iterate'].includes(statement.tag);
}
