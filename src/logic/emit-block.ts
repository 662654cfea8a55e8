import { quoteName } from '../sql/fragment.ts';
import { UNKNOWN, type ValueType } from '../sql/value-type.ts';
import type { Block, BodyStatement, CursorDeclaration, HandlerDeclaration, VariableDeclaration } from './body.ts';
import { isNotFound, resolveCondition } from './condition-table.ts';
import { handlerBody, handlersOf } from './emit-guard.ts';
import { emitStatements } from './emit-savepoint.ts';
import { type EmitStatement, type Emitter, NotConverted } from './emitter.ts';
import type { Frame } from './handler-frame.ts';
import { type PgType, pgType } from './pg-type.ts';
import { key } from './table-access.ts';
import { nodesOf } from './walk.ts';

/** A block with its declarations and handlers. `isTop`: the declarations of our own come with it. */
export function emitBlock(emitter: Emitter, block: Block, emit: EmitStatement): void {
  emitter.book.open();
  emitter.blocks = [block, ...emitter.blocks];
  const frame = frameOf(emitter, block);
  const label = frame?.label ?? (block.label === undefined ? undefined : quoteName(key(block.label.text)));
  if (label !== undefined) emitter.out.line(`<<${label}>>`);
  declarations(emitter, block);
  const outer = emitter.isInTransactionBlock;
  if (frame?.mode === 'block') emitter.isInTransactionBlock = outer || rollsBack(frame.handlers);
  emitter.out.line('BEGIN');
  emitter.out.deeper(() => {
    initials(emitter, block);
    if (frame !== undefined) emitter.frames = [frame, ...frame.outer];
    emitStatements(emitter, block.statements, emit);
    for (const line of emitter.comments.before(block.end)) emitter.out.line(line);
    if (frame !== undefined) emitter.frames = frame.outer;
  });
  if (frame?.mode === 'block') exceptions(emitter, frame, emit);
  emitter.out.line('END;');
  emitter.isInTransactionBlock = outer;
  emitter.blocks = emitter.blocks.slice(1);
  emitter.book.close();
}

function exceptions(emitter: Emitter, frame: Frame, emit: EmitStatement): void {
  const handlers = handlersOf(frame);
  if (handlers.length === 0) return;
  emitter.out.line('EXCEPTION');
  emitter.out.deeper(() => {
    for (const { when, index } of handlers) {
      emitter.out.line(`WHEN ${when} THEN`);
      emitter.out.deeper(() => handlerBody(emitter, emit, { ...frame, label: frame.label }, index));
    }
  });
}

/** Handlers of warnings alone have nothing to wait for: they are told, not emitted. */
export function frameOf(emitter: Emitter, block: Block): Frame | undefined {
  const { blocks } = emitter;
  const resolve: Frame['resolve'] = (condition) => resolveCondition(condition, blocks);
  const all = block.declarations.filter((one): one is HandlerDeclaration => one.tag === 'handler');
  const handlers = all.filter((handler) => !isLeftOut(emitter, handler));
  if (handlers.length === 0) return undefined;
  for (const { start, body } of handlers) emitter.account({ start, end: body.start });
  const label = block.label === undefined ? `block_${emitter.next()}` : quoteName(key(block.label.text));
  const waiting = handlers.filter(({ conditions }) => !conditions.map(resolve).every(isNotFound));
  const isOuterByStatement = emitter.frames.some(({ mode, handlers: own }) => mode === 'statement' && own.length > 0);
  const isByBlock =
    waiting.every((handler) => handler.action === 'exit') &&
    (rollsBack(waiting) || (!isOuterByStatement && losesNothing(block)));
  return { handlers, mode: isByBlock ? 'block' : 'statement', label, resolve, outer: emitter.frames };
}

function isLeftOut(emitter: Emitter, handler: HandlerDeclaration): boolean {
  if (!handler.conditions.some(({ tag }) => tag === 'sqlwarning')) return false;
  const others = handler.conditions.filter(({ tag }) => tag !== 'sqlwarning');
  const advice = 'The target has no warnings to wait for: decide what the handler is for.';
  emitter.note('review', handler, ['WARNING_HANDLER', 'a handler for SQLWARNING never runs', advice]);
  if (others.length === 0) emitter.account(handler);
  return others.length === 0;
}

function rollsBack(handlers: readonly HandlerDeclaration[]): boolean {
  return handlers.some(({ body }) => nodesOf(body, 'transaction').some(({ act }) => act === 'rollback'));
}

const WRITES = new Set(['insert', 'update', 'delete', 'call-procedure', 'truncate', 'execute', 'execute-immediate']);

/** Whether a rollback of the whole block undoes nothing that MySQL would keep: it writes once, last, or not at all. */
function losesNothing(block: Block): boolean {
  const writes = countWrites(block.statements);
  if (writes === 0) return true;
  const last = block.statements.filter((one) => !isSafe(one)).at(-1);
  return writes === 1 && last !== undefined && WRITES.has(last.tag);
}

function countWrites(statements: readonly BodyStatement[]): number {
  return statements.reduce(
    (sum, one) => sum + [...WRITES].reduce((own, tag) => own + nodesOf(one, tag as 'insert').length, 0),
    0,
  );
}

/** Cannot fail. */
function isSafe(statement: BodyStatement): boolean {
  if (statement.tag === 'leave' || statement.tag === 'close' || statement.tag === 'transaction') return true;
  return (
    statement.tag === 'set-variables' &&
    statement.assignments.every(({ value }) => ['number', 'string', 'null', 'boolean'].includes(value.tag))
  );
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
  for (const one of block.declarations) {
    if (one.tag === 'opaque') emitter.stand(one, 'SYNTAX', one.reason, 'Write it by hand, or report the text.');
    else if (one.tag === 'variable') initial(emitter, one);
  }
}

function variableLines(emitter: Emitter, node: VariableDeclaration): readonly string[] {
  emitter.account(node);
  if (node.type.name === 'ROW' && node.initial === undefined) return fieldLines(emitter, node);
  const declared = declaredType(emitter, node);
  return node.names.map(({ text }) => {
    const variable = emitter.book.declare(text, declared.sql, declared.value, declared.range);
    return `${variable.sql} ${declared.sql}${constant(emitter, node, declared.value)};`;
  });
}

/** The fields of a ROW, each as a variable: they are NULL before they are set, which fields of a record are not. */
function fieldLines(emitter: Emitter, { names, type }: VariableDeclaration): readonly string[] {
  return names.flatMap(({ text }) =>
    type.fields.map(({ name, type: of }) => {
      const found = pgType(of) ?? { sql: 'text', value: UNKNOWN };
      const field = emitter.book.declare(`${text}_${name.text}`, found.sql, found.value);
      emitter.book.put(`${key(text)}.${key(name.text)}`, field);
      return `${field.sql} ${found.sql};`;
    }),
  );
}

function declaredType(emitter: Emitter, { type }: VariableDeclaration): Pick<PgType, 'sql' | 'value' | 'range'> {
  const found = pgType(type);
  if (found !== undefined) return found;
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
function constant(emitter: Emitter, { initial: value }: VariableDeclaration, type: ValueType): string {
  if (value === undefined || !isLiteral(value.tag)) return '';
  try {
    return ` := ${emitter.sql(value, { stored: type })}`;
  } catch (error) {
    if (!(error instanceof NotConverted)) throw error;
    return '';
  }
}

function isLiteral(tag: string): boolean {
  return ['number', 'string', 'null', 'boolean', 'temporal'].includes(tag);
}

function initial(emitter: Emitter, node: VariableDeclaration): void {
  const { initial: value } = node;
  if (value === undefined || isLiteral(value.tag)) return;
  try {
    for (const { text } of node.names) {
      const variable = emitter.book.find(text);
      if (variable !== undefined)
        emitter.out.line(`${variable.sql} := ${emitter.sql(value, { stored: variable.type })};`);
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
    sql: quoteName(`${key(node.name.text)}_cursor`),
    type: UNKNOWN,
    declared: 'refcursor',
  });
  return `${variable.sql} refcursor;`;
}
