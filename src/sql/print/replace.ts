import { keyColumns, uniqueKeys } from '../changed-table.ts';
import type { Context } from '../context.ts';
import { atom, compound, type Fragment, operand } from '../fragment.ts';
import { columnOf, type InsertedRows, placed } from '../inserted-rows.ts';
import { isSame } from '../query-scope.ts';
import { compare } from '../rule/comparison.ts';
import type { TableColumn } from '../scope.ts';
import type { Insert } from '../statement.ts';
import { NULL, UNKNOWN } from '../value-type.ts';
import { reportKeyCase } from './conflict.ts';
import { printReturning } from './returning.ts';

/**
 * REPLACE: every row that collides with a new one on any unique key is deleted, then the new rows are inserted; of new
 * rows that collide with each other the last stays. One statement: the insertion waits for the count of the deletion.
 */
export function printReplace(node: Insert, rows: InsertedRows, query: string, context: Context): Fragment {
  const { table, columns } = rows;
  context.report('REPLACE', node, 'REPLACE deletes the rows that collide');
  if (uniqueKeys(table.shape) === undefined)
    context.report('CONFLICT_TARGET', node, 'other unique keys than the primary key are not known');
  const keys = uniqueKeys(table.shape) ?? [table.shape.key];
  if (keys.some((key) => key.length === 0))
    context.report('CONSTRUCT', node, 'REPLACE by a key that is not known, or one over expressions or prefixes');
  const source = rows.values === undefined ? numberedQuery(query, columns) : valueRows(rows, node, context);
  const kept = columns.filter((_, at) => !isDefaulted(rows, at));
  const known = keys.filter((key) => canCollide(key, rows, node, context));
  for (const key of known) reportKeyCase(key, rows, node, context);
  const names = kept.map(({ sql }) => sql).join(', ');
  const fresh = kept.map(({ sql }) => `r.${sql}`).join(', ');
  const collides = (left: (column: TableColumn) => Fragment, right: string): string =>
    known.map((key) => `(${sameKey(keyColumns(key, table.shape), left, right, { node, context })})`).join(' OR ');
  const returning = printReturning(node.returning, [table.source], context);
  const head = `WITH replaced (row_at, ${names}) AS (${source})`;
  if (known.length === 0) {
    return compound(
      `${head} INSERT INTO ${table.sql} (${names}) SELECT ${fresh} FROM replaced AS r${returning}`,
      UNKNOWN,
    );
  }
  const gone = `removed AS (DELETE FROM ${table.sql} USING replaced AS r WHERE ${collides((column) => columnOf(table, column), 'r')} RETURNING 1)`;
  const isOne = rows.values?.length === 1;
  const later = collides((column) => atom(`l.${column.sql}`, column.type), 'r');
  const last = isOne ? '' : ` AND NOT EXISTS (SELECT 1 FROM replaced AS l WHERE l.row_at > r.row_at AND (${later}))`;
  const sql = `INSERT INTO ${table.sql} (${names}) SELECT ${fresh} FROM replaced AS r WHERE (SELECT count(*) FROM removed) >= 0${last}`;
  return compound(`${head}, ${gone} ${sql}${isOne ? '' : ' ORDER BY r.row_at'}${returning}`, UNKNOWN);
}

function sameKey(
  key: readonly TableColumn[],
  left: (column: TableColumn) => Fragment,
  right: string,
  place: { readonly node: Insert; readonly context: Context },
): string {
  const parts = key.map((column) => {
    const other = atom(`${right}.${column.sql}`, column.type);
    return operand(compare('=', left(column), other, { context: place.context, span: place.node }));
  });
  return parts.join(' AND ');
}

/** A column that every row leaves to its default is left out. */
function isDefaulted({ values }: InsertedRows, at: number): boolean {
  return values?.every((row) => row[at]?.sql === 'DEFAULT') === true;
}

/** A key with a column that gets a new number or NULL collides with nothing. */
function canCollide(key: readonly string[], rows: InsertedRows, node: Insert, context: Context): boolean {
  return keyColumns(key, rows.table.shape).every((column) => {
    const at = rows.columns.findIndex(({ name }) => isSame(name, column.name));
    if (at >= 0 && !isDefaulted(rows, at)) return true;
    if (column.isAutoIncrement !== true && column.isNullByDefault !== true)
      context.report('CONSTRUCT', node, `REPLACE leaves ${column.name} of a unique key to its default`);
    return false;
  });
}

function valueRows(rows: InsertedRows, node: Insert, context: Context): string {
  const { values = [], columns, table } = rows;
  const lists = values.map((row, index) => {
    const cells = row.flatMap((value, at) => {
      const column = columns[at];
      if (column === undefined || isDefaulted(rows, at)) return [];
      const found = placed(value, column, table);
      if (found === undefined) context.report('CONSTRUCT', node, `${column.name} is given in some rows only`);
      return [(found ?? atom('NULL', NULL)).sql];
    });
    return `(${[index + 1, ...cells].join(', ')})`;
  });
  return `VALUES ${lists.join(', ')}`;
}

function numberedQuery(query: string, columns: readonly TableColumn[]): string {
  const names = columns.map((_, at) => `c${at + 1}`).join(', ');
  return `SELECT row_number() OVER (), q.* FROM (${query}) AS q (${names})`;
}
