import type { BodyStatement } from '../body.ts';
import { NotConverted } from '../emitter.ts';
import { key } from '../table-access.ts';
import { pythonString } from './python-type.ts';
import type { ServiceEmitter } from './service-emitter.ts';
import { writeBlock } from './write-block.ts';
import {
  writeCall,
  writeChange,
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
} from './write-data.ts';
import { writeCase, writeIf, writeLeave, writeLoop } from './write-flow.ts';
import { writeGuarded } from './write-guard.ts';

/** Writes a statement; what has no translation stands as a comment and raises NotConverted where it is reached. */
export function writeStatement(service: ServiceEmitter, statement: BodyStatement): void {
  const { emitter, out } = service;
  for (const line of emitter.comments.before(statement.start)) out.comment(line.replace(/^--\s?/, ''));
  const kept = out.lines.length;
  const { places } = service;
  const { frames } = emitter;
  try {
    if (COMPOUND.has(statement.tag) || PLAIN.has(statement.tag)) write(service, statement);
    else writeGuarded(service, writeStatement, () => write(service, statement));
    emitter.account(statement);
  } catch (error) {
    if (!(error instanceof NotConverted)) throw error;
    out.lines.length = kept;
    service.places = places;
    emitter.frames = frames;
    stand(service, statement, error);
  }
}

const COMPOUND = new Set(['block', 'if', 'case-statement', 'loop']);
/** What raises no error of a server. */
const PLAIN = new Set(['leave', 'iterate', 'close', 'transaction', 'opaque', 'command', 'signal', 'resignal']);

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
  'case-statement': (service, node) => writeCase(service, node, writeStatement),
  loop: (service, node) => writeLoop(service, node, writeStatement),
  leave: (service, node) => writeLeave(service, 'leave', key(node.label.text)),
  iterate: (service, node) => writeLeave(service, 'iterate', key(node.label.text)),
  return: writeReturn,
  signal: writeSignal,
  resignal: writeSignal,
  'get-diagnostics': writeDiagnostics,
  open: writeOpen,
  fetch: (service, node) => writeFetch(service, node, writeStatement),
  close: ({ out, emitter }, node) => out.comment(emitter.sourceText(node)),
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
  prepare: dynamic,
  execute: dynamic,
  deallocate: dynamic,
  'execute-immediate': dynamic,
  opaque: (_, { reason }) => {
    throw new NotConverted('SYNTAX', reason, 'Write it by hand, or report the text.');
  },
  command: (_, { words }) => {
    throw new NotConverted('STATEMENT', `${words} has no counterpart`, 'Write it by hand.');
  },
};

function dynamic(): never {
  throw new NotConverted(
    'DYNAMIC_SQL',
    'SQL that is made at run time',
    'Write it with a cursor, once for each server.',
  );
}

function write(service: ServiceEmitter, node: BodyStatement): void {
  const writer = WRITERS[node.tag] as (service: ServiceEmitter, node: BodyStatement) => void;
  writer(service, node);
}

/** The service is one transaction: what begins and ends others inside it has nothing to do. */
function writeTransaction(service: ServiceEmitter, node: Extract<BodyStatement, { tag: 'transaction' }>): void {
  const { emitter, out } = service;
  const isPlain = node.act === 'start' || node.act === 'commit';
  const isUndone = node.act === 'rollback' && emitter.isInTransactionBlock;
  if (!isPlain && !isUndone)
    throw new NotConverted(
      'TRANSACTION',
      `${node.act} inside a service`,
      'Raise an error, or use transaction.atomic().',
    );
  if (!emitter.isInTransactionBlock)
    emitter.note('review', node, [
      'TRANSACTION',
      'the service is one transaction',
      'Its caller decides when it commits.',
    ]);
  out.comment(`${emitter.sourceText(node)}: the transaction round the service`);
}
