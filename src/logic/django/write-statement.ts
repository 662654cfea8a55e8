import type { BodyStatement } from '../body.ts';
import { mayBeClosed } from '../cursor-state.ts';
import { bound, type ExecutedText, executedTexts, isConstant } from '../emit/dynamic.ts';
import { NotConverted } from '../emitter.ts';
import { isReadBehind, setName, singleSets } from '../failed-set.ts';
import { key } from '../table-access.ts';
import { pythonString } from './python-type.ts';
import type { ServiceEmitter } from './service-emitter.ts';
import { writeBlock } from './write-block.ts';
import { writeChange } from './write-change.ts';
import {
  writeCall,
  writeClose,
  writeDiagnostics,
  writeDo,
  writeFetch,
  writeInto,
  writeOpen,
  writeResultSet,
  writeReturn,
  writeSet,
  writeSignal,
  writeTable,
  writeTemporaryChange,
} from './write-data.ts';
import { writeCase, writeIf, writeLeave, writeLoop } from './write-flow.ts';
import { writeGuarded } from './write-guard.ts';
import { writeTransaction } from './write-transaction.ts';

/** Writes a statement; what has no translation stands as a comment and raises NotConverted where it is reached. */
export function writeStatement(service: ServiceEmitter, statement: BodyStatement): void {
  const { emitter, out } = service;
  for (const line of emitter.comments.before(statement.start)) out.comment(line.replace(/^--\s?/, ''));
  const kept = out.lines.length;
  const { places } = service;
  const { frames, undo, isInTransactionBlock } = emitter;
  try {
    if (COMPOUND.has(statement.tag) || cannotFail(service, statement)) write(service, statement);
    else for (const part of singleSets(statement)) fallible(service, part);
    emitter.account(statement);
  } catch (error) {
    if (!(error instanceof NotConverted)) throw error;
    out.lines.length = kept;
    service.places = places;
    service.failing = undefined;
    Object.assign(emitter, { frames, undo, isInTransactionBlock });
    stand(service, statement, error);
  }
}

/** With what becomes of the variable of a SET that fails. */
function fallible(service: ServiceEmitter, statement: BodyStatement): void {
  const { emitter } = service;
  const name = setName(statement);
  const known = name === undefined ? undefined : emitter.book.find(name);
  const python = known === undefined ? undefined : service.known(known.sql).python;
  if (python !== undefined && isReadBehind(emitter, statement)) service.out.line(`${python} = None`);
  service.failing = isConstantSet(statement) ? undefined : python;
  writeGuarded(service, writeStatement, () => write(service, statement));
  service.failing = undefined;
}

/** A short literal cannot fail, so that nothing is lost. */
function isConstantSet(statement: BodyStatement): boolean {
  return (
    statement.tag === 'set-variables' &&
    statement.assignments.every(({ value: { tag } }) => tag === 'null' || tag === 'boolean')
  );
}

const COMPOUND = new Set(['block', 'if', 'case-statement', 'loop']);
/** What raises no error of a server. */
const PLAIN = new Set(['leave', 'iterate', 'transaction', 'opaque', 'command', 'prepare', 'deallocate']);

function cannotFail({ emitter }: ServiceEmitter, statement: BodyStatement): boolean {
  if (statement.tag === 'close') return !mayBeClosed(emitter.program, statement.cursor);
  return PLAIN.has(statement.tag);
}

function stand(service: ServiceEmitter, statement: BodyStatement, { code, message, advice }: NotConverted): void {
  const { emitter, out } = service;
  emitter.note('stands', statement, [code, message, advice]);
  emitter.account(statement);
  out.comment(`not converted (${code}): ${message}`);
  out.comment(emitter.sourceText(statement));
  out.call('raise NotConverted', [pythonString(`${code} in ${emitter.context.nameOf(emitter.program)}`)]);
}

type Writers = {
  readonly [Tag in BodyStatement['tag']]: (service: ServiceEmitter, node: Extract<BodyStatement, { tag: Tag }>) => void;
};

const WRITERS: Writers = {
  block: (service, node) => writeBlock(service, node, writeStatement),
  if: (service, node) => writeIf(service, node, writeStatement),
  'case-statement': (service, node) =>
    writeCase(service, node, writeStatement, (leaf) => writeGuarded(service, writeStatement, leaf)),
  loop: (service, node) => writeLoop(service, node, writeStatement),
  leave: (service, node) => writeLeave(service, 'leave', key(node.label.text)),
  iterate: (service, node) => writeLeave(service, 'iterate', key(node.label.text)),
  return: writeReturn,
  signal: writeSignal,
  resignal: writeSignal,
  'get-diagnostics': writeDiagnostics,
  open: writeOpen,
  fetch: (service, node) => writeFetch(service, node, writeStatement),
  close: writeClose,
  'set-variables': writeSet,
  'call-procedure': writeCall,
  do: writeDo,
  transaction: writeTransaction,
  query: (service, node) => {
    if (node.into === undefined) writeResultSet(service, node);
    else writeInto(service, node, writeStatement);
  },
  insert: writeChange,
  update: writeChange,
  delete: writeChange,
  'create-table': writeTable,
  'drop-table': writeTable,
  truncate: writeTable,
  prepare: kept,
  execute: dynamic,
  deallocate: kept,
  'execute-immediate': dynamic,
  opaque: (_, { reason }) => {
    throw new NotConverted('SYNTAX', reason, 'Write it by hand, or report the text.');
  },
  command: (service, node) => {
    const { words } = node;
    if (writeTemporaryChange(service, node)) return;
    throw new NotConverted('STATEMENT', `${words} has no counterpart`, 'Write it by hand.');
  },
};

/** What is prepared stands where it is executed. */
function kept({ out, emitter }: ServiceEmitter, node: BodyStatement): void {
  out.comment(emitter.sourceText(node));
}

/** EXECUTE of a text that is the same in every run: its statement, with what stands behind USING. */
function dynamic(
  service: ServiceEmitter,
  node: Extract<BodyStatement, { tag: 'execute' | 'execute-immediate' }>,
): void {
  const { emitter } = service;
  const texts = executedTexts(emitter, node);
  const isPlain = node.using.every(({ tag }) => tag === 'user-variable' || tag === 'column');
  if (!isPlain || texts.some(({ pieces }) => !isConstant(pieces)))
    throw new NotConverted(
      'DYNAMIC_SQL',
      'SQL that is made at run time',
      'Write it with a cursor, once for each server.',
    );
  const each = ({ text, statement }: ExecutedText): void => {
    if (COMPOUND.has(statement.tag)) throw new NotConverted('DYNAMIC_SQL', 'a block in a text', 'Write it by hand.');
    emitter.embed({ text, span: node }, () => write(service, bound(statement, node.using)));
  };
  const [only, ...more] = texts;
  if (only !== undefined && more.length === 0) {
    each(only);
    return;
  }
  for (const [at, one] of texts.entries()) {
    const taken = [...one.when].map(([choice, number]) => `${service.choice(choice)} == ${number}`).join(' and ');
    service.out.line(at === texts.length - 1 ? 'else:' : `${at === 0 ? 'if' : 'elif'} ${taken}:`);
    service.out.deeper(() => each(one));
  }
}

function write(service: ServiceEmitter, node: BodyStatement): void {
  const writer = WRITERS[node.tag] as (service: ServiceEmitter, node: BodyStatement) => void;
  writer(service, node);
}
