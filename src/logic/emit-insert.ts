import type { Expression, Name } from '../sql/expression.ts';
import { quoteName } from '../sql/fragment.ts';
import type { Source } from '../sql/query-scope.ts';
import type { Assignment, Insert } from '../sql/statement.ts';
import { BIGINT } from '../sql/value-type.ts';
import type { KnownTable } from './catalogue.ts';
import { leftToRight } from './emit-update.ts';
import { type Emitter, EXCLUDED, NotConverted } from './emitter.ts';
import { nameNode, substitute } from './substitute.ts';
import { key } from './table-access.ts';

/** INSERT and REPLACE. */
export function emitInsert(emitter: Emitter, node: Insert): void {
  const table = emitter.table(node.table.parts);
  if (table === undefined) throw unknownTable(node.table.parts);
  if (node.with !== undefined || node.partitions.length > 0)
    throw new NotConverted('CONSTRUCT', 'INSERT with WITH or PARTITION', 'Write it by hand.');
  emitter.conflicting = table;
  const columns = columnsOf(node, table);
  const rows = rowsOf(node);
  if (node.isReplace) replaceRows(emitter, node, table, { columns, rows });
  const values =
    rows === undefined
      ? selected(emitter, node)
      : `VALUES ${rows.map((row) => rowText(emitter, row, columns, table)).join(', ')}`;
  const list = columns.map((name) => quoteName(name)).join(', ');
  const head = `INSERT INTO ${table.shape.sql}${onTarget(node, table)} (${list})`;
  const sql = list === '' ? `INSERT INTO ${table.shape.sql} DEFAULT VALUES` : `${head}\n${values}`;
  emitter.out.line(`${sql}${conflict(emitter, node, table, columns)}${returning(emitter, node, table, columns)};`);
  afterInsert(emitter, node, table, columns);
}

export function unknownTable(parts: readonly Name[]): NotConverted {
  const name = parts.map(({ text }) => text).join('.');
  return new NotConverted(
    'UNKNOWN_TABLE',
    `nothing is known of the table ${name}`,
    'Convert with the source at hand, or with the file that makes the table.',
  );
}

function onTarget({ onDuplicate }: Insert, table: KnownTable): string {
  return onDuplicate === undefined ? '' : ` AS ${alias(table)}`;
}

function alias(table: KnownTable): string {
  return table.shape.sql.split('.').at(-1) ?? table.shape.sql;
}

function columnsOf(node: Insert, table: KnownTable): readonly string[] {
  if (node.source.tag === 'set') return node.source.assignments.map(({ column }) => named(table, column));
  if (node.columns.length > 0) return node.columns.map((column) => named(table, column));
  const isEmpty = node.source.tag === 'rows' && node.source.rows.every((row) => row.length === 0);
  return isEmpty ? [] : table.shape.columns.map(({ name }) => name);
}

/** The column's name on the target. */
function named(table: KnownTable, parts: readonly Name[]): string {
  const text = parts.at(-1)?.text ?? '';
  return table.shape.columns.find(({ name }) => key(name) === key(text))?.name ?? text;
}

type Rows = readonly (readonly Expression[])[];

function rowsOf({ source }: Insert): Rows | undefined {
  if (source.tag === 'set') return [source.assignments.map(({ value }) => value)];
  return source.tag === 'rows' ? source.rows : undefined;
}

function selected(emitter: Emitter, { source }: Insert): string {
  if (source.tag !== 'query') throw new NotConverted('CONSTRUCT', 'the rows of an INSERT', 'Write it by hand.');
  return emitter.query(source);
}

function rowText(emitter: Emitter, row: readonly Expression[], columns: readonly string[], table: KnownTable): string {
  const values = row.map((value, at) => {
    const column = table.shape.columns.find(({ name }) => name === columns[at]);
    if (isNextNumber(value) && column?.name === table.autoIncrement) return 'DEFAULT';
    return emitter.sql(value, column === undefined ? 'value' : { column: column.type });
  });
  return `(${values.join(', ')})`;
}

/** NULL and 0 ask AUTO_INCREMENT for the next number. */
function isNextNumber(value: Expression): boolean {
  return value.tag === 'null' || (value.tag === 'number' && Number(value.value) === 0);
}

function conflict(emitter: Emitter, node: Insert, table: KnownTable, columns: readonly string[]): string {
  if (node.isIgnore) {
    emitter.note('review', node, [
      'INSERT_IGNORE',
      'only duplicate keys are ignored on the target',
      'The source also passes over other errors.',
    ]);
    return '\nON CONFLICT DO NOTHING';
  }
  if (node.onDuplicate === undefined) return '';
  const target = conflictTarget(table, columns);
  const assignments = leftToRight(
    emitter,
    node.onDuplicate.map((one) => ({ ...one, value: inserted(one, node) })),
    {
      table,
      sources: [sourceOf(table)],
    },
  );
  return `\nON CONFLICT (${target.map(quoteName).join(', ')}) DO UPDATE SET ${assignments}`;
}

/** PostgreSQL takes one key, MySQL any: it must be certain which one can be met. */
function conflictTarget(table: KnownTable, columns: readonly string[]): readonly string[] {
  const given = new Set(columns.map(key));
  const isNumbered = (name: string): boolean => name === table.autoIncrement && !given.has(key(name));
  const keys = table.uniques.filter((unique) => !unique.every(isNumbered));
  const [only] = keys;
  if (only !== undefined && keys.length === 1) return only;
  const reason = only === undefined ? 'the table has no unique key' : `it may meet any of ${keys.length} unique keys`;
  throw new NotConverted(
    'UPSERT',
    `ON DUPLICATE KEY UPDATE: ${reason}`,
    'Say which key is meant: ON CONFLICT (column) DO UPDATE.',
  );
}

function sourceOf(table: KnownTable): Source {
  return {
    name: undefined,
    columns: table.shape.columns.map((column) => ({ ...column, sql: `${alias(table)}.${column.sql}` })),
    isOpen: false,
    key: table.shape.key,
  };
}

/** `VALUES(c)` and `new.c` are what was to be inserted. */
function inserted({ value }: Assignment, node: Insert): Expression {
  const row = node.rowAlias?.name.text;
  return substitute(value, (part) => {
    if (part.tag === 'inserted-value' && part.column.tag === 'column') return excluded(part.column.parts, part);
    const isOfRow =
      part.tag === 'column' &&
      part.parts.length === 2 &&
      row !== undefined &&
      key(part.parts[0]?.text ?? '') === key(row);
    return isOfRow && part.tag === 'column' ? excluded(part.parts, part) : undefined;
  });
}

/** Written by the translator as `EXCLUDED.c`: the mark is resolved where the statement is made. */
function excluded(parts: readonly Name[], span: Expression): Expression {
  return nameNode(`${EXCLUDED}${parts.at(-1)?.text ?? ''}`, span);
}

function returning(emitter: Emitter, node: Insert, table: KnownTable, columns: readonly string[]): string {
  if (node.returning.length > 0)
    throw new NotConverted('RETURNING', 'RETURNING gives rows to the caller', 'Write it by hand.');
  const isOne = rowsOf(node)?.length === 1 && node.onDuplicate === undefined && !node.isIgnore;
  if (!isOne || !numbers(emitter, table, columns)) return '';
  const { sql } = emitter.temporary('_last_insert_id', 'bigint', BIGINT);
  return `\nRETURNING ${quoteName(table.autoIncrement ?? '')} INTO ${sql}`;
}

/** Whether the table gives a number that the program asks for. */
function numbers(emitter: Emitter, table: KnownTable, columns: readonly string[]): boolean {
  return table.autoIncrement !== undefined && !columns.includes(table.autoIncrement) && emitter.asks('LAST_INSERT_ID');
}

function afterInsert(emitter: Emitter, node: Insert, table: KnownTable, columns: readonly string[]): void {
  if (emitter.asks('ROW_COUNT')) {
    emitter.temporary('_row_count', 'bigint', BIGINT);
    emitter.out.line('GET DIAGNOSTICS _row_count = ROW_COUNT;');
    if (node.onDuplicate !== undefined || node.isReplace) {
      emitter.note('review', node, [
        'ROW_COUNT',
        'ROW_COUNT() is 2 on the source where a row was replaced or updated',
        'Check what is done with the number.',
      ]);
    }
  }
  const rows = rowsOf(node);
  const isOne = rows?.length === 1 && node.onDuplicate === undefined && !node.isIgnore;
  if (isOne || !numbers(emitter, table, columns)) return;
  const { sql } = emitter.temporary('_last_insert_id', 'bigint', BIGINT);
  if (rows === undefined)
    emitter.note('review', node, [
      'LAST_INSERT_ID',
      'LAST_INSERT_ID() is the first number of the rows on the source',
      'Check what is done with the number.',
    ]);
  const first = rows === undefined || rows.length === 1 ? 'lastval()' : `lastval() - ${rows.length - 1}`;
  emitter.out.line(`IF FOUND THEN ${sql} := ${first}; END IF;`);
}

/** REPLACE deletes every row that one of the keys of a new one meets; its triggers fire. */
function replaceRows(
  emitter: Emitter,
  node: Insert,
  table: KnownTable,
  given: { readonly columns: readonly string[]; readonly rows: Rows | undefined },
): void {
  const { columns, rows } = given;
  if (rows === undefined)
    throw new NotConverted(
      'REPLACE',
      'REPLACE of the rows of a query',
      'Delete the rows that the keys meet, then insert.',
    );
  const keys = table.uniques.filter((unique) => unique.every((name) => columns.includes(name)));
  const tests = keys.map((unique) => {
    const tuples = rows.map(
      (row) => `(${unique.map((name) => keyValue(emitter, row, columns.indexOf(name))).join(', ')})`,
    );
    return `(${unique.map(quoteName).join(', ')}) IN (${tuples.join(', ')})`;
  });
  if (tests.length > 0) emitter.out.line(`DELETE FROM ${table.shape.sql} WHERE ${tests.join(' OR ')};`);
  emitter.note('note', node, [
    'REPLACE',
    'rows that a key meets are deleted before the new ones come',
    'Triggers for DELETE fire on both servers.',
  ]);
}

function keyValue(emitter: Emitter, row: readonly Expression[], at: number): string {
  const value = row[at];
  if (value === undefined) throw new NotConverted('REPLACE', 'a row lacks a value of the key', 'Write it by hand.');
  return emitter.sql(value);
}
