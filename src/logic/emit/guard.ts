import { quoteLiteral } from '../../sql/fragment.ts';
import { BIGINT, TEXT } from '../../sql/value-type.ts';
import type { BodyStatement, Condition } from '../body.ts';
import { checksOf, isNotFound, isOfType, rangeTest, rankOf, whenOf } from '../condition-table.ts';
import { type EmitStatement, type Emitter, NotConverted } from '../emitter.ts';
import type { Frame } from '../handler-frame.ts';
import { keptRows, noteLostRows } from '../kept-row.ts';

/** Writes a statement so that the handlers that wait for its errors, one by one, run where it fails. */
export function guarded(emitter: Emitter, emit: EmitStatement, write: () => void): void {
  const handlers = waitingFor(emitter);
  if (handlers.length === 0) {
    write();
    return;
  }
  const from = emitter.out.lines.length;
  emitter.out.line('BEGIN');
  emitter.out.deeper(write);
  writeHandlers(emitter, emit, handlers, { from });
  emitter.out.line('END;');
}

/** Whether some handler waits for the error of one statement. */
export function isGuarded(emitter: Emitter): boolean {
  return waitingFor(emitter).length > 0;
}

function waitingFor(emitter: Emitter): readonly WaitingHandler[] {
  return guardFrames(emitter.frames).flatMap((frame) =>
    handlersOf(frame).map((handler) => ({ frame, ...handler, isPassed: frame.mode === 'block' })),
  );
}

/**
 * The frames whose handlers wait round one statement, innermost first. A block with an EXCEPTION of its own has what it
 * waits for passed on to it before those outside are asked, and leaves them nothing where it waits for every error.
 */
export function guardFrames(frames: readonly Frame[]): readonly Frame[] {
  const all = frames.findIndex((one) => one.mode === 'block' && handlersOf(one).some(({ when }) => when === 'OTHERS'));
  const near = all < 0 ? frames : frames.slice(0, all);
  return near.slice(0, near.findLastIndex(({ mode }) => mode === 'statement') + 1);
}

/** A handler with the condition under which PL/pgSQL gives it an error. */
export interface WaitingHandler {
  readonly frame: Frame;
  readonly when: string;
  readonly index: number;
  /** It waits for values outside a type, which a CHECK of ours may refuse: of CHECKs it takes those alone. */
  readonly isOfType: boolean;
  /** It waits for a state with which a CHECK comes that may not be its own. */
  readonly checks: 'none' | 'rules' | undefined;
  /** It waits for some of the errors of numbers that are too large alone. */
  readonly rangeTest: string | undefined;
  /** It stands in the EXCEPTION of its block: the error goes there. */
  readonly isPassed?: boolean;
}

export interface Guarded {
  /** Lines that stood before what the handlers wait for. */
  readonly from: number;
  /** What stands ahead of them. */
  readonly first?: () => void;
}

/**
 * EXCEPTION with its handlers. PL/pgSQL takes a state that ends in 000 for its whole class, and has one state for every
 * CHECK: such a handler looks whether the error is its own, and gives the others to those behind it.
 */
export function writeHandlers(
  emitter: Emitter,
  emit: EmitStatement,
  handlers: readonly WaitingHandler[],
  { from, first }: Guarded,
): void {
  const written = emitter.out.lines.slice(from);
  emitter.out.line('EXCEPTION');
  emitter.out.deeper(() => {
    first?.();
    passUndo(emitter, handlers, written);
    handlers.forEach((handler, at) => {
      emitter.out.line(`WHEN ${handler.when}${handler.isOfType ? ` OR SQLSTATE '${CHECK}'` : ''} THEN`);
      emitter.out.deeper(() => writeExact(emitter, emit, handlers.slice(at)));
    });
  });
}

/** A ROLLBACK of a block around is no error that a handler inside waits for; nor is a member that is none (1265, 01000). */
function passUndo(emitter: Emitter, handlers: readonly WaitingHandler[], written: readonly string[]): void {
  const states = new Set([...emitter.undo.values()].flatMap((one) => (one.tag === 'raised' ? [one.state] : [])));
  const isAwaited = handlers.some(({ when }) => when.includes(`'${TRUNCATED}'`));
  const isRaised = emitter.context.truncated.has(emitter.program) || written.some(raisesTruncated);
  if (!isAwaited && isRaised) states.add(TRUNCATED);
  if (states.size === 0 || !handlers.some(({ when }) => when === 'OTHERS')) return;
  emitter.out.line(`WHEN ${[...states].map((state) => `SQLSTATE '${state}'`).join(' OR ')} THEN`);
  emitter.out.deeper(() => emitter.out.line('RAISE;'));
}

/** Whether a function of ours in it may raise 01000. */
export function raisesTruncated(sql: string): boolean {
  return /\bsluice_(?:enum|set|whole)/.test(sql);
}

/** But for 01000, which nothing raises but our own functions. */
const WHOLE_CLASS = /SQLSTATE '(?!01)(\w\w)000'/;
const CHECK = '23514';
const RANGE = '22003';
const TRUNCATED = '01000';
/** As the CHECKs are called that are made with a table for the types of its columns, and some that are not. */
function isOfTypeTest({ context }: Emitter): string {
  const rules = [...context.catalogue.rules].map(quoteLiteral);
  const others = rules.length === 0 ? '' : ` AND _constraint NOT IN (${rules.join(', ')})`;
  return `starts_with(_constraint, _refusing || '_') AND right(_constraint, 6) = '_check'${others}`;
}

function writeExact(emitter: Emitter, emit: EmitStatement, [handler, ...behind]: readonly WaitingHandler[]): void {
  if (handler === undefined) return;
  const run = ({ frame, index, isPassed }: WaitingHandler): void => {
    if (isPassed === true) emitter.out.line('RAISE;');
    else handlerBody(emitter, emit, frame, index);
  };
  const { isOfType, rangeTest: range } = handler;
  const whole = isOfType || range !== undefined ? undefined : WHOLE_CLASS.exec(handler.when)?.[1];
  const isAsked = isOfType ? handler.checks !== 'rules' : handler.checks !== undefined;
  const hasChecks = isOfType || emitter.isRowChanging ? isAsked : false;
  const groups = [...(whole ? [whole] : []), ...(range ? [RANGE] : []), ...(hasChecks ? [CHECK] : [])];
  if (groups.length === 0) {
    run(handler);
    return;
  }
  const statesOf = ({ when }: WaitingHandler): readonly string[] => {
    const all = [...when.matchAll(/SQLSTATE ('\w{5}')/g)].map(([, state = '']) => state);
    return all.filter((state) => groups.some((group) => state.startsWith(`'${group}`)));
  };
  const ofType = isOfTypeTest(emitter);
  const own = statesOf(handler).filter((state) => range === undefined || state !== `'${RANGE}'`);
  const tests = [
    groups.map((group) => `SQLSTATE NOT LIKE '${group}%'`).join(' AND '),
    ...(range === undefined ? [] : [`SQLSTATE = '${RANGE}' AND ${range}`]),
    ...(own.length === 0 ? [] : [`SQLSTATE IN (${own.join(', ')})`]),
    ...(hasChecks && isOfType ? [ofType] : []),
    ...(hasChecks && handler.checks === 'rules' ? [`SQLSTATE = '${CHECK}' AND NOT (${ofType})`] : []),
  ];
  if (hasChecks && [handler, ...behind].some(asksForType)) readConstraint(emitter);
  emitter.out.line(`IF ${tests.join(' OR ')} THEN`);
  emitter.out.deeper(() => run(handler));
  for (const other of behind) {
    const states = statesOf(other);
    if (other.when === 'OTHERS') {
      emitter.out.line('ELSE');
      emitter.out.deeper(() => run(other));
      emitter.out.line('END IF;');
      return;
    }
    const found = [
      ...(states.length === 0 ? [] : [`SQLSTATE IN (${states.join(', ')})`]),
      ...(hasChecks ? checkTestOf(other, ofType) : []),
    ];
    if (found.length === 0) continue;
    emitter.out.line(`ELSIF ${found.join(' OR ')} THEN`);
    emitter.out.deeper(() => run(other));
  }
  emitter.out.line('ELSE');
  emitter.out.deeper(() => emitter.out.line('RAISE;'));
  emitter.out.line('END IF;');
}

/** Whether it has to know if a CHECK stands for a type. */
function asksForType({ isOfType, checks }: WaitingHandler): boolean {
  return isOfType || checks === 'rules';
}

/** What a handler behind asks of a CHECK that the one before it leaves. */
function checkTestOf({ isOfType, checks }: WaitingHandler, ofType: string): readonly string[] {
  if (isOfType === (checks === 'rules')) return isOfType ? [`SQLSTATE = '${CHECK}'`] : [];
  return [`SQLSTATE = '${CHECK}' AND ${isOfType ? ofType : `NOT (${ofType})`}`];
}

/** Reads which CHECK refused. */
function readConstraint(emitter: Emitter): void {
  emitter.temporary('_constraint', 'text', TEXT);
  emitter.temporary('_refusing', 'text', TEXT);
  emitter.out.line('GET STACKED DIAGNOSTICS _constraint = CONSTRAINT_NAME, _refusing = TABLE_NAME;');
}

/** The handlers of a frame that wait for errors, the most specific first. */
export function handlersOf(frame: Frame): readonly Omit<WaitingHandler, 'frame' | 'isPassed'>[] {
  return frame.handlers
    .map((handler, index) => ({ index, conditions: handler.conditions.map(frame.resolve) }))
    .map(({ index, conditions }) => ({
      index,
      rank: Math.min(...conditions.map(rankOf)),
      when: whenText(conditions, frame.flavor),
      isOfType: conditions.some(isOfType),
      checks: checksIn(conditions, frame.flavor),
      rangeTest: rangeTest(conditions),
    }))
    .filter(({ when }) => when !== '')
    .sort((a, b) => a.rank - b.rank);
}

function whenText(conditions: readonly Condition[], flavor: Frame['flavor']): string {
  return conditions
    .flatMap((condition) => (isNotFound(condition) ? [] : (whenOf(condition, flavor) ?? [])))
    .join(' OR ');
}

function checksIn(conditions: readonly Condition[], flavor: Frame['flavor']): WaitingHandler['checks'] {
  if (conditions.some(({ tag }) => tag === 'sqlexception')) return undefined;
  const found = conditions.map((condition) => checksOf(condition, flavor));
  return found.includes('rules') ? 'rules' : found.find((one) => one !== undefined);
}

/** The body of a handler at the place where it runs, then what it does to the block. */
export function handlerBody(emitter: Emitter, emit: EmitStatement, frame: Frame, index: number): void {
  const handler = frame.handlers[index];
  if (handler === undefined) return;
  const { frames } = emitter;
  emitter.frames = frame.outer;
  if (emitter.asks('ROW_COUNT') && !handler.conditions.map(frame.resolve).every(isNotFound))
    emitter.out.line(`${emitter.temporary('_row_count', 'bigint', BIGINT).sql} := -1;`);
  const { isHandlerKept, failing, isRowChanging } = emitter;
  emitter.failing = undefined;
  emitter.isRowChanging = true;
  if (failing !== undefined) emitter.out.line(`${failing} := NULL;`);
  const kept = keptRows(emitter, frame, handler);
  if (kept === 'lost') noteLostRows(emitter, handler);
  emitter.isHandlerKept = kept === 'committed';
  frame.inside(() => emit(emitter, handler.body));
  emitter.isHandlerKept = isHandlerKept;
  emitter.failing = failing;
  emitter.isRowChanging = isRowChanging;
  emitter.frames = frames;
  if (handler.action === 'exit' && !endsFlow(handler.body)) emitter.out.line(`EXIT ${frame.label};`);
}

/** Undoes the block at hand by an error of ours, where the plan of its transaction says so; false: there is nothing to undo. */
export function raisesUndo(emitter: Emitter, node: object | undefined): boolean {
  const state = undoState(emitter, node);
  if (state !== undefined) emitter.out.line(`RAISE EXCEPTION USING ERRCODE = '${state}', MESSAGE = 'ROLLBACK';`);
  return state !== undefined;
}

/** The state that undoes the block at hand for a ROLLBACK, or for a handler for NOT FOUND; undefined: nothing does. */
export function undoState(emitter: Emitter, node: object | undefined): string | undefined {
  const undo = node === undefined ? undefined : emitter.undo.get(node);
  if (undo?.tag === 'refused')
    throw new NotConverted('TRANSACTION', undo.reason, 'Raise an error instead, or end the block behind ROLLBACK.');
  return undo?.tag === 'raised' ? undo.state : undefined;
}

/** What runs when a SELECT INTO or a FETCH finds no row; false: nobody waits for it. */
export function onNotFound(emitter: Emitter, emit: EmitStatement): boolean {
  for (const frame of emitter.frames) {
    const index = frame.handlers.findIndex(({ conditions }) => conditions.map(frame.resolve).some(isNotFound));
    if (index < 0) continue;
    if (!raisesUndo(emitter, frame.handlers[index])) handlerBody(emitter, emit, frame, index);
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
