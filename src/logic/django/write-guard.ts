import type { BodyStatement, Condition } from '../body.ts';
import { isNotFound, rankOf } from '../condition-table.ts';
import { endsFlow, guardFrames, undoState } from '../emit/guard.ts';
import type { Frame } from '../handler-frame.ts';
import { keptRows, noteLostRows } from '../kept-row.ts';
import { pythonString } from './python-type.ts';
import type { ServiceEmitter } from './service-emitter.ts';
import { leaveBlock } from './write-flow.ts';

/** Writes statements; given, so that no file imports its caller. */
export type Write = (service: ServiceEmitter, statement: BodyStatement) => void;

/** A statement whose errors handlers wait for, in a savepoint of its own: what went before stays. */
export function writeGuarded(service: ServiceEmitter, write: Write, leaf: () => void): void {
  const frames = guardFrames(service.emitter.frames);
  const handlers = frames.flatMap((frame) => waiting(frame).map((one) => ({ frame, ...one })));
  if (handlers.length === 0) {
    leaf();
    return;
  }
  service.out.line('try:');
  service.out.deeper(() => {
    service.out.line('with db.atomic():');
    service.out.deeper(leaf);
  });
  writeExcept(service, write, handlers, 'statement');
}

interface Waiting {
  readonly index: number;
  readonly conditions: readonly string[];
}

/** The handlers of a frame that wait for errors, the most specific first. */
export function waiting(frame: Frame): readonly Waiting[] {
  return frame.handlers
    .map((handler, index) => ({ index, found: handler.conditions.map(frame.resolve) }))
    .map(({ index, found }) => ({
      index,
      rank: Math.min(...found.map(rankOf)),
      conditions: found.flatMap((one) => textOf(one, frame)),
    }))
    .filter(({ conditions }) => conditions.length > 0)
    .toSorted((a, b) => a.rank - b.rank);
}

/** States of MariaDB that the run time, which numbers errors as MySQL does, knows by another. */
const OF_MARIADB: Readonly<Record<string, readonly string[]>> = { '23000': ['4025'], '22007': ['1366'] };

function textOf(condition: Condition, { flavor }: Frame): readonly string[] {
  if (isNotFound(condition)) return [];
  if (condition.tag === 'errno') return [String(condition.errno)];
  if (condition.tag === 'sqlstate') {
    const more = flavor === 'mariadb' ? (OF_MARIADB[condition.sqlstate] ?? []) : [];
    return [condition.sqlstate, ...more];
  }
  return condition.tag === 'sqlexception' ? ['SQLEXCEPTION'] : [];
}

export function writeExcept(
  service: ServiceEmitter,
  write: Write,
  handlers: readonly (Waiting & { readonly frame: Frame })[],
  of: Frame['mode'] = 'block',
): void {
  const { out } = service;
  const outer = service.error;
  service.error = service.nextError();
  const { error } = service;
  out.line(`except ERRORS as ${error}:`);
  out.deeper(() => {
    for (const [at, { frame, index, conditions }] of handlers.entries()) {
      out.line(`${at === 0 ? 'if' : 'elif'} matches(${error}, ${conditions.map(pythonString).join(', ')}):`);
      // A block that is a transaction takes what it waits for itself.
      const isPassed = of === 'statement' && frame.mode === 'block';
      out.deeper(() => (isPassed ? out.line('raise') : writeHandler(service, write, frame, index)));
    }
    out.line('else:');
    out.deeper(() => out.line('raise'));
  });
  service.error = outer;
}

/** The body of a handler where it runs, then what it does to its block. */
export function writeHandler(service: ServiceEmitter, write: Write, frame: Frame, index: number): void {
  const handler = frame.handlers[index];
  if (handler === undefined) return;
  const { emitter } = service;
  const { frames } = emitter;
  emitter.frames = frame.outer;
  const isOfError = !handler.conditions.map(frame.resolve).every(isNotFound);
  if (isOfError && service.asks('ROW_COUNT')) service.out.line('row_count = -1');
  const { failing } = service;
  service.failing = undefined;
  if (failing !== undefined) service.out.line(`${failing} = None`);
  const kept = keptRows(emitter, frame, handler);
  if (kept === 'lost' || (kept === 'committed' && !service.isOpen)) noteLostRows(emitter, handler);
  frame.inside(() => write(service, handler.body));
  service.failing = failing;
  emitter.frames = frames;
  if (handler.action === 'exit' && frame.mode === 'statement' && !endsFlow(handler.body))
    leaveBlock(service, frame.label);
}

/** ROLLBACK without an error: what is raised undoes the transaction that it leaves. */
export function writeUndone({ out }: ServiceEmitter, state: string): void {
  out.line(`raise Undone(${pythonString(state)})`);
}

/** What runs where a SELECT INTO or a FETCH finds no row; false: nobody waits for it. */
export function writeNotFound(service: ServiceEmitter, write: Write): boolean {
  for (const frame of service.emitter.frames) {
    const index = frame.handlers.findIndex(({ conditions }) => conditions.map(frame.resolve).some(isNotFound));
    if (index < 0) continue;
    const state = undoState(service.emitter, frame.handlers[index]);
    if (state === undefined) writeHandler(service, write, { ...frame, mode: 'statement' }, index);
    else writeUndone(service, state);
    return true;
  }
  return false;
}
