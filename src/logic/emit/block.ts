import type { Expression } from '../../sql/expression.ts';
import { quoteName } from '../../sql/fragment.ts';
import { UNKNOWN, type ValueType } from '../../sql/value-type.ts';
import type { Block, CursorDeclaration, HandlerDeclaration, VariableDeclaration } from '../body.ts';
import { isDuplicate, isNotFound, isOfText, resolveCondition } from '../condition-table.ts';
import { type EmitStatement, type Emitter, NotConverted } from '../emitter.ts';
import type { Frame } from '../handler-frame.ts';
import { assign, type Held, heldInBlock, isInside } from '../limit.ts';
import { losesNothing, rollsBack } from '../lost-row.ts';
import { type PgType, pgType } from '../pg-type.ts';
import { plpgsqlName } from '../plpgsql-name.ts';
import { key } from '../table-access.ts';
import type { Variable } from '../variable-book.ts';
import { nodesOf } from '../walk.ts';
import { emitExceptions, enterTransaction, isTransaction, leaveTransaction } from './rollback.ts';
import { emitStatements } from './savepoint.ts';

/** A block with its declarations and handlers. `isTop`: the declarations of our own come with it. */
export function emitBlock(emitter: Emitter, block: Block, emit: EmitStatement): void {
  emitter.book.open();
  emitter.blocks = [block, ...emitter.blocks];
  const frame = frameOf(emitter, block);
  const label = frame?.label ?? (block.label === undefined ? undefined : plpgsqlName(key(block.label.text)));
  if (label !== undefined) emitter.out.line(`<<${label}>>`);
  declarations(emitter, block);
  const { isInTransactionBlock, undo } = emitter;
  const plan = isTransaction(frame) ? enterTransaction(emitter, block, frame) : undefined;
  emitter.isInTransactionBlock = isInTransactionBlock || plan !== undefined;
  const from = emitter.out.lines.length;
  emitter.out.line('BEGIN');
  emitter.out.deeper(() => {
    initials(emitter, block);
    if (frame !== undefined) emitter.frames = [frame, ...frame.outer];
    emitStatements(emitter, block.statements, emit);
    for (const line of emitter.comments.before(block.end)) emitter.out.line(line);
    if (frame !== undefined) emitter.frames = frame.outer;
  });
  if (plan !== undefined) leaveTransaction(emitter, block, undo);
  if (frame?.mode === 'block') emitExceptions(emitter, frame, { plan, from }, emit);
  emitter.out.line('END;');
  emitter.isInTransactionBlock = isInTransactionBlock;
  emitter.undo = undo;
  emitter.blocks = emitter.blocks.slice(1);
  emitter.book.close();
}

/** Handlers of warnings alone have nothing to wait for: they are told, not emitted. */
export function frameOf(emitter: Emitter, block: Block): Frame | undefined {
  const { blocks } = emitter;
  const resolve: Frame['resolve'] = (condition) => resolveCondition(condition, blocks);
  const all = block.declarations.filter((one): one is HandlerDeclaration => one.tag === 'handler');
  const handlers = all.filter((handler) => !isLeftOut(emitter, handler));
  if (handlers.length === 0) return undefined;
  for (const { start, body } of handlers) emitter.account({ start, end: body.start });
  const label = block.label === undefined ? `block_${emitter.next()}` : plpgsqlName(key(block.label.text));
  const waiting = handlers.filter(({ conditions }) => !conditions.map(resolve).every(isNotFound));
  const isOuterByStatement = emitter.frames.some(({ mode, handlers: own }) => mode === 'statement' && own.length > 0);
  const isByBlock =
    waiting.every((handler) => handler.action === 'exit') &&
    (rollsBack(waiting) || (!isOuterByStatement && losesNothing(block.statements)));
  const { end } = block;
  const inside = insideOf(emitter);
  const { flavor } = emitter.program.dialect;
  const conditions = handlers.flatMap((handler) => handler.conditions.map(resolve));
  const isDuplicateAwaited = conditions.some(isDuplicate) || handlers.some((one) => isSwallowing(one, resolve));
  const awaited = { flavor, isDuplicateAwaited, isTextAwaited: conditions.some(isOfText) };
  const mode = isByBlock ? 'block' : 'statement';
  return { handlers, mode, label, resolve, inside, ...awaited, end, outer: emitter.frames };
}

/** Whether it takes every error and raises none. */
function isSwallowing({ conditions, body }: HandlerDeclaration, resolve: Frame['resolve']): boolean {
  const raises = nodesOf(body, 'signal').length + nodesOf(body, 'resignal').length > 0;
  return !raises && conditions.map(resolve).some(({ tag }) => tag === 'sqlexception');
}

/** The place at hand, to come back to: a block inside may have variables and conditions of the same names. */
function insideOf(emitter: Emitter): Frame['inside'] {
  const { blocks } = emitter;
  const { place } = emitter.book;
  return (write) => {
    const before = emitter.blocks;
    emitter.blocks = blocks;
    try {
      emitter.book.at(place, write);
    } finally {
      emitter.blocks = before;
    }
  };
}

function isLeftOut(emitter: Emitter, handler: HandlerDeclaration): boolean {
  if (!handler.conditions.some(({ tag }) => tag === 'sqlwarning')) return false;
  const others = handler.conditions.filter(({ tag }) => tag !== 'sqlwarning');
  const advice = 'The target has no warnings to wait for: decide what the handler is for.';
  // One that does nothing and goes on is no loss.
  const isIdle = handler.action === 'continue' && handler.body.tag === 'block' && handler.body.statements.length === 0;
  const severity = isIdle ? 'note' : 'review';
  emitter.note(severity, handler, ['WARNING_HANDLER', 'a handler for SQLWARNING never runs', advice]);
  if (others.length === 0) emitter.account(handler);
  return others.length === 0;
}

function declarations(emitter: Emitter, block: Block): void {
  const lines: string[] = [];
  for (const one of block.declarations) {
    for (const line of emitter.comments.before(one.start)) lines.push(line);
    if (one.tag === 'variable') lines.push(...variableLines(emitter, one));
    else if (one.tag === 'cursor') lines.push(cursorLine(emitter, one));
    else if (one.tag === 'condition') emitter.account(one);
  }
  if (lines.length === 0) return;
  emitter.out.line('DECLARE');
  emitter.out.deeper(() => {
    for (const line of lines) emitter.out.line(line);
  });
}

/** What is not converted of a declaration raises its error at the begin of the block, where it would have run. */
function initials(emitter: Emitter, block: Block): void {
  for (const [at, one] of block.declarations.entries()) {
    if (one.tag === 'opaque') emitter.stand(one, 'SYNTAX', one.reason, 'Write it by hand, or report the text.');
    else if (one.tag === 'variable') initial(emitter, one, namesOf(block.declarations.slice(at)));
  }
}

function namesOf(declarations: Block['declarations']): readonly string[] {
  return declarations.flatMap((one) => (one.tag === 'variable' ? one.names.map(({ text }) => text) : []));
}

function variableLines(emitter: Emitter, node: VariableDeclaration): readonly string[] {
  emitter.account(node);
  if (node.type.name === 'ROW' && node.initial === undefined) return fieldLines(emitter, node);
  const { value, declared, limits } = declaredType(emitter, node);
  return node.names.map(({ text }) => {
    const variable = emitter.book.declare(text, declared, value, limits);
    return `${variable.sql} ${declared}${constant(emitter, node, variable)};`;
  });
}

/** The fields of a ROW, each as a variable: they are NULL before they are set, which fields of a record are not. */
function fieldLines(emitter: Emitter, { names, type }: VariableDeclaration): readonly string[] {
  return names.flatMap(({ text }) =>
    type.fields.map(({ name, type: of }) => {
      const found = pgType(of) ?? { sql: 'text', wide: 'text', value: UNKNOWN };
      const { declared, limits } = heldInBlock(emitter, found);
      const field = emitter.book.declare(`${text}_${name.text}`, declared, found.value, limits);
      emitter.book.put(`${key(text)}.${key(name.text)}`, field);
      return `${field.sql} ${declared};`;
    }),
  );
}

interface Declared extends Held {
  readonly value: ValueType;
}

function declaredType(emitter: Emitter, { type }: VariableDeclaration): Declared {
  const found = pgType(type);
  if (found !== undefined) return { value: found.value, ...heldInBlock(emitter, found) };
  const { sql, value } = anchoredType(emitter, type);
  return { value, declared: sql, limits: {} };
}

/** `TYPE OF`, `ROW TYPE OF`, `ROW`, and what has no type on the target. */
function anchoredType(emitter: Emitter, type: VariableDeclaration['type']): Pick<PgType, 'sql' | 'value'> {
  if (type.name === 'TYPE OF') {
    const column = emitter
      .table(type.anchor.slice(0, -1))
      ?.shape.columns.find(({ name }) => key(name) === key(type.anchor.at(-1)?.text ?? ''));
    if (column !== undefined)
      return { sql: `${type.anchor.map(({ text }) => quoteName(text)).join('.')}%TYPE`, value: column.type };
  }
  const rowOf = type.name === 'ROW TYPE OF' ? emitter.table(type.anchor) : undefined;
  if (rowOf !== undefined) return { sql: `${rowOf.shape.sql}%ROWTYPE`, value: UNKNOWN };
  if (type.name === 'ROW TYPE OF' || type.name === 'ROW') return { sql: 'record', value: UNKNOWN };
  emitter.note('review', type, [
    'TYPE',
    `the target has no type ${type.name}: text stands for it`,
    'Choose a type by hand.',
  ]);
  return { sql: 'text', value: UNKNOWN };
}

/** A literal stands in the declaration; anything else is set at the begin of the block, behind what it may name. */
function constant(emitter: Emitter, { initial: value }: VariableDeclaration, to: Variable): string {
  if (value === undefined || !isConstant(value, to)) return '';
  try {
    return ` := ${emitter.sql(value, { stored: to.type })}`;
  } catch (error) {
    if (!(error instanceof NotConverted)) throw error;
    return '';
  }
}

function isConstant(value: Expression, to: Variable): boolean {
  return ['number', 'string', 'null', 'boolean', 'temporal'].includes(value.tag) && isInside(value, to);
}

/** `later`: the names that are not declared yet where the default is worked out. */
function initial(emitter: Emitter, node: VariableDeclaration, later: readonly string[]): void {
  const { initial: value } = node;
  if (value === undefined) return;
  try {
    for (const { text } of node.names) {
      const variable = emitter.book.find(text);
      if (variable === undefined || isConstant(value, variable)) continue;
      emitter.book.without(later, () =>
        assign(emitter, variable, emitter.sql(value, { stored: variable.type }), value),
      );
    }
  } catch (error) {
    if (!(error instanceof NotConverted)) throw error;
    emitter.stand(node, error.code, error.message, error.advice);
  }
}

/** A cursor is opened for its query where it is opened: under the name of the declaration it could be open once only. */
function cursorLine(emitter: Emitter, node: CursorDeclaration): string {
  emitter.account(node);
  const variable = emitter.book.put(`cursor ${node.name.text}`, {
    sql: emitter.book.free(`${key(node.name.text)}_cursor`, quoteName),
    type: UNKNOWN,
    declared: 'refcursor',
  });
  return `${variable.sql} refcursor;`;
}
