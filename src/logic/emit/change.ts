import type { Expression, Name } from '../../sql/expression.ts';
import { quoteName } from '../../sql/fragment.ts';
import type { Delete, Insert, Update } from '../../sql/statement.ts';
import { BIGINT } from '../../sql/value-type.ts';
import type { KnownTable } from '../catalogue.ts';
import { type Emitter, NotConverted } from '../emitter.ts';
import { givenByInsert, givenByUpdate } from '../given-number.ts';
import { basesOf } from '../item-type.ts';
import { shareNumber } from '../shared-number.ts';
import { key } from '../table-access.ts';
import { noteTextReference } from '../text-reference.ts';
import { emitInOrder, isOrderSeen } from '../trigger-order.ts';
import { emitReturned } from './query.ts';
import { emitUpdateIgnore, leavesRowsOut } from './update-ignore.ts';
import { emitRowByRow, emitUpsert, mayMeetEachOther, meetableKeys, noteRowCount } from './upsert.ts';

/** INSERT and REPLACE, with what the program asks of them afterwards. */
export function emitInsert(emitter: Emitter, written: Insert): void {
  const table = knownTable(emitter, written.table.parts);
  noteTextReference(emitter, written);
  const given = givenByInsert(emitter, written, table);
  let node = given?.node ?? written;
  noteRowCount(emitter, node);
  const keys = node.onDuplicate === undefined ? [] : meetableKeys(node, table);
  if (keys.length > 1) {
    noteUnshared(emitter, node, table);
    emitUpsert(emitter, node, { table, keys });
    return;
  }
  if (node.returning.length > 0) {
    noteUnshared(emitter, node, table);
    emitReturned(emitter, node);
    return;
  }
  const isEach = mayMeetEachOther(emitter, node, { table, keys });
  if (isEach && !emitter.asks('LAST_INSERT_ID')) {
    noteUnshared(emitter, node, table);
    emitRowByRow(emitter, node);
    return;
  }
  node = { ...node, areRowsApart: !isEach };
  const isNumbered = node.onDuplicate === undefined || given !== undefined;
  const isOne = rowsOf(node)?.length === 1 && isNumbered && !node.isIgnore;
  const isAsked = numbers(emitter, node, table);
  if (isAsked && !isOne && node.onDuplicate === undefined && !node.isReplace) {
    insertNumbered(emitter, node, quoteName(table.autoIncrement ?? ''));
    share(emitter);
    return;
  }
  const id = isOne && isAsked ? `\nRETURNING ${quoteName(table.autoIncrement ?? '')} INTO ${lastId(emitter)}` : '';
  emitter.out.line(`${emitter.statement(node)}${id};`);
  count(emitter);
  if (isAsked && !isOne) numberBehind(emitter, node);
  if (isAsked) share(emitter);
}

/** Whether the program, or another one behind it, asks for the number. */
function keepsNumber(emitter: Emitter): boolean {
  return emitter.asks('LAST_INSERT_ID') || emitter.sharesNumber;
}

/** Behind a function and a trigger the number is again what it was before. */
function share(emitter: Emitter): void {
  const { tag } = emitter.program.definition;
  if (emitter.sharesNumber && (tag === 'procedure' || tag === 'event')) emitter.out.line(shareNumber(lastId(emitter)));
}

function noteUnshared(emitter: Emitter, node: Insert, { autoIncrement }: KnownTable): void {
  if (!emitter.sharesNumber || autoIncrement === undefined) return;
  emitter.note('review', node, [
    'LAST_INSERT_ID',
    'LAST_INSERT_ID() of another program gives the number of these rows on the source',
    'Read the number by RETURNING, and give it to the caller as an OUT parameter.',
  ]);
}

/** The table of a change: without it neither keys nor types are known. */
export function knownTable(emitter: Emitter, parts: readonly Name[]): KnownTable {
  const table = emitter.table(parts);
  if (table !== undefined && table.isView !== true) return table;
  throw new NotConverted(
    'UNKNOWN_TABLE',
    `nothing is known of the table ${parts.map(({ text }) => text).join('.')}`,
    'Convert with the source at hand, or with the file that makes the table.',
  );
}

function lastId(emitter: Emitter): string {
  return emitter.temporary('_last_insert_id', 'bigint', BIGINT).sql;
}

function rowsOf({ source }: Insert): readonly (readonly Expression[])[] | undefined {
  if (source.tag === 'set') return [source.assignments.map(({ value }) => value)];
  return source.tag === 'rows' ? source.rows : undefined;
}

/** Whether the table gives a number that the program asks for. */
function numbers(emitter: Emitter, node: Insert, table: KnownTable): boolean {
  if (table.autoIncrement === undefined || !keepsNumber(emitter)) return false;
  const own = table.autoIncrement.toLowerCase();
  const columns = node.source.tag === 'set' ? node.source.assignments.map(({ column }) => column) : node.columns;
  const given = columns.map((parts) => parts.at(-1)?.text.toLowerCase());
  return given.length > 0 ? !given.includes(own) : true;
}

/** The first number of the rows, whatever else a trigger numbers; the one before stays where no row is inserted. */
function insertNumbered(emitter: Emitter, node: Insert, column: string): void {
  const { sql } = emitter.temporary('_first_number', 'bigint', BIGINT);
  const isCounted = emitter.asks('ROW_COUNT');
  const counted = isCounted ? `, ${emitter.temporary('_row_count', 'bigint', BIGINT).sql}` : '';
  const rows = `WITH numbered AS (${emitter.statement(node)} RETURNING ${column} AS number)`;
  emitter.out.line(`${rows}\nSELECT min(number)${isCounted ? ', count(*)' : ''} INTO ${sql}${counted} FROM numbered;`);
  emitter.out.line(`${lastId(emitter)} := COALESCE(${sql}, ${lastId(emitter)});`);
}

function numberBehind(emitter: Emitter, node: Insert): void {
  const rows = rowsOf(node);
  if (rows === undefined)
    emitter.note('review', node, [
      'LAST_INSERT_ID',
      'LAST_INSERT_ID() is the first number of the rows on the source',
      'Check what is done with the number.',
    ]);
  const first = rows === undefined || rows.length === 1 ? 'lastval()' : `lastval() - ${rows.length - 1}`;
  emitter.out.line(`IF FOUND THEN ${lastId(emitter)} := ${first}; END IF;`);
}

/** ROW_COUNT() is kept where the program asks for it. */
export function count(emitter: Emitter): void {
  if (!emitter.asks('ROW_COUNT')) return;
  emitter.temporary('_row_count', 'bigint', BIGINT);
  emitter.out.line('GET DIAGNOSTICS _row_count = ROW_COUNT;');
}

/** UPDATE of one table or of several. */
export function emitUpdate(emitter: Emitter, node: Update): void {
  for (const { name } of basesOf(node.tables)) knownTable(emitter, name.parts);
  noteTextReference(emitter, node);
  if (leavesRowsOut(emitter, node)) {
    emitUpdateIgnore(emitter, node);
    return;
  }
  const given = givenByUpdate(emitter, node);
  if (given === undefined && isOrderSeen(emitter, node) && emitInOrder(emitter, node)) return;
  if (given === undefined || !keepsNumber(emitter)) {
    emitter.out.line(`${emitter.statement(given?.node ?? node)};`);
    count(emitter);
    return;
  }
  const { sql } = emitter.temporary('_given_number', 'bigint', BIGINT);
  emitter.out.line(`${emitter.statement(given.node)}\nRETURNING ${given.column} INTO ${sql};`);
  count(emitter);
  emitter.out.line(`IF ${sql} IS NOT NULL THEN ${lastId(emitter)} := ${sql}; END IF;`);
  share(emitter);
}

/** DELETE from one table or from several. */
export function emitDelete(emitter: Emitter, node: Delete): void {
  for (const { name } of basesOf(node.tables)) knownTable(emitter, name.parts);
  if (node.returning.length > 0) {
    emitReturned(emitter, node);
    return;
  }
  if (isOrderSeen(emitter, node) && emitInOrder(emitter, node)) return;
  emitter.out.line(`${emitter.statement(node)};`);
  count(emitter);
  noteJoinedDelete(emitter, node);
}

/** What one DELETE of several tables does otherwise: its count, and the triggers of rows that a foreign key takes along. */
export function noteJoinedDelete(emitter: Emitter, node: Delete): void {
  if (node.targets.length < 2) return;
  const tables = basesOf(node.tables).map(({ name }) => knownTable(emitter, name.parts));
  const names = new Set(tables.map(({ shape }) => key(bareName(shape.sql))));
  const isCascaded = tables.some(
    ({ shape, cascades }) =>
      emitter.context.triggered.has(`${key(bareName(shape.sql))} delete`) &&
      cascades.some(({ parent }) => names.has(key(parent))),
  );
  emitter.note('review', node, [
    'DELETE_JOIN',
    isCascaded
      ? 'parent and child lose rows in one statement: which rows of the child set off its triggers depends on the server'
      : 'several tables lose rows in one statement',
    isCascaded ? 'Delete from the child first, by a statement of its own.' : 'ROW_COUNT() counts those of the first.',
  ]);
}

function bareName(sql: string): string {
  return sql.replaceAll('"', '');
}
