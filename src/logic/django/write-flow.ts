import type { Expression } from '../../sql/expression.ts';
import type { BodyStatement, Case, If, Loop } from '../body.ts';
import { NotConverted } from '../emitter.ts';
import { key } from '../table-access.ts';
import { nodesOf } from '../walk.ts';
import { nativeValue } from './native-expression.ts';
import { pythonString } from './python-type.ts';
import type { ServiceEmitter } from './service-emitter.ts';
import { sqlArguments } from './vendor-sql.ts';
import { writeFor } from './write-cursor.ts';
import { writeList } from './write-list.ts';

type Write = (service: ServiceEmitter, statement: BodyStatement) => void;

function inner(service: ServiceEmitter, statements: readonly BodyStatement[], write: Write): void {
  service.out.deeper(() => writeList(service, statements, write));
}

export function writeIf(service: ServiceEmitter, node: If, write: Write): void {
  const choice = service.emitter.choices.has(node) ? service.choice(node) : undefined;
  if (choice !== undefined) service.out.line(`${choice} = 0`);
  for (const [at, { when, statements }] of node.branches.entries()) {
    service.test(at === 0 ? 'if' : 'elif', when);
    service.emitter.account(when);
    if (choice !== undefined) service.out.deeper(() => service.out.line(`${choice} = ${at + 1}`));
    inner(service, statements, write);
  }
  if (node.otherwise === undefined) return;
  service.out.line('else:');
  inner(service, node.otherwise, write);
}

/** Without a match and an ELSE it is an error on both servers. */
export function writeCase(service: ServiceEmitter, node: Case, write: Write, guard: (leaf: () => void) => void): void {
  for (const [at, { when, statements }] of node.branches.entries()) {
    const word = at === 0 ? 'if' : 'elif';
    if (node.subject === undefined) service.test(word, when);
    else equality(service, word, node.subject, when);
    service.emitter.account(when);
    inner(service, statements, write);
  }
  if (node.subject !== undefined) service.emitter.account(node.subject);
  service.out.line('else:');
  if (node.otherwise !== undefined) inner(service, node.otherwise, write);
  else service.out.deeper(() => guard(() => service.out.line(NO_CASE)));
}

const NO_CASE = 'raise CaseNotFound(1339, "Case not found for CASE statement")';

function equality(service: ServiceEmitter, word: string, subject: Expression, when: Expression): void {
  const [left, right] = [nativeValue(subject, service), nativeValue(when, service)];
  if (left?.kind === 'integer' && right?.kind === 'integer') {
    service.out.line(`${word} n_equal(${left.code}, ${right.code}):`);
    return;
  }
  const { start, end } = when;
  const both: Expression = { tag: 'comparison', operator: '=', left: subject, right: when, start, end };
  const whole = service.vendor(when, `SELECT ${service.emitter.sql(both, 'condition')}`);
  const own = service.vendor(subject, '');
  const mysql = `SELECT (${own.mysql}) = (${whole.mysql})`;
  const args = sqlArguments({ ...whole, mysql, mysqlValues: [...own.mysqlValues, ...whole.mysqlValues] });
  service.out.call(`${word} db.truth`, args, ':');
}

export function writeLoop(service: ServiceEmitter, node: Loop, write: Write): void {
  const { out } = service;
  const label = key(node.label?.text ?? '');
  const isLeft = isReached(node, 'leave', label);
  const { places } = service;
  const body = (): void => {
    service.places = [{ label, kind: 'loop' }, ...places];
    if (IS_FOR.has(node.kind.tag)) writeFor(service, node, () => loopBody(service, node, write));
    else {
      loopHead(service, node);
      out.deeper(() => loopBody(service, node, write));
    }
    service.places = places;
  };
  if (!isLeft) body();
  else caught(service, 'Leave', label, body);
}

const IS_FOR = new Set(['range', 'query', 'cursor']);

/** Whether a jump to the label stands in another loop inside. */
function isReached(node: Loop, tag: 'leave' | 'iterate', label: string): boolean {
  if (label === '') return false;
  return node.statements
    .flatMap((statement) => nodesOf(statement, 'loop'))
    .some((inside) => nodesOf(inside, tag).some((jump) => key(jump.label.text) === label));
}

function caught(service: ServiceEmitter, kind: 'Leave' | 'Iterate', label: string, body: () => void): void {
  const { out } = service;
  out.line('try:');
  out.deeper(body);
  out.line(`except ${kind} as jump:`);
  out.deeper(() => {
    out.line(`if jump.args != (${pythonString(label)},):`);
    out.deeper(() => out.line('raise'));
  });
}

function loopHead(service: ServiceEmitter, { kind }: Loop): void {
  if (kind.tag === 'endless' || kind.tag === 'until') service.out.line('while True:');
  else if (kind.tag === 'while') {
    service.test('while', kind.condition);
    service.emitter.account(kind.condition);
  }
}

function loopBody(service: ServiceEmitter, node: Loop, write: Write): void {
  const { out } = service;
  const label = key(node.label?.text ?? '');
  const statements = (): void => {
    writeList(service, node.statements, write);
  };
  if (isReached(node, 'iterate', label)) {
    caught(service, 'Iterate', label, statements);
    if (node.kind.tag === 'until') throw new NotConverted('LABEL', 'ITERATE of an outer REPEAT', 'Write it by hand.');
  } else statements();
  if (node.kind.tag !== 'until') return;
  service.test('if', node.kind.condition);
  service.emitter.account(node.kind.condition);
  out.deeper(() => out.line('break'));
}

/** LEAVE and ITERATE: of the loop at hand, of the body, or by an exception of ours. */
export function writeLeave(service: ServiceEmitter, tag: 'leave' | 'iterate', label: string): void {
  const { out, places } = service;
  const loop = places.find(({ kind }) => kind === 'loop');
  if (loop?.label === label) {
    out.line(tag === 'leave' ? 'break' : 'continue');
    return;
  }
  if (tag === 'leave') leaveBlock(service, label);
  else jump(service, 'Iterate', label);
}

/** Leaves a block: the outermost one is the service itself. */
export function leaveBlock(service: ServiceEmitter, label: string): void {
  const { out, places } = service;
  const plain = label.replaceAll('"', '');
  const isBody = places.findLast(({ kind }) => kind === 'block')?.label === plain;
  if (isBody) out.line(service.returned);
  else jump(service, 'Leave', plain);
}

/** An exception would undo a transaction that it passes. */
function jump(service: ServiceEmitter, kind: 'Leave' | 'Iterate', label: string): void {
  const at = service.places.findIndex((place) => place.label === label && place.kind !== 'atomic');
  const passes = service.places.slice(0, at < 0 ? undefined : at).some((place) => place.kind === 'atomic');
  if (passes) throw new NotConverted('LABEL', `a jump to ${label} out of a transaction`, 'Write it by hand.');
  service.out.line(`raise ${kind}(${pythonString(label)})`);
}
