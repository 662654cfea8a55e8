import type { Block, BodyStatement, VariableDeclaration } from '../body.ts';
import { mayBeClosed } from '../cursor-state.ts';
import type { DataType } from '../data-type.ts';
import { frameOf } from '../emit/block.ts';
import { enterTransaction, isTransaction, leaveTransaction, noteRest } from '../emit/rollback.ts';
import { NotConverted } from '../emitter.ts';
import type { Frame } from '../handler-frame.ts';
import { isSafe } from '../lost-row.ts';
import { pgType } from '../pg-type.ts';
import type { RollbackPlan } from '../rollback-plan.ts';
import { key } from '../table-access.ts';
import { nodesOf } from '../walk.ts';
import { pythonName, pythonString } from './python-type.ts';
import type { ServiceEmitter } from './service-emitter.ts';
import { waiting, writeExcept, writeHandler } from './write-guard.ts';
import { writeList } from './write-list.ts';

type Write = (service: ServiceEmitter, statement: BodyStatement) => void;

/** A block with its declarations and handlers. */
export function writeBlock(service: ServiceEmitter, block: Block, write: Write): void {
  const { emitter } = service;
  const { places } = service;
  emitter.book.open();
  emitter.blocks = [block, ...emitter.blocks];
  const frame = byStatement(frameOf(emitter, block), block);
  const label = frame?.label.replaceAll('"', '') ?? key(block.label?.text ?? '');
  const isOutermost = !places.some(({ kind }) => kind === 'block');
  service.places = [{ label, kind: 'block' }, ...places];
  const isByBlock = frame?.mode === 'block';
  const { isInTransactionBlock, undo } = emitter;
  const body = (): void => {
    declare(service, block);
    if (frame !== undefined) emitter.frames = [frame, ...frame.outer];
    writeList(service, block.statements, write);
    if (frame !== undefined) emitter.frames = frame.outer;
  };
  const guarded = (): void => {
    if (frame === undefined || !isByBlock || waiting(frame).length === 0) {
      body();
      return;
    }
    const plan = isTransaction(frame) ? enterTransaction(emitter, block, frame) : undefined;
    emitter.isInTransactionBlock = isInTransactionBlock || plan !== undefined;
    service.places = [{ label: '', kind: 'atomic' }, ...service.places];
    atomic(service, body);
    service.places = service.places.slice(1);
    if (plan !== undefined) leaveTransaction(emitter, block, undo);
    writeExceptions(service, frame, plan, write);
  };
  if (isOutermost || label === '' || !isLeft(block, label, frame !== undefined)) guarded();
  else leavable(service, label, guarded);
  emitter.isInTransactionBlock = isInTransactionBlock;
  emitter.undo = undo;
  service.places = places;
  emitter.blocks = emitter.blocks.slice(1);
  emitter.book.close();
}

function atomic({ out }: ServiceEmitter, body: () => void): void {
  out.line('try:');
  out.deeper(() => {
    out.line('with db.atomic():');
    out.deeper(body);
  });
}

/** What is undone without an error, then the handlers. */
function writeExceptions(service: ServiceEmitter, frame: Frame, plan: RollbackPlan | undefined, write: Write): void {
  const branches = [
    ...(plan?.rests ?? []).map(({ state, rest }) => ({ state, body: () => writeRest(service, frame, rest, write) })),
    ...(plan?.handlers ?? []).map(({ state, index }) => ({
      state,
      body: () => writeHandler(service, write, { ...frame, mode: 'statement' }, index),
    })),
  ];
  if (branches.length > 0) writeUndoneBranches(service, branches);
  const handlers = waiting(frame).map((one) => ({ ...one, frame }));
  writeExcept(service, write, handlers);
}

interface UndoneBranch {
  readonly state: string;
  readonly body: () => void;
}

function writeUndoneBranches({ out }: ServiceEmitter, branches: readonly UndoneBranch[]): void {
  out.line('except Undone as undone:');
  out.deeper(() => {
    for (const [at, { state, body }] of branches.entries()) {
      out.line(`${at === 0 ? 'if' : 'elif'} undone.args == (${pythonString(state)},):`);
      out.deeper(body);
    }
    out.line('else:');
    out.deeper(() => out.line('raise'));
  });
}

/** What stands behind a ROLLBACK, under the handlers of its block. */
function writeRest(service: ServiceEmitter, frame: Frame, rest: readonly BodyStatement[], write: Write): void {
  const { emitter } = service;
  noteRest(emitter, rest);
  const { frames } = emitter;
  const { places } = service;
  const body = (): void => {
    emitter.frames = [frame, ...frame.outer];
    writeList(service, rest, write);
    emitter.frames = frames;
  };
  if (rest.every(isSafe)) {
    body();
    return;
  }
  service.places = [{ label: '', kind: 'atomic' }, ...places];
  atomic(service, body);
  service.places = places;
  writeExceptions(service, frame, undefined, write);
}

/** A handler that goes back to a savepoint of its block must not stand behind the end of a transaction round the block. */
function byStatement(frame: Frame | undefined, block: Block): Frame | undefined {
  const goesBack = nodesOf(block, 'transaction').some(({ act }) => act === 'rollback-to');
  const rollsBack = nodesOf(block, 'transaction').some(({ act }) => act === 'rollback');
  return frame === undefined || !goesBack || rollsBack ? frame : { ...frame, mode: 'statement' };
}

function isLeft(block: Block, label: string, hasHandlers: boolean): boolean {
  const isNamed = block.statements.some((one) => nodesOf(one, 'leave').some((jump) => key(jump.label.text) === label));
  return isNamed || (hasHandlers && nodesOf(block.declarations, 'handler').some(({ action }) => action === 'exit'));
}

function leavable(service: ServiceEmitter, label: string, body: () => void): void {
  const { out } = service;
  out.line('try:');
  out.deeper(body);
  out.line('except Leave as jump:');
  out.deeper(() => {
    out.line(`if jump.args != (${pythonString(label)},):`);
    out.deeper(() => out.line('raise'));
  });
}

function declare(service: ServiceEmitter, block: Block): void {
  const { emitter, out } = service;
  for (const one of block.declarations) {
    for (const line of emitter.comments.before(one.start)) out.comment(line.replace(/^--\s?/, ''));
    if (one.tag === 'opaque') throw new NotConverted('SYNTAX', one.reason, 'Write it by hand.');
    if (one.tag !== 'handler') emitter.account(one);
    if (one.tag === 'variable') declareVariable(service, one);
    else if (one.tag === 'cursor') {
      const plain = `${pythonName(one.name.text)}_cursor`;
      const isAgain = service.isDeclared(plain, one.name.start);
      const name = service.fresh(plain, one.name.start);
      emitter.book.put(`cursor ${one.name.text}`, { sql: name, type: { kind: 'unknown' }, declared: 'refcursor' });
      const isOptional = mayBeClosed(emitter.program, one.name);
      const hint = `: Iterator[tuple[Any, ...]]${isOptional ? ' | None' : ''}`;
      out.line(`${name}${isAgain ? '' : hint} = ${isOptional ? 'None' : 'iter(())'}`);
    }
  }
}

function declareVariable(service: ServiceEmitter, node: VariableDeclaration): void {
  const fields = rowFields(service, node.type);
  if (fields !== undefined) {
    if (node.initial !== undefined) throw new NotConverted('TYPE', 'a row that begins with values', 'Set its fields.');
    for (const { text } of node.names)
      for (const { python, type } of service.declareRow(text, fields))
        service.out.line(`${python}: ${type.hint} | None = None`);
    return;
  }
  const own = anchored(service, node.type);
  const value = pgType(own)?.value;
  const isAgain = node.names.some(({ text, start }) => service.isDeclared(pythonName(text), start));
  const declared = node.names.map(({ text, start }) => service.declare(text, own, start));
  for (const { python, type } of declared) {
    if (node.initial === undefined || value === undefined)
      service.out.line(`${python}${isAgain ? '' : `: ${type.hint} | None`} = None`);
    else service.assign(python, type, node.initial, value);
  }
}

/** The fields of MariaDB's ROW and ROW TYPE OF. */
function rowFields(
  { emitter }: ServiceEmitter,
  { name, fields, anchor }: DataType,
): readonly (readonly [string, DataType])[] | undefined {
  if (name === 'ROW') return fields.map((field) => [field.name.text, field.type] as const);
  return name === 'ROW TYPE OF' ? [...(emitter.table(anchor)?.sourceTypes ?? [])] : undefined;
}

/** `TYPE OF t.c` is the type of the column. */
function anchored({ emitter }: ServiceEmitter, type: DataType): DataType {
  if (type.name !== 'TYPE OF') return type;
  return emitter.table(type.anchor.slice(0, -1))?.sourceTypes.get(key(type.anchor.at(-1)?.text ?? '')) ?? type;
}
