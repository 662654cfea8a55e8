import type { Expression } from '../../sql/expression.ts';
import type { BodyStatement } from '../body.ts';
import { mayBeClosed } from '../cursor-state.ts';
import { type Emitter, NotConverted } from '../emitter.ts';
import { isReadBehind, setName, singleSets } from '../failed-set.ts';
import { isInside } from '../limit.ts';
import { plpgsqlName } from '../plpgsql-name.ts';
import { key } from '../table-access.ts';
import { sharing } from '../user-variable.ts';
import type { Variable } from '../variable-book.ts';
import { Writer } from '../writer.ts';
import { emitBlock } from './block.ts';
import { emitDelete, emitInsert, emitUpdate } from './change.ts';
import { emitExecute, emitPrepare } from './dynamic.ts';
import { emitCase, emitIf, emitLoop } from './flow.ts';
import { guarded, isGuarded } from './guard.ts';
import {
  emitCall,
  emitCreateTable,
  emitDiagnostics,
  emitDo,
  emitDropTable,
  emitReturn,
  emitSignal,
  emitTransaction,
  emitTruncate,
} from './other.ts';
import { cursorVariable, emitFetch, emitOpen, emitResultSet, emitSelectInto, emitSet } from './query.ts';
import { emitTemporaryChange } from './temporary-change.ts';

/**
 * Writes a statement with the comments before it. What has no translation stands as text at its place (INV-110), so
 * that what is written is PostgreSQL whatever the source held (INV-111).
 */
export function emitStatement(emitter: Emitter, statement: BodyStatement): void {
  if (isCompound(statement)) {
    for (const line of emitter.comments.before(statement.start)) emitter.out.line(line);
    attempt(emitter, statement, () => compound(emitter, statement));
    return;
  }
  for (const line of emitter.comments.before(statement.end)) emitter.out.line(line);
  attempt(emitter, statement, () => {
    const parts = isGuarded(emitter) ? singleSets(statement) : [statement];
    for (const part of parts as readonly Leaf[]) {
      if (cannotFail(emitter, part)) leaf(emitter, part);
      else fallible(emitter, part);
    }
    emitter.account(statement);
  });
}

/** With what becomes of the variable of a SET that fails. */
function fallible(emitter: Emitter, statement: Leaf): void {
  const name = setName(statement);
  const sql = name === undefined ? undefined : emitter.book.find(name)?.sql;
  if (sql !== undefined && isReadBehind(emitter, statement)) emitter.out.line(`${sql} := NULL;`);
  emitter.failing = sql;
  const { isRowChanging } = emitter;
  emitter.isRowChanging = CHANGES.has(statement.tag);
  guarded(emitter, emitStatement, () => leaf(emitter, statement));
  emitter.isRowChanging = isRowChanging;
  emitter.failing = undefined;
}

const CHANGES = new Set<string>(['insert', 'update', 'delete', 'call-procedure', 'execute', 'execute-immediate']);

type Compound = Extract<BodyStatement, { tag: 'block' | 'if' | 'case-statement' | 'loop' }>;

function isCompound(statement: BodyStatement): statement is Compound {
  return ['block', 'if', 'case-statement', 'loop'].includes(statement.tag);
}

/** Nothing of a statement that failed half-way is left in the output. */
function attempt(emitter: Emitter, statement: BodyStatement, write: () => void): void {
  const { out } = emitter;
  const { frames, undo, isInTransactionBlock, isRowChanging } = emitter;
  const kept = out.lines.length;
  try {
    write();
  } catch (error) {
    if (!(error instanceof NotConverted)) throw error;
    emitter.out = out;
    Object.assign(emitter, { frames, undo, isInTransactionBlock, isRowChanging, failing: undefined });
    out.lines.length = kept;
    emitter.stand(statement, error.code, error.message, error.advice);
  }
}

function compound(emitter: Emitter, statement: Compound): void {
  if (statement.tag === 'block') emitBlock(emitter, statement, emitStatement);
  else if (statement.tag === 'if') emitIf(emitter, statement, emitStatement);
  else if (statement.tag === 'case-statement') emitCase(emitter, statement, emitStatement);
  else emitLoop(emitter, statement, emitStatement);
}

/** Control of flow raises no error; a wrapped COMMIT would be one in a subtransaction. */
function cannotFail(emitter: Emitter, statement: BodyStatement): boolean {
  if (['leave', 'iterate', 'transaction', 'opaque', 'command'].includes(statement.tag)) return true;
  if (statement.tag === 'close') return !mayBeClosed(emitter.program, statement.cursor);
  if (statement.tag === 'set-variables') {
    return statement.assignments.every(({ target, value }) => {
      const variable = target.tag === 'name' ? emitter.variable(target.parts) : undefined;
      return variable !== undefined && isInside(value, variable) && fits(value, variable);
    });
  }
  return statement.tag === 'return' && ['null', 'boolean'].includes(statement.value.tag);
}

/** Whether a value goes into a variable of a type for certain. */
function fits(value: Expression, { declared, type }: Variable): boolean {
  if (value.tag === 'null' || value.tag === 'boolean') return true;
  if (value.tag === 'number')
    return /^(?:smallint|integer|bigint|numeric$)/.test(declared) && Number(value.value) < 128;
  if (value.tag !== 'string' || (type.kind === 'text' && (type.members ?? type.flags) !== undefined)) return false;
  const size = /^varchar\((\d+)\)$/.exec(declared)?.[1];
  return declared === 'text' || (size !== undefined && value.value.length <= Number(size));
}

type Leaf = Exclude<BodyStatement, Compound>;

const LEAVES: { readonly [Tag in Leaf['tag']]: (emitter: Emitter, node: Extract<Leaf, { tag: Tag }>) => void } = {
  leave: (emitter, { label }) => emitter.out.line(`EXIT ${plpgsqlName(key(label.text))};`),
  iterate: (emitter, { label }) => emitter.out.line(`CONTINUE ${plpgsqlName(key(label.text))};`),
  return: emitReturn,
  signal: emitSignal,
  resignal: emitSignal,
  'get-diagnostics': emitDiagnostics,
  open: emitOpen,
  fetch: (emitter, node) => emitFetch(emitter, node, emitStatement),
  close: (emitter, { cursor }) => emitter.out.line(`CLOSE ${cursorVariable(emitter, cursor)};`),
  'set-variables': emitSet,
  'call-procedure': emitCall,
  do: emitDo,
  prepare: emitPrepare,
  execute: (emitter, node) => emitExecute(emitter, node, embedded),
  deallocate: emitPrepare,
  'execute-immediate': (emitter, node) => emitExecute(emitter, node, embedded),
  transaction: emitTransaction,
  'create-table': emitCreateTable,
  'drop-table': emitDropTable,
  truncate: emitTruncate,
  command: (emitter, node) => {
    const { words } = node;
    if (emitTemporaryChange(emitter, node)) return;
    throw new NotConverted('STATEMENT', `${words} has no counterpart`, 'Write it by hand, or leave it behind.');
  },
  query: (emitter, node) => {
    if (node.into === undefined) emitResultSet(emitter, node);
    else emitSelectInto(emitter, node, node.into, emitStatement);
  },
  insert: emitInsert,
  update: emitUpdate,
  delete: emitDelete,
  opaque: (_, { reason }) => {
    throw new NotConverted('SYNTAX', reason, 'Write it by hand, or report the text that was not understood.');
  },
};

/** A statement of a text that is known. */
function embedded(emitter: Emitter, statement: BodyStatement): void {
  if (isCompound(statement)) throw new NotConverted('DYNAMIC_SQL', 'a block in a text', 'Write it by hand.');
  leaf(emitter, statement);
}

function leaf(emitter: Emitter, statement: Leaf): void {
  const emit = LEAVES[statement.tag] as (emitter: Emitter, node: Leaf) => void;
  sharing(emitter, statement, () => emit(emitter, statement));
}

/** A body written apart: its lines, for whoever puts a head before them. */
export function bodyLines(emitter: Emitter, body: BodyStatement): readonly string[] {
  const writer = new Writer();
  emitter.out = writer;
  emitStatement(emitter, body);
  return writer.lines;
}
