import type { Block, BodyStatement, VariableDeclaration } from '../body.ts';
import { frameOf } from '../emit-block.ts';
import { NotConverted } from '../emitter.ts';
import { pgType } from '../pg-type.ts';
import { key } from '../table-access.ts';
import { nodesOf } from '../walk.ts';
import { pythonName, pythonString } from './python-type.ts';
import type { ServiceEmitter } from './service-emitter.ts';
import { waiting, writeExcept } from './write-guard.ts';

type Write = (service: ServiceEmitter, statement: BodyStatement) => void;

/** A block with its declarations and handlers. */
export function writeBlock(service: ServiceEmitter, block: Block, write: Write): void {
  const { emitter, out } = service;
  const { places } = service;
  emitter.book.open();
  emitter.blocks = [block, ...emitter.blocks];
  const frame = frameOf(emitter, block);
  const label = frame?.label.replaceAll('"', '') ?? key(block.label?.text ?? '');
  const isOutermost = !places.some(({ kind }) => kind === 'block');
  service.places = [{ label, kind: 'block' }, ...places];
  const isByBlock = frame?.mode === 'block';
  const outer = emitter.isInTransactionBlock;
  const body = (): void => {
    declare(service, block);
    if (frame !== undefined) emitter.frames = [frame, ...frame.outer];
    for (const statement of block.statements) write(service, statement);
    if (frame !== undefined) emitter.frames = frame.outer;
  };
  const guarded = (): void => {
    if (frame === undefined || !isByBlock || waiting(frame).length === 0) {
      body();
      return;
    }
    const rollsBack = frame.handlers.some((one) =>
      nodesOf(one.body, 'transaction').some(({ act }) => act === 'rollback'),
    );
    emitter.isInTransactionBlock = outer || rollsBack;
    service.places = [{ label: '', kind: 'atomic' }, ...service.places];
    out.line('try:');
    out.deeper(() => {
      out.line('with db.atomic():');
      out.deeper(body);
    });
    service.places = service.places.slice(1);
    writeExcept(
      service,
      write,
      waiting(frame).map((one) => ({ ...one, frame })),
    );
  };
  if (isOutermost || label === '' || !isLeft(block, label, frame !== undefined)) guarded();
  else leavable(service, label, guarded);
  emitter.isInTransactionBlock = outer;
  service.places = places;
  emitter.blocks = emitter.blocks.slice(1);
  emitter.book.close();
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
      const name = `${pythonName(one.name.text)}_cursor`;
      emitter.book.put(`cursor ${one.name.text}`, { sql: name, type: { kind: 'unknown' }, declared: 'refcursor' });
      out.line(`${name}: Iterator[tuple[Any, ...]] = iter(())`);
    }
  }
}

function declareVariable(service: ServiceEmitter, node: VariableDeclaration): void {
  const value = pgType(node.type)?.value;
  const declared = node.names.map(({ text }) => service.declare(text, node.type));
  for (const { python, type } of declared) {
    if (node.initial === undefined || value === undefined) service.out.line(`${python}: ${type.hint} | None = None`);
    else service.assign(python, type, node.initial, value);
  }
}
