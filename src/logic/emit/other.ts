import type { Expression } from '../../sql/expression.ts';
import { quoteLiteral, quoteName } from '../../sql/fragment.ts';
import { BIGINT, TEXT } from '../../sql/value-type.ts';
import type { BodyStatement, GetDiagnostics, Signal, Transaction } from '../body.ts';
import { tableOf } from '../catalogue.ts';
import { errnoSql, resolveCondition, stateSql } from '../condition-table.ts';
import { type Emitter, NotConverted } from '../emitter.ts';
import { noteEmptied } from '../emptied-diagnostics.ts';
import { itemsOf } from '../item-type.ts';
import { noteLostRows } from '../kept-row.ts';
import { assign, heldWide, isInside, limitLines, withDigits } from '../limit.ts';
import { noteCallee } from '../lost-callee.ts';
import { pgType } from '../pg-type.ts';
import { SHARED_NUMBER } from '../shared-number.ts';
import { key } from '../table-access.ts';
import type { ColumnDefinition, TableDefinition } from '../table-definition.ts';
import { keptValue } from '../text-item.ts';
import { nodesOf } from '../walk.ts';
import { raisesUndo } from './guard.ts';
import { targetOf } from './query.ts';
import { emitSavepointAct } from './savepoint.ts';

type Node<Tag extends BodyStatement['tag']> = Extract<BodyStatement, { tag: Tag }>;

/** SIGNAL and RESIGNAL: the state stays, the error number goes into DETAIL. */
export function emitSignal(emitter: Emitter, node: Signal): void {
  // Inside a block with handlers PostgreSQL ends no transaction.
  if (emitter.isHandlerKept && emitter.frames.length > 0) noteLostRows(emitter, node);
  else if (emitter.isHandlerKept) endTransaction(emitter, node, 'COMMIT;');
  const item = (name: string): Expression | undefined => node.items.find((one) => one.item === name)?.value;
  const text = item('MESSAGE_TEXT');
  if (node.condition === undefined && node.items.length === 0) {
    emitter.out.line('RAISE;');
    return;
  }
  const state = node.condition === undefined ? undefined : stateOf(emitter, node);
  const options = [
    `ERRCODE = ${state === undefined ? 'SQLSTATE' : quoteLiteral(state)}`,
    `MESSAGE = ${text === undefined ? defaultMessage(node) : emitter.sql(text, { stored: TEXT })}`,
    ...detail(emitter, item('MYSQL_ERRNO')),
  ];
  const level = state?.startsWith('01') === true ? 'WARNING' : 'EXCEPTION';
  emitter.out.line(`RAISE ${level} USING ${options.join(', ')};`);
}

function defaultMessage({ condition }: Signal): string {
  return condition === undefined ? 'SQLERRM' : quoteLiteral('Unhandled user-defined exception condition');
}

function detail(emitter: Emitter, errno: Expression | undefined): readonly string[] {
  return errno === undefined ? [] : [`DETAIL = 'MYSQL_ERRNO ' || (${emitter.sql(errno)})`];
}

function stateOf(emitter: Emitter, { condition }: Signal): string {
  const found = condition === undefined ? undefined : resolveCondition(condition, emitter.blocks);
  if (found?.tag === 'sqlstate') return found.sqlstate;
  throw new NotConverted('SIGNAL', 'the condition has no SQLSTATE', 'Give it one.');
}

/** GET DIAGNOSTICS inside a handler: PL/pgSQL's SQLSTATE and SQLERRM, as MySQL would number them. */
export function emitDiagnostics(emitter: Emitter, node: GetDiagnostics): void {
  if (noteEmptied(emitter, node)) {
    for (const line of emitter.sourceText(node).split('\n')) emitter.out.line(`-- ${line.trim()}`.trimEnd());
    return;
  }
  for (const { target, item } of node.items) {
    const { sql } = targetOf(emitter, target, TEXT);
    const value = node.condition === undefined ? STATEMENT_ITEMS[item] : conditionItem(emitter, item);
    if (value === undefined)
      throw new NotConverted('DIAGNOSTICS', `the item ${item}`, 'Use GET STACKED DIAGNOSTICS by hand.');
    if (item === 'ROW_COUNT') emitter.temporary('_row_count', 'bigint', TEXT);
    emitter.out.line(`${sql} := ${value};`);
  }
  if (node.condition !== undefined) noteMessages(emitter, node);
}

/** States and numbers of errors are the source's, what else is asked of a condition is not. */
export function noteMessages(emitter: Emitter, node: GetDiagnostics): void {
  if (node.items.every(({ item }) => item === 'RETURNED_SQLSTATE' || item === 'MYSQL_ERRNO')) return;
  emitter.note('review', node, ['DIAGNOSTICS', 'messages are those of the target', 'Check what is done with them.']);
}

const STATEMENT_ITEMS: Readonly<Record<string, string>> = { ROW_COUNT: '_row_count', NUMBER: '1' };

function conditionItem({ program }: Emitter, item: string): string | undefined {
  const { flavor } = program.dialect;
  return { MESSAGE_TEXT: 'SQLERRM', RETURNED_SQLSTATE: stateSql(flavor), MYSQL_ERRNO: errnoSql(flavor) }[item];
}

/** START TRANSACTION, COMMIT, ROLLBACK: PostgreSQL's own, or the block's where a handler rolls back. */
export function emitTransaction(emitter: Emitter, node: Transaction): void {
  if (!['start', 'commit', 'rollback'].includes(node.act)) {
    emitSavepointAct(emitter, node);
    return;
  }
  if (emitter.isInTransactionBlock) {
    if (raisesUndo(emitter, node)) return;
    emitter.out.line(`-- ${emitter.sourceText(node)}: ${IN_BLOCK[node.act]}`);
    return;
  }
  refuseOpenCursors(emitter);
  endTransaction(emitter, node, node.act === 'rollback' ? 'ROLLBACK;' : 'COMMIT;');
}

function endTransaction(emitter: Emitter, node: Signal | Transaction, act: 'COMMIT;' | 'ROLLBACK;'): void {
  emitter.usesNativeTransactions = true;
  emitter.note('review', node, [
    'TRANSACTION',
    'the procedure ends transactions itself',
    'Call it outside a transaction: inside one (Django: atomic()) PostgreSQL refuses it.',
  ]);
  emitter.out.line(act);
}

/** PostgreSQL closes every cursor where a transaction ends: those of the program, and those of its result sets. */
function refuseOpenCursors(emitter: Emitter): void {
  const isOpen = nodesOf(emitter.program.definition, 'cursor').length > 0 || emitter.hasResultSets;
  if (!isOpen) return;
  throw new NotConverted(
    'COMMIT_IN_LOOP',
    'a transaction ends while a cursor may be open, which the target closes with it',
    'Loop over the query by FOR, or commit behind the loop.',
  );
}

const IN_BLOCK: Readonly<Record<string, string>> = {
  start: 'this block is one, and the caller’s transaction holds it',
  commit: 'the caller’s transaction commits',
  rollback: 'the block is undone already',
};

/** CALL, with variables for what comes back. */
export function emitCall(emitter: Emitter, node: Node<'call-procedure'>): void {
  const signature = emitter.signature(node.procedure.parts);
  const name = node.procedure.parts.map(({ text }) => text).join('.');
  if (signature === undefined || signature.parameters.length !== node.args.length) {
    throw new NotConverted(
      'CALL',
      `nothing is known of the procedure ${name}`,
      'Convert it too, or write the call by hand.',
    );
  }
  noteCallee(emitter, node);
  const after: string[] = [];
  const args = node.args.map((arg, at) => argument(emitter, arg, { parameter: signature.parameters[at], after }));
  if (signature.hasResultSets) {
    if (emitter.program.definition.tag !== 'procedure') emitter.temporary('result_sets', 'refcursor[]', TEXT);
    emitter.hasResultSets = true;
    args.push('result_sets');
  }
  emitter.out.line(`CALL ${signature.sql}(${args.join(', ')});`);
  takeNumber(emitter, node);
  for (const line of after) emitter.out.line(line);
}

/** LAST_INSERT_ID() behind a procedure is what its statements left. */
function takeNumber(emitter: Emitter, node: Node<'call-procedure'>): void {
  const { numbers } = emitter.context;
  const isGiver = numbers.procedures.has(key(node.procedure.parts.at(-1)?.text ?? ''));
  if (!isGiver || !emitter.asks('LAST_INSERT_ID')) return;
  emitter.out.line(`${emitter.temporary('_last_insert_id', 'bigint', BIGINT).sql} := ${SHARED_NUMBER};`);
  const { tag } = emitter.program.definition;
  if (tag === 'procedure' || tag === 'event') return;
  emitter.note('review', node, [
    'LAST_INSERT_ID',
    'a number that the program got before the call is not seen in what it calls',
    'Give the number to the procedure as a parameter.',
  ]);
}

type Parameter = { readonly mode: 'in' | 'out' | 'inout'; readonly type: ReturnType<typeof pgType> };

function argument(
  emitter: Emitter,
  arg: Expression,
  to: { readonly parameter: Parameter | undefined; readonly after: string[] },
): string {
  const { parameter, after } = to;
  const type = parameter?.type;
  if (type === undefined)
    throw new NotConverted('CALL', 'a parameter has a type that the target has not', 'Write the call by hand.');
  if (parameter?.mode === 'in') return `(${emitter.sql(arg, { stored: type.value })})::${type.wide}`;
  const target = targetOf(emitter, arg, type.value);
  if (target.declared === type.wide) {
    after.push(...limitLines(emitter, target));
    return target.sql;
  }
  const own = emitter.temporary(`_out_${emitter.next()}`, type.wide, type.value);
  if (parameter?.mode === 'inout') emitter.out.line(`${own.sql} := ${target.sql};`);
  after.push(`${target.sql} := ${own.sql};`, ...limitLines(emitter, target));
  return own.sql;
}

/** DO runs expressions for what they do. */
export function emitDo(emitter: Emitter, node: Node<'do'>): void {
  emitter.out.line(`PERFORM ${node.values.map((value) => emitter.sql(value)).join(', ')};`);
}

/** RETURN: the length and the scale of the result hold, which PostgreSQL's RETURNS does not check. */
export function emitReturn(emitter: Emitter, node: Node<'return'>): void {
  const { definition } = emitter.program;
  const type =
    definition.tag === 'function' && definition.returns !== undefined ? pgType(definition.returns) : undefined;
  if (type === undefined)
    throw new NotConverted('TYPE', 'the result has a type that the target has not', 'Choose one by hand.');
  const given = type.value.kind === 'text' ? keptValue(emitter, node.value) : node.value;
  const sql = emitter.sql(given, { stored: type.value });
  const { declared, limits } = heldWide(emitter, type);
  const { isStrict } = emitter.program.dialect.mode;
  const isCast = isStrict && limits.range === undefined && limits.cast !== undefined;
  if (isInside(node.value, { sql, type: type.value, declared, ...limits }))
    emitter.out.line(`RETURN ${withDigits(sql, limits)};`);
  else if (isCast) emitter.out.line(`RETURN (${sql})::${limits.cast};`);
  else {
    const returned = emitter.temporary('_returned', declared, type.value);
    assign(emitter, { ...returned, ...limits }, sql, node.value);
    emitter.out.line(`RETURN ${returned.sql};`);
  }
}

/** CREATE TEMPORARY TABLE in its three forms. */
export function emitCreateTable(emitter: Emitter, { definition }: Node<'create-table'>): void {
  if (!definition.isTemporary)
    throw new NotConverted('PERMANENT_DDL', 'a permanent table is made', 'Make it once by a migration.');
  const name = definition.name.parts.at(-1)?.text ?? '';
  const quoted = quoteName(name);
  if (definition.isReplace) emitter.out.line(`DROP TABLE IF EXISTS pg_temp.${quoted};`);
  const head = `CREATE TEMP TABLE ${definition.isIfNotExists ? 'IF NOT EXISTS ' : ''}${quoted}`;
  emitter.out.line(`${head} ${contentOf(emitter, definition)};`);
  know(emitter, name, definition);
  const keys = definition.query === undefined ? [] : keysOf(definition);
  for (const line of keys) emitter.out.line(`ALTER TABLE pg_temp.${quoted} ADD ${line};`);
}

function contentOf(emitter: Emitter, definition: TableDefinition): string {
  if (definition.like !== undefined)
    return `(LIKE ${emitter.table(definition.like.parts)?.shape.sql ?? quoteName(definition.like.parts.at(-1)?.text ?? '')} INCLUDING ALL)`;
  if (definition.query !== undefined) {
    if (definition.columns.length > 0)
      throw new NotConverted('TEMPORARY', 'columns beside a query', 'Make the table, then fill it.');
    return `AS ${emitter.query(definition.query)}`;
  }
  const lines = [...definition.columns.map((column) => columnLine(emitter, column)), ...keysOf(definition)];
  return `(\n  ${lines.join(',\n  ')}\n)`;
}

/** A column as CREATE TABLE has it. */
export function columnLine(emitter: Emitter, column: ColumnDefinition): string {
  const type = pgType(column.type);
  if (type === undefined) throw new NotConverted('TYPE', `the type ${column.type.name}`, 'Choose one by hand.');
  const parts = [quoteName(column.name.text), type.sql];
  if (column.isAutoIncrement) parts.push('GENERATED BY DEFAULT AS IDENTITY');
  if (column.isNotNull) parts.push('NOT NULL');
  if (column.initial !== undefined) parts.push(`DEFAULT (${emitter.sql(column.initial, { stored: type.value })})`);
  if (column.key !== undefined) parts.push(column.key === 'primary' ? 'PRIMARY KEY' : 'UNIQUE');
  return parts.join(' ');
}

/** Indexes that say nothing of the rows are left out. */
function keysOf({ keys }: TableDefinition): readonly string[] {
  return keys.flatMap(({ kind, columns, isPlain }) => {
    if (!isPlain || (kind !== 'primary' && kind !== 'unique')) return [];
    return [
      `${kind === 'primary' ? 'PRIMARY KEY' : 'UNIQUE'} (${columns.map(({ text }) => quoteName(text)).join(', ')})`,
    ];
  });
}

/** From here on the name is that of the temporary table. */
function know(emitter: Emitter, name: string, definition: TableDefinition): void {
  const made = tableOf(definition, '', 'pg_temp');
  const like = definition.like === undefined ? undefined : emitter.table(definition.like.parts);
  const items = definition.query === undefined ? undefined : itemsOf(emitter, definition.query);
  const columns =
    like?.shape.columns ?? items?.map((item) => ({ ...item, sql: quoteName(item.name) })) ?? made.shape.columns;
  const shape = { ...made.shape, columns, key: like?.shape.key ?? made.shape.key };
  emitter.tables.set(key(name), { ...made, shape, uniques: like?.uniques ?? made.uniques });
}

/** DROP TABLE of temporary tables. */
export function emitDropTable(emitter: Emitter, node: Node<'drop-table'>): void {
  const isOurs =
    node.isTemporary || node.tables.every(({ parts }) => emitter.tables.has(key(parts.at(-1)?.text ?? '')));
  if (!isOurs) throw new NotConverted('PERMANENT_DDL', 'a permanent table is dropped', 'Drop it once by a migration.');
  const list = node.tables
    .map(({ parts }) => emitter.table(parts)?.shape.sql ?? `pg_temp.${quoteName(parts.at(-1)?.text ?? '')}`)
    .join(', ');
  emitter.out.line(`DROP TABLE ${node.isIfExists ? 'IF EXISTS ' : ''}${list};`);
}

export function emitTruncate(emitter: Emitter, node: Node<'truncate'>): void {
  const table = emitter.table(node.table.parts);
  if (table === undefined)
    throw new NotConverted('UNKNOWN_TABLE', 'nothing is known of the table', 'Convert with the source at hand.');
  const { definition } = emitter.program;
  const name = key(node.table.parts.at(-1)?.text ?? '');
  const isOwn = nodesOf(definition, 'create-table').some(
    ({ definition: made }) => made.isTemporary && key(made.name.parts.at(-1)?.text ?? '') === name,
  );
  const isPlain = isOwn && nodesOf(definition, 'transaction').length === 0;
  emitter.note(isPlain ? 'note' : 'review', node, [
    'TRUNCATE',
    'TRUNCATE commits on the source',
    'It belongs to the transaction on the target.',
  ]);
  emitter.out.line(`TRUNCATE ${table.shape.sql} RESTART IDENTITY;`);
}
